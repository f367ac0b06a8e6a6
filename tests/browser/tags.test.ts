/* Teams and tags from their pages: a team is made, filled, renamed and removed; a call is tagged, the tag leads back to
 * it, and is taken from the list. In the demo's first tenant. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import {
  accessible,
  base,
  get,
  launch,
  noSidewaysScroll,
  open,
  phone,
  scoredCall,
  settled,
} from './house.ts';

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
interface Team {
  id: string;
  name: string;
}

test('a team is made with its agents and lead, changed, followed to its calls, and removed', async () => {
  const name = `Night shift ${unique()}`;
  const { page, faults, context } = await open(browser, '/teams');
  await page.getByRole('button', { name: 'Make a team' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill(name);
  const agents = dialog.getByRole('group', { name: /^Agents/ });
  const agent = agents.getByRole('checkbox').first();
  await agent.check();
  await dialog.getByText('1 chosen').waitFor();
  await checkPage(page);
  await dialog.getByRole('button', { name: 'Save' }).click();
  const row = page.getByRole('row', { name });
  await row.waitFor();
  assert.equal(await row.getByRole('cell').nth(1).innerText(), '1');

  // The name is taken: the field says so, and nothing typed is lost.
  await page.getByRole('button', { name: 'Make a team' }).click();
  await dialog.getByLabel('Name', { exact: true }).fill(name.toUpperCase());
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.locator('.field-error').first().waitFor();
  assert.equal(await dialog.getByLabel('Name', { exact: true }).inputValue(), name.toUpperCase());
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });

  await page.getByRole('button', { name: `Edit ${name}` }).click();
  await dialog.getByLabel('Name', { exact: true }).fill(`${name} two`);
  await agent.uncheck();
  await dialog.getByRole('button', { name: 'Save' }).click();
  const renamed = page.getByRole('row', { name: `${name} two` });
  await renamed.waitFor();
  assert.equal(await renamed.getByRole('cell').nth(1).innerText(), '0');
  const { id } = (await get<{ items: Team[] }>(page, '/teams?limit=100')).items.find(
    (t) => t.name === `${name} two`,
  )!;

  await renamed.getByRole('link', { name: 'Show' }).click();
  await page.waitForURL(new RegExp(`/calls\\?team=${id}`));
  await settled(page);
  await page.getByText('No calls match').waitFor();

  await page.goto(`${base}/teams`);
  await settled(page);
  page.once('dialog', (d) => void d.accept());
  await page.getByRole('button', { name: `Remove ${name} two` }).click();
  await page.getByRole('row', { name }).waitFor({ state: 'detached' });
  assert.deepEqual(faults, []);
  await context.close();
});

test('a tag is put on a call, leads to it, stands in the list, and is taken from both', async () => {
  const tag = `browser ${unique()}`;
  const { page, faults, context } = await open(browser, '/calls');
  const id = await scoredCall(page);
  await page.goto(`${base}/calls/${id}`);
  await settled(page);
  const tags = page.getByRole('group', { name: 'Tags' });
  await tags.getByRole('button', { name: 'Add a tag' }).click();
  await tags.getByLabel('Tag', { exact: true }).fill(`  ${tag.toUpperCase()} `);
  await page.keyboard.press('Enter');
  await tags.getByRole('link', { name: tag }).click();
  await page.waitForURL(/\/calls\?tag=browser/);
  await settled(page);
  await page.locator(`a[href^="/calls/${id}"]`).first().waitFor();
  assert.equal((await get<{ items: object[] }>(page, `/calls?tag=${encodeURIComponent(tag)}`)).items.length, 1);

  await page.setViewportSize(phone);
  await page.goto(`${base}/tags`);
  await checkPage(page);
  const row = page.getByRole('row', { name: tag });
  await row.getByText('no scorecard').waitFor();
  page.once('dialog', (d) => void d.accept());
  await page.getByRole('button', { name: `Remove ${tag}` }).click();
  await row.waitFor({ state: 'detached' });
  await page.goto(`${base}/calls/${id}`);
  await settled(page);
  await tags.getByRole('button', { name: `Take off the tag ${tag}` }).click();
  await tags.getByRole('link', { name: tag }).waitFor({ state: 'detached' });
  assert.deepEqual(faults, []);
  await context.close();
});
