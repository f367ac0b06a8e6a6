/* Idempotency-Key: of equal requests one creates; whoever asks again gets the first answer, or is
 * told that it showed a secret. Made in the demo's second tenant and removed again. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { sql } from './queue.ts';
import { as, Client, isProblem, keyOf, other, type Answer } from './house.ts';

let owner: Client;
const mine: [Client, string][] = [];
before(async () => { owner = await as('owner', other); });
after(async () => { for (const [who, path] of mine) await who.send(path, { method: 'DELETE' }); });

const fresh = (): { name: string; extension: string } => ({ name: 'Once', extension: `i${randomUUID().slice(0, 8)}` });
async function create(who: Client, path: string, json: object, key: string): Promise<Answer> {
  const answer = await who.send(path, { method: 'POST', json, headers: { 'idempotency-key': key } });
  if (answer.status === 201 && !answer.headers['idempotency-replayed']) mine.push([who, `${path}/${answer.json.id}`]);
  return answer;
}
const agents = async (who: Client, extension: string): Promise<number> =>
  (await who.get('/api/v1/agents', { query: { limit: 100 } })).items.filter((a) => a.extension === extension).length;

test('of many equal requests at once one creates, and all get its answer', async () => {
  const body = fresh(), key = randomUUID();
  const all = await Promise.all(Array.from({ length: 12 }, () => create(owner, '/api/v1/agents', body, key)));
  for (const answer of all) assert.equal(answer.status, 201, answer.text);
  assert.equal(new Set(all.map((a) => a.text)).size, 1);
  assert.equal(new Set(all.map((a) => a.headers.location)).size, 1);
  assert.equal(all.filter((a) => !a.headers['idempotency-replayed']).length, 1);
  assert.equal(await agents(owner, body.extension), 1);
  const later = await create(owner, '/api/v1/agents', body, key);
  assert.deepEqual([later.status, later.text, later.headers['idempotency-replayed']], [201, all[0]!.text, 'true']);
});

test('a key belongs to one request: another body is refused and creates nothing', async () => {
  const key = randomUUID(), second = fresh();
  assert.equal((await create(owner, '/api/v1/agents', fresh(), key)).status, 201);
  isProblem(await create(owner, '/api/v1/agents', second, key), 422, 'idempotency_key_reused');
  isProblem(await create(owner, '/api/v1/api-keys', { name: 'x', role: 'viewer' }, key), 422, 'idempotency_key_reused');
  assert.equal(await agents(owner, second.extension), 0);
});

test('a key is nobody else\'s: another tenant and another principal are not answered by it', async () => {
  const body = fresh(), key = randomUUID(), elsewhere = await as('owner');
  const first = await create(owner, '/api/v1/agents', body, key);
  const theirs = await create(elsewhere, '/api/v1/agents', body, key);
  assert.deepEqual([first.status, theirs.status], [201, 201]);
  assert.notEqual(first.json.id, theirs.json.id);
  isProblem(await create(await as('admin', other), '/api/v1/agents', body, key), 409, 'conflict');
  assert.equal((await create(keyOf(other), '/api/v1/agents', fresh(), key)).status, 201);
  assert.equal((await create(owner, '/api/v1/agents', body, key)).text, first.text);
});

test('an error keeps nothing: the same key may succeed later', async () => {
  const taken = fresh(), key = randomUUID();
  const there = await create(owner, '/api/v1/agents', taken, randomUUID());
  isProblem(await create(owner, '/api/v1/agents', taken, key), 409, 'conflict');
  isProblem(await create(owner, '/api/v1/agents', taken, key), 409, 'conflict');
  assert.equal((await owner.send(`/api/v1/agents/${there.json.id}`, { method: 'DELETE' })).status, 204);
  const now = await create(owner, '/api/v1/agents', taken, key);
  assert.equal(now.status, 201);
  assert.equal(now.headers['idempotency-replayed'], undefined);
});

test('an answer that shows a secret is given once; the repeat is told so and the secret is nowhere', async () => {
  const key = randomUUID(), body = { name: `Once ${key}`, role: 'viewer' };
  const all = await Promise.all(Array.from({ length: 5 }, () => create(owner, '/api/v1/api-keys', body, key)));
  const made = all.filter((a) => a.status === 201);
  assert.equal(made.length, 1);
  for (const answer of all) if (answer !== made[0]) isProblem(answer, 409, 'repeated');
  const { items } = await owner.get('/api/v1/api-keys', { query: { limit: 100 } });
  assert.equal(items.filter((k) => k.name === body.name).length, 1);
  assert.deepEqual(await sql(`select count(*) from idempotency where key = '${key}' and status is null and body is null`), ['1']);
  assert.deepEqual(await sql(`select count(*) from idempotency where body like '%${made[0]!.json.key}%'`), ['0']);
});

test('an upload is begun once; its length and facts are part of the request', async () => {
  const begin = (length: string, key: string): Promise<Answer> => owner.send('/api/v1/uploads', { method: 'POST', headers: {
    'tus-resumable': '1.0.0', 'upload-length': length, 'upload-metadata': `filename ${btoa('a.wav')}`, 'content-length': 0, 'idempotency-key': key } });
  const key = randomUUID(), first = await begin('1000', key), second = await begin('1000', key);
  assert.deepEqual([first.status, second.status, second.headers.location], [201, 201, first.headers.location]);
  assert.equal(second.headers['tus-resumable'], '1.0.0');
  isProblem(await begin('1001', key), 422, 'idempotency_key_reused');
  await owner.send(first.headers.location!, { method: 'DELETE', headers: { 'tus-resumable': '1.0.0' } });
});

test('keys are kept for a day, and have a form', async () => {
  const key = randomUUID();
  assert.equal((await create(owner, '/api/v1/agents', fresh(), key)).status, 201);
  await sql(`update idempotency set created_at = now() - interval '25 hours' where key = '${key}'`);
  const anew = await create(owner, '/api/v1/agents', fresh(), key);
  assert.deepEqual([anew.status, anew.headers['idempotency-replayed']], [201, undefined]);
  for (const bad of ['', 'a b', 'x'.repeat(201), 'ä']) isProblem(await create(owner, '/api/v1/agents', fresh(), bad), 400, 'bad_request');
  assert.equal((await owner.send('/api/v1/agents?limit=1', { headers: { 'idempotency-key': 'a b' } })).status, 200, 'rows that do not create take no notice');
});
