// Settings: one table; each is explained, used, and no other name is spoken of anywhere.
import { files, lineOf, read, under } from './tree.mjs';

const TABLE = 'server/core/settings.c';

// Not settings of the server but of the scripts around it, explained where they are read.
const OF_SCRIPTS = new Set(['RINGSIGHT_BUILD', 'RINGSIGHT_CHECK_VAR', 'RINGSIGHT_CONFIG', 'RINGSIGHT_DEMO',
  'RINGSIGHT_FUZZ', 'RINGSIGHT_FUZZ_SECONDS', 'RINGSIGHT_MIN_FREE_MB', 'RINGSIGHT_PG_BIN',
  'RINGSIGHT_SANITIZE', 'RINGSIGHT_STATIC', 'RINGSIGHT_TEMPLATES', 'RINGSIGHT_TESTS',
  'RINGSIGHT_ASR', 'RINGSIGHT_CALLS', 'RINGSIGHT_S3_CONTROL', 'RINGSIGHT_BUILD_DIR', 'RINGSIGHT_SOURCE_DIR']);
const PREFIXES = [/^RINGSIGHT_(DEMO|GEN|TEST)_/, /_H$/, /^RINGSIGHT_$/];

export function table() {
  const text = read(TABLE);
  const rows = text.slice(text.indexOf('table[] = {'), text.indexOf('#undef T') > 0 ? text.indexOf('#undef T') : text.indexOf('#define N_SETTINGS'));
  return [...rows.matchAll(/^ {4}(?:[TNU]\((\w+),|\{"(\w+)",)([\s\S]*?)(?:\)|\}),$/gm)]
    .map((m) => ({ name: m[1] ?? m[2], doc: [...m[3].matchAll(/"((?:\\.|[^"\\])*)"/g)].at(-1)?.[1] ?? '' }));
}

const upper = (name) => `RINGSIGHT_${name.toUpperCase()}`;

function fields() {
  const text = read('server/core/settings.h');
  const body = text.slice(text.indexOf('struct settings {'), text.indexOf('};'));
  return [...body.matchAll(/^ +(?:const char|int64_t|bool)\b([^;]*);/gm)]
    .flatMap((m) => m[1].split(',').map((n) => n.replace(/[\s*]/g, '')));
}

function tableFaults() {
  const rows = table(), names = rows.map((r) => r.name);
  return [
    ...fields().filter((f) => !names.includes(f)).map((f) => `${f} is a field but no row of the table`),
    ...rows.filter((r) => r.doc.length < 10 || !r.doc.endsWith('.')).map((r) => `${r.name}: "${r.doc}" explains nothing`),
  ];
}

function useFaults() {
  const code = under('server', '.c').filter((f) => f !== TABLE).map(read).join('\n');
  return table().filter((r) => !new RegExp(`(?:->|\\.)${r.name}\\b`).test(code))
    .map((r) => `${r.name} is read nowhere`);
}

function nameFaults() {
  const known = new Set([...table().map((r) => upper(r.name)), ...OF_SCRIPTS]);
  const spoken = files.filter((f) => /^(server|deploy|config|templates|static|tests|migrations)\/|^[A-Z]+\.md$|^CMakeLists/.test(f)
    && !/package-lock|^tests\/(fuzz\/corpus|fixtures|providers|meta)\//.test(f) && /\.(c|h|mjs|ts|tsx|sh|md|sql|example|in|txt)$|\/(up|down|check|admin|run)$/.test(f));
  return spoken.flatMap((path) => {
    const text = read(path);
    return [...text.matchAll(/\bRINGSIGHT_[A-Z0-9_]*/g)]
      .filter((m) => !known.has(m[0]) && !PREFIXES.some((p) => p.test(m[0])))
      .map((m) => `${path}:${lineOf(text, m.index)} speaks of ${m[0]}, which is no setting`);
  });
}

function exampleFaults() {
  const names = table().map((r) => r.name);
  return [...read('config/ringsight.conf.example').matchAll(/^#? ?(\w+) = /gm)]
    .filter((m) => !names.includes(m[1])).map((m) => `config/ringsight.conf.example sets ${m[1]}, which is no setting`);
}

export const checks = [
  ['settings: every one is in the table and explained', tableFaults],
  ['settings: every one is used', useFaults],
  ['settings: no other name is spoken of', nameFaults],
  ['settings: the example file sets none that is not there', exampleFaults],
];
