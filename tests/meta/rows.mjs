// Rows of the house's tables: routes say what they do and are listed, statements are used, schemas
// that a route names exist.
import { bare, folderOf, read, under } from './tree.mjs';

const code = under('server', '.c', '.h');

/** The rows of every route table: method, path, and the row's text. */
export function routes() {
  return code.filter((f) => f.endsWith('.c')).flatMap((path) => {
    const text = read(path);
    return [...text.matchAll(/^static const struct route \w+\[\] = \{\n([\s\S]*?)^\};/gm)].flatMap((t) =>
      [...t[1].matchAll(/^ {4}\{(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS), "([^"]+)",([\s\S]*?)\},?\n(?= {4}\{)/gm)]
        .map((m) => ({ path, method: m[1], route: m[2], row: m[3] })));
  });
}

function docFaults() {
  return routes().filter((r) => !/\.doc\s*=\s*"[^"]{5,}/.test(r.row)).map((r) => `${r.path}: ${r.method} ${r.route} has no .doc`);
}

function schemaFaults() {
  const texts = code.map(read);
  const known = new Set(['audio', 'file', ...texts.flatMap((t) => [...t.matchAll(/^ {4}\{"(\w+)",\s*(?:\n\s*)?(?:"|[A-Z]+\b)/gm)].map((m) => m[1]))]);
  const rows = routes().map((r) => [`${r.path}: ${r.method} ${r.route}`, r.row.match(/\.out\s*=\s*"(\w+)"/)?.[1]]);
  const columns = under('server', 'queries.sql').flatMap((path) => [...read(path).matchAll(/\bjson:(\w+)/g)].map((m) => [path, m[1]]));
  return [...rows, ...columns].filter(([, name]) => name && !known.has(name)).map(([where, name]) => `${where} names schema ${name}, which is nowhere`);
}

function featureFaults() {
  const list = read('server/features.c');
  return code.filter((f) => f.endsWith('.c')).flatMap((path) =>
    [...bare(read(path)).matchAll(/^const struct (feature|provider) (\w+) = \{/gm)]
      .filter((m) => !list.includes(`&${m[2]},`)).map((m) => `${path}: ${m[2]} is not in server/features.c`));
}

function statementFaults() {
  const text = code.map((f) => bare(read(f))).join('\n');
  return under('server', '.sql').filter((f) => f.endsWith('queries.sql')).flatMap((path) =>
    [...read(path).matchAll(/^-- name:\s*(\w+)/gm)].map((m) => m[1])
      .filter((name) => !new RegExp(`\\bq_${name}\\s*\\(|\\bSQL_${name.toUpperCase()}\\b`).test(text))
      .map((name) => `${path}: ${name} is used nowhere`));
}

/** What each kind of job is called stands in one place of the dashboard. */
function kindFaults() {
  const names = read('static/app/pages/work/kinds.ts');
  return code.flatMap((path) => [...read(path).matchAll(/^(?:static )?const struct job_kind \w+\[\] = \{\n([\s\S]*?)^\};/gm)]
    .flatMap((t) => [...t[1].matchAll(/^ {4}\{(?:\.name = )?"([\w.]+)"/gm)].map((m) => m[1]))
    .filter((kind) => !names.includes(`'${kind}': '`)).map((kind) => `${path}: ${kind} has no name in static/app/pages/work/kinds.ts`));
}

/** A statement belongs to the folder it stands in: nobody else includes its header. */
function queriesFaults() {
  return code.flatMap((path) => [...read(path).matchAll(/#include "((?:[\w-]+\/)*)queries\.h"/g)]
    .filter((m) => `server/${m[1]}`.replace(/\/$/, '') !== folderOf(path) && m[1].split('/').length > 2)
    .map((m) => `${path} uses the statements of ${m[1]}`));
}

/** A table whose rows name objects and which the sweep does not know would lose them. */
function objectFaults() {
  const sweep = read('server/intake/recordings/queries.sql').match(/-- name: objects_unnamed[\s\S]*?;/)?.[0] ?? '';
  return under('migrations', '.sql').flatMap((path) => [...read(path).matchAll(/create table (\w+) \(([\s\S]*?)^\)/gm)]
    .filter((m) => /\bobject_key\b/.test(m[2]) && !new RegExp(`\\bfrom ${m[1]}\\b`).test(sweep))
    .map((m) => `${path}: ${m[1]} has object_key, but objects_unnamed does not read it`));
}

export const checks = [
  ['objects: every table that names them is known to the sweep', objectFaults],
  ['routes: every one says what it does', docFaults],
  ['routes: every schema named is there', schemaFaults],
  ['features: every feature and provider is listed in features.c', featureFaults],
  ['jobs: every kind has a name in plain words', kindFaults],
  ['statements: every one is used', statementFaults],
  ['statements: used only by their own feature', queriesFaults],
];
