/* Trials: each step says what it found, on the real way in and out; a trial's call is shown and not
 * counted. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { as, base, home, isProblem, keyOf, sleep, until, type Client } from './house.ts';
import { sql } from './queue.ts';

const ROOT = '/api/v1/integrations';
const made: string[] = [];
let owner: Client;
before(async () => { owner = await as('owner'); });
after(async () => { for (const id of made) await owner.send(`${ROOT}/${id}`, { method: 'DELETE' }); });

async function connect(provider: string, settings: object, zone = 'Asia/Kolkata'): Promise<{ id: string; url: string }> {
  const answer = await owner.send(ROOT, { method: 'POST', json: { provider, name: `Trial of ${provider}`, zone, settings } });
  assert.equal(answer.status, 201, answer.text);
  made.push(answer.json.id);
  return { id: answer.json.id, url: answer.json.hook_url };
}
async function trial(id: string, json: object) {
  const answer = await owner.send(`${ROOT}/${id}/trials`, { method: 'POST', json });
  assert.equal(answer.status, 201, answer.text);
  return until('the trial ends', 90_000, async () =>
    (await owner.get('/api/v1/trials', { query: { integration: id } })).items.find((t) => t.id === answer.json.id && t.state !== 'running'));
}
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const kinds: [string, object][] = [
  ['generic', { secret }],
  ['generic', { hook_username: 'dialler', hook_password: 'pass word:9', secret }],
  ['ucm', { base_url: 'https://pbx.example.test:8089', username: 'u', password: 'p', tls: 'ca', zone: 'Asia/Kolkata', hook_username: 'ucm', hook_password: 'x y' }],
  ['exotel', {}],
  ['twilio', { account_sid: 'AC0123456789abcdef0123456789abcdef', auth_token: '0123456789abcdef0123456789abcdef' }],
  ['3cx', { calls_from: 'template', template_key: 'a-long-key-of-the-template' }],
  ['asterisk', { zone: 'Asia/Kolkata', hook_username: 'asterisk', hook_password: 'x' }],
];

test('a sample of each phone system goes through its public address and is counted nowhere', async () => {
  const before = (await keyOf(home).get('/api/v1/calls/summary')).count;
  for (const [provider, settings] of kinds) {
    const { id, url } = await connect(provider, settings);
    const done = await trial(id, { kind: 'hook', hook_url: url });
    assert.deepEqual(done.steps.map((s) => [s.name, s.found]), [['send', 'good'], ['stored', 'good'], ['read', 'good']], `${provider}: ${JSON.stringify(done.steps)}`);
    assert.equal(done.state, 'passed');
    const call = await owner.get('/api/v1/calls/{call}', { params: { call: done.call_id! } });
    assert.deepEqual([call.trial, call.direction], [true, 'inbound'], provider);
    const age = Date.now() - Date.parse(call.started_at);
    assert(age > 0 && age < 300_000, `${provider}: ${call.started_at}`);
    const d = await owner.get('/api/v1/deliveries/{delivery}', { params: { delivery: done.delivery_id! } });
    assert.equal(d.call_links[0]?.trial, true);
    assert.equal(d.verdict, provider === 'exotel' ? 'address' : 'proved', provider);
    assert(!JSON.stringify(await sql(`select t::text from trial t where id = '${done.id}'`)).includes(url.split('/').pop()!), 'the address is not kept');
    assert(!(await keyOf(home).get('/api/v1/calls', { query: { limit: 100 } })).items.some((c) => c.id === done.call_id), 'in no list of calls');
    assert.equal((await owner.get('/api/v1/integrations/{integration}', { params: { integration: id } })).last_delivery_at, null);
  }
  assert((await keyOf(home).get('/api/v1/calls/summary')).count >= before);
});

test('wrong addresses are told apart', async () => {
  const { id, url } = await connect('generic', { secret });
  const ask = (hook_url?: string) => owner.send(`${ROOT}/${id}/trials`, { method: 'POST', json: { kind: 'hook', ...hook_url && { hook_url } } });
  for (const wrong of [undefined, 'https://evil.example/hooks/generic/x', `${base}/hooks/ucm/abc`, `${url}?x=1`, `${url}/x`, `${base}/hooks/generic/`])
    isProblem(await ask(wrong), 422);
  const gone = await trial(id, { kind: 'hook', hook_url: `${base}/hooks/generic/${'A'.repeat(43)}` });
  assert.deepEqual([gone.state, gone.steps.at(-1)!.found], ['failed', 'bad']);
  assert.match(gone.steps[0]!.text, /knows no such address/);
  const foreign = await connect('generic', { hook_username: 'a', hook_password: 'b' });
  const refused = await trial(id, { kind: 'hook', hook_url: foreign.url });
  assert.match(refused.steps[0]!.text, /refused/);
  isProblem(await (await as('viewer')).send(`${ROOT}/${id}/trials`, { method: 'POST', json: { kind: 'connection' } }), 403);
});

test('a header of a foreign trial marks nothing', async () => {
  const { id, url } = await connect('generic', {});
  const mine = await trial(id, { kind: 'hook', hook_url: url });
  const other = await connect('generic', {});
  const answer = await (await import('./house.ts')).send(new URL(other.url).pathname, { method: 'POST', headers: { 'x-ringsight-trial': mine.id },
    json: { call_id: 'not-a-trial', direction: 'inbound', from: '1', to: '2', started_at: new Date().toISOString() } });
  assert.equal(answer.status, 200);
  const trialOf = () => sql(`select trial from call where integration_id = '${other.id}'`);
  await until('it is read', 30_000, async () => (await trialOf()).length);
  assert.deepEqual(await trialOf(), ['f']);
});

test('the connection to a UCM: address, certificate, login, list, a recording', async () => {
  const ucm = (await owner.get('/api/v1/integrations')).items.find((i) => i.provider === 'ucm' && !i.name.startsWith('Trial'))!;
  const good = await trial(ucm.id, { kind: 'connection' });
  assert.equal(good.state, 'passed', JSON.stringify(good.steps));
  assert.deepEqual(good.steps.map((s) => s.name), ['address', 'tls', 'login', 'list', 'recording'], JSON.stringify(good.steps));
  assert(good.steps.slice(0, 4).every((s) => s.found === 'good'), JSON.stringify(good.steps));
  assert.match(good.steps[0]!.text, /127\.0\.0\.1, inside a network that the operator allowed for ucm/);

  const full = await owner.get('/api/v1/integrations/{integration}', { params: { integration: ucm.id } });
  const address = (full.settings as Record<string, string>).base_url!;
  const own = { username: 'u', password: 'wrong', tls: 'insecure', zone: 'UTC' };
  const bad = await connect('ucm', { base_url: address, ...own });
  const refused = await trial(bad.id, { kind: 'connection' });
  assert.deepEqual(refused.steps.map((s) => s.found), ['good', 'good', 'bad'], JSON.stringify(refused.steps));
  assert(refused.steps[2]!.cure);
  const shown = await owner.get('/api/v1/integrations/{integration}', { params: { integration: bad.id } });
  assert.equal(shown.state, 'attention');
  const again = await trial(bad.id, { kind: 'connection' });
  assert.match(again.steps[2]!.cure!, /not tried again/, 'a wrong password is never tried in a loop');

  const lost = await trial((await connect('ucm', { base_url: 'https://pbx.nowhere.invalid:8089', ...own })).id, { kind: 'connection' });
  assert.deepEqual([lost.steps.length, lost.steps[0]!.found], [1, 'bad']);
  const inner = await trial((await connect('ucm', { base_url: 'https://10.20.30.40:8089', ...own })).id, { kind: 'connection' });
  assert.match(inner.steps[0]!.cure!, /RINGSIGHT_EGRESS_ALLOW, for example ucm=10\.20\.30\.40\/32:8089/);
  await sleep(0);
});

test('clock and zone: a wrong zone is named, with the one that fits', async () => {
  const { id, url } = await connect('generic', {}, 'UTC');
  const clock = () => owner.get('/api/v1/integrations/{integration}/clock', { params: { integration: id } });
  assert.equal((await clock()).state, 'unknown');
  const map = { fields: { call_id: { from: 'id' }, direction: { const: 'inbound' }, from: { from: 'f' }, to: { const: '1' }, started_at: { from: 'at' } } };
  const put = await owner.send(`${ROOT}/${id}/map`, { method: 'PUT', json: { map }, headers: { 'if-match': '"1"' } });
  assert.equal(put.status, 200, put.text);
  const wall = (t: number): string => new Date(t).toISOString().slice(0, 19).replace('T', ' ');
  const { send } = await import('./house.ts');
  for (let n = 0; n < 6; n++) // a clock that shows Indian time
    await send(new URL(url).pathname, { method: 'POST', json: { id: `z${n}`, f: `+9198${n}`, at: wall(Date.now() + 5.5 * 3_600_000 - 20_000 * n) } });
  const off = await until('the zone is found wrong', 30_000, async () => { const c = await clock(); return c.records >= 6 && c; });
  assert.deepEqual([off.state, off.better, off.sure, off.setting, off.shift_s], ['zone', 'Asia/Kolkata', true, 'zone', -19800]);
  assert.equal(off.text, 'Records arrive 5 h 30 min before their own time: the zone should probably be Asia/Kolkata.');
  const cure = await owner.send(`${ROOT}/${id}`, { method: 'PATCH', json: { zone: off.better }, headers: { 'if-match': '"2"' } });
  assert.equal(cure.status, 200, cure.text);
  await owner.send('/api/v1/replays', { method: 'POST', json: { integration: id } });
  await until('the records fit', 60_000, async () => (await clock()).state === 'fine');
});

test('the guide has the address in it, the network page says what is called from and may be called', async () => {
  const { items } = await owner.get('/api/v1/providers');
  for (const { slug } of items) {
    const i = (await owner.get('/api/v1/integrations')).items.find((x) => x.provider === slug);
    if (!i) continue;
    const guide = await owner.get('/api/v1/integrations/{integration}/guide', { params: { integration: i.id } });
    assert.match(guide.text, /^# /, slug);
    assert(guide.text.includes('{{hook_url}}'), slug);
    assert.match(guide.hook_hint!, new RegExp(`^${base}/hooks/${slug}/…`));
    if (slug === '3cx') assert.match(guide.text, /Why this is safe for a live phone system[\s\S]*never uses Call Control[\s\S]*DID/);
  }
  const ucm = (await owner.get('/api/v1/integrations')).items.find((i) => i.provider === 'ucm')!;
  const net = await owner.get('/api/v1/integrations/{integration}/network', { params: { integration: ucm.id } });
  assert(net.allowed.some((a) => a.startsWith('127.0.0.1/32')), JSON.stringify(net));
  assert.equal(net.use, 'ucm');
});
