/* Recordings that no browser plays as they come: heard on the call page all the same, the original there
 * to be saved; and how an integration's recordings are kept, said and chosen on its page. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { amr, gsm } from '../api/packed.ts';
import { accessible, base, desktop, launch, noSidewaysScroll, open, phone, settled } from './house.ts';

let browser: Browser;
const pictures = process.env.PICTURES;
if (pictures) mkdirSync(pictures, { recursive: true });
const picture = async (page: Page, name: string): Promise<void> => {
  if (pictures) await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
};
before(async () => { browser = await launch(); });
after(() => browser.close());

/** Uploads a file through the API as the page's user; its call. */
async function upload(page: Page, bytes: Buffer): Promise<string> {
  const session = await (await page.request.get(`${base}/api/v1/session`)).json();
  const headers = { 'x-csrf-token': session.csrf, origin: base, 'tus-resumable': '1.0.0' };
  const made = await page.request.post(`${base}/api/v1/uploads`, { headers: { ...headers, 'upload-length': String(bytes.length),
    'upload-metadata': `filename ${Buffer.from('strange.bin').toString('base64')},analyse ${Buffer.from('no').toString('base64')}` } });
  assert.equal(made.status(), 201, await made.text());
  const { id } = await made.json();
  const sent = await page.request.fetch(`${base}/api/v1/uploads/${id}`, { method: 'PATCH', data: bytes,
    headers: { ...headers, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' } });
  return sent.headers()['ringsight-call']!;
}

for (const [name, make, seconds] of [['GSM', gsm, 8], ['AMR', amr, 4]] as const)
  test(`a call that came as ${name} plays`, { timeout: 240_000 }, async () => {
    const { page, faults, context } = await open(browser, '/calls', { viewport: desktop });
    const call = await upload(page, make(200));
    await page.goto(`${base}/calls/${call}?tab=record`);
    await page.getByRole('button', { name: 'Play', exact: true }).waitFor();
    const audio = page.locator('audio');
    await audio.waitFor({ state: 'attached', timeout: 120_000 }); // it comes by itself once it is made
    await page.waitForFunction(() => Number.isFinite(document.querySelector('audio')?.duration), undefined, { timeout: 40_000 });
    assert(Math.abs(await audio.evaluate((a: HTMLAudioElement) => a.duration) - seconds) < 0.1);
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await page.waitForFunction(() => (document.querySelector('audio')?.currentTime ?? 0) > 0.5, undefined, { timeout: 40_000 });
    await audio.evaluate((a: HTMLAudioElement) => { a.currentTime = 3; });
    await page.waitForFunction(() => (document.querySelector('audio')?.currentTime ?? 0) > 3.1, undefined, { timeout: 40_000 });
    assert.equal(await page.getByText('cannot be played').count(), 0);
    await page.getByText(/Kept as it came, and as Opus/).waitFor();
    const [saved] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download the original' }).click()]);
    assert.match(saved.suggestedFilename(), name === 'GSM' ? /\.wav$/ : /\.amr$/);
    await settled(page);
    await accessible(page, `the call of ${name}`);
    await picture(page, `call-${name}`);
    await page.setViewportSize(phone);
    await settled(page);
    await noSidewaysScroll(page, `the call of ${name} on a phone`);
    await picture(page, `call-${name}-phone`);
    assert.deepEqual(faults, []);
    await context.close();
  });

test('an integration keeps its recordings as Opus from the moment one says so', { timeout: 240_000 }, async () => {
  const { page, faults, context } = await open(browser, '/calls', { viewport: desktop });
  const session = await (await page.request.get(`${base}/api/v1/session`)).json();
  const made = await page.request.post(`${base}/api/v1/integrations`, { headers: { 'x-csrf-token': session.csrf, origin: base }, data: { provider: 'generic', name: 'Kept small', settings: {} } });
  assert.equal(made.status(), 201, await made.text());
  const { id } = await made.json();
  await page.goto(`${base}/integrations/${id}`);
  const panel = page.locator('.panel', { has: page.getByRole('heading', { name: 'Fetched and analysed' }) });
  await panel.getByText('as they came').waitFor();
  await panel.getByRole('button', { name: 'Change' }).click();
  await panel.getByLabel('Recordings kept').selectOption('opus');
  await settled(page);
  await accessible(page, 'the policy form');
  await picture(page, 'policy-form');
  await panel.getByRole('button', { name: 'Save' }).click();
  await panel.getByText(/as Opus/).and(panel.locator('b')).waitFor();
  await panel.getByText(/goes once its transcript is written/).waitFor();
  await settled(page);
  await picture(page, 'policy');
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize(phone);
  await settled(page);
  await noSidewaysScroll(page, 'the integration on a phone');
  await accessible(page, 'the integration, dark');
  await picture(page, 'policy-phone-dark');
  await page.request.delete(`${base}/api/v1/integrations/${id}`, { headers: { 'x-csrf-token': session.csrf, origin: base } });
  assert.deepEqual(faults, []);
  await context.close();
});
