/* Hook addresses: who may post, what is stored, what comes of it. Everything is sent to integrations
 * that this file made in the demo's second tenant. */
import assert from 'node:assert/strict';
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { as, home, isProblem, keyOf, other, send, sleep, until, type Answer, type Client } from './house.ts';

interface Made { id: string; path: string }
const key = keyOf(other);
const made: Record<string, Made> = {};
const secret = `whsec_${randomBytes(32).toString('base64')}`;
let owner: Client;

async function connect(name: string, provider: string, settings: object): Promise<void> {
  const answer = await owner.send('/api/v1/integrations', { method: 'POST', json: { provider, name, zone: 'Europe/London', settings } });
  assert.equal(answer.status, 201, answer.text);
  made[name] = { id: answer.json.id, path: new URL(answer.json.hook_url).pathname };
}

before(async () => {
  owner = await as('owner', other);
  await connect('plain', 'generic', {});
  await connect('signed', 'generic', { secret });
  await connect('pbx', 'ucm', { base_url: 'https://pbx.example.test:8089', username: 'cdrapi', password: 'x', tls: 'ca', zone: 'Europe/London',
    hook_username: 'pbx', hook_password: 'correct horse' });
});
after(async () => {
  for (const { id } of Object.values(made)) await owner.send(`/api/v1/integrations/${id}`, { method: 'DELETE' });
});

type Delivery = Awaited<ReturnType<typeof list>>[number];
const list = async (name: string) =>
  (await key.get('/api/v1/deliveries', { query: { integration: made[name]!.id, limit: 100 } })).items;
