/* The audit log as an owner reads it: what was just done is there, filters go along, the chain is checked. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { accessible, demo, desktop, launch, noSidewaysScroll, open, phone } from './house.ts';

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const shot = async (page: Page, name: string) => {
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}.png` });
};

test('what was done is told, and whether the chain holds', async () => {
  const { page, faults, context } = await open(browser, '/audit?act=%2Fsession');
  await page.locator('tbody tr', { hasText: 'Signed in' }).first().waitFor();
  await page.getByRole('button', { name: 'Check the chain' }).click();
  await page.getByText(/^All .* stand as they were written/).waitFor({ timeout: 60_000 });
  for (const viewport of [desktop, phone])
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await accessible(page, 'the audit log');
      await noSidewaysScroll(page, 'the audit log');
      await shot(page, `audit-${viewport.width}-${colorScheme}`);
    }
  await page.getByLabel('Day').fill('2020-01-01');
  await page.getByText('Nothing was done that fits.').waitFor();
  assert.match(page.url(), /day=2020-01-01/);
  assert.deepEqual(faults, []);
  await context.close();
});

test('the service tells its operator what was done', async () => {
  const { page, faults, context } = await open(browser, '/platform/sign-in', { state: undefined });
  await page.getByLabel('E-mail').fill(demo.super_admin.email);
  await page.getByLabel('Password').fill(demo.super_admin.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('link', { name: 'Audit' }).click();
  await page.locator('tbody tr', { hasText: 'Signed in' }).first().waitFor();
  await page.getByRole('button', { name: 'Check the chain' }).click();
  await page.getByText(/^All .* stand as they were written/).waitFor({ timeout: 30_000 });
  for (const viewport of [desktop, phone])
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await accessible(page, "the service's audit log");
      await noSidewaysScroll(page, "the service's audit log");
      await shot(page, `service-audit-${viewport.width}-${colorScheme}`);
    }
  assert.deepEqual(faults, []);
  await context.close();
});
