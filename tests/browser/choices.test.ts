/* Policies with their rollout, calls without a known agent, contacts, calls by hand and notes. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { accessible, base, get, launch, noSidewaysScroll, open, phone, settled } from './house.ts';

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

interface Named {
  id: string;
  name: string;
  extension: string;
}

const send = async (page: Page, method: string, path: string, data?: object) => {
  const { csrf } = await get<{ csrf: string }>(page, '/session');
  return page.request.fetch(`${base}/api/v1${path}`, {
    method,
    headers: { 'X-CSRF-Token': csrf, Origin: base },
    ...(data && { data }),
  });
};

/** A recording sent by the page's own session; answers the call's id. */
async function upload(page: Page, facts: Record<string, string>): Promise<string> {
  const { csrf } = await get<{ csrf: string }>(page, '/session');
  const data = randomBytes(3200);
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8000, 24);
  head.writeUInt32LE(16_000, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(data.length, 40);
  const file = Buffer.concat([head, data]);
  const headers = { 'X-CSRF-Token': csrf, Origin: base, 'Tus-Resumable': '1.0.0' };
  const made = await page.request.post(`${base}/api/v1/uploads`, {
    headers: {
      ...headers,
      'Upload-Length': String(file.length),
      'Upload-Metadata': Object.entries(facts)
        .map(([k, v]) => `${k} ${Buffer.from(v).toString('base64')}`)
        .join(','),
    },
  });
  assert.equal(made.status(), 201, await made.text());
  const { id } = (await made.json()) as { id: string };
  const sent = await page.request.fetch(`${base}/api/v1/uploads/${id}`, {
    method: 'PATCH',
    headers: { ...headers, 'Upload-Offset': '0', 'Content-Type': 'application/offset+octet-stream' },
    data: file,
  });
  return sent.headers()['ringsight-call']!;
}

test('staged rollout: one agent, the call says why not, and is analysed by hand', async () => {
  const { page, faults, context } = await open(browser, '/calls');
  const agents = (await get<{ items: Named[] }>(page, '/agents')).items;
  const [first, second] = agents as [Named, Named];
  await upload(page, { agent: first.extension, analyse: 'no' });
  const uploads = (
    await get<{ items: { id: string; provider: string }[] }>(page, '/integrations')
  ).items.find((i) => i.provider === 'upload')!;
  await page.goto(`${base}/integrations/${uploads.id}`);
  await settled(page);
  const panel = page.locator('.panel', { hasText: 'Fetched and analysed' });
  await panel.getByRole('button', { name: 'Change' }).click();
  await panel.getByLabel('Whose').selectOption('listed');
  await panel.getByLabel(`${first.name} (${first.extension})`).check();
  await panel.getByText('Narrow it down').click();
  await panel.getByLabel('Percentage of these calls').fill('101');
  await panel.getByRole('button', { name: 'Save' }).click();
  await panel.getByText('analyse.percent: a whole number from 0 to 100.').waitFor();
  await panel.getByLabel('Percentage of these calls').fill('');
  await accessible(page, 'policy form');
  await panel.getByRole('button', { name: 'Save' }).click();
  await panel.getByText(/calls of 1 listed agent/).waitFor();

  const call = await upload(page, { agent: second.extension });
  await page.goto(`${base}/calls/${call}`);
  await page.getByText('Not analysed: agent not in the rollout list.').waitFor({ timeout: 40_000 });
  await accessible(page, 'call that was not analysed');
  await page.getByRole('button', { name: 'Analyse this call' }).click();
  await page
    .getByRole('button', { name: 'Analyse this call' })
    .waitFor({ state: 'detached', timeout: 40_000 });

  await page.goto(`${base}/integrations/${uploads.id}`);
  await settled(page);
  await panel.getByRole('button', { name: 'Count' }).click();
  await panel.getByText(/would be started/).first().waitFor({ timeout: 40_000 });
  await panel.getByRole('button', { name: 'Change' }).click();
  await panel.getByLabel('Whose').selectOption('all');
  await panel.getByRole('button', { name: 'Save' }).click();
  await panel.getByText('all calls').waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});

