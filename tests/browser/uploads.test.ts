/* The upload page with hundreds of files: facts from names and sheets, repeats, a reload in the
 * middle, analysis afterwards. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { xlsx } from '../api/workbook.ts';
import { accessible, get, launch, noSidewaysScroll, open, phone } from './house.ts';

let browser: Browser;
const folder = mkdtempSync('/tmp/ringsight-uploads-');
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

/** A fifth of a second of noise at 8 kHz: each file is another recording. */
function noise(samples = 1600): Buffer {
  const data = randomBytes(2 * samples);
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8000, 24);
  head.writeUInt32LE(16_000, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}

const files = (page: Page) => page.getByLabel('Recordings', { exact: true });
const status = (page: Page) => page.locator('.upload-total [role=status]');

/** Drops these many files on the page at once, made there. */
function dropMany(page: Page, n: number, name: string): Promise<void> {
  return page.evaluate(
    async ([count, prefix, one]: [number, string, string]) => {
      const base = Uint8Array.from(atob(one), (c) => c.charCodeAt(0));
      const transfer = new DataTransfer();
      for (let i = 0; i < count; i++) {
        const bytes = base.slice();
        crypto.getRandomValues(bytes.subarray(44));
        const title = `${prefix}_2026-01-${String(1 + (i % 28)).padStart(2, '0')}_0930_4477009000${String(i).padStart(2, '0')}.wav`;
        transfer.items.add(new File([bytes], title, { lastModified: 1_700_000_000_000 + i }));
      }
      const target = document.querySelector('.drop');
      target?.dispatchEvent(
        new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: transfer }),
      );
    },
    [n, name, noise(400).toString('base64')] as [number, string, string],
  );
}

test(
  'three hundred files in one drop: few rows are drawn, all are sent, four at a time',
  { timeout: 360_000 },
  async () => {
    const { page, faults, context } = await open(browser, '/upload');
    let now = 0;
    let most = 0;
    page.on('request', (r) => {
      if (/\/uploads\/[0-9a-f-]{36}$/.test(r.url()) && r.method() === 'PATCH')
        most = Math.max(most, ++now);
    });
    const gone = (r: { url(): string; method(): string }) => {
      if (/\/uploads\/[0-9a-f-]{36}$/.test(r.url()) && r.method() === 'PATCH') now--;
    };
    page.on('requestfinished', gone);
    page.on('requestfailed', gone);
    await page.getByLabel('Analyze as they arrive').uncheck();
    await page.getByLabel('Pattern').fill('{agent}_{date}_{time}_{number}');
    const who = `drop${randomBytes(3).toString('hex')}`;
    await dropMany(page, 300, who);
    await status(page).getByText('300 files').waitFor();
    await page.getByText('300 names fit').waitFor();
    assert.ok((await page.locator('.upload').count()) < 40, 'only the rows in sight are drawn');
    await accessible(page, 'upload with files');
    await page.getByRole('button', { name: 'Upload 300 files' }).click();
    await status(page).getByText('300 of 300 files received').waitFor({ timeout: 300_000 });
    assert.ok(most >= 2 && most <= 4, `${most} parts at a time`);
    const { items } = await get<{ items: { key: string; calls: number }[] }>(
      page,
      '/unknown-agents?limit=100',
    );
    assert.equal(items.find((g) => g.key === who)?.calls, 300, 'each is a call, none twice');
    assert.deepEqual(faults, []);

    /* The last row is reached by scrolling. */
    await page.locator('.upload-scroll').evaluate((el) => el.scrollTo(0, el.scrollHeight));
    await page.locator('.upload').last().getByText('Kept without analysis').waitFor();
    await context.close();
  },
);

