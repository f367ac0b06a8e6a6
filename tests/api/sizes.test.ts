/* W1, W3 and W4 of TRUST.md at a size that takes seconds; `npm --prefix tests/api run size` has the full one, and
 * spool.test.ts W2. How long an answer takes is measured there and by tests/bench, on a quiet machine. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile), here = fileURLToPath(new URL('.', import.meta.url));

async function small(...words: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, ['--import', 'tsx', 'size.ts', ...words], { cwd: here, timeout: 340_000 })
    .catch((e: { stdout: string; stderr: string }) => assert.fail(e.stdout + e.stderr));
  console.log(`# ${stdout.trim()}`);
  return stdout;
}

test('W1: what is acknowledged at a steady rate is there, once and as it was sent', { timeout: 360_000 }, async () => {
  assert.match(await small('w1', '--seconds', '3', '--rate', '60'), /^ok W1: 1\d\d hooks of 2 KB, 60 a second: 0 acknowledged and not there once, 0 refused/);
});

test('W3: each event three times, shuffled, over three servers, is as many calls as events', { timeout: 360_000 }, async () => {
  assert.match(await small('w3', '--events', '100'), /^ok W3: 100 events three times, shuffled, over 3 servers: 100 calls, 0 refused/);
});

test('W4: bodies that are no record are kept as they were sent, and the memory that they take has a bound', { timeout: 360_000 }, async () => {
  assert.match(await small('w4', '--odd', '90'), /^ok W4: 90 bodies .*: 0 not stored as sent, 0 refused, 0 taken for a call/);
});
