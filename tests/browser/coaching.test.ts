/* Reports and coaching as people meet them: files that really arrive, errors that are sentences, a plan
 * from the call to the agent and back. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import type { Browser, Download, Page } from 'playwright-core';
import { accessible, base, calls, get, launch, noSidewaysScroll, open, phone, scoredCall, settled, signIn, tenant } from './house.ts';

let browser: Browser;
let page: Page;
let call: string;

before(async () => {
  browser = await launch();
  ({ page } = await open(browser, '/calls'));
  call = await scoredCall(page);
});
after(() => browser.close());

/** What a click brings to the disk. */
async function brought(click: () => Promise<void>, by = page): Promise<{ name: string; bytes: Buffer }> {
  const [download] = await Promise.all([by.waitForEvent('download'), click()]) as [Download, void];
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

async function goto(path: string): Promise<void> {
  await page.goto(base + path);
  await settled(page);
}

test('the report of a call arrives as PDF and Markdown', async () => {
  await goto(`/calls/${call}`);
  for (const [form, name, begin] of [['PDF', `call-${call}.pdf`, '%PDF'], ['Markdown', `call-${call}.md`, '# Coaching report']] as const) {
    await page.getByRole('button', { name: 'Report', exact: true }).click();
    const file = await brought(() => page.getByRole('button', { name: form, exact: true }).click());
    assert.equal(file.name, name);
    assert.ok(file.bytes.toString('latin1').startsWith(begin));
  }
});

test('a report that cannot be written says so', async () => {
  await goto(`/calls/${call}`);
  await page.route('**/report.pdf', (route) => route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"detail":"Many reports are being written: try again in a moment."}' }));
  await page.getByRole('button', { name: 'Report', exact: true }).click();
  await page.getByRole('button', { name: 'PDF', exact: true }).click();
  await page.getByText('Many reports are being written').waitFor();
  await page.unroute('**/report.pdf');
});

test('a part of a call arrives with its words', async () => {
  await goto(`/calls/${call}`);
  await page.getByRole('button', { name: 'Report', exact: true }).click();
  await page.getByRole('button', { name: 'A part of the call…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('From').fill('0:05');
  await dialog.getByLabel('To').fill('soon');
  await dialog.getByRole('button', { name: 'Save sound and words' }).click();
  await dialog.getByText('Give times like 2:03.').waitFor();
  await dialog.getByLabel('To').fill('0:03');
  await dialog.getByRole('button', { name: 'Save sound and words' }).click();
  await dialog.getByText('The part ends before it begins.').waitFor();
  await accessible(page, 'the dialog of a clip');
  await dialog.getByLabel('From').fill('0:00');
  const file = await brought(() => dialog.getByRole('button', { name: 'Save sound and words' }).click());
  assert.equal(file.name, `call-${call}-0-3.zip`);
  assert.ok(file.bytes.includes(Buffer.from(`call-${call}-0-3.wav`)));
});

test('reports of several calls arrive as one archive', async () => {
  await goto('/calls');
  await page.getByRole('button', { name: 'Save reports' }).click();
  const bar = page.getByRole('region', { name: 'Reports of several calls' });
  await bar.getByText('Choose the calls whose reports you want.').waitFor();
  const ticks = page.locator('.call-row input[type=checkbox]');
  await ticks.nth(1).waitFor();
  const ids = await page.locator('.call-row').evaluateAll((rows) => rows.slice(0, 2).map((r) => r.getAttribute('data-call')!));
  // By id: rows may move while new calls come in.
  for (const id of ids) await page.locator(`.call-row[data-call="${id}"] input`).check();
  await bar.getByText('2 calls chosen.').waitFor();
  await accessible(page, 'choosing calls');
  const file = await brought(() => bar.getByRole('button', { name: 'As Markdown' }).click());
  assert.equal(file.name, 'call-reports.zip');
  for (const id of ids) assert.ok(file.bytes.includes(Buffer.from(`call-${id}.md`)), id);
  await bar.waitFor({ state: 'detached' });
});

test('an agent’s page has the report of a time', async () => {
  const agent = (await get<{ agent_id: string }>(page, `/calls/${call}`)).agent_id;
  await goto(`/agents/${agent}`);
  await page.getByRole('button', { name: 'Save the report' }).click();
  const pdf = await brought(() => page.getByRole('button', { name: 'PDF', exact: true }).click());
  assert.equal(pdf.name, `agent-${agent}.pdf`);
  await page.getByRole('button', { name: 'Save the report' }).click();
  const csv = await brought(() => page.getByRole('button', { name: 'Figures (CSV)' }).click());
  assert.match(csv.bytes.toString(), /^call,started_at,/);
  await page.getByLabel('From').fill('2026-02-01');
  await page.getByLabel('Until').fill('2026-01-01');
  await page.getByText('The time ends before it begins.').waitFor();
  await accessible(page, 'the page of an agent');
});

test('a plan goes from the call to its agent and back', async () => {
  const who = tenant.users.find((u) => u.role === 'agent')!;
  const context = await browser.newContext();
  const own = await context.newPage();
  await signIn(own, who);
  const mine = (await calls(own, '&state=scored')).map((c) => c.id);
  assert.ok(mine.length, 'the demo’s agent has a scored call');
  const what = `Greet by name ${Date.now()}`;

  await goto(`/calls/${mine[0]}`);
  await page.getByRole('button', { name: 'Plan coaching' }).click();
  const dialog = page.getByRole('dialog');
  await accessible(page, 'the dialog of a plan');
  await dialog.getByLabel('Until').fill('2020-01-01');
  await dialog.getByLabel('What to practise').fill(what);
  await dialog.getByRole('button', { name: 'Give the plan' }).click();
  await dialog.getByText('This day is over').waitFor();
  await dialog.getByLabel('Until').fill('2099-07-31');
  await dialog.getByRole('button', { name: 'Give the plan' }).click();
  await page.getByRole('listitem', { name: what }).getByText('not read yet').waitFor();

  await own.goto(`${base}/coaching`);
  await own.getByRole('listitem', { name: what }).getByRole('button', { name: 'I have read it' }).click();
  await own.getByRole('listitem', { name: what }).waitFor({ state: 'detached' });
  await own.goto(`${base}/coaching?tab=acknowledged`);
  await own.getByRole('listitem', { name: what }).getByText('read by the agent').waitFor();
  assert.equal(await own.getByRole('button', { name: 'It is done' }).count(), 0, 'who gave it ends it');
  await context.close();

  await goto('/coaching?tab=acknowledged');
  await accessible(page, 'the page of coaching plans');
  await page.getByRole('listitem', { name: what }).getByRole('button', { name: 'It is done' }).click();
  await page.getByLabel('What came of it').fill('Much better');
  await page.getByRole('dialog').getByRole('button', { name: 'It is done' }).click();
  await page.getByRole('listitem', { name: what }).waitFor({ state: 'detached' });
  await goto('/coaching?tab=done');
  await page.getByRole('listitem', { name: what }).getByText('Much better').waitFor();
});

test('on a phone nothing is too wide, in the dark nothing too dim', async () => {
  const agent = (await get<{ agent_id: string }>(page, `/calls/${call}`)).agent_id;
  const { items } = await get<{ items: unknown[] }>(page, '/coaching-plans?limit=1');
  assert.ok(items.length, 'the test before left a plan');
  for (const path of ['/coaching?tab=done', `/agents/${agent}`, `/calls/${call}`]) {
    const { page: small, context, faults } = await open(browser, path, { viewport: phone, dark: true });
    await noSidewaysScroll(small, path);
    await accessible(small, path, ['color-contrast']);
    assert.deepEqual(faults, []);
    await context.close();
  }
});