test('d1-15 calls of an unknown name are given to a new agent', async () => {
  const { page, faults, context } = await open(browser, '/calls');
  const key = `x${randomBytes(3).toString('hex')}`;
  const call = await upload(page, { agent: key, analyse: 'no' });
  await page.goto(`${base}/unknown-agents`);
  await settled(page);
  await page.getByRole('button', { name: `Give to an agent: ${key}` }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Agent').selectOption('A new agent');
  await dialog.getByLabel('Name').fill(`Nora ${key}`);
  await accessible(page, 'giving calls');
  await dialog.getByRole('button', { name: 'Give the calls' }).click();
  await page.getByText(key).first().waitFor();
  await page.locator('.panel', { hasText: 'Names that are known' }).getByText(`Nora ${key}`).waitFor();
  await page.goto(`${base}/calls/${call}`);
  await page.getByText(`Nora ${key}`).first().waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});

test('a call by hand, its contact, a note and a recording afterwards', async () => {
  const { page, faults, context } = await open(browser, '/calls/new');
  const number = `+44163296${String(Math.floor(Math.random() * 10_000)).padStart(4, '0')}`;
  await page.getByRole('button', { name: 'Log the call' }).click();
  await page.getByLabel('Who was called').fill(number);
  await page.getByLabel('Name of the contact').fill('Ada Byron');
  await page.getByLabel('Began').fill('2026-01-05T09:30');
  await page.getByLabel('Length').fill('1:35');
  await page.getByLabel('Notes').fill('Asked for the new price list.');
  await page.getByRole('button', { name: 'Log the call' }).click();
  await page.waitForURL(/\/calls\/[0-9a-f-]{36}$/);
  const there = page.url();
  await page.getByText('Asked for the new price list.').waitFor();
  await page.getByText('1:35').first().waitFor();
  await page.getByLabel('New note').fill('Sent.');
  await page.getByRole('button', { name: 'Add note' }).click();
  await page.getByText('Sent.').waitFor();
  await accessible(page, 'call by hand');
  await page.getByRole('link', { name: 'Add a recording' }).click();
  await page.getByRole('heading', { name: 'Add a recording' }).waitFor();
  const file = await page.evaluate(() => {
    const bytes = new Uint8Array(3244);
    crypto.getRandomValues(bytes);
    return [...bytes];
  });
  const head = Buffer.from(file);
  head.write('RIFF', 0);
  head.writeUInt32LE(3236, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt32LE(0x00010001, 20);
  head.writeUInt32LE(8000, 24);
  head.writeUInt32LE(16_000, 28);
  head.writeUInt32LE(0x00100002, 32);
  head.write('data', 36);
  head.writeUInt32LE(3200, 40);
  await page
    .getByLabel('Recordings', { exact: true })
    .setInputFiles({ name: 'later.wav', mimeType: 'audio/wav', buffer: head });
  await page.getByRole('button', { name: 'Upload 1 file' }).click();
  await page.getByRole('link', { name: 'Open the call' }).click({ timeout: 40_000 });
  await page.waitForURL(there);
  await page.getByRole('link', { name: 'Ada Byron' }).click();
  await page.getByRole('heading', { level: 1, name: 'Ada Byron' }).waitFor();
  await page.getByLabel('Company').fill('Engines Ltd');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.').waitFor();
  await page.locator('.table tbody tr').first().waitFor();
  await accessible(page, 'contact');
  await page.goto(`${base}/contacts?q=engines`);
  await page.getByText(number).first().waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});

test('these pages on a phone', async () => {
  const { page, context } = await open(browser, '/unknown-agents', { viewport: phone });
  const contact = (await get<{ items: { id: string }[] }>(page, '/contacts')).items[0]!;
  const upload = (
    await get<{ items: { id: string; provider: string }[] }>(page, '/integrations')
  ).items.find((i) => i.provider === 'upload')!;
  for (const path of ['/unknown-agents', `/contacts/${contact.id}`, `/integrations/${upload.id}`]) {
    await page.goto(base + path);
    await settled(page);
    await noSidewaysScroll(page, path);
    await accessible(page, `${path} on a phone`);
  }
  assert.equal((await send(page, 'DELETE', `/contacts/${contact.id}`)).status(), 204);
  await context.close();
});
