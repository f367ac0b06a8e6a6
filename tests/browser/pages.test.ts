/* Every page, on a desktop and on a phone, light and dark: it shows, it is accessible, it fits,
 * and the content security policy refuses nothing. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import {
  accessible,
  base,
  calls,
  demo,
  desktop,
  get,
  launch,
  noSidewaysScroll,
  open,
  phone,
  scoredCall,
  settled,
} from './house.ts';

let browser: Browser;
let paths: Map<string, string>;

before(async () => {
  browser = await launch();
  const { page, context } = await open(browser, '/calls');
  paths = await everyPage(page);
  await context.close();
});
after(() => browser.close());

async function everyPage(page: Page): Promise<Map<string, string>> {
  const found = new Map<string, string>([
    ['calls', '/calls'],
    ['calls without a match', '/calls?number=%2B99900000'],
    ['calls filtered', '/calls?when=30d&below=60'],
    ['upload', '/upload'],
    ['log a call', '/calls/new'],
    ['contacts', '/contacts'],
    ['new contact', '/contacts/new?number=%2B441632960001&name=Ada'],
    ['unknown agents', '/unknown-agents'],
    ['integrations', '/integrations'],
    ['new integration', '/integrations/new'],
    ['engines', '/settings/engines'],
    ['drop folders', '/folders'],
    ['new drop folder', '/folders/new'],
    ['deliveries', '/deliveries'],
    ['work', '/work'],
    ['work that failed', '/work?state=failed'],
    ['work that ended', '/work?state=ended'],
    ['scorecards', '/scorecards'],
    ['members', '/members'],
    ['roles', '/roles'],
    ['teams', '/teams'],
    ['tags', '/tags'],
    ['reports by mail', '/report-mails'],
    ['retention', '/retention'],
    ['API keys', '/api-keys'],
    ['webhooks', '/webhooks'],
    ['threats', '/threats'],
    ['settings', '/settings'],
    ['missing page', '/nowhere'],
  ]);
  const id = await scoredCall(page);
  for (const tab of ['quality', 'transcript', 'analysis', 'record'])
    found.set(`call, ${tab}`, `/calls/${id}?tab=${tab}`);
  const all = await calls(page);
  for (const state of ['failed', 'no_recording', 'not_scorable', 'held']) {
    const one = all.find((c) => c.state === state);
    if (one) found.set(`call, ${state}`, `/calls/${one.id}`);
  }
  const legs = all.find((c) => c.legs > 1);
  if (legs) found.set('call with legs', `/calls/${legs.id}?tab=record`);
  for (const [list, name] of [
    ['integrations', 'integration'],
    ['deliveries', 'delivery'],
    ['scorecards', 'scorecard'],
  ] as const) {
    const first = (await get<{ items: { id: string }[] }>(page, `/${list}`)).items[0];
    if (first) found.set(name, `/${list}/${first.id}`);
  }
  return found;
}

const contrast = ['color-contrast', 'link-in-text-block'];

/** The page as it stands in the light theme, then the same page in the dark one. */
async function inBothThemes(page: Page, name: string): Promise<void> {
  await page.emulateMedia({ colorScheme: 'light' });
  await accessible(page, name);
  await page.emulateMedia({ colorScheme: 'dark' });
  await accessible(page, `${name}, dark`, contrast);
  await page.emulateMedia({ colorScheme: 'light' });
}

for (const [size, viewport] of [
  ['desktop', desktop],
  ['phone', phone],
] as const) {
  test(`every page on a ${size}, light and dark`, async (t) => {
    const { page, faults, context } = await open(browser, '/calls', { viewport });
    for (const [name, path] of paths) {
      await t.test(name, async () => {
        await page.goto(base + path);
        await settled(page);
        await inBothThemes(page, name);
        await noSidewaysScroll(page, name);
      });
    }
    assert.deepEqual(faults, [], 'no script errors, nothing refused');
    await context.close();
  });

  test(`sign-in pages on a ${size}, light and dark`, async () => {
    const { page, faults, context } = await open(browser, '/sign-in', {
      viewport,
      state: undefined,
    });
    await inBothThemes(page, 'sign-in');
    for (const path of ['/forgot', '/join#none', '/reset#none']) {
      await page.goto(base + path);
      await settled(page);
      await inBothThemes(page, path);
      await noSidewaysScroll(page, path);
    }
    await page.goto(`${base}/platform/tenants`);
    await page.getByRole('heading', { name: 'Operator sign-in' }).waitFor();
    await inBothThemes(page, 'operator sign-in');
    assert.deepEqual(faults, []);
    await context.close();
  });
}

test('the operator signs in and sees the tenants', async () => {
  const { page, context } = await open(browser, '/platform/sign-in', { state: undefined });
  await page.getByLabel('E-mail').fill(demo.super_admin.email);
  await page.getByLabel('Password').fill(demo.super_admin.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Tenants' }).waitFor();
  await page.locator('tbody tr').first().waitFor();
  assert.ok((await page.locator('tbody tr').count()) >= demo.tenants.length);
  await accessible(page, 'tenants');
  await page.getByRole('link', { name: 'Mails' }).click();
  await page.getByText('Sent through 127.0.0.1').waitFor();
  await settled(page);
  await accessible(page, 'mails');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Operator sign-in' }).waitFor();
  await context.close();
});

test('palette, keys, search and theme', async () => {
  const { page, context } = await open(browser, '/calls');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Go anywhere' }).fill('scorec');
  await accessible(page, 'palette');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Scorecards' }).waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  await accessible(page, 'keys');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor({ state: 'detached' });
  await page.keyboard.press('/');
  await page.waitForFunction(() => document.activeElement?.id === 'number-search');
  await page.keyboard.type('+44 20 1');
  await page.keyboard.press('Enter');
  await page.waitForURL(/number=%2B44201/);
  await page.goto(`${base}/settings`);
  await page.getByLabel('Dark').check();
  await page.reload();
  await page.locator('h1').waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
  await context.close();
});
