/* Runs every *.test.ts here, one file after another so that timings mean something, and prints TAP.
 * Names given on the command line choose files. RINGSIGHT_TEST_TAKEN names a folder in which runs share the
 * files, each beside an installation of its own: a file is whose run makes its folder there first. */
import { mkdirSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Duplex, Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { run } from 'node:test';
import { tap } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const asked = process.argv.slice(2);
const taken = process.env.RINGSIGHT_TEST_TAKEN;
const files = readdirSync(here)
  .filter(
    (name) => name.endsWith('.test.ts') && (!asked.length || asked.some((a) => name.startsWith(a))),
  )
  .sort()
  .map((name) => here + name);

async function test(some: string[]): Promise<void> {
  const stream = run({ files: some, concurrency: 1 });
  stream.on('test:fail', () => {
    process.exitCode = 1;
  });
  const lines = (stream as unknown as Readable).compose<Duplex>(tap as never);
  lines.pipe(process.stdout, { end: false });
  await finished(lines, { writable: false });
}

function take(file: string): boolean {
  try {
    mkdirSync(join(taken!, basename(file)));
    return true;
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw e;
  }
}

if (!taken) await test(files);
else
  for (const file of files)
    if (take(file)) {
      const began = Date.now();
      await test([file]);
      console.log(`# ${basename(file)} took ${Math.round((Date.now() - began) / 1000)} s`);
    }
