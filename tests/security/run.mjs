// tests/security/run: one line for each goal: what shows it and its figure, or "open: why".
//   tests/security/run                 runs what the goals name, then prints (minutes)
//   tests/security/run --besides LOG   the same, but what LOG has of units.test.mjs is not run again
//   tests/security/run --from LOG…     reads what suites printed that ran already (TAP), as deploy/check does
// "not ok" is a goal of which a named test failed or did not run. A figure is a line "# ID figure: …" that a test printed.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { goals } from './goals.mjs';

const repo = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const after = (word) => (process.argv.indexOf(word) > 0 ? process.argv.slice(process.argv.indexOf(word) + 1) : null);
const from = after('--from'), besides = after('--besides');

function run(command, args, env = {}) {
  console.error(`# ${command} ${args.join(' ')}`);
  const { stdout, stderr } = spawnSync(command, args, { cwd: repo, encoding: 'utf8', maxBuffer: 1 << 28, env: { ...process.env, ...env } });
  return `${stdout}\n${stderr}`;
}

/** All that the suites say, by running them. */
function runAll() {
  const files = [...new Set(goals.flatMap((g) => g.tests).filter((t) => t.suite === 'api').map((t) => basename(t.file, '.test.ts')))];
  const build = process.env.CHECK_BUILD ?? join(repo, 'build');
  const demo = process.env.RINGSIGHT_DEMO ?? join(repo, 'var/demo.json');
  return [
    run(join(build, 'tests/unit/unit'), [], { CMOCKA_MESSAGE_OUTPUT: 'TAP' }),
    run(join(repo, 'tests/sql/run'), []),
    run('npm', ['--prefix', 'tests/api', 'test', '--silent', '--', ...files.map((f) => `${f}.test`)], { RINGSIGHT_BUILD: build, RINGSIGHT_DEMO: demo }),
    besides ? readFileSync(besides[0], 'utf8') : run('node', ['--test', '--test-reporter=tap', 'tests/security/units.test.mjs']),
  ].join('\n');
}

const said = from ? from.filter(existsSync).map((f) => readFileSync(resolve(f), 'utf8')).join('\n') : runAll();
const results = said.split('\n').flatMap((line) => {
  const m = line.match(/^\s*(not ok|ok)\s+(?:\d+\s+)?(?:- )?(.*?)(?:\s+# SKIP.*)?$/);
  return m ? [{ ok: m[1] === 'ok', title: m[2].replace(/\\(.)/g, '$1') }] : [];
});
// The reporter escapes the # of what a test prints.
const figures = new Map();
for (const [, id, text] of said.matchAll(/\\?# (\w\d+) figure: (.*)$/gm)) figures.set(id, figures.has(id) ? `${figures.get(id)}; ${text}` : text);

// Where programs cannot be confined, what is tried inside is not tried, and each goal says so.
const [, untried] = said.match(/^# installed skipped: (.*)$/m) ?? [];

let bad = 0;
for (const { id, what, tests, open } of goals) {
  const seen = tests.map((t) => results.filter((r) => r.title.startsWith(t.title.replace(/\\(.)/g, '$1'))));
  const absent = tests.filter((t, i) => !seen[i].length);
  const skipped = absent.filter((t) => (t.suite === 'fuzz' && !from) || (t.suite === 'installed' && untried));
  const missing = absent.filter((t) => !skipped.includes(t));
  const failed = seen.flat().filter((r) => !r.ok);
  const parts = [];
  if (tests.length) parts.push(figures.get(id) ?? `${seen.flat().filter((r) => r.ok).length} of ${seen.flat().length} tests`);
  for (const f of failed) parts.push(`failed: ${f.title}`);
  for (const t of missing) parts.push(`did not run: ${t.file} "${t.title}"`);
  if (untried && skipped.some((t) => t.suite === 'installed')) parts.push(`not tried inside the units: ${untried}`);
  if (open) parts.push(`open: ${open}`);
  const wrong = failed.length || missing.length;
  if (wrong) bad++;
  console.log(`${wrong ? 'not ok' : seen.flat().length ? 'ok' : '# --'} ${id} ${what}: ${parts.join('; ')}`);
}
process.exitCode = bad ? 1 : 0;