test(
  'a reload in the middle: the same folder again goes on, nothing is sent twice',
  { timeout: 240_000 },
  async () => {
    const { page, context } = await open(browser, '/upload');
    const inside = mkdtempSync(join(folder, 'calls-'));
    for (let i = 0; i < 6; i++) writeFileSync(join(inside, `call ${i}.wav`), noise(1_400_000));
    await page.getByLabel('Analyze as they arrive').uncheck();
    let sent = 0;
    let taken = 0;
    page.on('response', (r) => {
      if (r.request().method() === 'PATCH' && r.ok()) taken++;
    });
    await page.route('**/api/v1/uploads/*', async (route) => {
      if (route.request().method() === 'PATCH' && ++sent > 5) return; /* no more parts arrive */
      await route.continue();
    });
    await page.getByLabel('Folder of recordings').setInputFiles(inside);
    await page.getByRole('button', { name: 'Upload 6 files' }).click();
    /* two parts a file: of an odd number of parts one is half a file */
    for (const until = Date.now() + 90_000; taken < 5; await page.waitForTimeout(50))
      assert.ok(Date.now() < until, `${taken} parts arrived`);
    /* the page goes first: parts that are held back would be let go on with the route */
    await page.reload();
    await page.getByText(/^Not finished: /).waitFor();
    await page.unroute('**/api/v1/uploads/*');
    const offsets: number[] = [];
    page.on('request', (r) => {
      if (r.method() === 'PATCH') offsets.push(Number(r.headers()['upload-offset']));
    });
    await page.getByLabel('Analyze as they arrive').uncheck();
    await page.getByLabel('Folder of recordings').setInputFiles(inside);
    await page.locator('.upload').nth(5).waitFor();
    await page.waitForFunction(
      () => {
        [...document.querySelectorAll('button')]
          .find((b) => /^Upload \d+ files?$/.test(b.textContent ?? ''))
          ?.click();
        return [...document.querySelectorAll('.upload')].every((e) => e.matches('.done, .known'));
      },
      null,
      { timeout: 120_000, polling: 200 },
    );
    assert.ok(offsets.some((o) => o > 0), 'one went on where it stopped');
    await page.getByText(/^Not finished: /).waitFor({ state: 'detached' });
    await context.close();
  },
);

