/* Webhooks: an endpoint is made and its secret shown once; a test reaches a receiver on this machine, signed; what failed
 * is seen with its answer and sent again; the secret is changed, the endpoint switched off and removed. */
import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { accessible, base, launch, noSidewaysScroll, open, settled } from './house.ts';

interface Got {
  headers: Record<string, string>;
  body: string;
}
const got: Got[] = [];
let answer = 503;
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (part) => (body += part));
  request.on('end', () => {
    got.push({ headers: request.headers as Record<string, string>, body });
    response.statusCode = answer;
    response.end(answer === 200 ? 'thank you' : 'the queue is away');
  });
});
let browser: Browser;
before(async () => {
  await new Promise<void>((ok) => server.listen(0, '127.0.0.1', ok));
  browser = await launch();
});
after(async () => {
  await browser.close();
  server.closeAllConnections();
  server.close();
});

async function checkPage(page: Page): Promise<void> {
  await settled(page);
  await accessible(page, page.url());
  await noSidewaysScroll(page, page.url());
}
const signed = (g: Got, secret: string): boolean =>
  g.headers['webhook-signature']!.split(' ').includes(
    `v1,${createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
      .update(`${g.headers['webhook-id']}.${g.headers['webhook-timestamp']}.${g.body}`)
      .digest('base64')}`,
  );

test('an endpoint is made, tried, mended, given a new secret, switched off and removed', async () => {
  const name = `CRM ${randomUUID().slice(0, 8)}`;
  const { page, context } = await open(browser, '/webhooks');
  await page.getByRole('heading', { name: 'Webhooks' }).waitFor();
  await page.getByRole('button', { name: 'New endpoint' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Address').fill('https://10.1.2.3/hook');
  await dialog.getByLabel('Description').fill(name);
  await dialog.getByRole('button', { name: 'Make the endpoint' }).click();
  await dialog.getByText('RINGSIGHT_EGRESS_ALLOW').waitFor();
  await dialog.getByLabel('Address').fill(`http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`);
  await dialog.getByLabel('All, those too that come later').uncheck();
  await dialog.getByLabel('A person scored a call').check();
  await checkPage(page);
  await dialog.getByRole('button', { name: 'Make the endpoint' }).click();
  const secret = await dialog.getByLabel('Secret', { exact: true }).inputValue();
  assert.match(secret, /^whsec_/);
  await dialog.getByRole('button', { name: 'Done' }).click();

  await page.getByRole('heading', { name }).waitFor();
  await page.getByRole('button', { name: 'Send a test' }).click();
  /** So many deliveries are in that state; the page is asked again until they are. */
  const until = async (state: string, many: number): Promise<void> => {
    const last = page.getByRole('row', { name: 'Test' }).getByText(state, { exact: true }).nth(many - 1);
    for (let n = 0; n < 120 && !(await last.count()); n++) {
      await page.getByRole('button', { name: 'Look again' }).click();
      await last.waitFor({ timeout: 1_000 }).catch(() => undefined);
    }
    await last.waitFor();
  };
  await until('Failed', 1);
  await checkPage(page);
  await page.getByRole('link', { name: 'Test', exact: true }).click();
  await dialog.getByText('the queue is away').waitFor();
  await dialog.getByText('Status 503 after').waitFor();
  await checkPage(page);
  answer = 200;
  await dialog.getByRole('button', { name: 'Send it again' }).click();
  await until('Delivered', 1);
  assert.equal(got.length, 2);
  assert.equal(got[0]!.headers['webhook-id'], got[1]!.headers['webhook-id']);
  assert(got.every((g) => signed(g, secret)));

  await page.getByRole('button', { name: 'New secret' }).click();
  await page.getByRole('button', { name: 'Make it' }).click();
  const next = await dialog.getByLabel('Secret', { exact: true }).inputValue();
  assert.notEqual(next, secret);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await page.getByText('signs too until').waitFor();
  await page.getByRole('button', { name: 'Send a test' }).click();
  await until('Delivered', 2);
  assert(signed(got[2]!, secret) && signed(got[2]!, next));
  await page.getByRole('button', { name: 'End the old secret' }).click();
  await page.getByRole('button', { name: 'End it' }).click();
  await page.getByRole('button', { name: 'New secret' }).waitFor();

  await page.getByRole('button', { name: 'Switch off' }).click();
  await page.getByRole('button', { name: 'Switch on' }).waitFor();
  await page.goto(`${base}/webhooks`);
  await page.getByRole('row', { name }).getByText('Off', { exact: true }).waitFor();
  await checkPage(page);
  await page.getByRole('link', { name }).click();
  await page.getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('heading', { name: 'Webhooks' }).waitFor();
  await page.getByRole('row', { name }).waitFor({ state: 'detached' });
  await context.close();
});
