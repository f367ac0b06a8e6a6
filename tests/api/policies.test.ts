/* Which recordings are fetched and which calls analysed: decided by the policy in force when the call
 * came, kept with it, changed by hand or by carrying a policy back. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { comes } from './audio.ts';
import { as, isProblem, other, sleep, until, MISSING, type Client } from './house.ts';
import { noise, upload } from './upload.ts';

let owner: Client, uploads = '', agents: Record<string, string> = {};
const policyOf = async (id: string) => owner.get('/api/v1/integrations/{integration}/policy', { params: { integration: id } });

async function put(id: string, body: object, who = owner): Promise<void> {
  const { version } = await policyOf(id);
  const answer = await who.send(`/api/v1/integrations/${id}/policy`, { method: 'PATCH', json: body, headers: { 'if-match': `"${version}"` } });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.json.version, version + 1);
}

const see = (id: string, good: (c: any) => unknown) => comes(id, 30_000, good, other);
const analysed = (c: { state: string }): boolean => ['transcribing', 'analysing', 'scored', 'not_scorable', 'held'].includes(c.state);

before(async () => {
  owner = await as('owner', other);
  await upload(owner, noise(), { agent: '3001', analyse: 'no' }); // the first makes the integration
  uploads = (await owner.get('/api/v1/integrations')).items.find((i) => i.provider === 'upload')!.id;
  agents = Object.fromEntries((await owner.get('/api/v1/agents')).items.map((a) => [a.extension, a.id]));
});
after(async () => { await put(uploads, { analyse: { who: 'all' } }); });

test('staged rollout: listed agents are analysed, the rest is stored, and the call says why', async () => {
  await put(uploads, { analyse: { who: 'listed', agents: [agents['3001']!] } });
  const { version } = await policyOf(uploads);
  const [first, second] = await Promise.all(['3001', '3002'].map((agent) => upload(owner, noise(), { agent })));
  await see(first!, analysed);
  const stored = await see(second!, (c) => c.state === 'stored');
  assert.equal(stored.choice_reason, 'Not analysed: agent not in the rollout list.');
  assert.equal(stored.state_reason, stored.choice_reason);
  assert.equal(stored.policy_version, version);
  assert.equal(stored.recordings[0]!.state, 'ready', 'it can be listened to');

  // A later version does not touch it.
  await put(uploads, { analyse: { who: 'all' } });
  await see(await upload(owner, noise(), { agent: '3002' }), analysed);
  assert.equal((await see(second!, () => true)).state, 'stored');

  // A person's word does, once, and only theirs who may.
  assert.equal((await owner.send(`/api/v1/calls/${second}/analyse`, { method: 'POST' })).status, 204);
  const now = await see(second!, analysed);
  assert.equal(now.chosen, true);
  assert.equal(now.choice_reason, null);
  isProblem(await owner.send(`/api/v1/calls/${second}/analyse`, { method: 'POST' }), 409, 'not_stored');
});

test('the length as heard decides where no phone system told one', async () => {
  await put(uploads, { analyse: { min_s: 2 } });
  const call = await see(await upload(owner, noise(), { agent: '3001' }), (c) => c.state === 'stored');
  assert.equal(call.choice_reason, 'Not analysed: shorter than 2 seconds.');
});

test('carried back over past days: counted first, then applied; what was only kept stays so', async () => {
  await put(uploads, { analyse: { who: 'none' } });
  const kept = await upload(owner, noise(), { agent: '3001', analyse: 'no' });
  const past = await upload(owner, noise(), { agent: '3001' });
  for (const id of [kept, past]) await see(id, (c) => c.state === 'stored');
  await put(uploads, { analyse: { who: 'listed', extensions: ['300*'] } });
  const params = { integration: uploads };
  const run = async (mode: string) => {
    const { id } = await owner.post('/api/v1/integrations/{integration}/policy/runs', { mode, days: 1 }, { params });
    return until(`the ${mode} is done`, 20_000, async () => {
      const { items } = await owner.get('/api/v1/integrations/{integration}/policy/runs', { params });
      const mine = items.find((r) => r.id === id)!;
      assert.notEqual(mine.state, 'failed', mine.reason ?? '');
      return mine.state === 'done' && mine;
    });
  };
  const counted = await run('count');
  assert(counted.wanted >= 1 && counted.wanted < counted.calls, JSON.stringify(counted));
  assert.equal((await see(past, () => true)).state, 'stored', 'counting starts nothing');
  const applied = await run('apply');
  assert.equal(applied.wanted, counted.wanted);
  await see(past, analysed);
  assert.equal((await see(past, () => true)).policy_version, (await policyOf(uploads)).version);
  assert.equal((await see(kept, () => true)).state, 'stored');
  assert.equal((await run('count')).wanted, 0, 'a second time there is nothing to do');
});

test('a recording that is not wanted is not fetched until somebody asks for it', async () => {
  const made = await owner.post('/api/v1/integrations', { provider: 'generic', name: 'Chosen', settings: {} });
  await put(made.id, { fetch: { directions: ['inbound'], except_numbers: ['+44 1632 960*'] } });
  const hook = new URL(made.hook_url).pathname;
  const post = (call_id: string, facts: object) => owner.send(hook, { method: 'POST', headers: { cookie: '' }, json: {
    call_id, started_at: new Date(Date.now() - 60_000).toISOString(), answered_at: new Date(Date.now() - 55_000).toISOString(),
    ended_at: new Date().toISOString(), agent: '3001', to: '+441632000000', recording_url: 'https://recordings.example.test/one.wav', ...facts } });
  assert.equal((await post('policy-1', { direction: 'inbound', from: '+441632960123' })).status, 200);
  const id = await until('the call', 15_000, async () => (await owner.get('/api/v1/calls', { query: { number: '+441632960123' } })).items[0]?.id);
  const call = await see(id, (c) => c.state === 'stored');
  assert.equal(call.choice_reason, 'Recording not fetched: the number +441632960123 is left out.');
  assert.equal(call.recordings[0]!.state, 'skipped');
  // The same call told once more is decided the same way.
  await post('policy-1', { direction: 'inbound', from: '+441632960123' });
  await sleep(500);
  assert.equal((await see(id, () => true)).state, 'stored');
  assert.equal((await owner.send('/api/v1/calls/analyse', { method: 'POST', json: { calls: [id, MISSING] } })).json.started, 1);
  await see(id, (c) => c.recordings[0]!.state !== 'skipped');
  await owner.send(`/api/v1/integrations/${made.id}`, { method: 'DELETE' });
});

test('what cannot be is refused by name', async () => {
  const { version } = await policyOf(uploads);
  const patch = (json: object, match = `"${version}"`) => owner.send(`/api/v1/integrations/${uploads}/policy`, { method: 'PATCH', json, headers: { 'if-match': match } });
  for (const [field, body, what] of [
    ['analyse', { analyse: { who: 'some' } }, /analyse\.who: all, listed or none/],
    ['analyse', { analyse: { percent: 101 } }, /analyse\.percent: a whole number from 0 to 100/],
    ['fetch', { fetch: { who: 'none' } }, /Uploads are always kept/],
  ] as const) {
    const answer = await patch(body);
    isProblem(answer, 422, 'bad_input');
    assert.match(answer.json.fields[field], what);
  }
  isProblem(await patch({ analyse: { who: 'all' } }, `"${version + 1}"`), 412, 'stale');
  isProblem(await owner.send(`/api/v1/integrations/${MISSING}/policy/runs`, { method: 'POST', json: { mode: 'count', days: 1 } }), 404);
});
