// The queue's measures of tests/bench/run, named in the arguments; each writes its result to
// $BENCH_OUT/NAME.json. Sizes: BENCH_JOBS (20,000), BENCH_BIG (10,000 jobs of the big tenant),
// BENCH_WINDOW (60 seconds of the small ones' sending), BENCH_WHOLE=1 to let all run to the end.
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { hookBody, tail } from './requests.mjs'

const env = process.env
const [name] = process.argv.slice(2)
const JOBS = Number(env.BENCH_JOBS ?? 20000), BIG = Number(env.BENCH_BIG ?? 10000), SLOTS = 8, SMALL = 50, EACH = 5
const WINDOW = Number(env.BENCH_WINDOW ?? 60)

const say = (text) => process.stderr.write(`${text}\n`)
const sleep = (ms) => new Promise((done) => setTimeout(done, ms))
const round = (x, digits = 0) => Number(x.toFixed(digits))
const quantile = (v, q) => [...v].sort((a, b) => a - b)[Math.min(v.length - 1, Math.ceil(q * v.length) - 1)]
const save = (result, as = name) => writeFileSync(`${env.BENCH_OUT}/${as}.json`, JSON.stringify(result))

const psql = (sql) => execFileSync(`${env.PG_BIN}/psql`, ['-qAtX', '-v', 'ON_ERROR_STOP=1', '-d', env.BENCH_OWNER_URL], { input: sql, maxBuffer: 1 << 28 }).toString().trim()
const rows = (sql) => psql(sql).split('\n').filter(Boolean).map((line) => line.split('|'))

const redis = (() => {
  const url = /^unix:\/\/([^?]+)\?password=(.*)$/.exec(env.RINGSIGHT_REDIS_URL)
  return (...words) => spawnSync('redis-cli', ['-s', url[1], '--no-auth-warning', ...words], { env: { ...env, REDISCLI_AUTH: url[2] } })
})()

async function until(what, seconds, done) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(200)) if (done()) return
  throw new Error(`${what} did not come within ${seconds} s`)
}

// ---- jobs ----

const clear = () => psql('truncate job, job_need, job_history, job_tally, job_ledger, job_pause, job_share, job_gate, job_turn')

// Rows of tenants bench-1 ..., all at once; nobody knows of them yet.
const insert = (tenants, each, ms, gate = '') => psql(`insert into job (id, tenant_id, kind, max_attempts, args, gate)
  select gen_random_uuid(), t.id, 'platform.probe', 3, '{"ms":${ms}}', '${gate}' from (
    select id from tenant where slug like 'bench-%' order by slug offset ${tenants[0]} limit ${tenants[1]}) t, generate_series(1, ${each})`)

const hold = () => psql('insert into job_pause (id) values (gen_random_uuid())')
const let_go = () => psql('delete from job_pause')
// The ring is filled from the table; without Redis there is nothing to fill.
async function ring() {
  if (redis('del', '{r0}:epoch').status !== 0) return
  await until('the ring', 60, () => redis('exists', '{r0}:epoch').stdout.toString().trim() === '1')
}
const left = () => Number(psql(`select count(*) from job where kind = 'platform.probe' and state in ('queued', 'running')`))

// Jobs a second from the first start to the last end, of JOBS that do nothing, of 50 tenants.
async function ours() {
  clear()
  hold()
  insert([0, SMALL], JOBS / SMALL, 0)
  await ring()
  let_go()
  await until('the end', 300, () => left() === 0)
  const [[n, s]] = rows(`select count(*), extract(epoch from max(finished_at) - min(started_at)) from job_history where kind = 'platform.probe'`)
  return n / s
}

