/* What every test here needs: the demo's facts, a Chromium, somebody signed in, and the checks
 * that hold on any page (accessibility, no sideways scrolling, nothing refused by the policy). */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

interface Demo {
  base_url: string;
  super_admin: { email: string; password: string };
  tenants: {
    slug: string;
    id: string;
    hooks: Record<string, string>;
    hook_secrets?: Record<string, string>;
    users: { email: string; password: string; role: string }[];
  }[];
}

const facts = process.env.RINGSIGHT_DEMO;
if (!facts) throw new Error('RINGSIGHT_DEMO must name the demo.json of a running server');

export const demo = JSON.parse(readFileSync(facts, 'utf8')) as Demo;
export const tenant = demo.tenants[0]!;
export const base = demo.base_url.replace(/\/$/, '');
export const boss =
  tenant.users.find((u) => u.role === 'owner') ??
  tenant.users.find((u) => u.role === 'admin') ??
  tenant.users[0]!;

export const axeSource = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);

export const desktop = { width: 1440, height: 900 };
export const phone = { width: 390, height: 844 };

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--autoplay-policy=no-user-gesture-required',
    ],
  });
}

/** Signs in through the page, choosing the demo's first tenant where there is a choice. */
export async function signIn(page: Page, who = boss): Promise<void> {
  await page.goto(`${base}/sign-in`);
  await page.getByLabel('E-mail').fill(who.email);
  await page.getByLabel('Password').fill(who.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await choose(page);
}

export async function choose(page: Page): Promise<void> {
  await page.locator('.choose, .frame').first().waitFor();
  if (await page.locator('.choose').count()) {
    const session = await page.request.get(`${base}/api/v1/session`);
    const mine = (await session.json()).memberships.find(
      (m: { tenant_id: string }) => m.tenant_id === tenant.id,
    );
    await page.locator('.choose').getByRole('button', { name: mine.name }).click();
  }
  await page.locator('.frame').waitFor();
}

export type Kept = Awaited<ReturnType<BrowserContext['storageState']>>;
let kept: Promise<Kept> | undefined;

/** The cookies of one sign-in, shared by all tests of a file: sign-ins are limited. */
export function signedIn(browser: Browser): Promise<Kept> {
  kept ??= (async () => {
    const context = await browser.newContext();
    await signIn(await context.newPage());
    const state = await context.storageState();
    await context.close();
    return state;
  })();
  return kept;
}

/** What went wrong on a page without the test looking: script errors, refusals by the policy. */
export function watch(page: Page): string[] {
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(`script: ${error.message}`));
  page.on('console', (message) => {
    if (/content.security.policy|refused to/i.test(message.text()))
      faults.push(`policy: ${message.text()}`);
  });
  return faults;
}

export async function open(
  browser: Browser,
  path: string,
  options: {
    viewport?: { width: number; height: number };
    dark?: boolean;
    state?: Kept | undefined;
  } = {},
): Promise<{ page: Page; faults: string[]; context: BrowserContext }> {
  const context = await browser.newContext({
    viewport: options.viewport ?? desktop,
    colorScheme: options.dark ? 'dark' : 'light',
    storageState: 'state' in options ? options.state : await signedIn(browser),
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const faults = watch(page);
  await page.goto(base + path);
  await settled(page);
  return { page, faults, context };
}

/** No place on the page says any more that it is loading. */
export async function settled(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor();
  await page.waitForFunction(() => !document.querySelector('.loading'));
}

interface Violation {
  id: string;
  nodes: { target: string[]; failureSummary?: string }[];
}

/** With `rules` only those are checked: what the colours can break needs no more in a second theme. */
export async function accessible(page: Page, what: string, rules?: string[]): Promise<void> {
  const args: [string, string[] | undefined] = [axeSource, rules];
  const found = await page.evaluate(async ([source, only]): Promise<Violation[]> => {
    const scope = globalThis as unknown as {
      axe?: { run: (of: Document, o: object) => Promise<{ violations: Violation[] }> };
    };
    if (!scope.axe) (0, eval)(source);
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    return (await scope.axe!.run(document, { runOnly: only ?? tags })).violations;
  }, args);
  const text = found.map(
    (v) =>
      `${v.id}: ${v.nodes
        .slice(0, 3)
        .map((n) => n.target.join(' '))
        .join(', ')}`,
  );
  assert.deepEqual(text, [], `${what} is accessible`);
}

export async function noSidewaysScroll(page: Page, what: string): Promise<void> {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(over <= 0, `${what} is ${over} px too wide`);
}

interface CallItem {
  id: string;
  state: string;
  has_recording: boolean;
  score_bp: number | null;
  agent_id: string | null;
  from_number: string | null;
  customer_number: string | null;
  direction: string;
  legs: number;
}

/** The API as the page's own session sees it. */
export async function get<T>(page: Page, path: string): Promise<T> {
  const reply = await page.request.get(`${base}/api/v1${path}`);
  assert.equal(reply.status(), 200, path);
  return (await reply.json()) as T;
}

export async function calls(page: Page, query = ''): Promise<CallItem[]> {
  return (await get<{ items: CallItem[] }>(page, `/calls?limit=100${query}`)).items;
}

/** A scored call with sound and at least one cited span; the demo's are scored soon after its start. */
export async function scoredCall(page: Page): Promise<string> {
  const end = Date.now() + 110_000;
  for (let id; Date.now() < end; await page.waitForTimeout(1000))
    if ((id = await scoredNow(page))) return id;
  throw new Error('the demo has no scored call with sound and cited words');
}

async function scoredNow(page: Page): Promise<string | undefined> {
  for (const call of await calls(page, '&state=scored')) {
    const full = await get<{ recordings: { has_audio: boolean; peaks_ready: boolean }[] }>(
      page,
      `/calls/${call.id}`,
    );
    if (!full.recordings[0]?.has_audio || !full.recordings[0].peaks_ready) continue;
    const score = await get<{ criteria: { spans: unknown[] }[] }>(page, `/calls/${call.id}/score`);
    if (score.criteria.some((c) => c.spans.length)) return call.id;
  }
  return undefined;
}
