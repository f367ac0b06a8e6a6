/* Another mail address: asked for on the security page, confirmed by the links in the demo's mails, and stopped by the
 * old address. At desktop and phone width; the people are made for it. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { accessible, base, desktop, launch, noSidewaysScroll, open, phone, settled, signIn } from './house.ts';

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const PASSWORD = 'correct horse battery';
const folder = join(dirname(resolve(process.env.RINGSIGHT_DEMO!)), 'mail');
const fresh = (): string => `moved-${randomUUID().slice(0, 8)}@guests.example`;

/** The link to a page in the newest mail to an address. */
async function linkTo(address: string, page: string): Promise<string> {
  const end = Date.now() + 60_000;
  for (;;) {
    const link = readdirSync(folder)
      .filter((n) => n.endsWith('.txt') && !n.startsWith('.'))
      .sort()
      .map((n) => readFileSync(join(folder, n), 'utf8'))
      .filter((t) => t.includes(`<${address}>`))
      .map((t) => t.match(new RegExp(`^https?:\\S+/${page}#\\S+$`, 'm'))?.[0])
      .filter(Boolean)
      .at(-1);
    if (link) return link;
    if (Date.now() > end) throw new Error(`no mail to ${address}`);
    await new Promise((ok) => setTimeout(ok, 100));
  }
}

async function person(): Promise<{ email: string; page: Page }> {
  const email = fresh(), { page, context } = await open(browser, '/members');
  const session = await (await page.request.get(`${base}/api/v1/session`)).json();
  const made = await page.request.post(`${base}/api/v1/invitations`, {
    headers: { 'X-CSRF-Token': session.csrf },
    data: { email, role: 'viewer' },
  });
  assert.equal(made.status(), 201, await made.text());
  await context.close();
  const token = (await linkTo(email, 'join')).split('#')[1];
  const joined = await fetch(`${base}/api/v1/join`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ token, name: 'Robin Moved', password: PASSWORD }),
  });
  assert.equal(joined.status, 204);
  const own = await browser.newContext({ viewport: desktop, reducedMotion: 'reduce' });
  const mine = await own.newPage();
  await signIn(mine, { email, password: PASSWORD, role: 'viewer' });
  return { email, page: mine };
}

async function check(page: Page, what: string): Promise<void> {
  for (const size of [phone, desktop]) {
    await page.setViewportSize(size);
    await accessible(page, `${what} at ${size.width}`);
    await noSidewaysScroll(page, what);
  }
}

async function ask(page: Page, to: string): Promise<void> {
  await page.goto(`${base}/security`);
  await settled(page);
  await page.getByRole('button', { name: 'Change' }).click();
  await page.getByLabel('New address').fill(to);
  await page.getByLabel('Your password').fill(PASSWORD);
  await check(page, 'asking for another address');
  await page.getByRole('button', { name: 'Send the links' }).click();
  await page.getByText('It becomes').waitFor();
}

test('a change is asked for, confirmed by both links, and signs in', async () => {
  const { email, page } = await person(), next = fresh();
  await ask(page, next);
  await check(page, 'a change that waits');
  const stranger = await (await browser.newContext({ viewport: desktop })).newPage();
  await stranger.goto(await linkTo(next, 'address'));
  await stranger.getByText(next).waitFor();
  await check(stranger, 'the link of the new address');
  await stranger.getByRole('button', { name: 'Confirm' }).click();
  await stranger.getByText('The other one has to confirm too').waitFor();
  await page.goto(`${base}/security`);
  await page.getByText('New address: confirmed').waitFor();
  await page.goto(await linkTo(email, 'address'));
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByText('Both have confirmed').waitFor();
  await page.goto(`${base}/security`);
  await page.getByText(next).waitFor();
  assert.equal(await page.getByText('It becomes').count(), 0);
});

test('the old address says that it was somebody else', async () => {
  const { email, page } = await person();
  await ask(page, fresh());
  const stranger = await (await browser.newContext({ viewport: desktop })).newPage();
  await stranger.goto(await linkTo(email, 'address-stop'));
  await stranger.getByRole('button', { name: 'This was not me' }).waitFor();
  await check(stranger, 'stopping it');
  await stranger.getByRole('button', { name: 'This was not me' }).click();
  await stranger.getByText('Nothing is changed').waitFor();
  await page.goto(`${base}/settings`);
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
});
