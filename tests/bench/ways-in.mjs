// Receiving hooks at the sizes of TRUST.md section 2.1, against what deploy/up started; writes WAYS-IN.md
// beside this file, from which readme.mjs takes its rows: node tests/bench/ways-in.mjs [w1 w2 ...]
// About an hour; a row that was not run keeps what it says. build/tests/bench/timing must be built (W8).
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..'), report = join(import.meta.dirname, 'WAYS-IN.md')
const build = resolve(root, process.env.RINGSIGHT_BUILD ?? 'build')
const env = { ...process.env, RINGSIGHT_BUILD: build, RINGSIGHT_DEMO: resolve(root, process.env.RINGSIGHT_DEMO ?? 'var/demo.json') }
const api = ['npm', '--prefix', 'tests/api']
const runs = {
  W2: [[...api, 'run', '--silent', 'size', '--', 'w2'], {}],
  W3: [[...api, 'run', '--silent', 'size', '--', 'w3'], {}],
  W4: [[...api, 'run', '--silent', 'size', '--', 'w4'], {}],
  W7: [[...api, 'test', '--silent', '--', 'doors'], { DOORS_W7: '10000' }],
  W8: [[join(build, 'tests/bench/timing')], {}],
  W10: [[...api, 'test', '--silent', '--', 'reconcile'], { TEST_CALLS: '10000' }],
}
const wanted = process.argv.slice(2).map((w) => w.toUpperCase())
const old = existsSync(report) ? readFileSync(report, 'utf8') : ''
const rows = Object.fromEntries([...old.matchAll(/^\| (W\d+) \| .*$/gm)].map((m) => [m[1], m[0]]))
const git = (...a) => execFileSync('git', a, { cwd: root }).toString().trim()
const machine = `${cpus().length} x ${cpus()[0].model}, ${Math.round(totalmem() / 2 ** 30)} GB`
const shown = (command, more) => [...Object.entries(more).map(([k, v]) => `${k}=${v}`), ...command.map((c) => c.replace(`${root}/`, ''))].join(' ')

let bad = 0
for (const [id, [command, more]] of Object.entries(runs)) {
  if (wanted.length && !wanted.includes(id)) continue
  const load = loadavg()[0].toFixed(1)
  const { stdout, stderr, status } = spawnSync(command[0], command.slice(1), { cwd: root, env: { ...env, ...more }, encoding: 'utf8', maxBuffer: 1 << 28 })
  const lines = [...stdout.matchAll(new RegExp(`^(?:# )?(?:\\\\# )?(?:(not ok|ok) )?${id}\\b[^:]*: (.*)$`, 'gm'))]
  const found = lines.map((m) => (m[1] === 'not ok' ? `NOT OK ` : '') + m[0].replace(/^(# )?(\\# )?((not )?ok )?/, '').replace(`${id}: `, ''))
  if (status || !found.length) {
    bad++
    found.push(`FAILED with ${status}`)
    console.log(stdout.slice(-3000), stderr.slice(-3000))
  }
  rows[id] = `| ${id} | ${found.join('; ').replaceAll('|', '\\|')} | ${machine}, load ${load} | ${new Date().toISOString().slice(0, 10)} ${git('rev-parse', '--short', 'HEAD')} | \`${shown(command, more)}\` |`
  console.log(rows[id])
}
writeFileSync(report, `# Receiving hooks at full size

What \`node tests/bench/ways-in.mjs\` found (TRUST.md section 2.1), each row with the machine, its load before, the day and the
commit. W1 is \`tests/bench/run ack\`, W5 and W6 are tests of \`deploy/check 40-api\` (replays, stages); W9 is \`tests/bench/run flood\`.

| Goal | found | machine | when, commit | command |
|---|---|---|---|---|
${Object.keys(runs).filter((id) => rows[id]).map((id) => rows[id]).join('\n')}
`)
process.exit(bad ? 1 : 0)
