/* One person is forgotten: calls, objects, contact and hooks of all their numbers, and nothing of others. What is held
 * stays until it is released. The phone system, asked again, does not bring it back. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Ucm } from '../providers/sim/ucm.mjs';
import { comes, type Call } from './audio.ts';
import { as, demo, isProblem, MISSING, other, until, type Client } from './house.ts';
import { sql } from './queue.ts';
import { store } from './store.ts';
import { noise, upload } from './upload.ts';

const ERASURES = '/api/v1/erasures';
let owner: Client;
const boxes: Ucm[] = [], integrations: string[] = [];
before(async () => { owner = await as('owner', other); });
after(async () => {
  for (const id of integrations) await owner.send(`/api/v1/integrations/${id}`, { method: 'DELETE' });
  await Promise.all(boxes.map((b) => b.close()));
});

const digits = (): string => String(1e9 + (randomBytes(4).readUInt32BE() % 9e8)).slice(1);
async function call(number: string, file: string): Promise<string> {
  const id = await upload(owner, noise(), { analyse: 'no', filename: `${file}.wav` });
  await comes(id, 240_000, (c: Call) => c.state === 'stored' && c.recordings[0]?.state === 'ready', other);
  await sql(`update call set customer_number = '${number}', customer_e164 = '${number}' where id = '${id}'`);
  return id;
}
const is = async (id: string) => (await owner.send(`/api/v1/calls/${id}`)).status;
const keys = (id: string) => sql(`select object_key from recording where call_id = '${id}' and object_key is not null`);
const dump = () => execFileSync('pg_dump', ['--data-only', '--no-comments', demo.owner_database_url], { maxBuffer: 1 << 30 }).toString('latin1');
const shown = async (id: string) => (await owner.get(ERASURES, { query: { limit: 100 } })).items.find((e) => e.id === id)!;
const done = (id: string) => until('it is erased', 120_000, async () => {
  const e = await shown(id);
  return e.done_at && !e.files_waiting ? e : null;
});

test('a person with two numbers: all of them goes, what a person wrote too; another stays; no word and no number is left', { timeout: 420_000 }, async () => {
  const canary = `zq${randomBytes(6).toString('hex')}`, one = `+4930${digits()}`, two = `+4930${digits()}`, third = `+4930${digits()}`;
  const gone = [await call(one, canary), await call(two, canary)], stays = await call(third, 'third');
  await owner.post('/api/v1/calls/{call}/notes', { body: `note ${canary}` }, { params: { call: gone[0]! } });
  const contact = (await owner.post('/api/v1/contacts', { name: `Name ${canary}`, notes: canary, numbers: [one, two] } as never) as { id: string }).id;
  const objects = [...await keys(gone[0]!), ...await keys(gone[1]!)];
  assert(objects.length >= 2 && dump().includes(canary));
  // a hook that nobody could read, with the number in it
  await sql(`insert into inbox (tenant_id, id, integration_id, received_at, method, query, source, headers, body)
    select tenant_id, ground.uuid_now(), id, now(), 'POST', '', '', '', convert_to('{"caller":"${one.slice(1)}"', 'UTF8') from integration where tenant_id = '${other.id}' and state <> 'deleted' limit 1`);
  await sql(`insert into delivery (tenant_id, id, integration_id, state, parser_version)
    select tenant_id, id, integration_id, 'unparsed', 1 from inbox where tenant_id = '${other.id}' and body = convert_to('{"caller":"${one.slice(1)}"', 'UTF8')`);

  const spaced = `${one.slice(0, 3)} ${one.slice(3, 5)} ${one.slice(5)}`;
  const preview = await owner.post(`${ERASURES}/preview`, { number: spaced });
  assert.deepEqual([preview.contact, preview.calls, preview.held, preview.numbers.includes(two)], [`Name ${canary}`, 2, 0, true]);
  assert.equal(await is(gone[0]!), 200, 'looking erases nothing');
  const { id } = await owner.post(ERASURES, { number: spaced, reason: 'Letter 17' });
  const record = await done(id);
  assert.deepEqual([record.calls, record.recordings, record.contacts, record.hooks >= 1, record.number, record.held], [2, 2, 1, true, null, 0]);
  assert.deepEqual([await is(gone[0]!), await is(gone[1]!), await is(stays)], [404, 404, 200]);
  for (const key of objects) assert.equal(await store.get(key), undefined, `object ${key}`);
  isProblem(await owner.send(`/api/v1/contacts/${contact}`), 404);
  const left = dump().split('\n').filter((l) => l.includes(canary) || l.includes(one) || l.includes(two) || l.includes(Buffer.from(one.slice(1)).toString('hex')));
  assert.deepEqual(left.map((l) => l.slice(0, 200)), []);
  const act = (await owner.get('/api/v1/audit', { query: { act: '/erasures', limit: 10 } })).items[0]!;
  assert.equal(act.act, 'POST /erasures');
  assert(!JSON.stringify(act).includes(one), 'the log says that, not whom');
});

test('what a legal hold keeps stays, with the number, until it is released and gone on with', { timeout: 240_000 }, async () => {
  const number = `+4930${digits()}`, held = await call(number, 'held'), free = await call(number, 'free');
  const hold = (await owner.post('/api/v1/legal-holds', { kind: 'call', call: held, reason: 'Az. 3 O 3/26' })).id;
  try {
    const preview = await owner.post(`${ERASURES}/preview`, { number });
    assert.deepEqual([preview.calls, preview.held], [1, 1]);
    const { id } = await owner.post(ERASURES, { number, reason: 'Letter 18' });
    const first = await done(id);
    assert.deepEqual([first.held, first.number, await is(held), await is(free)], [1, number, 200, 404]);
    assert.equal((await owner.send(`/api/v1/legal-holds/${hold}`, { method: 'DELETE' })).status, 204);
    assert.equal((await owner.send(`${ERASURES}/${id}/run`, { method: 'POST', json: {} })).status, 204);
    const then = await until('it went on', 60_000, async () => { const e = await shown(id); return e.number === null ? e : null; });
    assert.deepEqual([then.held, await is(held)], [0, 404]);
    isProblem(await owner.send(`${ERASURES}/${id}/run`, { method: 'POST', json: {} }), 404);
  } finally {
    await sql(`update legal_hold set released_at = coalesce(released_at, now()) where id = '${hold}'`);
  }
});

test('the phone system is asked for its calls again: who was erased is not among them', { timeout: 240_000 }, async () => {
  const ucm = new Ucm(), mine = `07700${digits().slice(0, 6)}`, theirs = `07700${digits().slice(0, 6)}`, tag = digits();
  await ucm.listen(0, '127.0.0.1');
  boxes.push(ucm);
  const start = new Date(Date.now() - 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
  ucm.addRecords([mine, theirs].map((src, i) => ({ AcctId: String(i + 1), session: `e-${i}-${tag}`, src, dst: '1001', start, answer: start, end: start,
    duration: '10', billsec: '10', disposition: 'ANSWERED', userfield: 'Inbound', uniqueid: `${tag}.${i}`, recordfiles: '', action_type: 'DIAL' })) as never, { push: false });
  const made = await owner.send('/api/v1/integrations', { method: 'POST', json: { provider: 'ucm', name: 'UCM asked twice', zone: 'UTC',
    settings: { base_url: ucm.url, username: 'cdrapi', password: 'cdrapi123', tls: 'ca', zone: 'UTC' } } });
  assert.equal(made.status, 201, made.text);
  integrations.push(made.json.id);
  const ask = async (): Promise<string[]> => {
    const from = new Date(Date.now() - 80_000_000).toISOString();
    const run = await owner.send(`/api/v1/integrations/${made.json.id}/polls`, { method: 'POST', json: { mode: 'backfill', from } });
    assert.equal(run.status, 201, run.text);
    await until('the run ends', 120_000, async () => (await owner.get('/api/v1/polls', { query: { integration: made.json.id } })).items.find((p) => p.id === run.json.id && p.state === 'done'));
    await until('all is read', 60_000, async () => (await sql(`select count(*) from job where tenant_id = '${other.id}' and kind = 'inbox.fold'`))[0] === '0');
    return sql(`select customer_number from call where integration_id = '${made.json.id}' order by 1`);
  };
  assert.deepEqual(await ask(), [mine, theirs].sort());
  const { id } = await owner.post(ERASURES, { number: mine, reason: 'Letter 19' });
  assert.equal((await done(id)).calls, 1);
  assert.deepEqual(await ask(), [theirs]);
  assert(!dump().includes(mine), 'nor in the pages that it sent');
});

test('what is missing is told by field; only who may delete sees and does it', { timeout: 60_000 }, async () => {
  for (const [json, field] of [[{ reason: 'x' }, 'number'], [{ number: '+4930111111111' }, 'reason'], [{ number: 'x', reason: 'x' }, 'number']] as [object, string][]) {
    const answer = await owner.send(ERASURES, { method: 'POST', json });
    assert(field in ((answer.json as { fields?: object }).fields ?? {}), answer.text);
  }
  isProblem(await owner.send(`${ERASURES}/${MISSING}/run`, { method: 'POST', json: {} }), 404);
  assert.equal((await (await as('manager')).send(ERASURES)).status, 403);
});
