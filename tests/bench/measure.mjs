// One measure of tests/bench/run, named in the arguments; writes its result to $BENCH_OUT/NAME.json.
// Where two sides are compared they take turns (A B A B), so that a busy machine meets both.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { HOOK_BYTES, floodRequests, hookBody, hookRequests, listRequests, otherRequests } from './requests.mjs'
import { statement } from './statement.mjs'

const env = process.env
const [name] = process.argv.slice(2)
const seconds = Number(env.BENCH_SECONDS)
const out = env.BENCH_OUT
const rounds = 5

const say = (text) => process.stderr.write(`${text}\n`)
const median = (v) => [...v].sort((a, b) => a - b)[Math.floor(v.length / 2)]
const sleep = (s) => new Promise((done) => setTimeout(done, s * 1000))
const round = (x, digits) => Number(x.toFixed(digits))

// ---- tools ----

function psql(sql, url = env.BENCH_OWNER_URL) {
  return execFileSync(`${env.PG_BIN}/psql`, ['-qAtX', '-v', 'ON_ERROR_STOP=1', '-d', url], { input: sql })
    .toString().trim()
}

// Transactions a second of pgbench. The options of the session are those of the server's own.
function pgbench(script, clients, time, url, variables = {}) {
  const defines = Object.entries(variables).flatMap(([k, v]) => ['-D', `${k}=${v}`])
  const options = '-c plan_cache_mode=force_generic_plan -c jit=off -c TimeZone=UTC'
  const r = spawnSync(`${env.PG_BIN}/pgbench`, ['-n', '-M', 'prepared', '-c', clients, '-j',
    Math.min(clients, 2), '-T', time, '-f', script, ...defines, url],
    { env: { ...env, PGOPTIONS: options } })
  const tps = /tps = ([\d.]+)/.exec(r.stdout?.toString() ?? '')
  if (r.status !== 0 || !tps) throw new Error(`pgbench: ${r.error ?? ''} ${r.signal ?? r.status} ${r.stderr} ${r.stdout}`)
  return Number(tps[1])
}

let sent = 0 // running numbers are never used twice

function load(file, conns, time, rate = 0) {
  const r = spawnSync(env.BENCH_LOAD, ['-p', env.RINGSIGHT_PORT, '-f', file, '-c', conns, '-s', time,
    '-w', 1, '-r', rate, '-n', sent])
  sent += 10_000_000
  if (r.status !== 0) throw new Error(`load: ${r.error ?? r.stderr}`)
  const answer = JSON.parse(r.stdout)
  if (answer.refused || answer.broken) say(`  refused ${answer.refused}, broken ${answer.broken}: ${r.stderr}`)
  return answer
}

// The server's processes: its session, without the helper programs.
function processes() {
  const session = Number(env.BENCH_SERVER)
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)).flatMap((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/.*\) /s, '').split(' ')
      const exe = basename(readlinkSync(`/proc/${pid}/exe`))
      const role = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[1]
      if (Number(stat[3]) !== session || exe !== 'ringsight') return []
      return [{ pid, role, cpu: (Number(stat[11]) + Number(stat[12])) / 100 }]
    } catch {
      return [] // ended meanwhile
    }
  })
}

const serverCpu = () => processes().reduce((sum, p) => sum + p.cpu, 0)

function pss() {
  const kb = (text, key) => Number(new RegExp(`^${key}: +(\\d+)`, 'm').exec(text)?.[1] ?? 0)
  return processes().map((p) => {
    const text = readFileSync(`/proc/${p.pid}/smaps_rollup`, 'utf8')
    return { role: p.role, pss_mb: round(kb(text, 'Pss') / 1024, 1),
      private_mb: round((kb(text, 'Private_Clean') + kb(text, 'Private_Dirty')) / 1024, 1) }
  })
}
const total = (list) => round(list.reduce((sum, p) => sum + p.pss_mb, 0), 1)

// ---- two sides in turns ----