// What graphile-worker's kind of queue does: one at a time with SKIP LOCKED, then the end, each its own commit.
function plainSql() {
  psql(`drop table if exists bench_queue; create table bench_queue (id bigint primary key, run_at timestamptz default now(),
    locked_at timestamptz, payload jsonb default '{"ms":0}'); create index on bench_queue (run_at, id) where locked_at is null;
    insert into bench_queue (id) select generate_series(1, ${JOBS}); analyze bench_queue`)
  const script = `${env.BENCH_OUT}/claim.sql`
  writeFileSync(script, `with next as (select id from bench_queue where locked_at is null order by run_at, id limit 1 for update skip locked)
update bench_queue q set locked_at = now() from next where q.id = next.id returning q.id \\gset
delete from bench_queue where id = :id;\n`)
  const r = spawnSync(`${env.PG_BIN}/pgbench`, ['-n', '-c', SLOTS, '-j', 2, '-t', Math.floor(JOBS / SLOTS), '-f', script, env.BENCH_OWNER_URL])
  psql('drop table bench_queue')
  const tps = /tps = ([\d.]+)/.exec(r.stdout?.toString() ?? '')
  if (!tps) throw new Error(`pgbench: ${r.stderr}`)
  return Number(tps[1])
}

function bullmq() {
  const r = spawnSync(process.execPath, [`${import.meta.dirname}/bullmq/drain.mjs`, JOBS, SLOTS], { env, encoding: 'utf8', timeout: 300_000 })
  if (r.status !== 0) throw new Error(`BullMQ: ${r.stderr}`)
  return JSON.parse(r.stdout)
}

// Slots claim for themselves alone, nothing ahead of them; the worker is started so.
async function queue_single() {
  const rounds = []
  for (let i = 0; i < 3; i++) {
    const [ringsight, sql] = [await ours(), plainSql()]
    rounds.push({ ringsight: round(ringsight), sql: round(sql), beside_sql: round(ringsight / sql, 2) })
    say(`  ${JSON.stringify(rounds.at(-1))}`)
  }
  save(rounds.sort((a, b) => a.beside_sql - b.beside_sql)[1])
}

// Claimed ahead in batches of at most fifty and ended so, as a worker does by itself.
async function queue() {
  const rounds = []
  for (let i = 0; i < 3; i++) {
    const [ringsight, sql, bull] = [await ours(), plainSql(), bullmq()]
    rounds.push({ ringsight: round(ringsight), sql: round(sql), bullmq: round(bull.per_second), beside_sql: round(ringsight / sql, 2), beside_bullmq: round(ringsight / bull.per_second, 2) })
    say(`  ${JSON.stringify(rounds.at(-1))}`)
  }
  const middle = rounds.sort((a, b) => a.beside_sql - b.beside_sql)[1]
  const single = JSON.parse(readFileSync(`${env.BENCH_OUT}/queue_single.json`, 'utf8'))
  save({ goal: '≥ 5000/s, single ≥ 2000/s', ...middle, slots: SLOTS, jobs: JOBS, rounds, single })
}

// How long after its commit a job starts, when nothing else is there: hooks, 20 a second.
async function latency() {
  clear()
  redis('flushall') // hints of rows that the measures before took away
  await ring()
  psql(`delete from call where call_key not like 'seed-%'`)
  const n = 400
  for (let i = 0; i < n; i++) {
    const path = `/hooks/ucm/bench-hook-${tail(1 + (i % 200))}`
    const r = await fetch(`http://127.0.0.1:${env.RINGSIGHT_PORT}${path}`, { method: 'POST', body: hookBody(tail(900_000_000 + i)), headers: { 'content-type': 'application/json' } })
    if (r.status !== 200) throw new Error(`hook: ${r.status}`)
    await sleep(50)
  }
  await until('the folds', 30, () => Number(psql(`select count(*) from job_history where kind = 'inbox.fold'`)) >= n)
  const waits = rows(`select extract(epoch from started_at - created_at) * 1000 from job_history where kind = 'inbox.fold'`).map(([ms]) => Number(ms))
  save({ goal: '≤ 50 ms', p50_ms: round(quantile(waits, 0.5), 1), p99_ms: round(quantile(waits, 0.99), 1), jobs: waits.length })
}

