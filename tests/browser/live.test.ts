/* A delivery at the hook shows on an open page, without reload, within a second; an upload becomes
 * a call. Sends what a generic sender would. */
import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { launch, open, tenant } from './house.ts';

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

function signature(body: string, secret: string): Record<string, string> {
  const id = `msg_${randomUUID()}`;
  const stamp = String(Math.floor(Date.now() / 1000));
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const mac = createHmac('sha256', key).update(`${id}.${stamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': stamp, 'webhook-signature': `v1,${mac}` };
}

async function post(): Promise<void> {
  const body = JSON.stringify({
    call_id: `browser-${randomUUID()}`,
    direction: 'inbound',
    from: '+442079460991',
    to: '+442079460100',
    started_at: new Date(Date.now() - 60_000).toISOString().replace(/\.\d+/, ''),
  });
  const secret = tenant.hook_secrets?.generic;
  const reply = await fetch(tenant.hooks.generic!, {
    method: 'POST',
    body,
    headers: { 'Content-Type': 'application/json', ...(secret ? signature(body, secret) : {}) },
  });
  assert.ok(reply.ok, `the hook answered ${reply.status}`);
}

const rows = (page: Page): Promise<(string | undefined)[]> =>
  page
    .locator('.call-row')
    .evaluateAll((all) => all.map((r) => (r as HTMLElement).dataset.call));

/** Wherever it stands: calls of the last minute may be above it. */
const newRow = (page: Page, known: (string | undefined)[], timeout: number) =>
  page.waitForFunction(
    (ids) =>
      [...document.querySelectorAll<HTMLElement>('.call-row')].some(
        (r) => !ids.includes(r.dataset.call),
      ),
    known,
    { timeout },
  );

test('a call appears on the open page by itself', async () => {
  const { page, context } = await open(browser, '/calls');
  await page.waitForTimeout(500); /* the socket opens after the page */
  const known = await rows(page);
  const begun = Date.now();
  await post();
  await newRow(page, known, 15_000);
  const took = Date.now() - begun;
  console.log(`hook to row: ${took} ms`);
  assert.ok(took < 8000, `${took} ms`);
  await context.close();
});

test('the page follows again after its connection was lost', async () => {
  const { page, context } = await open(browser, '/calls');
  await context.setOffline(true);
  await page.waitForTimeout(300);
  await context.setOffline(false);
  await page.waitForTimeout(2500);
  const known = await rows(page);
  await post();
  await newRow(page, known, 8000);
  await context.close();
});

/** A WAV of one quiet tone, both channels; each is another one, for what is known is not taken twice. */
function wav(seconds: number): Buffer {
  const pitch = 220 + 100 * Math.random();
  const rate = 16_000;
  const data = Buffer.alloc(rate * seconds * 4);
  for (let n = 0; n < rate * seconds; n++) {
    const v = Math.round(2000 * Math.sin((n / rate) * 2 * Math.PI * pitch));
    data.writeInt16LE(v, n * 4);
    data.writeInt16LE(v, n * 4 + 2);
  }
  const head = Buffer.alloc(44);
  head.write('RIFF');
  head.writeUInt32LE(36 + data.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(2, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * 4, 28);
  head.writeUInt16LE(4, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}

test('an uploaded file becomes a call', async () => {
  const { page, context } = await open(browser, '/upload');
  const parts: number[] = [];
  page.on('request', (r) => {
    if (r.method() === 'PATCH') parts.push(Number(r.headers()['content-length'] ?? 0));
  });
  await page
    .locator('input[type=file]')
    .first()
    .setInputFiles({ name: 'tone.wav', mimeType: 'audio/wav', buffer: wav(40) });
  await page.getByRole('button', { name: 'Upload 1 file' }).click();
  await page.getByRole('link', { name: 'Open the call' }).click({ timeout: 40_000 });
  await page.waitForURL(/\/calls\/.+/);
  assert.equal(parts.length, 2, 'two parts of at most 2 MB');
  await context.close();
});

test('an upload goes on after a reload', async () => {
  const { page, context } = await open(browser, '/upload');
  const file = { name: 'long tone.wav', mimeType: 'audio/wav', buffer: wav(200) };
  const { mkdtempSync, writeFileSync } = await import('node:fs');
  const path = `${mkdtempSync('/tmp/ringsight-upload-')}/${file.name}`;
  writeFileSync(path, file.buffer);
  let sent = 0;
  const hold = await page.route('**/api/v1/uploads/*', async (route) => {
    if (route.request().method() === 'PATCH' && ++sent > 2)
      return; /* the third part never arrives */
    await route.continue();
  });
  void hold;
  await page.locator('input[type=file]').first().setInputFiles(path);
  await page.getByRole('button', { name: 'Upload 1 file' }).click();
  await page.waitForFunction(() => Number(document.querySelector('progress')?.value) > 20);
  await page.unroute('**/api/v1/uploads/*');
  await page.reload();
  await page.getByText(/Not finished: long tone\.wav/).waitFor();
  await page.locator('input[type=file]').first().setInputFiles(path);
  const first = await page.waitForRequest((r) => r.method() === 'PATCH');
  assert.ok(
    Number(first.headers()['upload-offset']) >= 4 * 1024 * 1024,
    'goes on where it stopped',
  );
  await page.getByRole('link', { name: 'Open the call' }).waitFor({ timeout: 40_000 });
  await context.close();
});

test('a file of the wrong kind is refused before a byte is sent', async () => {
  const { page, context } = await open(browser, '/upload');
  await page
    .locator('input[type=file]')
    .first()
    .setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('x') });
  await page
    .getByText('Only WAV, MP3, Ogg, Opus, FLAC, M4A, AAC, AMR and WebM recordings can be read.')
    .waitFor();
  await context.close();
});
