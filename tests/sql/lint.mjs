// The catalogue lint and its mutants (TRUST.md T1), through psql as the cluster's superuser.
//   node lint.mjs <connection string of a superuser on the migrated database>
// Each mutant runs in a transaction that is rolled back.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const url = process.argv[2];
const lint = readFileSync(join(here, 'lint.sql'), 'utf8').replace(/--[^\n]*/g, '');

const psql = (sql) => execFileSync('psql', ['-X', '-q', '-A', '-t', '-F', '\t', '-v', 'ON_ERROR_STOP=1', '-d', url],
  { input: sql, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] }).trim();
const rows = (text) => (text ? text.split('\n') : []);

let passed = 0;
let failed = 0;
const check = (good, name, why = '') => {
  if (good) passed++;
  else failed++;
  console.log(`${good ? 'ok' : 'not ok'} ${name}`);
  if (!good && why) console.log(why.split('\n').map((l) => `    ${l}`).join('\n'));
};

const findings = psql(lint);
check(!findings, 'the catalogue has no findings', findings);

const tables = (kind) => rows(psql(`select relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = 'public' and c.relkind in ('r', 'p') and obj_description(c.oid) = 'class: ${kind}' order by 1`));
const names = { 'tenant table': tables('tenant'), 'directory table': tables('directory') };
const mutants = readFileSync(join(here, 'mutants.sql'), 'utf8').split('\n')
  .filter((line) => line && !line.startsWith('--'))
  .flatMap((line) => {
    const kind = line.match(/<([^>]+)>/)?.[1];
    return kind ? names[kind].map((table) => line.replace(`<${kind}>`, table)) : [line];
  })
  // A directory table without that policy has no such mutant.
  .filter((line) => !line.startsWith('alter policy gate') || !/ schema_migration /.test(line));

// All in one psql: a savepoint each, so that a mutant which cannot be made is told apart.
const script = mutants.map((m, i) => `begin;\n${m};\nselect 'mutant ${i} ' || count(*) from (${lint.trim().replace(/;$/, '')}) f;\nrollback;`).join('\n');
const answer = execFileSync('psql', ['-X', '-q', '-A', '-t', '-d', url], { input: script, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });
const found = new Map(rows(answer.trim()).map((l) => l.match(/^mutant (\d+) (\d+)$/)).filter(Boolean).map((m) => [Number(m[1]), Number(m[2])]));
const alive = mutants.filter((_, i) => !(found.get(i) > 0));
check(alive.length === 0, `${mutants.length} mutants of row security, keys and grants are all found`, alive.join('\n'));
console.log(`passed=${passed} failed=${failed}`);
process.exit(failed ? 1 : 0);