const post = (name: string, body: string | Buffer, headers = {}): Promise<Answer> =>
  send(made[name]!.path, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
const one = (id = randomUUID(), more = {}): object => ({ call_id: id, direction: 'inbound', from: `+4479${Math.floor(Math.random() * 1e8)}`,
  to: '+442079460100', started_at: '2026-08-01T10:15:00Z', ...more });

/** Posts, and waits for the delivery that was not there before to be read. */
async function deliver(name: string, body: string | Buffer, headers = {}): Promise<Delivery> {
  const seen = new Set((await list(name)).map((d) => d.id));
  const answer = await post(name, body, headers);
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(answer.json, { status: 'stored' });
  return until('the delivery is read', 15_000, async () => (await list(name)).find((d) => !seen.has(d.id) && d.state !== 'received'));
}

const callsOf = async (number: string) => (await key.get('/api/v1/calls', { query: { number } })).items;

test('a call that is posted stands on the list', async () => {
  const call = one() as { from: string };
  const delivery = await deliver('plain', JSON.stringify(call));
  assert.deepEqual([delivery.state, delivery.reason, delivery.calls], ['parsed', null, 1]);
  const [row, ...more] = await callsOf(call.from);
  assert.equal(more.length, 0);
  assert.equal(row!.direction, 'inbound');
  assert.equal(row!.started_at, '2026-08-01T10:15:00Z');
  assert.equal(row!.state, 'no_recording');
});

test('the same event twice, at once or later, is one call', async () => {
  const call = one() as { from: string };
  const body = JSON.stringify(call);
  await Promise.all(Array.from({ length: 8 }, () => post('plain', body)));
  await deliver('plain', body);
  await until('all are read', 15_000, async () => (await list('plain')).every((d) => d.state !== 'received'));
  assert.equal((await callsOf(call.from)).length, 1);
});

test('what is told later is added to the call', async () => {
  const call = one() as { from: string };
  await deliver('plain', JSON.stringify({ ...call, agent: '3001' }));
  await deliver('plain', JSON.stringify({ ...call, answered_at: '2026-08-01T10:15:09Z', ended_at: '2026-08-01T10:18:09Z' }));
  const [row] = await callsOf(call.from);
  assert.equal(row!.talk_s, 180);
  assert.equal(row!.agent_name, 'Maria Lopez');
});

test('broken JSON is stored byte for byte (W4), and says why it cannot be read', async () => {
  const bodies = ['{"call_id": "1", ', '', '{"a":1,"a":2}', `${'['.repeat(10_000)}${']'.repeat(10_000)}`, 'call_id=1&from=2',
    '{"n":1e99999}', '{"call_id":"x"}', '[1,2]', '"text"'];
  for (const body of bodies) {
    const delivery = await deliver('plain', body);
    assert.equal(delivery.state, 'unparsed', body.slice(0, 40));
    assert.match(delivery.reason!, /^.{10,}/, body.slice(0, 40));
    assert.equal(delivery.calls, 0);
    const whole = await key.get('/api/v1/deliveries/{delivery}', { params: { delivery: delivery.id } });
    assert.equal(whole.body, body);
    assert.equal(whole.body_base64, null);
    assert.equal(whole.bytes, Buffer.byteLength(body));
    assert.match(whole.headers, /content-type: application\/json/);
  }
});

test('bytes that are no text are kept as they are', async () => {
  const bytes = Buffer.from([0, 255, 254, 128, 10, 13, 0]);
  const delivery = await deliver('plain', bytes);
  const whole = await key.get('/api/v1/deliveries/{delivery}', { params: { delivery: delivery.id } });
  assert.equal(whole.body, null);
  assert.deepEqual(Buffer.from(whole.body_base64!, 'base64'), bytes);
});

test('a megabyte is taken, one byte more is not, and leaves nothing', async () => {
  const call = JSON.stringify(one());
  const fill = (n: number): string => call + ' '.repeat(n - call.length);
  const delivery = await deliver('plain', fill(1 << 20));
  assert.deepEqual([delivery.state, delivery.bytes], ['parsed', 1 << 20]);
  const before = (await list('plain')).length;
  isProblem(await post('plain', fill((1 << 20) + 1)), 413, 'too_large');
  await sleep(300);
  assert.equal((await list('plain')).length, before);
});

test('an unknown address is not there, and nothing is stored', async () => {
  const count = async (): Promise<number> => (await key.get('/api/v1/deliveries', { query: { limit: 100 } })).items.length;
  const before = await count();
  const token = made.plain!.path.split('/').pop()!;
  for (const path of [`/hooks/generic/${'A'.repeat(token.length)}`, `/hooks/generic/${token}x`, `/hooks/generic/${token.slice(1)}`,
    `/hooks/ucm/${token}`, `/hooks/twilio/${token}`, `/hooks/GENERIC/${token}`, `/hooks/generic/${token}/`])
    for (const method of ['POST', 'GET']) isProblem(await send(path, { method, ...(method === 'POST' ? { json: one() } : {}) }), 404, 'not_found');
  await sleep(300);
  assert.equal(await count(), before);
});

test('addresses take POST and GET alone, from anywhere, and need no token of a page', async () => {
  isProblem(await send(made.plain!.path, { method: 'DELETE' }), 405, 'method_not_allowed');
  isProblem(await send(made.plain!.path, { method: 'PUT', json: one() }), 405, 'method_not_allowed');
  await deliver('plain', JSON.stringify(one()), { origin: 'https://elsewhere.example' });
  const seen = (await list('plain')).length;
  const got = await send(`${made.plain!.path}?call_id=7&note=%C3%A9`);
  assert.equal(got.status, 200, got.text);
  const all = await until('the GET is listed', 15_000, async () => {
    const now = await list('plain');
    return now.length > seen && now;
  });
  const whole = await key.get('/api/v1/deliveries/{delivery}', { params: { delivery: all[0]!.id } });
  assert.deepEqual([whole.method, whole.query, whole.bytes], ['GET', 'call_id=7&note=%C3%A9', 0]);
});

test('a secret that is set must sign every delivery', async () => {
  const body = JSON.stringify(one());
  const sign = (by: string, at: number, id = 'msg_1', text = body): Record<string, string> => ({
    'webhook-id': id, 'webhook-timestamp': String(at),
    'webhook-signature': `v1,${createHmac('sha256', Buffer.from(by.slice(6), 'base64')).update(`${id}.${at}.${text}`).digest('base64')}` });
  const now = Math.floor(Date.now() / 1000);
  const before = (await list('signed')).length;
  isProblem(await post('signed', body), 401, 'bad_signature');
  isProblem(await post('signed', body, sign(`whsec_${randomBytes(32).toString('base64')}`, now)), 401, 'bad_signature');
  isProblem(await post('signed', body, sign(secret, now - 400)), 401, 'bad_signature');
  isProblem(await post('signed', `${body} `, sign(secret, now)), 401, 'bad_signature');
  await sleep(300);
  assert.equal((await list('signed')).length, before, 'nothing is stored');
  assert.equal((await deliver('signed', body, sign(secret, now))).state, 'parsed');
});

test('a phone system with a password must send it', async () => {
  const basic = (pair: string): { authorization: string } => ({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` });
  for (const headers of [{}, basic('pbx:wrong'), basic('other:correct horse'), basic('pbx'), basic(':'), { authorization: 'Basic !!!' }, { authorization: 'Bearer rs_x' }])
    isProblem(await post('pbx', '{}', headers), 401, 'bad_signature');
  const delivery = await deliver('pbx', '{"broken":', basic('pbx:correct horse'));
  const whole = await key.get('/api/v1/deliveries/{delivery}', { params: { delivery: delivery.id } });
  assert.doesNotMatch(whole.headers, /Basic|Y29ycmVjdC/, 'the password is not shown');
  assert.match(whole.headers, /authorization: \(hidden\)/);
});

test('a new address ends the old one within a second', async () => {
  const old = made.plain!.path;
  assert.equal((await send(old, { method: 'POST', json: one() })).status, 200);
  const answer = await owner.send(`/api/v1/integrations/${made.plain!.id}/token`, { method: 'POST' });
  assert(answer.status === 200 || answer.status === 201, answer.text);
  made.plain!.path = new URL(answer.json.hook_url).pathname;
  assert.notEqual(made.plain!.path, old);
  await sleep(1_050);
  for (let i = 0; i < 4; i++) isProblem(await send(old, { method: 'POST', json: one() }), 404, 'not_found');
  await deliver('plain', JSON.stringify(one()));
});

test('deliveries are a list of their own: newest first, by pages, by state, and of one tenant', async () => {
  const all = await list('plain');
  assert.deepEqual(all.map((d) => d.id), all.map((d) => d.id).sort().reverse());
  const unparsed = await key.get('/api/v1/deliveries', { query: { integration: made.plain!.id, state: 'unparsed', limit: 100 } });
  assert.deepEqual(unparsed.items.map((d) => d.id), all.filter((d) => d.state === 'unparsed').map((d) => d.id));
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: { id: string }[]; next: string | null } =
      await key.get('/api/v1/deliveries', { query: { integration: made.plain!.id, limit: 4, ...(cursor ? { cursor } : {}) } });
    seen.push(...page.items.map((d) => d.id));
    cursor = page.next;
  } while (cursor);
  assert.deepEqual(seen, all.map((d) => d.id));
  isProblem(await key.send('/api/v1/deliveries?state=lost'), 422, 'bad_input');
  isProblem(await keyOf(home).send(`/api/v1/deliveries/${all[0]!.id}`), 404, 'not_found');
  assert.deepEqual((await keyOf(home).get('/api/v1/deliveries', { query: { integration: made.plain!.id } })).items, []);
});

test('two hundred at once are all stored', async () => {
  const number = '+44700000042';
  const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => post('plain', JSON.stringify(one(`many-${i}-${randomUUID()}`, { from: number })))));
  assert.deepEqual([...new Set(answers.map((a) => a.status))], [200]);
  await until('200 calls', 30_000, async () => {
    const summary = await key.get('/api/v1/calls/summary', { query: { number } });
    return summary.count >= 200;
  });
});
