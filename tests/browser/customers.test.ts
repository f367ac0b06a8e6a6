/* What calls told of a customer, on the call and on the contact; a person's word on it; the editor of the
 * fields with its preview; intents; tasks with keys and a reminder. On a desktop and on a phone. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { accessible, base, get, launch, noSidewaysScroll, open, phone, settled, signIn, tenant } from './house.ts';

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const shot = async (page: Page, name: string) => {
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}.png` });
};
const send = async (page: Page, method: string, path: string, data?: object, headers = {}) => {
  const { csrf } = await get<{ csrf: string }>(page, '/session');
  return page.request.fetch(`${base}/api/v1${path}`, {
    method,
    headers: { 'X-CSRF-Token': csrf, Origin: base, ...headers },
    ...(data && { data }),
  });
};

async function until<T>(what: string, probe: () => Promise<T | false | undefined>): Promise<T> {
  const end = Date.now() + 150_000;
  for (;;) {
    const found = await probe().catch(() => undefined);
    if (found) return found;
    if (Date.now() > end) throw new Error(`not in time: ${what}`);
    await new Promise((go) => setTimeout(go, 300));
  }
}

/** A few spoken words; each file is another recording. */
async function spoken(): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'ringsight-browser-say-'));
  try {
    const file = join(folder, 'said.wav');
    await promisify(execFile)('flite', ['-voice', 'slt', '-t', 'Good morning. How can I help you today?', '-o', file]);
    const whole = Buffer.concat([await readFile(file), randomBytes(16)]);
    whole.writeUInt32LE(whole.length - 8, 4);
    whole.writeUInt32LE(whole.length - 44, 40);
    return whole;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A call of this number in which a customer says these words, and nothing else is said. */
async function callSaying(page: Page, from_number: string, text: string): Promise<string> {
  const started_at = new Date(Date.now() - 3_600_000).toISOString().replace(/\.\d+/, '');
  const made = await send(page, 'POST', '/calls', { direction: 'inbound', from_number, started_at });
  assert.equal(made.status(), 201, await made.text());
  const { id } = (await made.json()) as { id: string };
  const file = await spoken();
  const { csrf } = await get<{ csrf: string }>(page, '/session');
  const headers = { 'X-CSRF-Token': csrf, Origin: base, 'Tus-Resumable': '1.0.0' };
  const b64 = (t: string) => Buffer.from(t).toString('base64');
  const begun = await page.request.post(`${base}/api/v1/uploads`, {
    headers: { ...headers, 'Upload-Length': String(file.length), 'Upload-Metadata': `filename ${b64('said.wav')},call ${b64(id)}` },
  });
  assert.equal(begun.status(), 201, await begun.text());
  const sent = await page.request.fetch(`${base}/api/v1/uploads/${((await begun.json()) as { id: string }).id}`, {
    method: 'PATCH',
    headers: { ...headers, 'Upload-Offset': '0', 'Content-Type': 'application/offset+octet-stream' },
    data: file,
  });
  assert.equal(sent.status(), 204);
  type T = { id: string; turns: { speaker: string }[] };
  const read = () => get<T>(page, `/calls/${id}/transcript`);
  let t = await until('a transcript', read);
  for (let turn = t.turns.length - 1; turn >= 0; turn--) {
    await send(page, 'POST', `/calls/${id}/transcript/turns`, { transcript: t.id, turn, text: turn ? '' : text });
    t = await read();
  }
  if (t.turns[0]!.speaker !== 'customer') await send(page, 'POST', `/calls/${id}/transcript/swap`, { transcript: t.id });
  await until('its fields', async () => (await get<{ items: unknown[] }>(page, `/calls/${id}/fields`)).items.length > 1);
  return id;
}

test('what a call told stands on the call and the contact; a person’s word stands above it', async () => {
  const { page, faults, context } = await open(browser, '/calls');
  const number = `+4477${randomInt(10_000_000, 99_999_999)}`;
  const call = await callSaying(page, number,
    'hello my name is ada byron. i am interested in a quote. my budget is about three hundred thousand pounds. next month.');
  await page.goto(`${base}/calls/${call}?tab=analysis`);
  const told = page.locator('.told');
  await told.getByText('£300,000').waitFor();
  await told.getByText('Name', { exact: true }).waitFor();
  await accessible(page, 'the call with what it told');
  await shot(page, 'told');

  const { items } = await get<{ items: { id: string; name: string }[] }>(page, `/contacts?number=${encodeURIComponent(number)}`);
  assert.equal(items[0]!.name, 'Ada Byron');
  await page.goto(`${base}/contacts/${items[0]!.id}`);
  const record = page.locator('.record');
  const budget = record.locator(':scope > li', { has: page.getByRole('heading', { name: 'Budget', exact: true }) });
  await budget.getByText('£300,000').waitFor();
  await budget.getByRole('link', { name: 'a call' }).waitFor();
  await accessible(page, 'a contact with its record');
  await shot(page, 'record');
  await page.getByRole('button', { name: 'Edit Budget' }).click();
  await budget.getByRole('textbox').fill('a lot');
  await budget.getByRole('button', { name: 'Save' }).click();
  await budget.locator('.field-error', { hasText: 'Give an amount' }).waitFor();
  await budget.getByRole('textbox').fill('two hundred thousand pounds');
  await budget.getByRole('button', { name: 'Save' }).click();
  await budget.getByText('£200,000').waitFor();
  await budget.getByText(/Written by/).waitFor();
  await budget.getByText(/What calls told/).click();
  await budget.getByRole('button', { name: 'Keep this' }).click();
  await budget.getByText(/Kept by/).waitFor();
  await budget.getByText('£300,000').first().waitFor();
  await shot(page, 'kept');
  await page.getByRole('button', { name: 'Let calls decide Budget' }).click();
  await budget.getByText(/Kept by/).waitFor({ state: 'detached' });

  await page.setViewportSize(phone);
  await noSidewaysScroll(page, 'a contact on a phone');
  await shot(page, 'record-phone');
  await page.emulateMedia({ colorScheme: 'dark' });
  await accessible(page, 'a contact in the dark');
  await shot(page, 'record-phone-dark');
  assert.deepEqual(faults.filter((f) => !/422/.test(f)), []);
  await send(page, 'DELETE', `/contacts/${items[0]!.id}`);
  await context.close();
});

test('fields are edited as a whole, tried on a call, refused with a reason and saved', async () => {
  const { page, faults, context } = await open(browser, '/customer-fields');
  const first = await get<{ version: number; fields: { key: string }[] }>(page, '/customer-fields');
  const label = `Thanks ${randomInt(1e6)}`;
  await page.getByRole('button', { name: 'Add a field' }).click();
  const form = page.locator('.schema-form');
  await form.getByLabel('Label').fill(label);
  await form.getByLabel('Found by').selectOption('pattern');
  await form.getByLabel('Patterns').fill('(');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alert').getByText(/cannot be read/).waitFor();
  await shot(page, 'fields-refused');
  await form.getByLabel('Patterns').fill('thank you|good morning|hello|the');
  await page.getByRole('button', { name: 'Try', exact: true }).click();
  await page.locator('.schema-found').getByText(/“|none of them/).first().waitFor();
  await accessible(page, 'the editor of customer fields');
  await shot(page, 'fields');
  await page.getByRole('button', { name: `Move ${label} up` }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText(`Fields, version ${first.version + 1}`).waitFor();
  try {
    await page.setViewportSize(phone);
    await noSidewaysScroll(page, 'customer fields on a phone');
    await shot(page, 'fields-phone');
    await page.emulateMedia({ colorScheme: 'dark' });
    await accessible(page, 'customer fields in the dark');
    await shot(page, 'fields-phone-dark');
  } finally {
    const back = await send(page, 'PUT', '/customer-fields', { fields: first.fields }, { 'If-Match': `"${first.version + 1}"` });
    assert.equal(back.status(), 200, await back.text());
  }
  assert.deepEqual(faults.filter((f) => !/422/.test(f)), []);
  await context.close();
});

test('an intent of one’s own: added, shown as a filter of calls, retired', async () => {
  const { page, faults, context } = await open(browser, '/intents');
  const name = `Browser intent ${randomInt(1e6)}`;
  await page.getByRole('button', { name: 'Add an intent' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Complaint');
  await dialog.getByLabel('Phrases').fill(`zebra ${randomInt(1e6)}`);
  await dialog.getByRole('button', { name: 'Add' }).click();
  await dialog.locator('.field-error', { hasText: 'Another intent' }).waitFor();
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByRole('button', { name: 'Add' }).click();
  const row = page.getByRole('row', { name: new RegExp(name) });
  await row.waitFor();
  await accessible(page, 'intents');
  await shot(page, 'intents');
  await row.getByRole('link', { name: 'Show' }).click();
  await page.waitForURL(/intent=BROWSER_INTENT/);
  await page.locator('.chips').getByText(name).waitFor();
  await page.goBack();
  await row.waitFor();
  await page.getByRole('button', { name: `Retire ${name}` }).click();
  await row.getByText('retired').waitFor();
  await page.setViewportSize(phone);
  await noSidewaysScroll(page, 'intents on a phone');
  await shot(page, 'intents-phone');
  assert.deepEqual(faults.filter((f) => !/422/.test(f)), []);
  await context.close();
});

test('a task by hand: reminded of on any page, ended by a key, done; on a phone and in the dark', async () => {
  const { page, faults, context } = await open(browser, '/tasks?tab=team');
  const title = `Ring back ${randomInt(1e6)}`;
  await page.getByRole('button', { name: 'Add a task' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('What to do').fill(title);
  await dialog.getByLabel('Due').fill(new Date(Date.now() - 2 * 86_400_000).toISOString().slice(0, 10));
  await dialog.getByLabel('Priority').selectOption('HIGH');
  await shot(page, 'task-form');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  const row = page.getByRole('listitem').filter({ hasText: title });
  await row.getByText(/Overdue since/).waitFor();
  await accessible(page, 'tasks');
  await shot(page, 'tasks');
  await page.getByRole('link', { name: 'Overdue' }).click();
  await row.waitFor();
  // What is due longest comes first: walk down to it, and end it.
  for (let n = 0; n < 60 && !(await row.getAttribute('aria-current')); n++) await page.keyboard.press('j');
  assert.equal(await row.getAttribute('aria-current'), 'true');
  await page.keyboard.press('x');
  await row.waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Done', exact: true }).click();
  await row.waitFor();
  await shot(page, 'tasks-done');
  await row.getByRole('checkbox').click();
  await row.waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Team', exact: true }).click();
  await row.waitFor();
  await page.setViewportSize(phone);
  await settled(page);
  await noSidewaysScroll(page, 'tasks on a phone');
  await shot(page, 'tasks-phone');
  await page.emulateMedia({ colorScheme: 'dark' });
  await accessible(page, 'tasks in the dark');
  await shot(page, 'tasks-phone-dark');
  await row.getByRole('button', { name: `Edit ${title}` }).click();
  await dialog.getByRole('button', { name: 'Drop it' }).click();
  await row.waitFor({ state: 'detached' });
  assert.deepEqual(faults, []);
  await context.close();
});

test('an agent is told of a task that is due', async () => {
  const { page: boss, context: first } = await open(browser, '/tasks');
  const login = tenant.users.find((u) => u.role === 'agent')!;
  const context = await browser.newContext();
  const page = await context.newPage();
  await signIn(page, login);
  await settled(page);
  const owner = await until('a call of the agent', async () =>
    (await get<{ items: { agent_id: string }[] }>(page, '/calls?limit=1')).items[0]?.agent_id);
  const title = `Remember ${randomInt(1e6)}`;
  const made = await send(boss, 'POST', '/tasks', { title, owner, remind: new Date(Date.now() + 1_000).toISOString() });
  assert.equal(made.status(), 201, await made.text());
  await page.locator('.toasts').getByText(`To do: ${title}`).waitFor({ timeout: 60_000 });
  await page.goto(`${base}/tasks`);
  const row = page.getByRole('listitem').filter({ hasText: title });
  await row.getByRole('checkbox').click();
  await row.waitFor({ state: 'detached' });
  await context.close();
  await first.close();
});
