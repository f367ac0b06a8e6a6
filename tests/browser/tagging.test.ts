/* Tagging several calls at once from the list, with the keyboard at desktop width and by touch on a phone; undone by the
 * opposite act. In the demo's first tenant, whose calls lose the tag again. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { accessible, get, launch, noSidewaysScroll, open, phone, settled } from './house.ts';

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const having = async (page: Page, tag: string): Promise<string[]> =>
  (await get<{ items: { id: string }[] }>(page, `/calls?limit=100&tag=${encodeURIComponent(tag)}`)).items.map((c) => c.id).sort();

for (const width of ['desktop', 'phone'])
  test(`calls are chosen, tagged, the act undone, done again and taken off: ${width}`, async () => {
    const tag = `many ${randomUUID().slice(0, 8)}`;
    const { page, faults, context } = await open(browser, '/calls');
    if (width === 'phone') await page.setViewportSize(phone);
    await page.getByRole('button', { name: 'Tag calls' }).click();
    const bar = page.getByRole('form', { name: 'Tags of several calls' });
    await bar.getByText('Choose the calls to tag.').waitFor();
    const ids = await page.locator('.call-row').evaluateAll((rows) => rows.slice(0, 2).map((r) => r.getAttribute('data-call')!));
    for (const id of ids) {
      const tick = page.locator(`.call-row[data-call="${id}"] input`);
      if (width === 'phone') await tick.check();
      else {
        await tick.focus();
        await page.keyboard.press('Space');
      }
    }
    await bar.getByText('2 calls chosen.').waitFor();
    const field = bar.getByLabel('Tag', { exact: true });
    await field.fill(tag);
    await settled(page);
    await accessible(page, 'tagging calls');
    await noSidewaysScroll(page, 'tagging calls');
    if (width === 'phone') await bar.getByRole('button', { name: 'Put on' }).click();
    else await field.press('Enter');
    await bar.getByText(`“${tag}” put on 2 calls.`).waitFor();
    assert.deepEqual(await having(page, tag), [...ids].sort());
    await bar.getByRole('button', { name: 'Undo' }).click();
    await bar.getByText(`“${tag}” taken off 2 calls.`).waitFor();
    assert.deepEqual(await having(page, tag), []);
    await bar.getByRole('button', { name: 'Undo' }).click();
    await bar.getByText(`“${tag}” put on 2 calls.`).waitFor();

    // All that the filter shows, beyond what is ticked: most never had it, which is no fault.
    await bar.getByRole('button', { name: /All that match, up to 1,000/ }).click();
    await bar.getByText(/calls chosen/).waitFor();
    await bar.getByRole('button', { name: 'Take off' }).click();
    await bar.getByText(new RegExp(`“${tag}” taken off 2 calls\\.`)).waitFor();
    assert.deepEqual(await having(page, tag), []);
    await bar.getByRole('button', { name: 'Close' }).click();
    await bar.waitFor({ state: 'detached' });
    assert.deepEqual(faults, []);
    await context.close();
  });
