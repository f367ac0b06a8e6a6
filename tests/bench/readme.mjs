// Puts the figures of RESULTS.json (kept by keep.mjs) into README.md, and with those of tests/chaos/REPORT.md and
// WAYS-IN.md into tests/TRUST.md, so that nobody types them: node tests/bench/readme.mjs
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const r = JSON.parse(readFileSync(join(here, 'RESULTS.json'), 'utf8'))
const m = r.machine
const day = (name) => (r[name].machine ?? m).when.slice(0, 10)
const at = (name) => (r[name].machine ?? m).commit
const elsewhere = (name) => ((r[name].machine ?? m).cpu === m.cpu ? '' : `, on ${r[name].machine.cpu}`)
const rows = [
  ['calls list of 20 from 400,000 calls, beside pgbench with the same SQL', '≥ 0.7', r.list.value, 'list'],
  ['durable hooks, beside pgbench\'s best insert', '≥ 1.5', r.hooks.value, 'hooks'],
  ['hook acknowledged at 500/s, p99', '≤ 50 ms', `${r.ack.p99_ms} ms`, 'ack'],
  ['idle memory (PSS) of web, worker and parent', '≤ 50 MB', `${r.memory.value} MB`, 'memory'],
  ['10 minutes of stereo from recording to score, offline', '< 120 s', `${r.scoring.value} s`, 'scoring'],
  ['`deploy/up` with an empty data folder to the first scored call', '', `${r.first.first_scored_s} s`, 'first'],
]
const table = [`${m.cpu}, ${m.cores} cores, ${m.postgresql.replace(/ \(Debian.*/, '')}:`, '',
  '| | goal | measured | when, commit | command |', '|---|---|---|---|---|',
  ...rows.map(([what, goal, value, name]) => `| ${what} | ${goal} | ${value} | ${day(name)} ${at(name)}${elsewhere(name)} | \`tests/bench/run ${name}\` |`)]

// ---- trust: what was broken on purpose, and what came of it ----

const chaos = readFileSync(join(here, '..', 'chaos', 'REPORT.md'), 'utf8')
const commands = [...chaos.matchAll(/^ {4}(tests\/chaos\/run .*)$/gm)].map((m) => `\`${m[1]}\``)
const where = /^On (.*) UTC\.$/m.exec(chaos)[1]
const sections = chaos.split(/^## /m).slice(1).map((text) => ({
  id: /^(\S+):/.exec(text)[1], title: /^\S+: (.*)$/m.exec(text)[1],
  checks: [...text.matchAll(/^\| (.*?) \| (.*?) \| (.*?) \| (ok|missed|NOT OK) \|$/gm)].map(([, what, found, goal, verdict]) => ({ what, found, goal, verdict })),
}))
// The four counts together, then what has a bound; the report has the rest.
const COUNTS = ['lost', 'doubled', 'stuck', 'drift']
const found = ({ checks }) => {
  const wrong = checks.filter((c) => COUNTS.includes(c.what) && c.found !== '0')
  const bounds = checks.filter((c) => /^<=|a second|a share/.test(`${c.goal} ${c.what}`) && c.goal !== '0')
  return [wrong.length ? wrong.map((c) => `${c.what} ${c.found}`).join(', ') : checks.some((c) => c.what === 'lost') ? 'nothing lost, doubled, stuck or drifted' : `${checks.filter((c) => c.goal === '>= 1' && c.verdict === 'ok').length} kinds of faults made by hand were all counted`,
    ...bounds.map((c) => `${c.what}: ${c.found} (${c.goal}${c.verdict === 'ok' ? '' : ', ' + c.verdict})`)].join('; ')
}
const queue = [
  ['W8', 'a signed request sent again after 301 s is refused', 'or the step fails', 'deploy/check 40-api'],
  ['W9', 'one address is flooded with 2,000 a second, ack p99 of others as a multiple of without (≤ 1.5)', r.flood && `${r.flood.value}; ${Math.round(r.flood.flood_refused_share * 100)} % of the flood refused, of others ${r.flood.others_refused}`, 'tests/bench/run flood'],
  ['Q4', 'a thousand jobs of one to two hours on a clock of the test\'s own, beats as late as can be, some workers standing still', '0 live jobs rescued, 0 old tokens taken, or the step fails', 'deploy/check 30-sql'],
  ['Q5', 'one tenant\'s 10,000 jobs beside fifty tenants\' five, p95 of their wait (≤ 2 s)', r.fair && Object.entries({ ring: 'with Redis', ring_held: 'three held back in front', alone: 'without Redis', alone_held: 'without, three held back' }).filter(([k]) => r.fair[k]).map(([k, what]) => `${r.fair[k].wait_p95_s} s ${what}`).join(', '), 'tests/bench/run fair'],
  ['Q8', '10,000 ticks over both moved clocks, three tickers killed at random', '0 missed, 0 doubled, or the step fails', 'deploy/check 30-sql'],
  ['Q12', 'a thousand jobs failing together, each pause from 1 s to 6 h: at most a twentieth of the retries in any hundredth of the window', 'or the test fails', 'deploy/check 20-unit'],
  ['Q9', 'jobs worked off a second, 8 slots, claimed in batches (≥ 5,000) and for free slots only (≥ 2,000), beside SKIP LOCKED one by one and BullMQ; an empty queue\'s p99 (≤ 50 ms)', r.queue && r.latency && `${r.queue.ringsight}/s: ${r.queue.beside_sql} and ${r.queue.beside_bullmq} times theirs${r.queue.single ? `; for free slots ${r.queue.single.ringsight}/s: ${r.queue.single.beside_sql} times SQL's` : ''}; ${r.latency.p99_ms} ms`, 'tests/bench/run queue latency'],
]
const ways = [...readFileSync(join(here, 'WAYS-IN.md'), 'utf8').matchAll(/^\| (W\d+) \| (.*) \| (.*?) \| (.*?) \| (`.*?`) \|$/gm)]
const trust = [`${commands.join(', ')} on ${where}${commands.length > 1 ? ', and as tests/chaos/REPORT.md says of each' : ''}:`, '', '| TRUST | what is done | found (goal) | command |', '|---|---|---|---|',
  ...sections.map((s) => `| ${s.id} | ${s.title} | ${found(s)} | \`tests/chaos/run\` |`),
  ...queue.filter((q) => q[2]).map(([id, what, value, run]) => `| ${id} | ${what} | ${value} | \`${run}\` |`),
  '', 'At full size, by `node tests/bench/ways-in.mjs`:', '', '| TRUST | found (goal) | machine | when, commit | command |', '|---|---|---|---|---|',
  ...ways.map(([row]) => row)]

const readme = join(here, '..', '..', 'README.md')
const text = readFileSync(readme, 'utf8').replace(/<!-- figures -->[\s\S]*?(?=\nSecurity: )/, `<!-- figures -->\n${table.join('\n')}\n\nWhat was broken on purpose and what came of it stands in tests/TRUST.md, each row with its command.\n`)
writeFileSync(readme, text)
writeFileSync(join(here, '..', 'TRUST.md'), `# What was broken on purpose, and what came of it\n\nWritten by \`node tests/bench/readme.mjs\`; the ids are goals.\n\n${trust.join('\n')}\n`)
