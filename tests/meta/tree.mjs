// The repository as the checks see it: its files, and C with comments and texts taken out.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

// Made or fetched, hence nobody's writing.
const SKIPPED = new Set(['.git', 'node_modules', 'dist', '.vite']);
const MADE = new Set(['build', 'var', 'static/app/api/schema.d.ts', 'tests/api/schema.d.ts', 'tests/bench/last.json']);

function* walk(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (SKIPPED.has(entry.name) || MADE.has(relative(root, path))) continue;
    if (entry.isDirectory()) yield* walk(path);
    else if (entry.isFile()) yield relative(root, path);
  }
}

export const files = [...walk(root)];
export const read = (path) => readFileSync(join(root, path), 'utf8');
export const size = (path) => statSync(join(root, path)).size;
export const under = (folder, ...ends) =>
  files.filter((f) => f.startsWith(`${folder}/`) && (!ends.length || ends.some((e) => f.endsWith(e))));
export const folderOf = (path) => path.slice(0, path.lastIndexOf('/'));

export const lineOf = (text, index) => text.slice(0, index).split('\n').length;

/** C without comments, texts and characters; every line keeps its number. */
export function bare(text) {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g,
    (m) => (m[0] === '"' ? '""' : m[0] === "'" ? "' '" : m.replace(/[^\n]/g, ' ')));
}
