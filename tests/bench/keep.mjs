// Keeps what the last run measured beside what earlier ones did, each with its machine and commit:
// node tests/bench/keep.mjs [FILE...] puts last.json, or the files named, into RESULTS.json.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const here = import.meta.dirname, kept = join(here, 'RESULTS.json')
const results = JSON.parse(readFileSync(kept, 'utf8'))
for (const file of process.argv.length > 2 ? process.argv.slice(2) : [join(here, 'last.json')]) {
  const { machine, ...measures } = JSON.parse(readFileSync(file, 'utf8'))
  for (const [name, measure] of Object.entries(measures)) results[name] = { ...measure, machine }
}
writeFileSync(kept, `${JSON.stringify(results, null, 2)}\n`)
