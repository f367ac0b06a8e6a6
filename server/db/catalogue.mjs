// Turns every queries.sql of the house into C: typed inputs and outputs, one function a statement,
// and one literal text for each variant. No SQL text is made at run time.
//
//   node catalogue.mjs <server folder> <output folder>
//
// A statement:
//   -- name: calls_list :page          kinds: one, many, done, page
//   -- in:   agent uuid?, limit int    types below; `?` may be null
//   -- out:  id uuid, legs json:legs   json:<schema> passes through to the client as it is
//   -- key:  started_at, id            for :page, the columns of the cursor (inputs after_<column>)
//   -- Comment lines say which index serves it.
//   select ... where agent_id = $agent [[number: and c.customer_number = $number]] ...;
//
// `[[word: text]]` stands only where input `word` is given, `[[a|b: text]]` where one of them is: each
// combination becomes a statement of its own, because `$n is null or ...` under a generic plan
// reads every row.
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync, existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const TYPES = {
  uuid: ['SQL_UUID', 'struct uuid'],
  text: ['SQL_TEXT', 'struct str'],
  int: ['SQL_INT', 'int64_t'],
  bigint: ['SQL_BIGINT', 'int64_t'],
  bool: ['SQL_BOOL', 'bool'],
  timestamptz: ['SQL_TIME', 'int64_t'],
  json: ['SQL_JSON', 'struct str'],
  bytea: ['SQL_BYTES', 'struct str'],
  'uuid[]': ['SQL_UUIDS', 'struct str'],
  'text[]': ['SQL_TEXTS', 'struct str'],
};
const MAX_WORDS = 6;
// Columns that C reserves get an underscore behind them in structs.
const KEYWORDS = new Set(['short', 'default', 'int', 'long', 'register', 'case', 'switch', 'static', 'double', 'float', 'union']);
const cName = (name) => (KEYWORDS.has(name) ? name + '_' : name);

const [, , root, out] = process.argv;
const fail = (file, what) => {
  console.error(`${file}: ${what}`);
  process.exit(1);
};

function* files(folder) {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* files(path);
    else if (name === 'queries.sql') yield path;
  }
}

function fields(file, text) {
  if (!text?.trim()) return [];
  return text.split(',').map((part) => {
    const [name, typed, ...rest] = part.trim().split(/\s+/);
    if (!name || !typed || rest.length) fail(file, `cannot read field "${part.trim()}"`);
    const nullable = typed.endsWith('?');
    const [type, schema] = typed.replace(/\?$/, '').split(':');
    if (!TYPES[type]) fail(file, `unknown type "${type}" of ${name}`);
    return { name, type, nullable, schema };
  });
}

function statements(file) {
  const blocks = readFileSync(file, 'utf8').split(/^(?=-- name:)/m).filter((b) => b.startsWith('-- name:'));
  return blocks.map((block) => {
    const s = { notes: [], in: '', out: '', key: '' };
    const sql = [];
    let last = null;
    for (const line of block.split('\n')) {
      const head = line.match(/^-- (name|in|out|key):\s*(.*)$/);
      const more = line.match(/^--\s{4,}(\S.*)$/);
      if (head?.[1] === 'name') {
        const m = head[2].match(/^(\w+) :(one|many|done|page)$/);
        if (!m) fail(file, `cannot read "${line}"`);
        [, s.name, s.kind] = m;
      } else if (head) s[(last = head[1])] = head[2];
      else if (more && last && !sql.length) s[last] += ' ' + more[1];
      else if (line.startsWith('--')) { last = null; if (!sql.length) s.notes.push(line.slice(2).trim()); }
      else sql.push(line);
    }
    s.in = fields(file, s.in);
    s.out = fields(file, s.out);
    s.key = s.key ? s.key.split(',').map((k) => k.trim()) : [];
    s.sql = sql.join('\n').trim().replace(/;\s*$/, '');
    if (s.in.some((f) => f.name === 'tenant_id' || f.name === 'tenant') && !/gate\.|job/.test(s.sql)) fail(file, `${s.name}: tenant_id is never an input`);
    if (/set_config\([^)]*false\s*\)/.test(s.sql)) fail(file, `${s.name}: set_config(…, false) outlives its transaction`);
    for (const k of s.key) {
      const column = s.out.find((f) => f.name === k);
      if (!column || column.nullable) fail(file, `${s.name}: key ${k} must be an output that is never null`);
    }
    if (s.kind === 'page' && !s.key.length) fail(file, `${s.name}: a :page needs "-- key:"`);
    return s;
  });
}

const quote = (text) => text.split('\n').map((l) => l.trim()).filter(Boolean)
  .map((l, i, all) => JSON.stringify(l + (i + 1 < all.length ? ' ' : ''))).join('\n     ');