// ---- fairness ----

const nth = (n, m = 1) => `(select id from tenant where slug like 'bench-%' order by slug offset ${n} limit ${m})`
const small = `tenant_id in ${nth(1, SMALL)}`

// One tenant's jobs stand in front; fifty others send five each, spread over WINDOW seconds: how long do
// those wait? `front` adds tenants that are held back: one by a rate, one paused, one by a cap of one.
async function fairness(front) {
  clear()
  hold()
  insert([0, 1], BIG, 1000)
  if (front) {
    psql(`insert into job_gate (name, per_minute) values ('bench', 1); insert into job_share values (${nth(62)}, 1, 1);
      insert into job_pause (id, tenant_id) values (gen_random_uuid(), ${nth(61)})`)
    insert([60, 1], 1000, 1000, 'bench')
    insert([61, 1], 1000, 1000)
    insert([62, 1], 1000, 1000)
  }
  // Sent at moments that the numbers alone decide; created_at says when.
  psql(`insert into job (id, tenant_id, kind, max_attempts, args, run_at, created_at)
    select gen_random_uuid(), t.id, 'platform.probe', 3, '{"ms":1000}', at, at from ${nth(1, SMALL)} t, generate_series(1, ${EACH}) n,
      lateral (select now() + interval '5 seconds' + ${WINDOW} * (abs(hashtext(t.id::text || n)) % 10000) / 10000 * interval '1 second' as at) a`)
  await ring()
  psql('delete from job_pause where tenant_id is null')
  await until('the small ones', 600, () => Number(psql(`select count(*) from job_history where ${small}`)) === SMALL * EACH)
  if (env.BENCH_WHOLE) await until('the big one', 3 * BIG, () => left() === 0)
  return judge()
}

// Jain's index over the small tenants' pace: one job's working time over wait and work.
function judge() {
  const waits = rows(`select extract(epoch from started_at - created_at) from job_history where ${small}`).map(([s]) => Math.max(Number(s), 0))
  const paces = rows(`select 1 / (1 + avg(extract(epoch from started_at - created_at))) from job_history where ${small} group by tenant_id`).map(([x]) => Number(x))
  const jain = paces.reduce((a, b) => a + b, 0) ** 2 / (paces.length * paces.reduce((a, b) => a + b * b, 0))
  const [[done, busy, span]] = rows(`select count(*), sum(extract(epoch from finished_at - started_at)), extract(epoch from max(finished_at) - min(started_at)) from job_history where kind = 'platform.probe'`)
  return { wait_p50_s: round(quantile(waits, 0.5), 2), wait_p95_s: round(quantile(waits, 0.95), 2), wait_max_s: round(Math.max(...waits), 2), slots_busy: round(busy / (span * SLOTS), 3), jain: round(jain, 3), done: Number(done), seconds: round(Number(span), 1) }
}

async function fair() {
  const result = { goal: '≤ 2 s', jobs: BIG, small: `${SMALL}x${EACH}`, slots: SLOTS, window_s: WINDOW, whole: Boolean(env.BENCH_WHOLE) }
  result.ring = await fairness(false)
  say(`  ${JSON.stringify(result.ring)}`)
  result.ring_held = await fairness(true)
  say(`  ${JSON.stringify(result.ring_held)}`)
  save(result)
}

async function fair_alone() {
  const result = JSON.parse(readFileSync(`${env.BENCH_OUT}/fair.json`, 'utf8'))
  result.alone = await fairness(false)
  say(`  ${JSON.stringify(result.alone)}`)
  result.alone_held = await fairness(true)
  say(`  ${JSON.stringify(result.alone_held)}`)
  save(result, 'fair')
}

const measures = { queue_single, queue, latency, fair, fair_alone }
await measures[name]()
