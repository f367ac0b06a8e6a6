/* Scorecards as one edits them: a draft from a template, tried on a call while it is changed, what
 * is refused shown at its field, published; on a desktop and on a phone, light and dark. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { accessible, base, desktop, launch, noSidewaysScroll, open, phone, settled } from './house.ts';

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const shot = async (page: Page, name: string) => {
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}.png` });
};

async function newDraft(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'New scorecard' }).click();
  await page.getByLabel('Service scorecard').check();
  await page.getByRole('dialog').getByLabel('Name').fill(name);
  await page.getByRole('button', { name: 'Make a draft' }).click();
  await page.waitForURL(/\/edit$/);
  await settled(page);
}

test('a draft is made, tried while it is changed, refused, mended and published', async () => {
  const { page, faults, context } = await open(browser, '/scorecards');
  const name = `Browser ${randomUUID().slice(0, 6)}`;
  await newDraft(page, name);
  const score = page.locator('.try-score');
  await score.locator('.number').waitFor({ timeout: 60_000 });
  await page.locator('.try-quote').first().waitFor();
  await shot(page, 'edit');

  await page.getByRole('button', { name: 'Add a question' }).first().click();
  const form = page.locator('.question-form');
  await form.getByLabel('Question').fill('Shows empathy');
  await page.locator('.try-verdicts', { hasText: 'Shows empathy' }).waitFor();
  await page.getByRole('button', { name: 'Publish' }).click();
  await form.locator('.field-error', { hasText: 'does not say what can be heard' }).waitFor();
  await shot(page, 'refused');

  await form.getByLabel('Answered by').selectOption('rule');
  await form.getByLabel('Phrases, one a line').fill('thank you');
  await page.locator('.try-verdicts li', { hasText: 'Shows empathy' }).locator('.answer', { hasText: /Yes|No/ }).waitFor();
  await form.getByLabel('Answer', { exact: true }).selectOption('number');
  await form.getByLabel('Answered by').selectOption('rule');
  await page.locator('.try-verdicts li', { hasText: 'Shows empathy' }).locator('.answer', { hasText: /^\d+$/ }).waitFor();
  await shot(page, 'number');
  await page.keyboard.press('Control+s');
  await page.getByText(/Draft of version 1, saved/).waitFor();
  await page.getByRole('button', { name: 'Publish' }).click();
  await page.waitForURL(/\/scorecards\/[0-9a-f-]+$/);
  await page.locator('.facts', { hasText: '1, published' }).waitFor();
  await shot(page, 'card');
  await page.getByRole('button', { name: 'Archive' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Archive' }).click();
  await page.locator('.facts', { hasText: '1, archived' }).waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});

test('questions are put in order by buttons and by keys', async () => {
  const { page, context } = await open(browser, '/scorecards');
  await newDraft(page, `Order ${randomUUID().slice(0, 6)}`);
  const names = page.locator('.edit-section').first().locator('.edit-open .question');
  await names.nth(1).waitFor();
  const [first, second] = await names.allInnerTexts();
  await page.getByRole('button', { name: `Move down: ${first}` }).click();
  await names.nth(0).filter({ hasText: second! }).waitFor();
  assert.deepEqual(await names.allInnerTexts(), [second, first]);
  await page.locator('.edit-open', { hasText: first! }).focus();
  await page.keyboard.press('Alt+ArrowUp');
  await names.nth(0).filter({ hasText: first! }).waitFor();
  assert.deepEqual(await names.allInnerTexts(), [first, second]);
  await page.getByRole('button', { name: 'Drop draft' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Drop draft' }).click();
  await page.waitForURL(/\/scorecards$/);
  await context.close();
});

test('a card is downloaded as a spreadsheet, and the spreadsheet makes the same card', async () => {
  const { page, faults, context } = await open(browser, '/scorecards');
  await newDraft(page, `Sheet ${randomUUID().slice(0, 6)}`);
  await page.goto(page.url().replace(/\/edit$/, ''));
  await page.getByRole('button', { name: 'Download' }).click();
  const coming = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Excel (XLSX)' }).click();
  const path = await (await coming).path();
  const rows = await page.locator('.questions li').allInnerTexts();
  await page.goto(`${base}/scorecards`);
  await page.getByRole('button', { name: 'New scorecard' }).click();
  await page.getByLabel('A file (YAML').check();
  await page.getByLabel('File', { exact: true }).setInputFiles({ name: 'card.xlsx', mimeType: 'application/octet-stream', buffer: readFileSync(path) });
  await page.getByRole('dialog').getByLabel('Name').fill(`Again ${randomUUID().slice(0, 6)}`);
  await page.getByRole('button', { name: 'Make a draft' }).click();
  await page.waitForURL(/\/edit$/);
  await page.goto(page.url().replace(/\/edit$/, ''));
  await page.locator('.questions li').first().waitFor();
  assert.deepEqual(await page.locator('.questions li').allInnerTexts(), rows);
  assert.deepEqual(faults, []);
  await context.close();
});

test('the pages hold on a phone and in the dark', async () => {
  for (const viewport of [desktop, phone])
    for (const dark of [false, true]) {
      const { page, faults, context } = await open(browser, '/scorecards', { viewport, dark });
      await accessible(page, 'scorecards');
      await noSidewaysScroll(page, 'scorecards');
      await newDraft(page, `Look ${randomUUID().slice(0, 6)}`);
      await page.locator('.edit-open').first().click();
      await page.locator('.try-score').waitFor({ timeout: 60_000 });
      await accessible(page, 'the editor');
      await noSidewaysScroll(page, 'the editor');
      await shot(page, `edit-${viewport.width}-${dark ? 'dark' : 'light'}`);
      await page.goto(page.url().replace(/\/edit$/, ''));
      await settled(page);
      await accessible(page, 'the card');
      await noSidewaysScroll(page, 'the card');
      await page.goto(`${page.url()}/edit`);
      await page.getByRole('button', { name: 'Drop draft' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Drop draft' }).click();
      await page.waitForURL(`${base}/scorecards`);
      assert.deepEqual(faults, []);
      await context.close();
    }
});
