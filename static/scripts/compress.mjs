/* Puts .gz and .br beside every text file of dist/, and stops the build when the heaviest page, with all
 * that it loads before it is drawn, weighs more than 120 KB gzipped. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const limit = 120 * 1024;
const parts = JSON.parse(await readFile(join(dist, 'parts.json'), 'utf8'));
await rm(join(dist, 'parts.json'));
const weights = new Map();

for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !/\.(js|css|html|svg|json|txt)$/.test(entry.name)) continue;
  const file = join(entry.parentPath ?? entry.path, entry.name);
  const plain = await readFile(file);
  const gz = gzipSync(plain, { level: 9 });
  const br = brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  await writeFile(`${file}.gz`, gz);
  await writeFile(`${file}.br`, br);
  weights.set(relative(dist, file), gz.length);
}

/** The files of a part and of all that it imports before it runs. */
function filesOf(key, found = new Set()) {
  const part = parts[key];
  if (found.has(part.file)) return found;
  found.add(part.file);
  for (const file of part.css ?? []) found.add(file);
  for (const other of part.imports ?? []) filesOf(other, found);
  return found;
}

const entry = Object.keys(parts).find((key) => parts[key].isEntry);
const styles = [...weights.keys()].filter((file) => file.endsWith('.css'));
const pages = Object.keys(parts).filter((key) => parts[key].isDynamicEntry);
const table = pages
  .map((page) => {
    const files = new Set([...filesOf(entry), ...styles, ...filesOf(page)]);
    return [page, [...files].reduce((sum, file) => sum + (weights.get(file) ?? 0), 0)];
  })
  .sort((a, b) => b[1] - a[1]);
for (const [page, weight] of table) console.log(`${String(weight).padStart(7)} gz  ${page}`);
if (!table.length || table[0][1] > limit) {
  console.log(`${table[0]?.[0] ?? 'No page'} weighs too much: more than ${limit} bytes, gzipped.`);
  process.exit(1);
}
