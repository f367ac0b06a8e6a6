/* Changing an integration's address and secret by the page: both work on, the page says which is in
 * use, and what was refused; on a desktop and on a phone. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import {
  accessible,
  base,
  desktop,
  launch,
  noSidewaysScroll,
  open,
  phone,
  settled,
  signedIn,
  type Kept,
} from './house.ts';

let browser: Browser;
let kept: Kept;
let csrf = '';
const made: string[] = [];
before(async () => {
  browser = await launch();
  kept = await signedIn(browser);
});
after(async () => {
  for (const id of made) await ask('delete', `/integrations/${id}`);
  await browser.close();
});

async function ask(
  method: 'post' | 'delete',
  path: string,
  data?: object,
): Promise<Record<string, string>> {
  const context = await browser.newContext({ storageState: kept });
  if (!csrf)
    csrf = (
      (await (await context.request.get(`${base}/api/v1/session`)).json()) as {
        csrf: string;
      }
    ).csrf;
  const answer = await context.request[method](`${base}/api/v1${path}`, {
    headers: { 'x-csrf-token': csrf },
    ...(data ? { data } : {}),
  });
  assert(answer.ok(), `${method} ${path}: ${await answer.text()}`);
  const text = await answer.text();
  await context.close();
  return text ? (JSON.parse(text) as Record<string, string>) : {};
}

const first = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
async function post(url: string, secret: string): Promise<number> {
  const at = String(Math.floor(Date.now() / 1000)),
    body = '{"call_id":"rotation"}';
  const mac = createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
    .update(`m.${at}.${body}`)
    .digest('base64');
  return (
    await fetch(url, {
      method: 'POST',
      body,
      headers: {
        'webhook-id': 'm',
        'webhook-timestamp': at,
        'webhook-signature': `v1,${mac}`,
      },
    })
  ).status;
}

for (const [name, view, scheme] of [
  ['desktop', desktop, 'light'],
  ['phone', phone, 'dark'],
] as const) {
  test(`the secrets are changed without a gap, on a ${name}`, async () => {
    const { id, hook_url: oldUrl } = await ask('post', '/integrations', {
      provider: 'generic',
      name: 'Rotation',
      settings: { secret: first },
    });
    made.push(id!);
    assert.equal(await post(oldUrl!, `whsec_${Buffer.alloc(32, 8).toString('base64')}`), 401);
    const { page, faults, context } = await open(browser, `/integrations/${id}`, {
      viewport: view,
      dark: scheme === 'dark',
    });
    const panel = page.locator('.panel', { hasText: 'Address and secrets' });
    await panel.getByRole('button', { name: 'Change the secrets' }).click();
    await page.getByRole('button', { name: 'Make new ones' }).click();
    await panel.getByText('New signing secret, shown this once').waitFor();
    const secret = await panel.getByLabel('Signing secret').inputValue();
    const newUrl = await page.getByLabel('Webhook address').inputValue();
    assert.match(secret, /^whsec_/);
    assert.notEqual(newUrl, oldUrl);
    assert.equal(await page.getByText('The old address no longer works').count(), 0);
    await panel.getByText('The new address has not been used yet').waitFor();
    await settled(page);
    await accessible(page, `rotation on a ${name}`);
    await noSidewaysScroll(page, `rotation on a ${name}`);
    await page.waitForTimeout(2_200); // uses are told apart from two seconds after the change
    assert.deepEqual([await post(oldUrl!, first), await post(newUrl, secret)], [200, 200]);
    for (let tries = 0; tries < 12 && !(await panel.getByText('They can go').count()); tries++) {
      await page.waitForTimeout(1_000);
      await page.reload();
      await panel.waitFor();
      if (await panel.getByText('Both addresses are in use').count()) break;
    }
    assert.equal(await panel.getByText('Both addresses are in use').count(), 1);
    await panel.getByText('1 hook did not verify').waitFor();
    assert.equal(await page.getByText(secret).count(), 0, 'shown once');
    await panel.getByRole('button', { name: 'End the old one now' }).click();
    await page.getByRole('button', { name: 'End it' }).click();
    await panel.getByRole('button', { name: 'Change the secrets' }).waitFor();
    await page.waitForTimeout(1_100);
    assert.deepEqual([await post(oldUrl!, first), await post(newUrl, secret)], [404, 200]);
    assert.deepEqual(faults, []);
    await context.close();
  });
}
