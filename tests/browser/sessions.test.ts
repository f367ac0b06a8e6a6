/* Where one is signed in: seen and ended on the security page, a member signed out by an admin; at desktop and phone
 * width. The people are made for it. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { accessible, base, desktop, launch, noSidewaysScroll, open, phone, settled, signIn, tenant } from './house.ts';

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const PASSWORD = 'correct horse battery';

/** Somebody new of the demo's first tenant, who signs in by a user name. */
async function newPerson(): Promise<{ email: string; name: string }> {
  const { page, context } = await open(browser, '/members');
  const session = await (await page.request.get(`${base}/api/v1/session`)).json();
  const user = `seated-${randomUUID().slice(0, 8)}`;
  const made = await page.request.post(`${base}/api/v1/invitations`, {
    headers: { 'X-CSRF-Token': session.csrf },
    data: { user_name: user, role: 'viewer' },
  });
  assert.equal(made.status(), 201, await made.text());
  const token = (await made.json()).link.split('#')[1];
  await context.close();
  const joined = await fetch(`${base}/api/v1/join`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ token, name: `Person ${user}`, password: PASSWORD }),
  });
  assert.equal(joined.status, 204);
  return { email: `${user}@${tenant.slug}`, name: `Person ${user}` };
}

async function enter(who: { email: string }, agent?: string): Promise<Page> {
  const context = await browser.newContext({ viewport: desktop, reducedMotion: 'reduce', ...(agent ? { userAgent: agent } : {}) });
  const page = await context.newPage();
  await signIn(page, { ...who, password: PASSWORD, role: 'viewer' });
  return page;
}

async function check(page: Page, what: string): Promise<void> {
  for (const size of [phone, desktop]) {
    await page.setViewportSize(size);
    await accessible(page, `${what} at ${size.width}`);
    await noSidewaysScroll(page, what);
  }
}

test('the own sessions are listed, one is ended and its page asks to sign in, then all others', async () => {
  const who = await newPerson();
  const lost = await enter(who, 'Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/604.1');
  const third = await enter(who);
  const page = await enter(who);
  await page.goto(`${base}/settings`);
  await settled(page);
  // The link and the button stand together at the right.
  const head = page.locator('.panel-head', { hasText: 'Account' });
  const [link, out, whole] = [head.getByRole('link', { name: 'Security' }), head.getByRole('button', { name: 'Sign out' }), head];
  const [a, b, all] = [await link.boundingBox(), await out.boundingBox(), await whole.boundingBox()];
  assert(a && b && all && b.x - (a.x + a.width) < 30 && all.x + all.width - (b.x + b.width) < 30, 'side by side at the right');
  await link.click();
  await settled(page);
  const table = page.getByRole('table', { name: 'Where you are signed in' });
  await table.getByText('Safari on iPad').waitFor();
  assert.equal(await table.locator('tbody tr').count(), 3);
  assert.match((await table.locator('tbody tr').first().innerText()), /Chrome on Linux[\s\S]*This session[\s\S]*Password/);
  await check(page, 'the security page');
  await table.getByRole('button', { name: /Safari on iPad/ }).click();
  await check(page, 'asking before a session is ended');
  await page.getByRole('dialog').getByRole('button', { name: 'End it' }).click();
  await table.getByText('Safari on iPad').waitFor({ state: 'detached' });
  await lost.getByText('Your session has ended').waitFor(); // without a click: its socket told it, or the next request
  await page.getByRole('button', { name: 'End all others' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'End them' }).click();
  await page.waitForFunction(() => document.querySelectorAll('.security tbody tr').length === 1);
  await third.goto(`${base}/settings`);
  await third.getByRole('button', { name: 'Sign in' }).waitFor();
});

test('an owner signs a member out', async () => {
  const who = await newPerson(), page = await enter(who);
  const { page: members, context } = await open(browser, '/members');
  const button = members.getByRole('button', { name: `Sign out ${who.name}` });
  while (!(await button.count())) {
    await members.getByRole('link', { name: 'Older' }).or(members.getByRole('button', { name: 'Older' })).click();
    await settled(members);
  }
  await button.click();
  await check(members, 'asking before a member is signed out');
  await members.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click();
  await members.getByText('1 session ended').waitFor();
  await page.goto(`${base}/settings`);
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  await context.close();
});
