/* Puts .gz and .br beside every text file of dist/, and stops the build when scripts and styles
 * together weigh more than the page may: 200 KB gzipped. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const limit = 200 * 1024;
let weight = 0;

for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !/\.(js|css|html|svg|json|txt)$/.test(entry.name)) continue;
  const file = join(entry.parentPath ?? entry.path, entry.name);
  const plain = await readFile(file);
  const gz = gzipSync(plain, { level: 9 });
  const br = brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  await writeFile(`${file}.gz`, gz);
  await writeFile(`${file}.br`, br);
  if (/\.(js|css)$/.test(entry.name)) {
    weight += gz.length;
    console.log(
      `${String(gz.length).padStart(7)} gz ${String(br.length).padStart(7)} br  ${entry.name}`,
    );
  }
}
console.log(`${weight} bytes of script and style, gzipped (limit ${limit})`);
if (weight > limit) process.exit(1);
