/* An invitation from the members page to the invited's first sign-in, through the demo's real mail server;
 * a forgotten password; links by hand. In the demo's first tenant. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { accessible, base, launch, noSidewaysScroll, open, phone, settled, tenant } from './house.ts';

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

async function checkPage(page: Page): Promise<void> {
  await settled(page);
  await accessible(page, page.url());
  await noSidewaysScroll(page, page.url());
}

const unique = (): string => randomUUID().slice(0, 8);
const folder = join(dirname(resolve(process.env.RINGSIGHT_DEMO!)), 'mail');

/** The link to a page in the newest mail to an address. */
async function linkTo(address: string, page: string): Promise<string> {
  const end = Date.now() + 60_000;
  for (;;) {
    const texts = readdirSync(folder)
      .filter((n) => n.endsWith('.txt') && !n.startsWith('.'))
      .sort()
      .map((n) => readFileSync(join(folder, n), 'utf8'));
    const link = texts
      .filter((t) => t.includes(`<${address}>`))
      .map((t) => t.match(new RegExp(`^https?:\\S+/${page}#\\S+$`, 'm'))?.[0])
      .filter(Boolean)
      .at(-1);
    if (link) return link;
    if (Date.now() > end) throw new Error(`no mail to ${address}`);
    await new Promise((ok) => setTimeout(ok, 100));
  }
}

async function invite(page: Page, fill: () => Promise<void>): Promise<void> {
  await page.goto(`${base}/members`);
  await page.getByRole('button', { name: 'Invite', exact: true }).click();
  await page.getByRole('dialog').waitFor();
  await fill();
  await page.getByRole('dialog').getByLabel('Role').selectOption({ label: 'Viewer' });
}

test('somebody is invited by mail, accepts, forgets the password and chooses a new one', async () => {
  const email = `browser-${unique()}@guests.example`;
  const { page, context } = await open(browser, '/members');
  await invite(page, () => page.getByLabel('E-mail').fill(email));
  await checkPage(page);
  await page.getByRole('button', { name: 'Send the invitation' }).click();
  await page.getByRole('table', { name: 'Invited' }).getByText(email).waitFor();
  const link = await linkTo(email, 'join');

  const guest = await open(browser, new URL(link).pathname + new URL(link).hash, { state: undefined });
  await guest.page.getByRole('heading', { name: /^Join / }).waitFor();
  await checkPage(guest.page);
  await guest.page.getByLabel('Your name').fill('Guest of the browser');
  await guest.page.getByLabel('Password').fill('short');
  await guest.page.getByRole('button', { name: 'Join' }).click();
  await guest.page.getByText('must have 8 to').waitFor();
  await guest.page.getByLabel('Password').fill('long enough to hold');
  await guest.page.getByRole('button', { name: 'Join' }).click();
  await guest.page.locator('.frame').waitFor();
  await guest.page.goto(`${base}/settings`);
  await guest.page.getByText(email).waitFor();
  await guest.page.goto(link);
  await guest.page.getByRole('alert').getByText('does not hold any more').waitFor();
  await guest.context.close();

  await page.reload();
  await page.getByRole('table', { name: 'Members' }).getByText(email).waitFor();
  await checkPage(page);
  await context.close();

  const forgot = await open(browser, '/sign-in', { state: undefined });
  await forgot.page.getByRole('link', { name: 'Forgot password?' }).click();
  await forgot.page.getByRole('heading', { name: 'New password' }).waitFor(); /* both pages ask for an address */
  await forgot.page.getByLabel('E-mail').fill(email);
  await forgot.page.getByRole('button', { name: 'Send me a link' }).click();
  await forgot.page.getByRole('status').getByText('a mail with a link is on its way').waitFor();
  await checkPage(forgot.page);
  await forgot.page.goto(await linkTo(email, 'reset'));
  await forgot.page.getByLabel('New password').fill('another one that holds');
  await checkPage(forgot.page);
  await forgot.page.getByRole('button', { name: 'Set the password' }).click();
  await forgot.page.getByText('every device was signed out').waitFor();
  await forgot.page.getByRole('link', { name: 'Sign in' }).click();
  await forgot.page.getByRole('button', { name: 'Sign in' }).waitFor();
  await forgot.page.getByLabel('E-mail').fill(email);
  await forgot.page.getByLabel('Password').fill('another one that holds');
  await forgot.page.getByRole('button', { name: 'Sign in' }).click();
  await forgot.page.locator('.frame').waitFor();
  await forgot.context.close();
});

test('a link is handed over to somebody without mail, and another for a new password', async () => {
  const name = `hand.${unique()}`;
  const { page, context } = await open(browser, '/members');
  await invite(page, async () => {
    await page.getByLabel('As a link to hand over').check();
    await page.getByLabel('User name').fill(name);
    await page.getByText(`they sign in as ${name}@${tenant.slug}`).waitFor();
  });
  await page.getByRole('button', { name: 'Make the link' }).click();
  const link = await page.getByRole('textbox', { name: 'Link' }).inputValue();
  await checkPage(page);
  await page.getByRole('button', { name: 'Done' }).click();

  const guest = await open(browser, '/join' + new URL(link).hash, { state: undefined, viewport: phone });
  await guest.page.getByText(`${name}@${tenant.slug}`).waitFor();
  await checkPage(guest.page);
  await guest.page.getByLabel('Your name').fill('Hand over');
  await guest.page.getByLabel('Password').fill('long enough to hold');
  await guest.page.getByRole('button', { name: 'Join' }).click();
  await guest.page.locator('.frame').waitFor();
  await guest.context.close();

  await page.reload();
  const row = page.getByRole('row', { name: new RegExp(name) });
  await row.getByRole('button', { name: /New password link/ }).click();
  assert.match(await page.getByRole('textbox', { name: 'Link' }).inputValue(), /\/reset#[\w-]{43}$/);
  await context.close();
});

test('an invitation is withdrawn, and its link says so', async () => {
  const email = `browser-${unique()}@guests.example`;
  const { page, context } = await open(browser, '/members');
  await invite(page, () => page.getByLabel('E-mail').fill(email));
  await page.getByRole('button', { name: 'Send the invitation' }).click();
  const link = await linkTo(email, 'join');
  await page.getByRole('row', { name: new RegExp(email) }).getByRole('button', { name: 'Withdraw' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).click();
  await page.getByRole('row', { name: new RegExp(email) }).waitFor({ state: 'detached' });
  const guest = await open(browser, '/join' + new URL(link).hash, { state: undefined });
  await guest.page.getByRole('alert').getByText('does not hold any more').waitFor();
  await guest.context.close();
  await context.close();
});
