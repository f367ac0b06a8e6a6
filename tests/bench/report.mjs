// The table of tests/bench/run and its JSON, from the results in $BENCH_OUT. Judges nothing: whether
// a goal is met is for the reader to see.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem } from 'node:os'

const out = process.env.BENCH_OUT
const result = (name) => (existsSync(`${out}/${name}.json`) ? JSON.parse(readFileSync(`${out}/${name}.json`, 'utf8')) : null)

const machine = {
  when: new Date().toISOString(),
  cpu: cpus()[0].model, cores: cpus().length, memory_gb: Math.round(totalmem() / 2 ** 30),
  kernel: release(), postgresql: execFileSync(`${process.env.PG_BIN}/postgres`, ['--version']).toString().trim(),
  load_before: process.env.BENCH_LOAD_BEFORE, load_after: loadavg().map((x) => x.toFixed(2)).join(' '),
  commit: process.env.BENCH_COMMIT, seconds_a_side: Number(process.env.BENCH_SECONDS),
}

const rows = {
  list: (r) => [['GET /api/v1/calls?limit=20 / pgbench', r.goal, r.value,
    `${r.ringsight}/s of ${r.pgbench}/s; ${r.rows} calls; rounds ${r.rounds.map((x) => x.ratio).join(' ')}`]],
  hooks: (r) => [['durable hooks / pgbench insert', r.goal, r.value,
    `${r.ringsight}/s of ${r.pgbench}/s; ${r.bytes} bytes; rounds ${r.rounds.map((x) => x.ratio).join(' ')}`]],
  ack: (r) => [['hook acknowledged at 500/s', r.goal, `${r.p99_ms} ms`,
    `p50 ${r.p50_ms} ms, max ${r.max_ms} ms, ${r.per_second}/s; ${r.acked} acknowledged, false acks ${r.false_acks}; worker at work, ${r.folds_waiting_after} folds waiting`]],
  flood: (r) => [['others\' ack p99 beside a flood / alone', r.goal, r.value,
    `flood ${r.flood_a_second}/s, ${Math.round(r.flood_refused_share * 100)} % of it refused; of others ${r.others_refused} refused; rounds ${r.rounds.map((x) => x.ratio).join(' ')}`]],
  memory: (r) => [['idle PSS of all server processes', r.goal, `${r.value} MB`,
    `${r.idle.map((p) => `${p.role} ${p.pss_mb}`).join(', ')}; after load ${r.after_load_mb} MB`]],
  latency: (r) => [['an empty queue\'s job starts, p99', r.goal, `${r.p99_ms} ms`, `p50 ${r.p50_ms} ms; ${r.jobs} hooks, 20 a second`]],
  queue: (r) => [['jobs worked off / SKIP LOCKED one by one', '', r.beside_sql, `${r.ringsight}/s of ${r.sql}/s; ${r.slots} slots, ${r.jobs} jobs; rounds ${r.rounds.map((x) => x.beside_sql).join(' ')}`],
    ...(r.single ? [['the same, for free slots only', '', r.single.beside_sql, `${r.single.ringsight}/s of ${r.single.sql}/s`]] : []),
    ['jobs worked off / BullMQ on the same Redis', '', r.beside_bullmq, `${r.ringsight}/s, durable, of ${r.bullmq}/s; rounds ${r.rounds.map((x) => x.beside_bullmq).join(' ')}`]],
  fair: (r) => Object.entries({ ring: '', ring_held: ', three held back in front', alone: ', without Redis', alone_held: ', without Redis, three held back' }).filter(([k]) => r[k]).map(([k, what]) =>
    [`small tenants' wait for a turn, p95${what}`, r.goal, `${r[k].wait_p95_s} s`, `${r.jobs} jobs of one, ${r.small} of others; p50 ${r[k].wait_p50_s} s, longest ${r[k].wait_max_s} s, Jain ${r[k].jain}, slots busy ${r[k].slots_busy}, ${r[k].done} jobs done`]),
  first: (r) => [['deploy/up to first scored call', '', r.first_scored_s === null ? 'never' : `${r.first_scored_s} s`,
    `ready after ${r.ready_s} s; program built before, data folder new`]],
  scoring: (r) => [['10 minutes of stereo scored', r.goal, r.value ? `${r.value} s` : 'not measured', r.lines[0] ?? ''],
    ...r.lines.slice(1).map((line) => ['', '', '', line])],
}

const table = []
const json = { machine }
for (const name of Object.keys(rows)) {
  const r = result(name)
  if (!r) continue
  json[name] = r
  table.push(...rows[name](r))
}

const widths = [0, 1, 2].map((k) => Math.max(...['measure', 'goal', 'measured'].map((h, i) => (i === k ? h.length : 0)),
  ...table.map((row) => String(row[k]).length)))
const line = (row) => row.map((cell, k) => (k < 3 ? String(cell).padEnd(widths[k]) : cell)).join('  ').trimEnd()

console.log('')
console.log(`${machine.cpu}, ${machine.cores} cores, ${machine.memory_gb} GB, Linux ${machine.kernel}, ${machine.postgresql}`)
console.log(`load before ${machine.load_before}, after ${machine.load_after}; ${machine.seconds_a_side} s a side, in turns`)
console.log('')
console.log(line(['measure', 'goal', 'measured', 'more']))
for (const row of table) console.log(line(row))
writeFileSync(process.env.BENCH_JSON, `${JSON.stringify(json, null, 2)}\n`)
console.log(`\nWritten to ${process.env.BENCH_JSON}`)
