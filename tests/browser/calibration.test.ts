/* How far machine and people agree, as one sees it: a set is drawn, its calls wait to be scored, past
 * scores come from a file, the figures stand in tables; on a desktop and on a phone, light and dark. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { accessible, base, launch, noSidewaysScroll, open, phone, settled } from './house.ts';

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const shot = async (page: Page, name: string) => {
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true });
};
const json = async (page: Page, path: string) => (await page.request.get(`${base}/api/v1${path}`)).json();

/** The card in use and some of its scored calls, once there are any. */
async function scored(page: Page): Promise<{ card: string; calls: string[] }> {
  const { items } = await json(page, '/scorecards?limit=100');
  const card = items.find((c: { state: string; assigned: boolean }) => c.state === 'published' && c.assigned).id;
  for (let tries = 0; tries < 120; tries++) {
    const calls = (await json(page, '/calls?limit=100&score_below=10000')).items.filter((c: { state: string }) => c.state === 'scored');
    if (calls.length >= 2) return { card, calls: calls.map((c: { id: string }) => c.id) };
    await page.waitForTimeout(1000);
  }
  throw new Error('no call was scored');
}

test('a set of calls is drawn, shows no score, and leads to the review of a call', async () => {
  const { page, faults, context } = await open(browser, '/reviews?tab=sets');
  await scored(page);
  const name = `Browser ${randomUUID().slice(0, 6)}`;
  await page.getByRole('button', { name: 'New set' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Scorecard').locator('option').first().waitFor({ state: 'attached' });
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByLabel('Calls').fill('2');
  await shot(page, 'new-set');
  await dialog.getByRole('button', { name: 'Draw the calls' }).click();
  await page.waitForURL(/\/calibrations\/[0-9a-f-]+$/);
  await page.getByRole('heading', { name }).waitFor();
  await page.locator('table tbody tr').first().waitFor();
  await page.getByText(/You have scored \d+ of/).waitFor();
  await accessible(page, 'a set');
  await shot(page, 'set');
  await page.getByRole('link', { name: 'Agreement' }).click();
  await page.waitForURL(/\/agreement\?calibration=/);
  await settled(page);
  await page.goBack();
  await page.getByRole('button', { name: 'Drop the set' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Drop it' }).click();
  await page.waitForURL(/\/reviews\?tab=sets$/);
  await settled(page);
  assert.equal(await page.getByText(name).count(), 0);
  assert.deepEqual(faults, []);
  await context.close();
});

test('past scores come from a file, and the figures stand by question and by rater', async () => {
  const { page, faults, context } = await open(browser, '/scorecards');
  const { card, calls } = await scored(page);
  const { body } = await json(page, `/scorecards/${card}`);
  const key = body.sections[0].questions[0].key as string;
  const rater = `Rater ${randomUUID().slice(0, 6)}`;
  await page.goto(`${base}/scorecards/${card}`);
  await page.getByRole('link', { name: 'Agreement' }).click();
  await page.waitForURL(/\/agreement$/);
  const file = page.getByLabel('CSV file');
  await file.waitFor();
  const give = (rows: string[]) => file.setInputFiles({ name: 'past.csv', mimeType: 'text/csv', buffer: Buffer.from([`call,rater,score,${key}`, ...rows].join('\n')) });
  try {
    await give([`${calls[0]},${rater},80,perhaps`]);
    await page.locator('.field-error', { hasText: `“perhaps” is no answer to ${key}` }).waitFor();
    await shot(page, 'past-refused');
    await give([`${calls[0]},${rater},80,yes`, `${calls[1]},${rater},40,no`]);
    const row = page.getByRole('table', { name: 'Agreement by rater' }).locator('tr', { hasText: `Machine and ${rater}` });
    await row.waitFor();
    await page.getByRole('table', { name: 'Agreement by question' }).locator('tr', { hasText: body.sections[0].questions[0].text }).locator('td', { hasText: /^[1-9]\d*$/ }).first().waitFor();
    await page.getByRole('table', { name: 'Agreement by question' }).locator('tbody tr').first().waitFor();
    await page.getByText('Within 10 points').waitFor();
    await page.getByRole('button', { name: /Judge 10 calls 5 times/ }).click();
    await page.getByText(/every answer stayed the same/).waitFor({ timeout: 120_000 });
    await accessible(page, 'agreement');
    await shot(page, 'agreement');
    for (const [look, name] of [[{ viewport: phone }, 'phone'], [{ dark: true }, 'dark'], [{ viewport: phone, dark: true }, 'phone-dark']] as const) {
      const other = await open(browser, `/scorecards/${card}/agreement`, look);
      await other.page.getByRole('table', { name: 'Agreement by question' }).locator('tbody tr').first().waitFor();
      await noSidewaysScroll(other.page, name);
      await accessible(other.page, name);
      await shot(other.page, `agreement-${name}`);
      assert.deepEqual(other.faults, []);
      await other.context.close();
    }
  } finally {
    await page.getByRole('button', { name: 'Forget all past scores' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Forget them' }).click();
    await page.locator('tr', { hasText: `Machine and ${rater}` }).waitFor({ state: 'detached' });
  }
  assert.deepEqual(faults, []);
  await context.close();
});

test('a score is derived again from the page of its call', async () => {
  const { page, faults, context } = await open(browser, '/calls');
  const { calls } = await scored(page);
  await page.goto(`${base}/calls/${calls[0]}`);
  await page.getByRole('button', { name: 'Derive again' }).click();
  await page.getByText('the same to the byte').waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});
