/* A report by mail from its page: made, sent now through the demo's mail server, told of on the page, its link followed, ended
 * for oneself, and removed. In the demo's first tenant. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import {
  accessible,
  base,
  boss,
  get,
  launch,
  noSidewaysScroll,
  open,
  phone,
  settled,
} from './house.ts';

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

async function checkPage(page: Page): Promise<void> {
  await settled(page);
  await accessible(page, page.url());
  await noSidewaysScroll(page, page.url());
}
interface Plan {
  id: string;
  name: string;
  last: { id: string; sent: number; failed: number; waiting: number } | null;
}

test('a report is made, sent, found by its link, ended for oneself, and removed', async () => {
  const name = `Browser report ${randomUUID().slice(0, 8)}`;
  const { page, faults, context } = await open(browser, '/report-mails');
  const session = await get<{ user: { name: string } }>(page, '/session');
  await page.getByRole('button', { name: 'Add a report' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: false }).first().fill(name);
  await checkPage(page);

  // Nobody chosen: the field says so, and nothing typed is lost.
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.locator('.field-error').first().waitFor();
  assert.equal(await dialog.locator('input[name=name]').inputValue(), name);
  await dialog.getByLabel('How often').selectOption('month');
  await dialog.getByLabel('On', { exact: true }).selectOption('15');
  await dialog.getByLabel('As', { exact: true }).selectOption('csv');
  const people = dialog.getByRole('group', { name: /^To/ });
  if (await people.getByRole('searchbox').count())
    await people.getByRole('searchbox').fill(session.user.name);
  await people.getByRole('checkbox').first().check();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  const row = page.getByRole('row', { name });
  await row.getByText('on day 15 of the month at 07:00').waitFor();

  const plan = async () =>
    (await get<{ items: Plan[] }>(page, '/report-plans')).items.find((p) => p.name === name)!;
  await page.getByRole('button', { name: `Send now: ${name}` }).click();
  const end = Date.now() + 90_000;
  while (!(await plan()).last?.sent && Date.now() < end) await page.waitForTimeout(300);
  await page.reload();
  await settled(page);
  await row.getByText('1 sent').waitFor();
  await page.getByRole('button', { name: `Mails of ${name}` }).click();
  await dialog.getByText(`: sent`).first().waitFor();
  await checkPage(page);
  await page.keyboard.press('Escape');

  // The link of the mail: the report is saved.
  const saved = page.waitForEvent('download');
  await page.goto(`${base}/report-mails?run=${(await plan()).last!.id}`);
  assert.match((await saved).suggestedFilename(), /^calls-and-scores-.*\.csv$/);

  await page.setViewportSize(phone);
  const { id } = await plan();
  await page.goto(`${base}/report-mails?off=${id}`);
  await checkPage(page);
  const mine = page.getByRole('button', { name: `Get no more: ${name}` });
  if (await mine.count()) {
    await mine.click();
    await page.getByRole('button', { name: `Get it again: ${name}` }).waitFor();
  } else assert.notEqual(session.user.name, boss.email, 'another of this name was ticked');
  await page.setViewportSize({ width: 1440, height: 900 });
  page.once('dialog', (d) => void d.accept());
  await page.getByRole('button', { name: `Remove ${name}` }).click();
  await row.waitFor({ state: 'detached' });
  assert.deepEqual(faults, []);
  await context.close();
});
