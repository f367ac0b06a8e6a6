/* The threat page: a network is blocked by hand, stands on the list and is let in again; one's own is not blocked by a
 * slip. On a desktop and a phone. */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { accessible, desktop, launch, noSidewaysScroll, open, phone, settled } from './house.ts';

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

async function checkPage(page: Page): Promise<void> {
  await settled(page);
  await accessible(page, page.url());
  await noSidewaysScroll(page, page.url());
  if (process.env.SHOTS)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({
        path: `${process.env.SHOTS}/threats-${page.viewportSize()!.width}-${colorScheme}.png`,
        fullPage: true,
      });
    }
}

for (const [what, viewport] of [
  ['a desktop', desktop],
  ['a phone', phone],
] as const)
  test(`a network is blocked and let in again on ${what}`, async () => {
    const network = `198.18.${randomInt(256)}.0/24`;
    const { page, faults, context } = await open(browser, '/threats', { viewport });
    await page.getByRole('heading', { name: 'Threats' }).waitFor();
    await page.getByText('Never one from which a hook was taken').waitFor();
    await page.getByRole('button', { name: 'Block a network' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Network').fill('127.0.0.1');
    await dialog.getByLabel('Why').fill('It guesses passwords.');
    await dialog.getByRole('button', { name: 'Block', exact: true }).click();
    await dialog.getByText('lock yourself out').waitFor();
    await dialog.getByLabel('Block it all the same').waitFor();
    await dialog.getByLabel('Network').fill(network);
    await dialog.getByRole('button', { name: 'Block', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText(network).first().waitFor();
    await checkPage(page);
    await page.getByRole('button', { name: `Unblock ${network}` }).click();
    await dialog.getByRole('button', { name: 'Unblock' }).click();
    await page.getByRole('button', { name: `Unblock ${network}` }).waitFor({ state: 'detached' });
    assert.deepEqual(
      faults.filter((f) => !/422/.test(f)),
      [],
    );
    await context.close();
  });
