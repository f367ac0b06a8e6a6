/* A person scores a call: hears it, cites words, answers; told no score before, both scores after. In
 * the demo's second tenant, so that the pages other tests look at keep the machine's scores. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import {
  accessible,
  base,
  demo,
  desktop,
  launch,
  noSidewaysScroll,
  open,
  phone,
  settled,
  type Kept,
} from './house.ts';

let browser: Browser;
let state: Kept;
before(async () => {
  browser = await launch();
  const context = await browser.newContext();
  const page = await context.newPage();
  const who = demo.tenants[1]!.users.find((u) => u.role === 'manager')!;
  await page.goto(`${base}/sign-in`);
  await page.getByLabel('E-mail').fill(who.email);
  await page.getByLabel('Password').fill(who.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('.frame').waitFor();
  state = await context.storageState();
  await context.close();
});
after(() => browser.close());

/** A call with sound that the machine scored and nobody here reviews. */
async function reviewable(page: Page): Promise<string> {
  const ask = async (path: string) => (await page.request.get(`${base}/api/v1${path}`)).json();
  for (const end = Date.now() + 110_000; Date.now() < end; await page.waitForTimeout(1000))
    for (const call of (await ask('/calls?state=scored&limit=100')).items) {
      const { recordings } = await ask(`/calls/${call.id}`);
      const reviews = (await ask(`/reviews?call=${call.id}&limit=1`)).items;
      if (!recordings[0]?.has_audio || !recordings[0].peaks_ready || reviews.length) continue;
      const score = await ask(`/calls/${call.id}/score`);
      if (score.criteria?.some((c: { spans: unknown[] }) => c.spans.length)) return call.id;
    }
  throw new Error('there is no scored call that nobody reviewed');
}

const shot = async (page: Page, name: string) => {
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}.png` });
};

test('a call is heard, words are cited, a reload loses nothing, and then both scores are told', { timeout: 360_000 }, async () => {
  const { page, faults, context } = await open(browser, '/reviews', { state });
  const call = await reviewable(page);
  await page.goto(`${base}/calls/${call}`);
  await page.getByRole('button', { name: 'Review this call' }).click();
  await page.waitForURL(/\/reviews\/[0-9a-f-]+$/);
  await page.getByText('What the machine said is shown once you have submitted.').waitFor();

  await page.getByRole('button', { name: /^Play from / }).nth(1).click();
  await page.waitForFunction(() => (document.querySelector('audio')?.currentTime ?? 0) > 1);
  await page.getByRole('button', { name: 'Pause' }).click();

  const first = page.locator('.review-question').first();
  await first.getByText('Yes', { exact: true }).click();
  const turn = page.locator('.review-words .turn').first();
  await turn.locator('.w').nth(0).click();
  await turn.locator('.w').nth(2).click();
  await first.locator('.try-quote').waitFor();
  const cited = await first.locator('.try-quote').innerText();
  await shot(page, 'review');
  for (const viewport of [desktop, phone])
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await accessible(page, 'a review');
      await noSidewaysScroll(page, 'a review');
      await shot(page, `review-${viewport.width}-${colorScheme}`);
    }
  await page.setViewportSize(desktop);

  await page.reload();
  await first.locator('.try-quote').waitFor();
  assert.equal(await first.locator('.try-quote').innerText(), cited, 'what was cited is there after a reload');
  await page.getByRole('button', { name: 'Submit' }).click();
  await page.locator('.review-question .field-error').first().waitFor();
  for (const question of (await page.locator('.review-question').all()).slice(1)) {
    if (await question.getByText('Yes', { exact: true }).count()) await question.getByText('Yes', { exact: true }).click();
    else await question.getByLabel('Number').fill('1');
  }
  await page.getByRole('button', { name: 'Submit' }).click();
  await page.waitForURL(new RegExp(`/calls/${call}`));
  await settled(page);

  await page.goto(`${base}/reviews?tab=done`);
  const row = page.locator('tr', { has: page.locator('td', { hasText: 'Reviewed by' }) }).first();
  await row.waitFor();
  await shot(page, 'reviews');
  await page.goto(`${base}/calls/${call}`);
  await page.getByRole('button', { name: 'Void the score' }).click();
  await page.getByRole('dialog').getByLabel('Reason').fill('A test gives back what it took');
  await page.getByRole('dialog').getByRole('button', { name: 'Void the score' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.deepEqual(faults, []);
  await context.close();
});
