// Puts the figures of RESULTS.json (a kept copy of last.json) into README.md, so that nobody types
// them: node tests/bench/readme.mjs
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const r = JSON.parse(readFileSync(join(here, 'RESULTS.json'), 'utf8'))
const m = r.machine
const rows = [
  ['calls list of 20 from 400,000 calls, beside pgbench with the same SQL', '≥ 0.7', r.list.value, 'list'],
  ['durable hooks, beside pgbench\'s best insert', '≥ 1.5', r.hooks.value, 'hooks'],
  ['hook acknowledged at 500/s, p99', '≤ 50 ms', `${r.ack.p99_ms} ms`, 'ack'],
  ['idle memory (PSS) of web, worker and parent', '≤ 50 MB', `${r.memory.value} MB`, 'memory'],
  ['10 minutes of stereo from recording to score, offline', '< 120 s', `${r.scoring.value} s`, 'scoring'],
  ['`deploy/up` with an empty data folder to the first scored call', '', `${r.first.first_scored_s} s`, 'first'],
]
const table = [`${m.cpu}, ${m.cores} cores, ${m.postgresql.replace(/ \(Debian.*/, '')}, ${m.when.slice(0, 10)}:`, '',
  '| | goal | measured | command |', '|---|---|---|---|',
  ...rows.map(([what, goal, value, name]) => `| ${what} | ${goal} | ${value} | \`tests/bench/run ${name}\` |`)]
const readme = join(here, '..', '..', 'README.md')
const text = readFileSync(readme, 'utf8').replace(/<!-- figures -->[\s\S]*?(?=\nWhere things live)/, `<!-- figures -->\n${table.join('\n')}\n`)
writeFileSync(readme, text)
