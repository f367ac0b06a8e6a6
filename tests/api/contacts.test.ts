/* Calls logged by hand, the notes on calls, and the contacts behind the numbers. */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { before, test } from 'node:test';
import { comes } from './audio.ts';
import { as, home, isProblem, other, MISSING, type Client } from './house.ts';
import { begin, noise, upload } from './upload.ts';

let owner: Client, maria: { id: string; name: string };
const number = (): string => `+4477${randomInt(10_000_000, 99_999_999)}`;
const started_at = new Date(Date.now() - 3_600_000).toISOString().replace(/\.\d+/, '');
const log = (json: object, who = owner) => who.send('/api/v1/calls', { method: 'POST', json });
const callOf = (id: string) => owner.get('/api/v1/calls/{call}', { params: { call: id } });

before(async () => {
  owner = await as('owner', other);
  maria = (await owner.get('/api/v1/agents')).items.find((a) => a.extension === '3001')!;
});

test('a call by hand, its contact and notes; a recording comes later', async () => {
  const to_number = number();
  const made = await log({ direction: 'outbound', to_number, agent: maria.id, started_at, duration_s: 95, notes: 'Will ring back.', contact_name: 'Ada Byron' });
  assert.equal(made.status, 201, made.text);
  const id = made.json.id as string;
  const call = await callOf(id);
  assert.deepEqual([call.by_hand, call.state, call.customer_number, call.agent_name, call.duration_s, call.talk_s, call.contact_name, call.disposition, call.started_at],
    [true, 'no_recording', to_number, maria.name, 95, 95, 'Ada Byron', 'answered', started_at]);
  const notes = await owner.get('/api/v1/calls/{call}/notes', { params: { call: id } });
  assert.deepEqual(notes.items.map((n) => n.body), ['Will ring back.']);
  assert.equal((await owner.get('/api/v1/calls', { query: { number: to_number } })).items[0]!.customer_name, 'Ada Byron');

  const file = noise();
  assert.equal(await upload(owner, file, { filename: 'later.wav', call: id }), id, 'no second call');
  const ready = await comes(id, 30_000, (c) => c.recordings[0]?.state === 'ready', other);
  assert.equal(ready.recordings.length, 1);
  assert.equal(ready.duration_s, 95, 'what was said by hand stays');
  assert.equal(ready.by_hand, true);
  assert((await owner.send(`/api/v1/calls/${id}/recordings/${ready.recordings[0]!.id}`)).bytes.equals(file));
  await upload(owner, noise(), { filename: 'second.wav', call: id });
  await comes(id, 30_000, (c) => c.recordings.filter((r) => r.state === 'ready').length === 2, other);
});

test('recordings are added to calls by hand only', async () => {
  const { items } = await owner.get('/api/v1/calls', { query: { recording: true, limit: 50 } });
  const theirs = (await Promise.all(items.map((c) => callOf(c.id)))).find((c) => !c.by_hand)!;
  isProblem(await begin(owner, 5, { call: theirs.id }), 409, 'conflict');
  isProblem(await begin(owner, 5, { call: MISSING }), 404, 'not_found');
  isProblem(await begin(owner, 5, { call: 'x' }), 422, 'bad_input');
});

test('a missed call and an internal one; what is missing is asked for by name', async () => {
  const missed = await log({ direction: 'inbound', from_number: number(), started_at, disposition: 'no_answer' });
  assert.equal((await callOf(missed.json.id)).disposition, 'no_answer');
  assert.equal((await log({ direction: 'internal', from_number: '3001', to_number: '3002', started_at })).status, 201);
  for (const [field, json] of [
    ['from_number', { direction: 'inbound', started_at }], ['to_number', { direction: 'outbound', started_at, from_number: '1' }],
    ['started_at', { direction: 'internal', started_at: new Date(Date.now() + 86_400_000).toISOString() }],
    ['agent', { direction: 'internal', started_at, agent: MISSING }], ['direction', { direction: 'up', started_at }],
    ['contact_name', { direction: 'internal', started_at, contact_name: 'Ada' }],
  ] as const) {
    const answer = await log(json);
    isProblem(answer, 422, 'bad_input');
    assert(answer.json.fields[field], answer.text);
  }
});

