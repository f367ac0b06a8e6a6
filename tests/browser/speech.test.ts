/* Engines as an admin connects and tries them, against the stand-in of tests/providers/sim; and a
 * transcript as people correct and take it with them. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { Engines } from '../providers/sim/engines.mjs';
import { accessible, base, launch, open, phone, scoredCall, settled } from './house.ts';

let browser: Browser, sim: Engines;
before(async () => {
  browser = await launch();
  sim = await new Engines().start();
});
after(async () => {
  await browser.close();
  await sim.stop();
});

async function shown(page: Page, text: RegExp): Promise<void> {
  await page.getByText(text).first().waitFor({ timeout: 30_000 });
}

test('an engine is connected, tested, refused with its reason, switched off and removed', async () => {
  const { page, context } = await open(browser, '/settings/engines');
  await page.getByRole('button', { name: 'Connect an engine' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Engine').selectOption('pocketsphinx');
  await dialog.getByText(/For trying the product and for clean audio/).waitFor();
  await dialog.getByLabel('Engine').selectOption('google');
  await dialog.getByLabel(/Language/).waitFor();
  await dialog.getByLabel('Engine').selectOption('openai');
  await dialog.getByLabel(/Name/).fill('Whisper of the test');
  await dialog.getByLabel(/Address/).fill('ftp://nowhere');
  await dialog.getByRole('button', { name: 'Connect' }).click();
  // The browser or the server refuses; either way the dialog stays.
  await dialog.getByLabel(/Address/).fill(`${sim.base}/v1`);
  await dialog.getByLabel(/API key/).fill(sim.key);
  await dialog.getByRole('button', { name: 'Connect' }).click();
  await dialog.waitFor({ state: 'detached' });
  const row = page.locator('.engine', { hasText: 'Whisper of the test' });
  await row.getByRole('button', { name: 'Switch off' }).click(); // not to take the demo's calls
  await row.getByText('switched off').waitFor();
  await row.getByRole('button', { name: 'Test', exact: true }).click();
  await row.getByText(/It works \(status 200\)/).waitFor({ timeout: 30_000 });
  await row.getByText(/alpha bravo/).waitFor();
  assert.deepEqual(sim.complaints, []);
  await accessible(page, 'engines');
  await row.getByRole('button', { name: 'Remove Whisper of the test' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await row.waitFor({ state: 'detached' });
  await context.close();
});

test('words and corrections are kept apart, and the page says why', async () => {
  const { page, context } = await open(browser, '/settings/engines', { viewport: phone });
  const corrections = page.locator('.panel', { hasText: 'Corrections' }), words = page.locator('.panel', { hasText: 'Words to expect' });
  await corrections.getByLabel('Heard', { exact: true }).fill('harber test');
  await corrections.getByLabel('Written', { exact: true }).fill('Harbour Test');
  await corrections.getByRole('button', { name: 'Add' }).click();
  await corrections.getByText('Harbour Test').waitFor();
  await words.getByLabel('Word').fill('Harber test');
  await words.getByRole('button', { name: 'Add' }).click();
  await shown(page, /expecting it would teach them the mistake/);
  await corrections.getByRole('button', { name: 'Remove harber test' }).click();
  await corrections.getByText('Harbour Test').waitFor({ state: 'detached' });
  await context.close();
});

test('a transcript is downloaded, and a turn is corrected as a new version', async () => {
  const { page, context } = await open(browser, '/calls');
  await page.goto(`${base}/calls/${await scoredCall(page)}`);
  await settled(page);
  await page.getByRole('button', { name: 'More of the transcript' }).click();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Subtitles (WebVTT)' }).click()]);
  assert.match(file.suggestedFilename(), /^call-.+\.vtt$/);
  const area = page.locator('.turn-editor textarea');
  const change = async (text: (was: string) => string): Promise<void> => {
    await page.locator('.turn').first().hover();
    await page.locator('button.turn-edit').first().click();
    await area.fill(text(await area.inputValue()));
    await page.locator('.turn-editor').getByRole('button', { name: 'Save' }).click();
    await area.waitFor({ state: 'detached' });
  };
  await change((was) => `Corrected ${was}`);
  await shown(page, /A person changed this version/);
  await page.locator('.turn').first().getByText('Corrected').first().waitFor();
  await change((was) => was.replaceAll('Corrected ', '')); // for the tests behind
  await settled(page);
  await page.getByRole('button', { name: 'More of the transcript' }).click();
  await page.getByRole('button', { name: 'Versions' }).click();
  await page.getByRole('dialog').getByText(/corrected a turn/).first().waitFor();
  await accessible(page, 'versions');
  await context.close();
});