function best(what, counts, run) {
  let winner = { rate: 0 }
  for (const count of counts) {
    let rate = 0
    try {
      rate = run(count, 3)
    } catch (e) {
      say(`  ${e.message}`) // too many clients for this machine: then they are not its best
    }
    say(`  ${what} ${count}: ${rate.toFixed(0)}/s`)
    if (rate > winner.rate) winner = { count, rate }
  }
  return winner.count
}

function turns(theirs, ours, before = () => {}) {
  const all = []
  for (let i = 0; i < rounds; i++) {
    before()
    const a = theirs()
    before()
    const cpu = serverCpu()
    const b = ours()
    const used = serverCpu() - cpu
    all.push({ pgbench: round(a, 0), ringsight: round(b.per_second, 0), ratio: round(b.per_second / a, 3),
      server_cpu_us: round(used * 1e6 / (b.answers * (seconds + 1) / seconds), 1), load_cpu_us: b.cpu_us_each,
      p50_us: b.p50_us, p99_us: b.p99_us, refused: b.refused, broken: b.broken })
    say(`  pgbench ${a.toFixed(0)}/s, ringsight ${b.per_second.toFixed(0)}/s: ${all[i].ratio}`)
  }
  return { value: median(all.map((r) => r.ratio)), pgbench: median(all.map((r) => r.pgbench)),
    ringsight: median(all.map((r) => r.ringsight)), rounds: all }
}

// ---- the measures ----

function list() {
  const script = `${out}/list.pgbench`, file = `${out}/list.requests`
  const sql = statement(env.BENCH_CALLS, 'calls_list', { limit: ':limit' })
  writeFileSync(script, `\\set t random(100000000001, 100000000200)\n\\set limit 21\n\\startpipeline\n` +
    `select set_config('app.tenant', '01900000-0000-7000-8000-' || :t, true);\n${sql};\n\\endpipeline\n`)
  listRequests(file, env.RINGSIGHT_PORT)
  const url = env.BENCH_APP_URL
  const clients = best('pgbench, clients', [2, 4, 8, 16], (n, s) => pgbench(script, n, s, url))
  const conns = best('ringsight, connections', [8, 16, 32, 64], (n, s) => load(file, n, s).per_second)
  return { goal: '>= 0.7', clients, conns, rows: Number(psql('select count(*) from call')),
    ...turns(() => pgbench(script, clients, seconds, url), () => load(file, conns, seconds)) }
}

// pgbench's best: one statement, one commit, no tenant to set, no row security to check.
const insert = `\\set t random(100000000001, 100000000200)
with stored as (
  insert into inbox (tenant_id, id, integration_id, received_at, method, query, source, headers, body)
  values (('01900000-0000-7000-8000-' || :t)::uuid,
          (substr(ground.uuid_at(now())::text, 1, 14) || '7' || substr(gen_random_uuid()::text, 16))::uuid,
          ('01900000-0003-7000-8000-' || :t)::uuid, now(), 'POST', '', '127.0.0.1', :head, :body)
  on conflict (tenant_id, id) do nothing returning tenant_id, id)
insert into job (tenant_id, id, kind, priority, max_attempts, args)
select tenant_id, (substr(ground.uuid_at(now())::text, 1, 14) || '7' || substr(gen_random_uuid()::text, 16))::uuid,
       'inbox.fold', 0, 20, jsonb_build_object('delivery', id::text) from stored;
`

function hooks() {
  const script = `${out}/hooks.pgbench`, file = `${out}/hooks.requests`
  writeFileSync(script, insert)
  hookRequests(file, env.RINGSIGHT_PORT)
  const variables = { body: hookBody('000000000000'), head: 'host: 127.0.0.1\r\nuser-agent: Grandstream UCM\r\n' +
    `content-type: application/json\r\ncontent-length: ${HOOK_BYTES}\r\n` }
  const theirs = (n, s) => pgbench(script, n, s, env.BENCH_OWNER_URL, variables)
  const empty = () => {
    psql('truncate inbox, job, job_need')
    psql('checkpoint', env.BENCH_SUPERUSER_URL)
  }
  empty()
  const clients = best('pgbench, clients', [8, 16, 32, 48], theirs)
  empty()
  const conns = best('ringsight, connections', [64, 128, 256, 512], (n, s) => load(file, n, s).per_second)
  const result = turns(() => theirs(clients, seconds), () => load(file, conns, seconds), empty)
  const [stored, answered] = [Number(psql('select count(*) from inbox')), result.rounds.at(-1).ringsight * seconds]
  if (stored < answered) throw new Error(`only ${stored} of ${answered} acknowledged hooks are stored`)
  return { goal: '>= 1.5', clients, conns, bytes: HOOK_BYTES, ...result }
}

