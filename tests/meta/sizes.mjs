// Sizes: a file of 800 lines or a function of 100 is two.
import { bare, files, read } from './tree.mjs';

const FILE_MAX = 800, FILE_WISH = 500, FUNCTION_MAX = 100;

const written = files.filter((f) => /\.(c|cc|h|mjs|ts|tsx|sh|css|sql)$/.test(f) && !f.startsWith('tests/fixtures/'));
const length = (path) => read(path).split('\n').length - 1;

/** Our functions open and close with a brace in the first column; nothing else opens so. */
export function functions(path) {
  const lines = bare(read(path)).split('\n');
  const list = [];
  let start = -1;
  lines.forEach((line, i) => {
    if (line === '{' && start < 0) start = i;
    if (line === '}' && start >= 0) {
      let head = start - 1;
      while (head > 0 && /^\s+\S/.test(lines[head])) head--; // a head of several lines
      list.push({ name: lines[head].match(/(\w+)\(/)?.[1] ?? '?', line: head + 1, length: i - start + 1 });
      start = -1;
    }
  });
  return list;
}

function fileFaults() {
  return written.map((path) => [path, length(path)]).filter(([, n]) => n > FILE_MAX)
    .map(([path, n]) => `${path} has ${n} lines, at most ${FILE_MAX}`);
}

function functionFaults() {
  return written.filter((f) => /\.cc?$/.test(f)).flatMap((path) => functions(path)
    .filter((f) => f.length > FUNCTION_MAX)
    .map((f) => `${path}:${f.line} ${f.name} has ${f.length} lines, at most ${FUNCTION_MAX}`));
}

export function notes() {
  return written.map((path) => [path, length(path)]).filter(([, n]) => n > FILE_WISH)
    .map(([path, n]) => `${path} has ${n} lines: over ${FILE_WISH} a file wants to be two`);
}

export const checks = [
  [`sizes: no file is longer than ${FILE_MAX} lines`, fileFaults],
  [`sizes: no function is longer than ${FUNCTION_MAX} lines`, functionFaults],
];
