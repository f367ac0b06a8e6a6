/* Drop folders as an admin sets one up: the form says what is wrong, a test tells what is there, files
 * become calls, and one that fails says why and is tried again. On a desktop and on a phone. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { accessible, desktop, launch, noSidewaysScroll, open, phone, settled, tenant } from './house.ts';

const run = dirname(resolve(process.env.RINGSIGHT_DEMO ?? ''));
const folder = join(run, 'drop', tenant.slug, `b${randomBytes(4).toString('hex')}`);
let browser: Browser;

/** A second of noise as a WAV file that no other is. */
function sound(): Buffer {
  const samples = randomBytes(16_000), head = Buffer.alloc(44);
  head.write('RIFF', 0); head.writeUInt32LE(36 + samples.length, 4); head.write('WAVEfmt ', 8); head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20); head.writeUInt16LE(1, 22); head.writeUInt32LE(8000, 24); head.writeUInt32LE(16_000, 28);
  head.writeUInt16LE(2, 32); head.writeUInt16LE(16, 34); head.write('data', 36); head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}
function give(): void {
  const { uid, gid } = statSync(join(run, 'keys'));
  if (process.getuid?.() === 0) execFileSync('chown', ['-R', `${uid}:${gid}`, folder]);
}
function put(name: string, bytes: Buffer | string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), bytes);
  give();
}

before(async () => { browser = await launch(); });
after(async () => {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

const row = (page: Page, name: string) => page.locator('tbody tr', { hasText: name });

test('a folder is set up, tried, and its files become calls', async () => {
  const { page, faults, context } = await open(browser, '/folders', { viewport: desktop });
  put('201_20260703_091500_02079460199.wav', sound());
  put('odd.wav', sound());
  await page.getByRole('link', { name: 'Add a folder' }).first().click();
  await page.getByLabel('Name', { exact: true }).fill('Front desk');
  await page.getByLabel('Path').fill('/etc');
  await page.getByLabel('Names look like').fill('{agent}_{date}_{time}_{number}');
  await page.getByLabel('Seconds it must lie still').fill('1');
  await page.getByRole('button', { name: 'Add it and look' }).click();
  await page.getByText(/not one that the operator/).first().waitFor();
  await accessible(page, 'the form with a fault');
  await page.getByLabel('Path').fill(folder);
  await page.getByLabel('What tells more than the names').selectOption('1');
  await page.getByRole('button', { name: 'Add it and look' }).click();
  await page.getByRole('heading', { name: 'Front desk' }).waitFor();
  await row(page, '201_2026').getByText('Taken').waitFor({ timeout: 80_000 });
  await row(page, 'odd.wav').getByText('Taken').waitFor({ timeout: 80_000 });

  put('201_20260704_091500_02079460198.wav', sound());
  put('201_20260704_091500_02079460198.json', '{broken');
  await page.getByRole('button', { name: 'Test: only look' }).click();
  await page.getByText(/agent 201, number 02079460198/).waitFor({ timeout: 40_000 });
  const failed = row(page, '02079460198');
  await page.getByRole('button', { name: 'Look and take' }).click(); // once: it holds whatever runs just then
  await failed.getByText('Failed').waitFor({ timeout: 80_000 });
  await failed.getByText(/JSON file beside it cannot be read/).waitFor();
  await settled(page);
  await accessible(page, 'the folder');
  await noSidewaysScroll(page, 'the folder');
  await page.setViewportSize(phone);
  await settled(page);
  await noSidewaysScroll(page, 'the folder on a phone');
  await accessible(page, 'the folder on a phone');
  await page.emulateMedia({ colorScheme: 'dark' });
  await accessible(page, 'the folder, dark');
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(desktop);

  for (const name of ['failed/201_20260704_091500_02079460198.wav.json', 'failed/201_20260704_091500_02079460198.json', '201_20260704_091500_02079460198.json'])
    rmSync(join(folder, name), { force: true });
  await failed.getByRole('button', { name: /Try again/ }).click();
  await failed.getByText('Taken').waitFor({ timeout: 80_000 });
  await failed.getByRole('link', { name: 'See the call' }).click();
  await page.getByText('02079460198').first().waitFor();
  assert.deepEqual(faults, []);

  await page.goto(page.url().replace(/\/calls\/.*/, '/folders'));
  await row(page, 'Front desk').click();
  page.once('dialog', (d) => void d.accept());
  await page.getByRole('button', { name: 'Remove' }).click();
  await page.getByText('There is none yet').or(page.getByRole('table', { name: 'Drop folders' })).waitFor();
  await row(page, 'Front desk').waitFor({ state: 'detached' });
  await context.close();
});

test('a sheet says whose calls the files are, and a wrong row is told with its cure', { timeout: 360_000 }, async () => {
  const { page, faults, context } = await open(browser, '/folders', { viewport: desktop });
  put('sheets/one.wav', sound());
  put('sheets/two.wav', sound());
  put('sheets/calls.csv', 'file,agent,date,direction\none.wav,201,2026-07-03 09:15,in\ntwo.wav,202,2026-07-04 10:00,sideways\n');
  await page.getByRole('link', { name: 'Add a folder' }).first().click();
  await page.getByLabel('Name', { exact: true }).fill('With a sheet');
  await page.getByLabel('Path').fill(join(folder, 'sheets'));
  await page.getByLabel('Seconds it must lie still').fill('1');
  await page.getByLabel('What tells more than the names').selectOption('2');
  await settled(page);
  await accessible(page, 'the form with sheets');
  await page.getByRole('button', { name: 'Add it and look' }).click();
  await page.getByRole('heading', { name: 'With a sheet' }).waitFor();
  await row(page, 'one.wav').getByText('Taken').waitFor({ timeout: 80_000 });
  const sheets = page.getByRole('list', { name: 'Sheets' });
  await sheets.getByText('2 rows, 1 wrong').waitFor({ timeout: 40_000 });
  await sheets.getByText('Row 3, two.wav: "sideways" is no direction').waitFor();
  const waits = row(page, 'two.wav');
  await waits.getByText('Waiting', { exact: true }).waitFor();
  await waits.getByText(/calls\.csv, row 3/).waitFor();
  await settled(page);
  await accessible(page, 'the folder with a sheet');
  if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/sheet.png`, fullPage: true });
  await page.setViewportSize(phone);
  await settled(page);
  await noSidewaysScroll(page, 'the folder with a sheet on a phone');
  if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/sheet-phone.png`, fullPage: true });
  await page.setViewportSize(desktop);
  put('sheets/calls.csv', 'file,agent,date,direction\none.wav,201,2026-07-03 09:15,in\ntwo.wav,202,2026-07-04 10:00,out\n');
  await page.getByRole('button', { name: 'Look and take' }).click();
  // The sheet has to lie still before it is read: the second look comes by itself.
  await waits.getByText('Taken').waitFor({ timeout: 120_000 });
  page.once('dialog', (d) => void d.accept());
  await page.getByRole('button', { name: 'Remove' }).click();
  await page.getByText('There is none yet').or(page.getByRole('table', { name: 'Drop folders' })).waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});
