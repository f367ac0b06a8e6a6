/* Language engines and spending as an admin sees them, against the stand-in of
 * tests/providers/sim; and a page on what a model says that obeys attackers. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { Models } from '../providers/sim/models.mjs';
import { accessible, launch, open, phone } from './house.ts';

let browser: Browser, sim: Models;
before(async () => {
  browser = await launch();
  sim = await new Models().start();
});
after(async () => {
  await browser.close();
  await sim.stop();
});

test('a language engine is connected, tested, priced and removed', async () => {
  const { page, context } = await open(browser, '/settings/engines');
  await page.getByRole('button', { name: 'Connect a language engine' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Engine').selectOption('anthropic');
  await dialog.getByText(/structured output/).waitFor();
  await dialog.getByLabel('Engine').selectOption('openai');
  await dialog.getByLabel(/Name/).fill('Model of the test');
  await dialog.getByLabel(/Address/).fill(`${sim.base}/v1`);
  await dialog.getByLabel(/API key/).fill(sim.key);
  await dialog.getByRole('button', { name: 'Connect' }).click();
  await dialog.waitFor({ state: 'detached' });
  const row = page.locator('.models .engine', { hasText: 'Model of the test' });
  await row.getByRole('button', { name: 'Switch off' }).click(); // not to be asked about the demo's calls
  await row.getByText('switched off').waitFor();
  // It obeys attackers: what it writes is shown as text and runs nowhere.
  sim.value = () => ({ name: { answer: 'yes', reason: '<img src=x onerror="window.pwned=1"> obeyed', spans: [{ turn: 0, words: 'my name is Anna' }] } });
  await row.getByRole('button', { name: 'Test Model of the test' }).click();
  await row.getByText(/It works \(status 200\)/).waitFor({ timeout: 120_000 });
  await row.getByText('<img src=x onerror="window.pwned=1"> obeyed').waitFor();
  assert.equal(await page.evaluate('window.pwned'), undefined);
  assert.deepEqual(sim.complaints, []);
  await row.getByRole('button', { name: /No price/ }).click();
  await row.getByLabel('A million tokens in').fill('0.15');
  await row.getByLabel('A million tokens out').fill('0,60');
  await row.getByRole('button', { name: 'Add' }).click();
  await row.getByRole('button', { name: '0.15 in, 0.6 out USD a million tokens' }).waitFor();
  await page.locator('.spending').getByText(/today/).first().waitFor();
  await accessible(page, 'language engines');
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/language.png`, fullPage: true });
  await row.getByRole('button', { name: 'Remove Model of the test' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await row.waitFor({ state: 'detached' });
  await context.close();
});

test('caps are set and taken away again, on a phone too', async () => {
  const { page, context } = await open(browser, '/settings/engines', { viewport: phone });
  const panel = page.locator('.spending');
  await panel.getByRole('button', { name: 'Set caps' }).click();
  const day = panel.getByLabel(/A day/);
  const had = await day.inputValue();
  await day.fill('123456');
  await panel.getByRole('button', { name: 'Save caps' }).click();
  await panel.getByText(/The caps are 123456\.00 USD a day/).waitFor();
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/spending-phone.png`, fullPage: true });
  await panel.getByRole('button', { name: 'Set caps' }).click();
  await panel.getByLabel(/A day/).fill(had);
  await panel.getByRole('button', { name: 'Save caps' }).click();
  await panel.getByText(had ? /The caps are/ : /No cap is set/).waitFor();
  await context.close();
});
