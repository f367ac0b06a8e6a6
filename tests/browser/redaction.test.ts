/* Redaction: tried on a text and switched on in the settings; on a call's page a chip stands in the place of
 * what was taken out, and whoever may opens the original. A pattern that no other call holds, so that the
 * demo's words stay; off again at the end. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { accessible, get, launch, noSidewaysScroll, open, phone, scoredCall, settled } from './house.ts';

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** A write of the signed-in person's; its status. */
const write = (page: Page, method: string, path: string, json: object, version?: number): Promise<number> =>
  page.evaluate(
    async ([how, where, body, of]) => {
      const { csrf } = await (await fetch('/api/v1/session')).json();
      const headers: Record<string, string> = { 'content-type': 'application/json', 'x-csrf-token': csrf };
      if (of !== null) headers['if-match'] = `"${of}"`;
      return (await fetch(`/api/v1${where}`, { method: how as string, headers, body: JSON.stringify(body) })).status;
    },
    [method, path, json, version ?? null] as const,
  );

interface Settings { version: number; active: boolean; waiting: number; known: { name: string }[] }
interface Transcript { id: string; turns: { n: number; words: { t: string }[] }[] }
const settings = (page: Page) => get<Settings>(page, '/redaction');

async function until(what: string, probe: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 120_000;
  while (!(await probe())) assert(Date.now() < end, what);
}

test('a text is tried before anything is switched on', async () => {
  const { page, faults, context } = await open(browser, '/settings');
  const panel = page.locator('.panel', { hasText: 'Redaction:' });
  await panel.getByLabel('Patterns of your own').fill('badge: zzbadge\\d+');
  await panel.getByLabel('Try it on a text').fill('your card number?\nfour one one one one one one one one one one one one one one one and zzbadge12');
  await panel.getByRole('button', { name: 'Preview' }).click();
  await panel.getByText('[card-number] and [badge]').waitFor({ timeout: 60_000 });
  await panel.getByLabel('Patterns of your own').fill('badge: (');
  await panel.getByRole('button', { name: 'Preview' }).click();
  await panel.getByText(/cannot be read/).waitFor({ timeout: 60_000 });
  await page.setViewportSize(phone);
  await noSidewaysScroll(page, 'settings on a phone');
  await accessible(page, 'settings on a phone');
  assert.deepEqual(faults.filter((f) => !/422/.test(f)), []);
  await context.close();
});

test('a chip stands for what was taken out, and whoever may opens it', async () => {
  const { page, context } = await open(browser, '/settings');
  const call = await scoredCall(page);
  const before = await settings(page);
  const rules = { kinds: [], patterns: [{ name: 'badge', pattern: 'zzbadge\\d+' }] };
  try {
    assert.equal(await write(page, 'PUT', '/redaction', { ...rules, active: true }, before.version), 200);
    await page.reload();
    const panel = page.locator('.panel', { hasText: 'Redaction: on' });
    await panel.getByRole('button', { name: 'Redact past calls' }).click();
    await until('past calls are gone through', async () => (await settings(page)).waiting === 0);
    const t = await get<Transcript>(page, `/calls/${call}/transcript`);
    const turn = t.turns[t.turns.length - 1]!;
    const text = `${turn.words.map((w) => w.t).join(' ')} zzbadge77`;
    assert.equal(await write(page, 'POST', `/calls/${call}/transcript/turns`, { transcript: t.id, turn: turn.n, text }), 201);
    await page.goto(page.url().replace('/settings', `/calls/${call}`));
    const words = page.getByRole('region', { name: 'Words of the call' });
    const chip = words.locator('.redacted', { hasText: 'badge' });
    await chip.waitFor({ timeout: 60_000 });
    assert.match((await chip.getAttribute('title')) ?? '', /muted/);
    await page.locator('.wave .silenced').waitFor(); // a mark on the waveform
    assert(!(await page.content()).includes('zzbadge77'));
    await settled(page);
    await accessible(page, 'a redacted call');
    await page.getByRole('button', { name: 'Show originals' }).click();
    await words.getByText('zzbadge77').waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Hide originals' }).click();
    await chip.waitFor({ timeout: 60_000 });
  } finally {
    const now = await settings(page);
    await write(page, 'PUT', '/redaction', { kinds: now.known.map((k) => k.name), patterns: [], active: false }, now.version);
  }
  await context.close();
});
