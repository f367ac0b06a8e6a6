// The SQL text of a catalogue statement as it was built into the server, with its parameters
// replaced: pgbench must run the very same text.
import { readFileSync } from 'node:fs'

const TYPES = {
  SQL_UUID: 'uuid', SQL_TEXT: 'text', SQL_INT: 'int', SQL_BIGINT: 'bigint', SQL_BOOL: 'bool',
  SQL_TIME: 'timestamptz', SQL_JSON: 'jsonb', SQL_BYTES: 'bytea', SQL_UUIDS: 'uuid[]', SQL_TEXTS: 'text[]',
}

const part = (code, from, to) => {
  const at = code.indexOf(from)
  if (at < 0) throw new Error(`not in the catalogue: ${from}`)
  return code.slice(at + from.length, code.indexOf(to, at))
}

// Variant 0 (no selective filter). `values`: what stands for an input by name; others are null.
export function statement(file, name, values) {
  const code = readFileSync(file, 'utf8')
  const inputs = [...part(code, `${name}_inputs[] = {`, '};').matchAll(/\{"(\w+)", (\w+),/g)]
  const params = part(code, `${name}_params_0[] = {`, '}').split(',').map(Number)
  const first = part(code, `${name}_variants[] = {`, `${name}_params_0`)
  const text = [...first.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((m) => JSON.parse(`"${m[1]}"`)).join('')
  return text.replace(/\$(\d+)/g, (_, k) => {
    const [, input, type] = inputs[params[Number(k) - 1]]
    return values[input] ?? `null::${TYPES[type]}`
  })
}
