/* Sign-in, its refusals, the way back after a session ended, and leaving. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { base, boss, choose, launch, open, signIn } from './house.ts';

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

test('a wrong password is a sentence', async () => {
  const { page, context } = await open(browser, '/sign-in', { state: undefined });
  await page.getByLabel('E-mail').fill(boss.email);
  await page.getByLabel('Password').fill('certainly not this');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').getByText('E-mail or password is wrong.').waitFor();
  await context.close();
});

test('an address asked for before sign-in is reached after it', async () => {
  const { page, context } = await open(browser, '/scorecards', { state: undefined });
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.getByLabel('E-mail').fill(boss.email);
  await page.getByLabel('Password').fill(boss.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await choose(page);
  await page.getByRole('heading', { level: 1, name: 'Scorecards' }).waitFor();
  await context.close();
});

test('d1-21 a session that ended leads to sign-in and back', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await signIn(page);
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
  await context.clearCookies();
  await page.getByRole('link', { name: 'Integrations' }).first().click();
  await page.getByText('Your session has ended.').waitFor();
  await page.getByLabel('E-mail').fill(boss.email);
  await page.getByLabel('Password').fill(boss.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await choose(page);
  await page.getByRole('heading', { level: 1, name: 'Integrations' }).waitFor();
  await context.close();
});

test('an address elsewhere is not followed after sign-in', async () => {
  const { page, context } = await open(browser, '/sign-in?next=//example.com/', {
    state: undefined,
  });
  await page.getByLabel('E-mail').fill(boss.email);
  await page.getByLabel('Password').fill(boss.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await choose(page);
  assert.ok(page.url().startsWith(base));
  await page.getByRole('button', { name: /account/ }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  const reply = await page.request.get(`${base}/api/v1/session`);
  assert.equal(reply.status(), 401);
  await context.close();
});

test('a page that is told to wait asks again by itself; a sign-in says how long', async () => {
  const { page, context } = await open(browser, '/contacts');
  const wait = (seconds: string, detail: string) => ({
    status: 429,
    headers: { 'Retry-After': seconds },
    contentType: 'application/problem+json',
    body: JSON.stringify({ status: 429, code: 'rate_limited', title: 'Too many requests', detail }),
  });
  let asked = 0;
  await page.route(/\/api\/v1\/contacts(\?|$)/, (route) =>
    ++asked <= 2 ? route.fulfill(wait('1', 'You may send 100 requests.')) : route.fallback(),
  );
  await page.reload();
  await page.locator('tbody tr, .empty').first().waitFor({ timeout: 30_000 });
  assert.equal(asked >= 3, true);
  assert.equal(await page.getByRole('alert').count(), 0, 'nothing is said of it');
  await context.close();

  const fresh = await open(browser, '/sign-in', { state: undefined });
  await fresh.page.route(/\/api\/v1\/session$/, (route) =>
    route.request().method() === 'POST'
      ? route.fulfill(wait('8', 'Too many wrong passwords: try again in 8 seconds.'))
      : route.fallback(),
  );
  await fresh.page.getByLabel('E-mail').fill(boss.email);
  await fresh.page.getByLabel('Password').fill('certainly not this');
  await fresh.page.getByRole('button', { name: 'Sign in' }).click();
  await fresh.page.getByText('Too many wrong passwords: try again in 8 seconds.').waitFor();
  await fresh.context.close();
});
