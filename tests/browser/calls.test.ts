/* The list of calls: filters live in the address, pages go both ways, rows are walked by key. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { base, calls, get, launch, open, phone, settled, tenant } from './house.ts';

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const shown = (page: Page) =>
  page.locator('.call-row').evaluateAll((rows) => rows.map((r) => (r as HTMLElement).dataset.call));

/** Calls may arrive between the two looks: they have to agree within ten seconds. */
async function showsWhatTheApiHas(page: Page, path: string): Promise<void> {
  const until = Date.now() + 30_000;
  for (;;) {
    const wanted = (await get<{ items: { id: string }[] }>(page, path)).items.map((c) => c.id);
    const rows = await shown(page);
    if (rows.join() === wanted.join()) return;
    if (Date.now() > until) assert.deepEqual(rows, wanted);
  }
}

test('a chip filters, the address keeps it, a reload shows the same', async () => {
  const { page, context } = await open(browser, '/calls');
  await page.getByRole('button', { name: 'Has recording' }).click();
  await page.waitForURL(/recording=1/);
  await page.waitForFunction(() => !document.querySelector('.stale'));
  await showsWhatTheApiHas(page, '/calls?limit=50&recording=true');
  await page.reload();
  await settled(page);
  await showsWhatTheApiHas(page, '/calls?limit=50&recording=true');
  assert.equal(
    await page.getByRole('button', { name: 'Has recording' }).getAttribute('aria-pressed'),
    'true',
  );
  await page.getByRole('button', { name: 'Clear' }).click();
  await page.waitForURL((url) => !url.search);
  await context.close();
});

test('the agent menu filters by agent', async () => {
  const { page, context } = await open(browser, '/calls');
  const agent = (await get<{ items: { id: string; name: string }[] }>(page, '/agents')).items[0]!;
  await page.getByRole('button', { name: 'Agent', exact: true }).click();
  await page.getByRole('menuitemradio', { name: agent.name }).click();
  await page.waitForURL(new RegExp(`agent=${agent.id}`));
  await page.waitForFunction(() => !document.querySelector('.stale'));
  const names = await page.locator('.call-row .c-agent').allTextContents();
  assert.ok(
    names.every((n) => n === agent.name),
    names.join(),
  );
  await context.close();
});

/** Sixty calls of long ago, so that there is a second page whatever the demo has told so far. */
async function postOldCalls(): Promise<void> {
  const list = Array.from({ length: 60 }, (_, i) => ({
    call_id: `old-${i}`,
    direction: 'inbound',
    from: '+442079460900',
    to: '1001',
    started_at: new Date(Date.UTC(2025, 0, 1, 9, i)).toISOString(),
    disposition: 'no_answer',
  }));
  const answer = await fetch(tenant.hooks.generic!, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(list),
  });
  assert.equal(answer.status, 200);
}

test('pages go on and back', async () => {
  await postOldCalls();
  const { page, context } = await open(browser, '/calls');
  const older = page.getByRole('button', { name: 'Older' });
  for (const until = Date.now() + 60_000; !(await older.count()); ) {
    assert.ok(Date.now() < until, 'sixty posted calls make a second page');
    await page.reload();
    await settled(page);
  }
  const first = await shown(page);
  await older.click();
  await page.waitForURL(/cursor=/);
  await page.waitForFunction(
    (id) => document.querySelector<HTMLElement>('.call-row')?.dataset.call !== id,
    first[0],
  );
  const second = await shown(page);
  assert.ok(second.length > 0, 'the second page has calls');
  assert.ok(
    second.every((id) => !first.includes(id)),
    'no call on both pages',
  );
  await page.getByRole('button', { name: 'Newer' }).click();
  await page.waitForFunction(
    (id) => document.querySelector<HTMLElement>('.call-row')?.dataset.call === id,
    first[0],
  );
  await context.close();
});

test('J, K and Enter walk and open', async () => {
  const { page, context } = await open(browser, '/calls');
  const ids = await shown(page);
  const focused = () =>
    page.evaluate(() => document.activeElement?.closest<HTMLElement>('.call-row')?.dataset.call);
  for (const key of ['j', 'j', 'k', 'j']) await page.keyboard.press(key);
  assert.equal(await focused(), ids[1]);
  await page.keyboard.press('Enter');
  await page.waitForURL(`${base}/calls/${ids[1]}`);
  await context.close();
});

test('on a phone a row takes two lines and shows the same story', async () => {
  const { page, context } = await open(browser, '/calls', { viewport: phone });
  const row = page.locator('.call-row').first();
  assert.equal(await row.evaluate((el) => getComputedStyle(el).display), 'grid');
  assert.ok((await row.boundingBox())!.height < 110);
  await row.click();
  await page.waitForURL(/\/calls\/.+/);
  await context.close();
});

test('every state of a call is a sentence', async () => {
  const { page, context } = await open(browser, '/calls');
  for (const call of await calls(page)) {
    if (!['failed', 'no_recording', 'not_scorable', 'held'].includes(call.state)) continue;
    const text = await page
      .locator(`[data-call="${call.id}"] .c-short`)
      .textContent({ timeout: 500 })
      .catch(() => 'On another page.');
    assert.match(text ?? '', /\S+ \S+.*[.!?]$/, call.state);
  }
  await context.close();
});