function ack() {
  const file = `${out}/hooks.requests`
  hookRequests(file, env.RINGSIGHT_PORT)
  load(file, 32, 2, 500)
  const from = sent
  const r = load(file, 64, Math.max(seconds, 10), 500)
  // Every hook has a number of its own: each acknowledged one must be there.
  const kept = Number(psql(`select count(distinct n) from (select substring(convert_from(body, 'utf8') from '"session":"(\\d+)-')::bigint as n from inbox) x where n >= ${from}`))
  const waiting = Number(psql(`select count(*) from job where kind = 'inbox.fold'`))
  return { goal: 'p99 <= 50 ms', value: round(r.p99_us / 1000, 1), p50_ms: round(r.p50_us / 1000, 1),
    p99_ms: round(r.p99_us / 1000, 1), max_ms: round(r.max_us / 1000, 1), per_second: r.per_second,
    acked: r.acked, false_acks: Math.max(0, r.acked - kept),
    refused: r.refused, broken: r.broken, folds_waiting_after: waiting }
}

// Others' hooks at 200 a second, alone and while one sends garbage at 2,000 a second, in turns.
async function flood() {
  const file = `${out}/others.requests`, loud = `${out}/flood.requests`
  otherRequests(file, env.RINGSIGHT_PORT)
  floodRequests(loud, env.RINGSIGHT_PORT)
  const rounds = []
  let refused = 0, asked = 0
  load(file, 16, 2, 200)
  for (let i = 0; i < 3; i++) {
    const alone = load(file, 16, seconds, 200)
    const flooder = spawn(env.BENCH_LOAD, ['-p', env.RINGSIGHT_PORT, '-f', loud, '-c', 16, '-s', seconds + 2, '-w', 1, '-r', 2000, '-n', sent])
    let text = ''
    flooder.stdout.on('data', (part) => { text += part })
    const ended = new Promise((done) => flooder.on('exit', done))
    await sleep(1)
    const beside = await new Promise((done) => setImmediate(() => done(load(file, 16, seconds, 200))))
    await ended
    const f = JSON.parse(text)
    refused += f.refused
    asked += f.refused + f.answers
    rounds.push({ alone_p99_us: alone.p99_us, beside_p99_us: beside.p99_us, ratio: round(beside.p99_us / alone.p99_us, 2), refused: beside.refused, flood_taken: f.answers, flood_refused: f.refused })
    say(`  p99 ${alone.p99_us} us alone, ${beside.p99_us} us beside the flood`)
  }
  return { goal: '<= 1.5', value: median(rounds.map((r) => r.ratio)), others_refused: rounds.reduce((n, r) => n + r.refused, 0),
    flood_a_second: round(asked / (3 * (seconds + 2)), 0), flood_refused_share: round(refused / asked, 3), rounds }
}

async function memory() {
  await sleep(3)
  const idle = pss()
  const file = `${out}/list.requests`
  listRequests(file, env.RINGSIGHT_PORT)
  load(file, 32, Math.min(seconds, 5))
  await sleep(3)
  const after = pss()
  return { goal: '<= 50 MB', value: total(idle), idle, after_load_mb: total(after), after_load: after }
}

const measures = { list, hooks, ack, flood, memory }
const began = Date.now()
const result = await measures[name]()
writeFileSync(`${out}/${name}.json`, JSON.stringify({ ...result, took_s: round((Date.now() - began) / 1000, 1) }))
