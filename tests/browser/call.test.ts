/* The call page: sound that really plays, words that lead to it, evidence that answers. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { launch, open, phone, scoredCall, settled, base } from './house.ts';

let browser: Browser;
let page: Page;
let path: string;

before(async () => {
  browser = await launch();
  ({ page } = await open(browser, '/calls'));
  path = `/calls/${await scoredCall(page)}`;
});
after(() => browser.close());

const time = () => page.locator('audio').evaluate((a: HTMLAudioElement) => a.currentTime);
const paused = () => page.locator('audio').evaluate((a: HTMLAudioElement) => a.paused);

async function fresh(): Promise<void> {
  await page.goto(base + path);
  await settled(page);
  await page.locator('.wave path').first().waitFor();
  await page.waitForFunction(() => (document.querySelector('audio')?.readyState ?? 0) >= 1);
}

async function moves(): Promise<void> {
  const from = await time();
  await page.waitForFunction(
    (t) => (document.querySelector('audio')?.currentTime ?? 0) > t + 0.3,
    from,
  );
}

test('plays, pauses and seeks', async () => {
  await fresh();
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await moves();
  await page.keyboard.press(' ');
  await page.waitForFunction(() => document.querySelector('audio')?.paused);
  const box = (await page.locator('.wave').boundingBox())!;
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  const length = await page.locator('audio').evaluate((a: HTMLAudioElement) => a.duration);
  assert.ok(Math.abs((await time()) - length / 2) < length * 0.03, `${await time()} of ${length}`);
  const middle = await time();
  await page.keyboard.press('ArrowRight');
  await page
    .waitForFunction((t) => (document.querySelector('audio')?.currentTime ?? 0) > t + 3, middle)
    .catch(() => undefined);
  assert.ok((await time()) > middle);
  await page.locator('.wave').focus();
  await page.keyboard.press('Home');
  await page.waitForFunction(() => document.querySelector('audio')?.currentTime === 0);
});

test('speed is chosen and kept', async () => {
  await fresh();
  await page.getByLabel('Speed').selectOption('1.5');
  assert.equal(await page.locator('audio').evaluate((a: HTMLAudioElement) => a.playbackRate), 1.5);
  await fresh();
  assert.equal(await page.locator('audio').evaluate((a: HTMLAudioElement) => a.playbackRate), 1.5);
  await page.getByLabel('Speed').selectOption('1');
});

test('a word leads to its time, and the transcript follows', async () => {
  await fresh();
  const word = page.locator('.turn').last().locator('.w:not(.cite .w)').first();
  const start = Number(await word.getAttribute('data-start')) / 1000;
  await word.click();
  await page.waitForFunction(
    (s) => Math.abs((document.querySelector('audio')?.currentTime ?? 0) - s) < 0.2,
    start,
  );
  await page.waitForFunction(() =>
    document.querySelector('.turn:last-child')?.classList.contains('active'),
  );
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await page.waitForFunction(() => document.querySelector('.w.now'));
});

test('cited words play and stop at their end', async () => {
  await fresh();
  const quote = page.locator('.criterion .quote').first();
  await quote.click();
  await page.waitForFunction(() => !document.querySelector('audio')?.paused);
  const began = await time();
  await page.waitForFunction(() => document.querySelector('audio')?.paused, undefined, {
    timeout: 60_000,
  });
  assert.ok((await time()) > began);
  assert.ok(await paused());
});

test('a verdict, its words and its mark point at one another', async () => {
  await fresh();
  const criterion = page.locator('.criterion:has(.quote)').first();
  const key = (await criterion.getAttribute('id'))!.replace('criterion-', '');
  await criterion.locator('.quote').first().focus();
  await page.locator(`.cite.linked[data-keys~="${key}"]`).first().waitFor();
  await page.locator(`.dot.linked[data-key="${key}"]`).first().waitFor();
  const cite = page.locator(`.cite[data-keys^="${key}"]`).first();
  await page.locator('h1').hover();
  await cite.hover();
  await page.locator(`#criterion-${key}.linked`).waitFor();
  await cite.focus();
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => !document.querySelector('audio')?.paused);
});

test('find in this call counts and marks', async () => {
  await fresh();
  const word = (await page.locator('.turn .w').nth(2).textContent())!.replace(/\W/g, '');
  await page.keyboard.press('f');
  await page.getByRole('searchbox', { name: 'Find in this call' }).fill(word);
  await page.getByText(/^1 of \d+$/).waitFor();
  await page.getByRole('searchbox', { name: 'Find in this call' }).fill('zzqx');
  await page.getByText('Not said', { exact: true }).waitFor();
});

test('on a phone the player stays at the lower edge', async () => {
  const small = await open(browser, `${path}?tab=transcript`, { viewport: phone });
  await small.page.locator('.wave path').first().waitFor();
  await small.page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
  const box = (await small.page.locator('.player').boundingBox())!;
  assert.ok(Math.abs(box.y + box.height - phone.height) < 2);
  await small.context.close();
});

test('a call that no hook told of says so', async () => {
  await page.goto(`${base}${path}?tab=record`);
  await page.getByRole('heading', { name: 'Record', exact: true }).waitFor();
  assert.equal(await page.getByText('Asking the phone system, which had not sent it').count(), 0);
  const api = `**/api/v1${path}`;
  await page.route(api, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), found_by_poll: true } });
  });
  await page.goto(`${base}${path}?tab=record`);
  await page.getByText('Asking the phone system, which had not sent it').waitFor();
  await page.unroute(api);
});
