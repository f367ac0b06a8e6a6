/* Sign-in by a provider of the tenant's own: its page of settings, and one whole sign-in through a real provider. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { CLIENT, provider, SECRET, type OwnProvider } from '../api/provider.ts';
import { accessible, base, launch, noSidewaysScroll, open, phone, settled } from './house.ts';

let browser: Browser, p: OwnProvider;
const domain = `b${randomUUID().slice(0, 8)}.example`;
before(async () => {
  browser = await launch();
  p = await provider({ redirect: `${base}/api/v1/oidc/callback` });
});
after(async () => {
  await browser.close();
  await p.close();
});

test('a provider is set up and tested, somebody signs in by it, and it is switched off', async () => {
  const { page, context, faults } = await open(browser, '/settings/sign-in');
  const field = (label: string) => page.getByLabel(label, { exact: false }).first();
  assert.equal(
    await page.getByLabel('Redirect address', { exact: true }).inputValue(),
    `${base}/api/v1/oidc/callback`,
  );
  await field('Name').fill('House key');
  await field('Issuer').fill(p.issuer);
  await field('Client id').fill(CLIENT);
  await field('Client secret').fill(`${SECRET}wrong`);
  await field('E-mail domains').fill('nodot');
  await field('Claim with groups').fill('groups');
  await field('Roles by group').fill('staff = agent');
  await page.getByLabel('Whoever signs in becomes a member').check();
  await page.getByLabel('The only way in').uncheck();
  const save = page.getByRole('button', { name: /^(Switch on|Save)$/ });
  await save.click();
  await page.getByText('"nodot" is no domain like example.com.').waitFor();
  await field('E-mail domains').fill(domain);
  await save.click();
  await page.getByText('refuses the client id or its secret').waitFor({ timeout: 60_000 });
  await field('Client secret').fill(SECRET);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The provider answers, and takes client id').waitFor({ timeout: 60_000 });
  assert.equal(await field('Client secret').inputValue(), '');
  await settled(page);
  await accessible(page, page.url());
  await noSidewaysScroll(page, page.url());
  await page.setViewportSize(phone);
  await noSidewaysScroll(page, page.url());
  assert.deepEqual(faults, []);

  const name = `p${randomUUID().slice(0, 8)}`;
  p.somebody = { sub: name, email: `${name}@${domain}`, email_verified: true, name: `Person ${name}`, groups: ['staff'] };
  const visit = await open(browser, '/sign-in?next=/tasks', { state: undefined });
  await visit.page.getByLabel('E-mail').fill(`${name}@${domain}`);
  await visit.page.getByRole('button', { name: 'Sign in with House key' }).click();
  await visit.page.locator('.frame').waitFor({ timeout: 60_000 });
  assert.equal(new URL(visit.page.url()).pathname, '/tasks');
  const session = await (await visit.page.request.get(`${base}/api/v1/session`)).json();
  assert.equal(session.role, 'agent');
  assert.deepEqual(visit.faults, []);
  await visit.context.close();

  p.somebody = null;
  const refused = await open(browser, '/sign-in', { state: undefined });
  await refused.page.getByLabel('E-mail').fill(`${name}@${domain}`);
  await refused.page.getByRole('button', { name: 'Sign in with House key' }).click();
  await refused.page.getByText('The provider did not let you in.').waitFor({ timeout: 60_000 });
  await accessible(refused.page, 'sign-in after a refusal');
  await refused.context.close();

  await page.getByRole('button', { name: 'Switch off' }).click();
  await page.getByRole('heading', { name: 'Off' }).waitFor();
  await context.close();
});
