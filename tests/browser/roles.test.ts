/* A role of one's own, a member who gets it and is removed, and a key that is shown once. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { accessible, base, launch, noSidewaysScroll, open, settled } from './house.ts';

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const unique = (): string => randomUUID().slice(0, 8);
async function checkPage(page: Page): Promise<void> {
  await settled(page);
  await accessible(page, page.url());
  await noSidewaysScroll(page, page.url());
}

test('a role is made, given to somebody, taken away with them, and retired', async () => {
  const role = `Front desk ${unique()}`,
    name = `desk${unique()}`;
  const { page, context } = await open(browser, '/roles');
  await page.getByRole('button', { name: 'New role' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill(role);
  await dialog.getByLabel('Listen to recordings and save them').check();
  await checkPage(page);
  await dialog.getByRole('button', { name: 'Make the role' }).click();
  const row = page.getByRole('row', { name: role });
  await row.getByText('Listen to recordings and save them').waitFor();
  await row.getByText('Nobody').waitFor();

  await page.goto(`${base}/members`);
  await page.getByRole('button', { name: 'Invite', exact: true }).click();
  const byLink = page.getByLabel('As a link to hand over');
  await page.getByRole('dialog').getByLabel('Role').waitFor();
  if (await byLink.count()) await byLink.check();
  await page.getByLabel('User name').fill(name);
  await page.getByRole('dialog').getByLabel('Role').selectOption({ label: 'Viewer' });
  await page.getByRole('button', { name: 'Make the link' }).click();
  const link = await page.getByLabel('Link', { exact: true }).inputValue();
  await page.getByRole('button', { name: 'Done' }).click();
  const joined = await browser.newPage();
  await joined.goto(link);
  await joined.getByLabel('Your name').fill(`Person ${name}`);
  await joined.getByLabel('Password').first().fill(`a long word ${name}`);
  await joined.keyboard.press('Enter');
  await joined.waitForURL((url) => !url.pathname.startsWith('/join'));
  await joined.close();

  await page.reload();
  await page.getByRole('button', { name: `Change the role of Person ${name}` }).click();
  await page.getByRole('dialog').getByLabel('Role').selectOption({ label: role });
  await page.getByRole('button', { name: 'Save' }).click();
  await page
    .getByRole('row', { name: `Person ${name}` })
    .getByText(role)
    .waitFor();
  await page.goto(`${base}/roles`);
  assert(await page.getByRole('button', { name: `Retire ${role}` }).getAttribute('aria-disabled'));
  await page.goto(`${base}/members`);
  await page.getByRole('button', { name: `Remove Person ${name}` }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await page.getByText(`Person ${name} is no member any more.`).waitFor();
  await page.goto(`${base}/roles`);
  await page.getByRole('button', { name: `Retire ${role}` }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Retire' }).click();
  await page.getByText(`${role} is retired.`).waitFor();
  await page.getByRole('row', { name: role }).waitFor({ state: 'detached' });
  await context.close();
});

test('a key is made with its bounds, shown once, and revoked', async () => {
  const name = `Exporter ${unique()}`;
  const { page, context } = await open(browser, '/api-keys');
  await page.getByRole('button', { name: 'New key' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByLabel('Role').selectOption({ label: 'Viewer' });
  await dialog.getByLabel('Only from').fill('300.1.2.3');
  await checkPage(page);
  await dialog.getByRole('button', { name: 'Make the key' }).click();
  await dialog.locator('.field-error').waitFor();
  await dialog.getByLabel('Only from').fill('203.0.113.0/24');
  await dialog.getByRole('button', { name: 'Make the key' }).click();
  assert.match(await page.getByLabel('API key', { exact: true }).inputValue(), /^rs_[\w-]{40,}$/);
  await page.getByRole('button', { name: 'Done' }).click();
  const row = page.getByRole('row', { name });
  await row.getByText('203.0.113.0/24').waitFor();
  await row.getByRole('button', { name: `Revoke ${name}` }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await row.getByText('Revoked').waitFor();
  await context.close();
});
