/* One call that two phone systems told of, as people see it: on the page of the one that does not count,
 * of the one that does, and in the list; and reading deliveries again with a version of the parser. On a
 * desktop and on a phone, light and dark. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { accessible, base, desktop, get, launch, noSidewaysScroll, open, phone, settled } from './house.ts';

const shots = process.env.SHOTS;
let browser: Browser;
let page: Page;
let context: BrowserContext;
const made: string[] = [];

before(async () => {
  browser = await launch();
  ({ page, context } = await open(browser, '/integrations'));
});
after(async () => {
  const { csrf } = await get<{ csrf: string }>(page, '/session');
  for (const id of made)
    await context.request.delete(`${base}/api/v1/integrations/${id}`, { headers: { 'x-csrf-token': csrf } });
  await browser.close();
});

const shoot = async (name: string) => {
  if (shots) await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true });
};

async function connect(name: string): Promise<string> {
  await page.goto(`${base}/integrations/new`);
  await settled(page);
  await page.getByText('Generic JSON').click();
  await page.locator('input[name=name]').fill(name);
  await page.getByRole('button', { name: 'Connect and show the address' }).click();
  const url = await page.getByRole('textbox', { name: 'Webhook address' }).inputValue();
  const done = await page.getByRole('link', { name: 'Done' }).getAttribute('href');
  made.push(done!.split('/').pop()!);
  return url;
}

type Row = { id: string; same_as: string | null };
const eventually = async <T>(what: string, look: () => Promise<T | null | undefined>): Promise<T> => {
  for (const until = Date.now() + 180_000; ; await page.waitForTimeout(200)) {
    const found = await look();
    if (found) return found;
    assert(Date.now() < until, what);
  }
};

/** Looks at the page that is shown in both shades and widths. */
async function lookAt(name: string): Promise<void> {
  for (const [width, size] of [['desktop', desktop], ['phone', phone]] as const)
    for (const scheme of ['light', 'dark'] as const) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme: scheme });
      await settled(page);
      await noSidewaysScroll(page, `${name} ${width} ${scheme}`);
      await accessible(page, `${name} ${width} ${scheme}`, scheme === 'dark' ? ['color-contrast'] : undefined);
      await shoot(`${name}-${width}-${scheme}`);
    }
  await page.setViewportSize(desktop);
  await page.emulateMedia({ colorScheme: 'light' });
}

test('a call told twice says so on both pages, and is taken apart and put together again', async () => {
  const mark = String(Date.now()).slice(-7);
  const [front, pbx] = [`Front ${mark}`, `Exchange ${mark}`];
  const hooks = [await connect(front), await connect(pbx)];
  const number = `+4479${mark}1`;
  const at = (s: number) => new Date(Date.now() - 600_000 + s * 1000).toISOString();
  for (const [i, hook] of hooks.entries()) {
    const data = { call_id: `twice-${mark}`, direction: 'inbound', disposition: 'answered', from: number, to: '+442079460100',
      ...(i && { agent: '2001' }), started_at: at(0), answered_at: at(2), ended_at: at(60) };
    assert.equal((await context.request.post(hook, { data })).status(), 200);
  }
  const whole = await eventually('the call is listed once, with the other beside it', async () => {
    const { items } = await get<{ items: { id: string; also: { id: string }[] }[] }>(page, `/calls?number=${encodeURIComponent(number)}`);
    return items.length === 1 && items[0]!.also.length === 1 ? items[0] : null;
  });
  const calls = [whole.id, whole.also[0]!.id];

  await page.goto(`${base}/calls/${calls[1]}`);
  const notice = page.getByRole('region', { name: 'Told twice' });
  await notice.getByText('It alone is transcribed and scored').waitFor();
  await lookAt('link-beneath');
  await notice.getByRole('link', { name: 'open that one' }).click();
  await page.waitForURL(`**/calls/${calls[0]}`);
  const also = page.locator('.also');
  await also.getByRole('link', { name: front }).waitFor();
  await lookAt('link-whole');

  await also.getByRole('button', { name: 'Count as a call of its own' }).click();
  await eventually('it stands for itself', async () => (await get<Row>(page, `/calls/${calls[1]}`)).same_as === null);
  await page.goto(`${base}/calls/${calls[1]}`);
  await page.getByText('Somebody said that no other phone system told of this call').waitFor();
  assert.equal(await notice.count(), 0);
});

test('where deliveries are read again, a version of the parser is chosen where there are several', async () => {
  await page.goto(`${base}/deliveries?integration=${made[0]}`);
  await settled(page);
  await page.getByRole('button', { name: 'Read again' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Parser').selectOption('1');
  await accessible(page, 'the question before reading again');
  await shoot('read-again-parser');
  await dialog.getByRole('button', { name: 'Read again' }).click();
  await page.getByText('with version 1 of the parser').first().waitFor({ timeout: 60_000 });
});

test('one delivery is read again with a version of the parser', async () => {
  const { items } = await get<{ items: { id: string }[] }>(page, `/deliveries?integration=${made[0]}`);
  await page.goto(`${base}/deliveries/${items[0]!.id}`);
  await settled(page);
  const dialog = page.getByRole('dialog');
  for (const version of [2, 1]) {
    await page.getByRole('button', { name: 'Read again' }).click();
    await dialog.getByLabel('Parser').selectOption(`${version}`);
    if (version === 1) await lookAt('read-one-parser');
    await dialog.getByRole('button', { name: 'Read again' }).click();
    await page.getByText(new RegExp(`, parser ${version}, settings`)).waitFor({ timeout: 30_000 });
  }
  await page.goto(`${base}/deliveries?integration=${made[0]}`);
  await page.getByText('One delivery, with version 1 of the parser').first().waitFor();
});

test('the network panel says which addresses call, on a phone and in the dark too', async () => {
  await page.goto(`${base}/integrations/${made[0]}`);
  const panel = page.locator('.network');
  await panel.waitFor();
  await panel.getByText(/RINGSIGHT_OUTGOING_ADDRESSES|\d+\.\d+\.\d+\.\d+/).first().waitFor();
  await lookAt('network');
});
