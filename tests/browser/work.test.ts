/* Jobs as a tenant and as the operator look at them: progress that moves by itself, cancelling,
 * pausing, trying the queue; the operator's pages on a desktop and on a phone, light and dark. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import {
  accessible,
  base,
  demo,
  desktop,
  launch,
  noSidewaysScroll,
  open,
  phone,
  settled,
  tenant,
  type Kept,
} from './house.ts';

const KIND = 'Try the queue';

let browser: Browser;
let operator: Kept;
let csrf: string;

before(async () => {
  browser = await launch();
  const context = await browser.newContext();
  const { email, password } = demo.super_admin;
  const answer = await context.request.post(`${base}/api/v1/platform/session`, {
    data: { email, password },
  });
  assert.equal(answer.status(), 200);
  csrf = ((await answer.json()) as { csrf: string }).csrf;
  operator = await context.storageState();
  await context.close();
});
after(() => browser.close());

/** A job that waits so long, as the operator adds it. */
async function probe(ms: number): Promise<void> {
  const context = await browser.newContext({ storageState: operator });
  const answer = await context.request.post(`${base}/api/v1/platform/queues/probe`, {
    headers: { 'x-csrf-token': csrf },
    data: { tenant: tenant.id, ms },
  });
  assert.equal(answer.status(), 204);
  await context.close();
}

const rowOf = (page: Page) => page.locator('tbody tr', { hasText: KIND });

test('a running job moves by itself and is cancelled', async () => {
  const { page, faults, context } = await open(browser, '/work?kind=platform.probe');
  await probe(120_000);
  const row = rowOf(page).filter({ hasText: /Running [1-9]\d* %/ });
  await row.waitFor({ timeout: 60_000 });
  const before = await row.locator('.answer').innerText();
  await page.waitForFunction(
    (old) => {
      const now = document.querySelector('tbody .answer')?.textContent;
      return Boolean(now) && now !== old;
    },
    before,
    { timeout: 30_000 },
  );
  await row.getByRole('button', { name: `Cancel: ${KIND}` }).click();
  await page.getByText('It is being cancelled.').waitFor();
  await rowOf(page).waitFor({ state: 'detached', timeout: 30_000 });
  await page.getByRole('link', { name: 'Ended' }).click();
  await rowOf(page).filter({ hasText: 'Cancelled' }).first().waitFor();
  assert.match(page.url(), /state=ended/);
  assert.match(page.url(), /kind=platform.probe/, 'the filter goes along');
  assert.deepEqual(faults, []);
  await context.close();
});

test('work is paused with a reason and let go on', async () => {
  const { page, context } = await open(browser, '/work?kind=platform.probe');
  await page.getByRole('button', { name: 'Pause' }).click();
  const dialog = page.getByRole('dialog', { name: 'Pause work' });
  await dialog.getByLabel('What').selectOption({ label: KIND });
  await dialog.getByLabel('Reason').fill('Looking into it.');
  await accessible(page, 'pausing');
  await dialog.getByRole('button', { name: 'Pause' }).click();
  await dialog.waitFor({ state: 'detached' });
  const hint = page.locator('.paused', { hasText: 'Looking into it.' });
  await hint.waitFor();
  await probe(0);
  await rowOf(page).filter({ hasText: 'Waiting' }).waitFor({ timeout: 30_000 });
  await accessible(page, 'work that is paused');
  await hint.getByRole('button', { name: 'Let it go on' }).click();
  await hint.waitFor({ state: 'detached' });
  await rowOf(page).waitFor({ state: 'detached', timeout: 30_000 });
  await context.close();
});

test('the operator tries the queue and gives a tenant its share', async () => {
  const { page, faults, context } = await open(browser, '/platform/queues?tab=tenants', {
    state: operator,
  });
  const row = page.locator('tbody tr').filter({ has: page.getByRole('button', { name: /^Try/ }) });
  await row.first().getByRole('button', { name: /^Try the queue as/ }).click();
  await page.getByText('A job that waits for 5 seconds was added.').waitFor();
  await page.locator('td', { hasText: /^1 (running|waiting)$/ }).first().waitFor({ timeout: 30_000 });
  const name = await row.first().locator('strong').innerText();
  const share = async (limit: string, shown: string) => {
    await page.getByRole('button', { name: `Share of ${name}` }).click();
    const dialog = page.getByRole('dialog', { name: `Share of ${name}` });
    await dialog.getByLabel('Jobs at a time').fill(limit);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.locator('tbody tr', { hasText: name }).filter({ hasText: shown }).waitFor();
  };
  await share('9', '9 at a time');
  await share('', '×1');
  assert.deepEqual(faults, []);
  await context.close();
});

for (const [size, viewport] of [
  ['desktop', desktop],
  ['phone', phone],
] as const) {
  test(`the operator's queues on a ${size}, light and dark`, async (t) => {
    const { page, faults, context } = await open(browser, '/platform/queues', {
      viewport,
      state: operator,
    });
    for (const tab of ['', 'tenants', 'failed', 'workers', 'limits', 'pauses']) {
      await t.test(tab || 'kinds', async () => {
        await page.goto(`${base}/platform/queues${tab && `?tab=${tab}`}`);
        await settled(page);
        await page.emulateMedia({ colorScheme: 'light' });
        await accessible(page, `queues, ${tab}`);
        await page.emulateMedia({ colorScheme: 'dark' });
        await accessible(page, `queues, ${tab}, dark`, ['color-contrast']);
        await noSidewaysScroll(page, `queues, ${tab}`);
      });
    }
    assert.deepEqual(faults, []);
    await context.close();
  });
}
