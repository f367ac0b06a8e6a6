/* The clients that use a key by short-lived tokens: counted, told, ended. And a super admin who lacks the second factor
 * that the service asks for. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { ownCommand, ownServer } from '../api/server.ts';
import { accessible, base, desktop, launch, noSidewaysScroll, open, phone, settled, watch } from './house.ts';

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const shots = process.env.SHOTS;
async function check(page: Page, what: string): Promise<void> {
  await settled(page);
  for (const size of [phone, desktop]) {
    await page.setViewportSize(size);
    await accessible(page, what);
    await noSidewaysScroll(page, what);
    if (shots) await page.screenshot({ path: `${shots}/${what}-${size.width}.png` });
  }
}

test('the clients of a key are told, and the tokens of one ended', async () => {
  const name = `Client key ${randomUUID().slice(0, 8)}`;
  const { page, context, faults } = await open(browser, '/api-keys');
  const { csrf } = await (await page.request.get(`${base}/api/v1/session`)).json();
  const made = await page.request.post(`${base}/api/v1/api-keys`, {
    headers: { 'X-CSRF-Token': csrf },
    data: { name, role: 'viewer' },
  });
  const { key } = await made.json();
  const exchange = async (client: string) => {
    const answer = await fetch(`${base}/api/v1/tokens`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ client }),
    });
    assert.equal(answer.status, 200);
    return (await answer.json()) as { refresh_token: string };
  };
  const refresh = async (refresh_token: string) => {
    const answer = await fetch(`${base}/api/v1/tokens/refresh`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refresh_token }),
    });
    return { status: answer.status, pair: (await answer.json()) as { refresh_token: string } };
  };
  const nightly = await exchange('Nightly export');
  const copied = await exchange('Copied');
  await refresh((await refresh(copied.refresh_token)).pair.refresh_token);
  assert.equal((await refresh(copied.refresh_token)).status, 401);

  await page.reload();
  const count = page.getByRole('button', { name: `1: clients that use ${name} by tokens` });
  await count.click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('row', { name: 'Nightly export' }).getByText('In use').waitFor();
  await dialog.getByRole('row', { name: 'Copied' }).getByText('Token used twice').waitFor();
  assert.equal(await dialog.getByRole('button', { name: 'End the tokens of Copied' }).count(), 0);
  await check(page, 'clients');
  await dialog.getByRole('button', { name: 'End the tokens of Nightly export' }).click();
  await page.getByRole('button', { name: 'End them' }).click();
  await page.getByText('The tokens of Nightly export have ended.').waitFor();
  await dialog.getByRole('row', { name: 'Nightly export' }).waitFor({ state: 'detached' });
  assert.equal((await refresh(nightly.refresh_token)).status, 401);
  await dialog.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: `None: clients that use ${name} by tokens` }).waitFor();
  await check(page, 'keys');
  assert.deepEqual(faults, []);
  await context.close();
});

const PASSWORD = 'correct horse battery';
test('a super admin without a second factor is led to setting one up, and then on', { timeout: 180_000 }, async () => {
  const email = `super-${randomUUID().slice(0, 8)}@ringsight.example`;
  const made = await ownCommand(['admin', 'super-admin', '--email', email, '--name', 'Led', '--password-stdin'], {}, PASSWORD).ended;
  assert.equal(made.code, 0, made.err);
  const own = await ownServer(undefined, { settings: { RINGSIGHT_SUPER_ADMIN_FACTOR: 'on' } });
  const context = await browser.newContext({ viewport: desktop });
  try {
    const page = await context.newPage();
    const faults = watch(page);
    await page.goto(`http://127.0.0.1:${own.port}/platform/sign-in`);
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Set up a second factor' }).waitFor();
    await page.getByText('Every super admin needs one').waitFor();
    await page.goto(`http://127.0.0.1:${own.port}/platform/audit`);
    await page.getByRole('heading', { name: 'Set up a second factor' }).waitFor();
    await check(page, 'super admin');
    await page.getByLabel('Your password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Continue' }).click();
    const secret = await page.getByLabel('Secret', { exact: true }).inputValue();
    const code = execFileSync('oathtool', ['--totp', '--base32', secret], { encoding: 'utf8' });
    await page.getByLabel('Code that the app shows').fill(code.trim());
    await page.getByRole('button', { name: 'Switch on' }).click();
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await page.getByRole('heading', { level: 1 }).getByText('Set up').waitFor({ state: 'detached' });
    await page.goto(`http://127.0.0.1:${own.port}/platform/audit`);
    await page.getByRole('navigation').first().waitFor();
    assert.equal(await page.getByRole('heading', { name: 'Set up a second factor' }).count(), 0);
    assert.deepEqual(faults, []);
  } finally {
    await context.close();
    await own.remove();
  }
});
