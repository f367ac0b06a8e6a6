/* Runs every *.test.ts here, one file after another so that timings mean something, and prints TAP.
 * Names given on the command line choose files. */
import { readdirSync } from 'node:fs';
import type { Duplex, Readable } from 'node:stream';
import { run } from 'node:test';
import { tap } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const asked = process.argv.slice(2);
const files = readdirSync(here)
  .filter(
    (name) => name.endsWith('.test.ts') && (!asked.length || asked.some((a) => name.startsWith(a))),
  )
  .sort()
  .map((name) => here + name);

const stream = run({ files, concurrency: 1 });
stream.on('test:fail', () => {
  process.exitCode = 1;
});
(stream as unknown as Readable).compose<Duplex>(tap as never).pipe(process.stdout);