function variants(file, s) {
  const words = [...new Set([...s.sql.matchAll(/\[\[([\w|]+):/g)].map((m) => m[1]))];
  if (words.length > MAX_WORDS) fail(file, `${s.name}: more than ${MAX_WORDS} variant words`);
  const index = Object.fromEntries(s.in.map((f, i) => [f.name, i]));
  const masks = words.map((word) => word.split('|').reduce((mask, w) => {
    if (!(w in index)) fail(file, `${s.name}: variant word ${w} is no input`);
    return mask | (1n << BigInt(index[w]));
  }, 0n));
  const list = [];
  const used = new Set();
  for (let mask = 0; mask < 1 << words.length; mask++) {
    const picked = s.sql.replace(/\[\[([\w|]+):([\s\S]*?)\]\]/g, (_, w, t) => (mask & (1 << words.indexOf(w)) ? t : ''));
    const params = [];
    const text = picked.replace(/--[^\n]*/g, '').replace(/\$([a-z_]\w*)/g, (_, name) => {
      if (!(name in index)) fail(file, `${s.name}: $${name} is no input`);
      used.add(name);
      let at = params.indexOf(index[name]);
      if (at < 0) at = params.push(index[name]) - 1;
      return `$${at + 1}`;
    });
    list.push({ text, params });
  }
  for (const f of s.in) if (!used.has(f.name)) fail(file, `${s.name}: input ${f.name} is not used`);
  return { masks, list };
}

function cFields(s, which, label) {
  const list = s[which];
  if (!list.length) return '';
  const rows = list.map((f) => `    {"${f.name}", ${TYPES[f.type][0]}, ${f.nullable}, ` +
    `offsetof(struct ${s.name}_${which}, ${cName(f.name)}), ${f.schema ? `"${f.schema}"` : 'NULL'}},`);
  return `static const struct sql_field ${s.name}_${label}[] = {\n${rows.join('\n')}\n};\n`;
}

const cStruct = (s, which) => s[which].length
  ? `struct ${s.name}_${which} {\n${s[which].map((f) => `    ${TYPES[f.type][1]} ${cName(f.name)};`).join('\n')}\n};\n` : '';

const CALLS = {
  one: (s) => [`(struct db *db${s.in.length ? `, struct ${s.name}_in in` : ''}, struct ${s.name}_out *ret_row)`,
    `return db_one(db, SQL_${s.name.toUpperCase()}, ${s.in.length ? '&in' : 'NULL'}, ret_row);`],
  done: (s) => [`(struct db *db${s.in.length ? `, struct ${s.name}_in in` : ''}, int64_t *ret_count)`,
    `return db_done(db, SQL_${s.name.toUpperCase()}, ${s.in.length ? '&in' : 'NULL'}, ret_count);`],
  many: (s) => [`(struct db *db${s.in.length ? `, struct ${s.name}_in in` : ''}, struct ${s.name}_out **ret_rows,\n    size_t *ret_n)`,
    `return db_many(db, SQL_${s.name.toUpperCase()}, ${s.in.length ? '&in' : 'NULL'}, (void **)ret_rows, ret_n);`],
};
CALLS.page = CALLS.many;

let nextId = 1;
const all = [];
const seen = new Set();

function write(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text);
}

for (const file of files(root)) {
  const rel = relative(root, file).replace(/\.sql$/, '');
  const guard = `RINGSIGHT_GEN_${rel.replace(/\W/g, '_').toUpperCase()}_H`;
  const h = [`/* Made from ${rel}.sql by catalogue.mjs. */`, `#ifndef ${guard}`, `#define ${guard}`, '', '#include "db/db.h"', ''];
  const c = [`/* Made from ${rel}.sql by catalogue.mjs. */`, `#include "${rel}.h"`, '', '#include <stddef.h>', ''];
  for (const s of statements(file)) {
    if (seen.has(s.name)) fail(file, `${s.name} is named twice`);
    seen.add(s.name);
    const v = variants(file, s);
    const upper = s.name.toUpperCase();
    if (s.notes.length) h.push(`/* ${s.notes.join(' ')} */`);
    h.push(cStruct(s, 'in') + cStruct(s, 'out') + `extern const struct sql SQL_${upper}[1];`);
    const [signature, body] = CALLS[s.kind](s);
    h.push(`const struct err *q_${s.name}${signature} MUST_USE;`, '');
    c.push(cFields(s, 'in', 'inputs') + cFields(s, 'out', 'outputs'));
    for (const [i, one] of v.list.entries())
      c.push(`static const uint8_t ${s.name}_params_${i}[] = {${one.params.join(', ') || 0}};`);
    c.push(`static const struct sql_variant ${s.name}_variants[] = {`);
    for (const [i, one] of v.list.entries())
      c.push(`    {${quote(one.text)},\n     ${s.name}_params_${i}, ${one.params.length}},`);
    c.push('};', `static const uint64_t ${s.name}_words[] = {${v.masks.map((m) => `UINT64_C(${m})`).join(', ') || 0}};`);
    c.push(`static const uint8_t ${s.name}_key[] = {${s.key.map((k) => s.out.findIndex((f) => f.name === k)).join(', ') || 0}};`);
    c.push(`const struct sql SQL_${upper}[1] = {{`,
      `    .name = "${s.name}", .file = "${rel}.sql", .kind = SQL_${s.kind.toUpperCase()}, .id = ${nextId},`,
      `    .in = ${s.in.length ? `${s.name}_inputs` : 'NULL'}, .n_in = ${s.in.length}, .out = ${s.out.length ? `${s.name}_outputs` : 'NULL'}, .n_out = ${s.out.length},`,
      `    .out_size = ${s.out.length ? `sizeof(struct ${s.name}_out)` : 0}, .variants = ${s.name}_variants, .n_variants = ${v.list.length},`,
      `    .words = ${s.name}_words, .n_words = ${v.masks.length}, .key = ${s.name}_key, .n_key = ${s.key.length}}};`, '',
      `const struct err *q_${s.name}${signature}`, '{', `    ${body}`, '}', '');
    nextId += v.list.length;
    all.push(`SQL_${upper}`);
  }
  h.push('#endif', '');
  write(join(out, rel + '.h'), h.join('\n'));
  write(join(out, rel + '.c'), c.join('\n'));
}
write(join(out, 'catalogue.c'), ['/* Every statement of the house, made by catalogue.mjs. */', '#include "db/db.h"', '',
  ...all.map((n) => `extern const struct sql ${n}[1];`), '', 'const struct sql *const sql_all[] = {',
  ...all.map((n) => `    ${n},`), '    NULL};', `const unsigned sql_statements = ${nextId};`, ''].join('\n'));
