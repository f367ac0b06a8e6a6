/* Calls whose agent nobody knows (d1-15): grouped, given to somebody, and later ones with them. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, test } from 'node:test';
import { comes } from './audio.ts';
import { as, isProblem, other, until, MISSING, type Client } from './house.ts';
import { noise, upload } from './upload.ts';

let owner: Client, uploads = '';
const keep = { analyse: 'no' };
const groups = async () => (await owner.get('/api/v1/unknown-agents', { query: { limit: 100 } })).items;
const agentOf = async (id: string, name: string) => comes(id, 20_000, (c) => c.agent_name === name && c.agent_id, other);
const give = (json: object, who = owner) => who.send('/api/v1/unknown-agents', { method: 'POST', json });

before(async () => {
  owner = await as('owner', other);
  await upload(owner, noise(), keep);
  uploads = (await owner.get('/api/v1/integrations')).items.find((i) => i.provider === 'upload')!.id;
});

test('d1-15 a name that no agent has goes to the bucket; giving it to an agent takes past and later calls along', async () => {
  const key = `jsmith-${randomUUID().slice(0, 8)}`;
  const calls = [await upload(owner, noise(), { ...keep, agent: key }), await upload(owner, noise(), { ...keep, agent: key })];
  const group = await until('the group', 15_000, async () => (await groups()).find((g) => g.key === key));
  assert.equal(group.calls, 2);
  assert.equal(group.integration_id, uploads);
  assert(calls.includes(group.last_call));
  const given = await give({ integration: uploads, key, name: `J. Smith ${key}` });
  assert.equal(given.status, 200, given.text);
  assert.equal(given.json.calls, 2);
  for (const id of calls) assert.equal((await agentOf(id, `J. Smith ${key}`)).agent_id, given.json.agent);
  assert.equal((await groups()).find((g) => g.key === key), undefined, 'the group is empty');
  const later = await agentOf(await upload(owner, noise(), { ...keep, agent: key }), `J. Smith ${key}`);
  assert.equal(later.agent_id, given.json.agent);

  // A wrong choice is put right the same way.
  const maria = (await owner.get('/api/v1/agents')).items.find((a) => a.extension === '3001')!;
  assert.equal((await give({ integration: uploads, key, agent: maria.id })).status, 200);
  for (const id of [...calls, later.id]) assert.equal((await agentOf(id, maria.name)).agent_id, maria.id);
  const names = (await owner.get('/api/v1/unknown-agents/names', { query: { limit: 100 } })).items;
  assert.equal(names.find((n) => n.key === key)!.agent_id, maria.id);
});

test('d1-15 a file name that fits no pattern: the reason is kept, its calls are given together, and a later event undoes nothing', async () => {
  const note = `The file name does not fit ${randomUUID().slice(0, 8)}.`;
  const id = await upload(owner, noise(), { ...keep, filename: 'x.wav', agent_note: note });
  const group = await until('the group', 15_000, async () => (await groups()).find((g) => g.note === note));
  assert.deepEqual([group.key, group.calls], ['', 1]);
  isProblem(await give({ integration: uploads, note, name: 'Nobody' }), 422, 'bad_input');
  const maria = (await owner.get('/api/v1/agents')).items.find((a) => a.extension === '3001')!;
  assert.equal((await give({ integration: uploads, note, agent: maria.id })).json.calls, 1);
  await agentOf(id, maria.name);
});

test('what cannot be given is refused by name', async () => {
  for (const [field, json] of [
    ['agent', { integration: uploads, key: 'x' }], ['agent', { integration: uploads, key: 'x', agent: MISSING }],
    ['agent', { integration: uploads, key: 'x', agent: MISSING, name: 'Both' }], ['integration', { integration: MISSING, key: 'x', name: 'New' }],
  ] as const) {
    const answer = await give(json);
    isProblem(answer, 422, 'bad_input');
    assert(answer.json.fields[field], answer.text);
  }
});
