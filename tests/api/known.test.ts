/* Uploads of what is here already, of what is only to be kept, and what is under way. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { comes } from './audio.ts';
import { as, home, isProblem, other, type Client } from './house.ts';
import { begin, noise, sha256, upload } from './upload.ts';

let owner: Client;
before(async () => { owner = await as('owner', other); });

test('the same bytes are known before they are sent, in this tenant only', async () => {
  const file = noise(), hash = sha256(file);
  const known = async (who: Client) => (await who.post('/api/v1/uploads/known', { hashes: [hash, '0'.repeat(64)] })).items;
  assert.deepEqual(await known(owner), []);
  const call = await upload(owner, file, { agent: '3001', analyse: 'no', sha256: hash });
  await comes(call, 30_000, (c) => c.state === 'stored', other);
  assert.deepEqual((await known(owner)).map((k) => [k.sha256, k.call]), [[hash, call]]);
  assert.deepEqual(await known(await as('owner', home)), []);
  const refused = await begin(owner, file.length, { sha256: hash });
  isProblem(refused, 409, 'upload_known');
  assert.equal(refused.headers['ringsight-call'], call);
  const again = await begin(owner, file.length, { sha256: hash, again: 'yes' });
  assert.equal(again.status, 201);
  await owner.send(`/api/v1/uploads/${again.json.id}`, { method: 'DELETE', headers: { 'tus-resumable': '1.0.0' } });
  isProblem(await owner.send('/api/v1/uploads/known', { method: 'POST', json: { hashes: ['x'] } }), 422, 'bad_input');
});

test('a client that told no hash, or a wrong one: the server knows the bytes all the same, and analyses them once', async () => {
  const file = noise();
  const first = await upload(owner, file, { agent: '3001' });
  await comes(first, 30_000, (c) => c.recordings[0]?.state === 'ready', other);
  const second = await upload(owner, file, { agent: '3001', sha256: sha256(noise()) });
  const call = await comes(second, 30_000, (c) => c.state === 'stored', other);
  assert.equal(call.duplicate_of, first);
  assert.match(call.choice_reason!, /^Not analysed: the same recording is here already/);
  const third = await upload(owner, file, { agent: '3001', again: 'yes' });
  const wanted = await comes(third, 30_000, (c) => !['fetching', 'decoding'].includes(c.state), other);
  assert.equal(wanted.duplicate_of, first);
  assert.notEqual(wanted.state, 'stored', 'asked for once more, it is analysed once more');
});

test('two of the same at the same moment: one is the other\'s repeat', async () => {
  const file = noise();
  const ids = await Promise.all([1, 2].map(() => upload(owner, file, { agent: '3001', analyse: 'no' })));
  const calls = await Promise.all(ids.map((id) => comes(id, 30_000, (c) => c.state === 'stored', other)));
  assert.deepEqual(calls.map((c) => c.duplicate_of).filter(Boolean).length, 1);
});

test('the number and what is only kept', async () => {
  const id = await upload(owner, noise(), { agent: '3001', analyse: 'no', direction: 'outbound', number: '+441632960999' });
  const call = await comes(id, 30_000, (c) => c.state === 'stored', other);
  assert.equal(call.customer_number, '+441632960999');
  assert.equal(call.choice_reason, 'Not analysed: uploaded to be kept until somebody asks.');
  assert.equal(call.recordings[0]!.state, 'ready');
  const done = await owner.post('/api/v1/calls/analyse', { calls: [id] });
  assert.deepEqual(done, { refused: [], started: 1 });
  await comes(id, 30_000, (c) => c.state !== 'stored', other);
});

test('what is under way is listed for whoever began it, and the limits are told', async () => {
  const id = (await begin(owner, 100, { filename: 'open.wav' })).json.id as string;
  const mine = (await owner.get('/api/v1/uploads')).items.find((u) => u.id === id)!;
  assert.deepEqual([mine.filename, mine.length, mine.received], ['open.wav', 100, 0]);
  assert.equal((await (await as('manager', other)).get('/api/v1/uploads')).items.some((u) => u.id === id), false);
  const limits = await owner.get('/api/v1/uploads/limits');
  assert.equal(limits.file_max, 512 << 20);
  assert.equal(limits.open_max, 2000);
  await owner.send(`/api/v1/uploads/${id}`, { method: 'DELETE', headers: { 'tus-resumable': '1.0.0' } });
});