test('a CSV beside them says whose they are; a wrong row and a missing one are told', async () => {
  const { page, faults, context } = await open(browser, '/upload');
  const { items } = await get<{ items: { id: string; name: string; extension: string }[] }>(
    page,
    '/agents',
  );
  const agent = items[0]!;
  const csv = `Recording file;Agent;Date;Time;In/Out;Customer phone\nA.wav;${agent.extension};21/11/2026;14:05;in;+44 20 7946 0001\nb.WAV;nobody;31/31/2026;14:05;out;1\n`;
  await files(page).setInputFiles([
    { name: 'a.wav', mimeType: 'audio/wav', buffer: noise() },
    { name: 'b.wav', mimeType: 'audio/wav', buffer: noise() },
    { name: 'c.wav', mimeType: 'audio/wav', buffer: noise() },
    { name: 'calls.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) },
  ]);
  await page.getByText('2 rows fit a file on the list.').waitFor();
  const row = (name: string) => page.locator('.upload', { hasText: name });
  await row('a.wav').getByText(`${agent.name} · inbound`).waitFor();
  await row('a.wav').getByText('+442079460001').waitFor();
  await row('b.wav').getByText('cannot be read as a date').waitFor();
  await row('c.wav').getByText('The sheet has no row for this file.').waitFor();
  await page.locator('select[name=column-agent]').selectOption('None');
  await row('a.wav').getByText('no agent').waitFor();
  await accessible(page, 'upload with a sheet');
  assert.deepEqual(faults, []);
  await context.close();
});

test('an XLSX is read without leaving the page or breaking its policy', async () => {
  const { page, faults, context } = await open(browser, '/upload');
  await files(page).setInputFiles([
    { name: 'one.wav', mimeType: 'audio/wav', buffer: noise() },
    {
      name: 'calls.xlsx',
      mimeType: 'application/octet-stream',
      buffer: xlsx([
        ['File', 'Agent', 'Started'],
        ['one.wav', 'Zoe', '2026-11-21 09:30'],
      ]),
    },
  ]);
  await page.getByText('1 row fits a file on the list.').waitFor();
  await page.locator('.upload').getByText('No agent is called "Zoe"').waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});

test('what is here already is told with its call before it is sent, and twice in one drop too', { timeout: 480_000 }, async () => {
  const { page, context } = await open(browser, '/upload');
  const buffer = noise();
  const file = { name: 'once.wav', mimeType: 'audio/wav', buffer };
  await page.getByLabel('Analyze as they arrive').uncheck();
  await files(page).setInputFiles([file, { ...file, name: 'twice.wav' }]);
  await page.getByText('The same as once.wav.').waitFor();
  await page.getByRole('button', { name: 'Upload 1 file' }).click();
  const link = page.locator('.upload', { hasText: 'once.wav' }).getByRole('link');
  await link.waitFor();
  const call = await link.getAttribute('href');
  await page.waitForFunction(
    async (path) => {
      const answer = await fetch(`/api/v1${path}`);
      const { state, recordings } = (await answer.json()) as {
        state: string;
        recordings: { state: string; sha256: string | null }[];
      };
      return state === 'stored' && recordings.some((r) => r.state === 'ready' && r.sha256);
    },
    call,
    /* behind the hundreds of recordings of the tests above */
    { polling: 200, timeout: 360_000 },
  );
  /* the page knows too: an upload that it believes unfinished would be remembered */
  await page.getByText('Kept without analysis.').waitFor();
  await page.reload();
  let begun = 0;
  const asked: string[] = [];
  page.on('request', (r) => {
    if (r.method() === 'POST' && r.url().endsWith('/uploads')) begun++;
    if (r.url().endsWith('/uploads/known')) asked.push(`asked ${r.postData()}`);
  });
  page.on('response', (r) => {
    if (r.url().endsWith('/uploads/known'))
      void r.text().then(
        (text) => asked.push(`told ${r.status()} ${text}`),
        () => undefined,
      );
  });
  /* a page that is just loaded may draw its input anew while a file is given to it */
  const listed = page.locator('.upload', { hasText: 'renamed.wav' });
  for (let tries = 0; tries < 6 && !(await listed.count()); tries++) {
    await files(page).setInputFiles([{ ...file, name: 'renamed.wav' }]);
    await listed.waitFor({ timeout: 5000 }).catch(() => undefined);
  }
  await page
    .getByText('This recording is here already.')
    .waitFor()
    .catch(async () =>
      assert.fail(`${asked.join(', ')}: ${await page.locator('.upload').first().innerText()}`),
    );
  assert.equal(
    await page.locator('.upload').getByRole('link', { name: 'Open the call' }).getAttribute('href'),
    call,
  );
  assert.equal(begun, 0, 'not a byte was sent');
  await context.close();
});

test('kept first, analyzed afterwards; facts put right for one file by hand', async () => {
  const { page, context } = await open(browser, '/upload');
  await page.getByLabel('Analyze as they arrive').uncheck();
  await files(page).setInputFiles([{ name: 'kept.wav', mimeType: 'audio/wav', buffer: noise() }]);
  await page.getByRole('button', { name: 'Change what is told with kept.wav' }).click();
  await page.getByRole('dialog').getByLabel('Direction').selectOption('outbound');
  await page.getByRole('dialog').getByLabel('Number').fill('+441632960777');
  await page.getByRole('button', { name: 'Set' }).click();
  await page.locator('.upload').getByText('+441632960777').waitFor();
  await page.getByRole('button', { name: 'Upload 1 file' }).click();
  await page.getByText('Kept without analysis.').waitFor();
  await page.getByRole('button', { name: 'Analyze 1 call' }).click();
  await page.getByText('The analysis follows.').waitFor();
  const { items } = await get<{ items: { direction: string }[] }>(
    page,
    '/calls?number=%2B441632960777',
  );
  assert.equal(items[0]?.direction, 'outbound');
  await context.close();
});

test('the page with files on a phone', async () => {
  const { page, context } = await open(browser, '/upload', { viewport: phone });
  await files(page).setInputFiles([
    { name: `${'long name '.repeat(12)}.wav`, mimeType: 'audio/wav', buffer: noise() },
    { name: 'empty.wav', mimeType: 'audio/wav', buffer: Buffer.alloc(0) },
  ]);
  await page.getByText('The file is empty').waitFor();
  await noSidewaysScroll(page, 'upload with files');
  await accessible(page, 'upload with files on a phone');
  await context.close();
});