test('contacts: found by number for past calls too, edited with a version, each value with its origin', async () => {
  const from_number = number(), second = number();
  const call = (await log({ direction: 'inbound', from_number, started_at, agent: maria.id })).json.id as string;
  assert.equal((await callOf(call)).contact_id, null);
  const { id } = await owner.post('/api/v1/contacts', { name: 'Grace Hopper', company: 'Navy', numbers: [from_number, second], call });
  assert.equal((await callOf(call)).contact_id, id);
  const params = { contact: id };
  assert.deepEqual((await owner.get('/api/v1/contacts/{contact}/calls', { params })).items.map((c) => c.id), [call]);
  const shown = await owner.get('/api/v1/contacts/{contact}', { params });
  assert.deepEqual([shown.numbers, shown.version, shown.origins.name!.by, shown.origins.name!.call], [[from_number, second].sort(), 1, 'person', call]);
  const patch = (json: object, version: number) => owner.send(`/api/v1/contacts/${id}`, { method: 'PATCH', json, headers: { 'if-match': `"${version}"` } });
  assert.equal((await patch({ notes: 'Likes clocks', numbers: [from_number] }, 1)).status, 200);
  isProblem(await patch({ notes: 'Lost' }, 1), 412, 'stale');
  const taken = await owner.send('/api/v1/contacts', { method: 'POST', json: { name: 'Other', numbers: [from_number] } });
  isProblem(taken, 422, 'bad_input');
  assert.match(taken.json.fields.numbers, /belongs to another contact/);
  assert.equal((await owner.get('/api/v1/contacts', { query: { q: 'hopper' } })).items.some((c) => c.id === id), true);
  assert.deepEqual((await owner.get('/api/v1/contacts', { query: { number: from_number } })).items.map((c) => c.id), [id]);
  assert.equal((await owner.send(`/api/v1/contacts/${id}`, { method: 'DELETE' })).status, 204);
  assert.equal((await callOf(call)).contact_id, null, 'the call stays');
});

test('a contact is found however its number is written', async () => {
  const local = `02079${randomInt(460_000, 469_999)}`, e164 = `+44${local.slice(1)}`;
  const key = await as('owner', home);
  const { id } = await key.post('/api/v1/contacts', { name: 'One form', numbers: [local] });
  assert.deepEqual((await key.get('/api/v1/contacts/{contact}', { params: { contact: id } })).numbers, [e164], 'kept in E.164');
  for (const from_number of [e164, local, `00${e164.slice(1)}`]) {
    const call = (await log({ direction: 'inbound', from_number, started_at }, key)).json.id as string;
    assert.equal((await key.get('/api/v1/calls/{call}', { params: { call } })).contact_id, id, from_number);
  }
  assert.equal((await key.get('/api/v1/contacts/{contact}/calls', { params: { contact: id } })).items.length, 3);
});

test('an agent sees the contacts of own calls only, and removes own notes only', async () => {
  const agent = await as('agent', other);
  const from_number = number();
  const { id } = await owner.post('/api/v1/contacts', { name: 'Not hers', numbers: [from_number] });
  const theirs = (await owner.get('/api/v1/agents')).items.find((a) => a.extension === '3002')!;
  const call = (await log({ direction: 'inbound', from_number, started_at, agent: theirs.id })).json.id as string;
  isProblem(await agent.send(`/api/v1/contacts/${id}`), 404);
  assert.equal((await agent.get('/api/v1/contacts', { query: { number: from_number } })).items.length, 0);
  isProblem(await agent.send(`/api/v1/calls/${call}/notes`, { method: 'POST', json: { body: 'x' } }), 403);
  const note = (await owner.post('/api/v1/calls/{call}/notes', { body: 'Mine' }, { params: { call } })).id;
  await (await as('manager', other)).send(`/api/v1/calls/${call}/notes/${note}`, { method: 'DELETE' });
  assert.equal((await owner.get('/api/v1/calls/{call}/notes', { params: { call } })).items.length, 1);
  await owner.send(`/api/v1/calls/${call}/notes/${note}`, { method: 'DELETE' });
  assert.equal((await owner.get('/api/v1/calls/{call}/notes', { params: { call } })).items.length, 0);
});
