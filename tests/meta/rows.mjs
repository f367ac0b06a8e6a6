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
  const known = new Set(['audio', ...texts.flatMap((t) => [...t.matchAll(/^ {4}\{"(\w+)",\s*(?:\n\s*)?(?:"|[A-Z]+\b)/gm)].map((m) => m[1]))]);
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

/** A statement belongs to the folder it stands in: nobody else includes its header. */
function queriesFaults() {
  return code.flatMap((path) => [...read(path).matchAll(/#include "((?:[\w-]+\/)*)queries\.h"/g)]
    .filter((m) => `server/${m[1]}`.replace(/\/$/, '') !== folderOf(path) && m[1].split('/').length > 2)
    .map((m) => `${path} uses the statements of ${m[1]}`));
}

export const checks = [
  ['routes: every one says what it does', docFaults],
  ['routes: every schema named is there', schemaFaults],
  ['features: every feature and provider is listed in features.c', featureFaults],
  ['statements: every one is used', statementFaults],
  ['statements: used only by their own feature', queriesFaults],
];
