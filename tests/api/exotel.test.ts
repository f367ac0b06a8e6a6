/* Exotel through its real hook: Passthru requests and StatusCallbacks of a simulated account become
 * calls, and their recordings are fetched and decoded (EXPECTATIONS.md d1-04, d1-05, d1-06, d1-08,
 * d1-14). What its callbacks look like is recorded in tests/providers/exotel. */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { Exotel, ist, sid } from '../providers/sim/exotel.mjs';
import { Media, tone } from '../providers/sim/media.mjs';
import { appears, callsOf, comes, type Call } from './audio.ts';
import { as, isProblem, keyOf, other, send, until, type Client } from './house.ts';

const exotel = new Exotel();
const elsewhere = new Media();
const key = keyOf(other);
const made: string[] = [];
let owner: Client, hook: string, integration: string;

const aNumber = (): string => `07${randomInt(1e8, 1e9)}`;

before(async () => {
  await Promise.all([exotel.listen(), elsewhere.listen()]);
  owner = await as('owner', other);
  const answer = await owner.send('/api/v1/integrations', { method: 'POST', json: { provider: 'exotel', name: 'Exotel', zone: 'America/Chicago',
    settings: { api_key: 'key', api_token: 'token', recording_hosts: '127.0.0.1' } } });
  assert.equal(answer.status, 201, answer.text);
  ({ id: integration, hook_url: hook } = answer.json);
  made.push(integration);
});
after(async () => {
  for (const id of made) await owner.send(`/api/v1/integrations/${id}`, { method: 'DELETE' });
  await Promise.all([exotel.close(), elsewhere.close()]);
});

async function tell(fields: object, form = 'passthru'): Promise<void> {
  const answer = await exotel.send(hook, fields, form);
  assert.equal(answer.status, 200, answer.text); // Passthru takes branch A on 200, on nothing else
}

const recorded = async (from: string, ms = 40_000): Promise<Call> =>
  comes(await appears(from, other), ms, (c) => c.recordings[0]?.state === 'ready', other);

/** An inbound call, told by Passthru, with a recording. */
async function call(options: { fault?: object; seconds?: number; url?: string; form?: string } = {}): Promise<{ from: string; path: string; end: number }> {
  const { seconds = 3, fault, url, form } = options;
  const from = aNumber(), recording = exotel.recording(tone(seconds)), end = Math.floor(Date.now() / 1000) * 1000;
  if (fault) exotel.media.fault({ match: recording.path, ...fault });
  for (const fields of exotel.inbound({ from, seconds, end, recording: { ...recording, url: url ?? recording.url } })) await tell(fields, form);
  return { from, path: recording.path, end };
}

describe('callbacks', { concurrency: false }, () => {

test('a call told by Passthru, by GET and by POST: who, how long, when, and its recording', { timeout: 120_000 }, async () => {
  for (const form of ['passthru', 'passthru-post']) {
    const { from, end } = await call({ form });
    const whole = await recorded(from);
    assert.deepEqual([whole.direction, whole.disposition, whole.customer_number, whole.agent_name, whole.talk_s, whole.legs],
      ['inbound', 'answered', from, '09999999999', 3, 1]);
    assert.equal(Date.parse(whole.started_at), end - 11_000); // d1-14: Indian time, wherever the tenant is
    assert.equal(whole.ended_at, null); // epoch zero is "not ended"
    assert.equal((await callsOf(from, other)).length, 1);
  }
});

test('a call that a program started: StatusCallback as multipart, form and JSON', { timeout: 120_000 }, async () => {
  for (const form of ['multipart', 'form', 'json']) {
    const customer = aNumber(), recording = exotel.recording(tone(3));
    await tell(exotel.connected({ customer, seconds: 3, recording }), form);
    const whole = await recorded(customer);
    assert.deepEqual([whole.direction, whole.disposition, whole.customer_number, whole.agent_name, whole.talk_s], ['outbound', 'answered', customer, '09999999999', 3], form);
    assert.equal((Date.parse(whole.ended_at!) - Date.parse(whole.started_at)) / 1000, 23);
  }
});

test('d1-06: nobody answered, no recording: a call like any other', async () => {
  const customer = aNumber();
  await tell(exotel.connected({ customer, seconds: 0, status: 'no-answer' }), 'multipart');
  const whole = await comes(await appears(customer, other), 15_000, (c) => c.state === 'no_recording', other);
  assert.equal(whole.disposition, 'no_answer');
});

test('d1-04: the secret in the address is the proof, for GET as for POST', async () => {
  const wrong = hook.slice(0, -1) + (hook.endsWith('A') ? 'B' : 'A');
  for (const form of ['passthru', 'passthru-post', 'multipart', 'json'])
    assert.equal((await exotel.send(wrong, { CallSid: sid(), Status: 'completed' }, form)).status, 404, form);
  isProblem(await send(`/hooks/twilio/${hook.split('/').pop()}?CallSid=1`), 404, 'not_found');
});

test('a request that is no callback is kept, and says what is missing', async () => {
  const answer = await send(`${new URL(hook).pathname}?From=1&To=2&at=${ist(Date.now()).slice(0, 10)}`);
  assert.equal(answer.status, 200, answer.text);
  const found = await until('the delivery is read', 15_000, async () =>
    (await key.get('/api/v1/deliveries', { query: { integration, limit: 100 } })).items.find((d) => d.state === 'unparsed'));
  assert.match(found.reason!, /no CallSid/);
});

});

describe('recordings', { concurrency: true }, () => {

test('d1-08: 403 and 404 at first, slow, cut off, a web page: it comes all the same', { timeout: 180_000 }, async () => {
  const faults = [{ kind: 'forbidden', times: 2 }, { kind: 'not_found' }, { kind: 'slow', ms: 1500 }, { kind: 'cut' }, { kind: 'wrong_body' }];
  await Promise.all(faults.map(async (fault) => {
    const { from } = await call({ fault });
    assert.equal((await recorded(from, 60_000)).recordings[0]!.state, 'ready', JSON.stringify(fault));
  }));
});

test('the credentials go to hosts of exotel.com only: not here, and not along a redirect', { timeout: 120_000 }, async () => {
  elsewhere.put('/store/a.wav', tone(3));
  const { from, path } = await call({ fault: { kind: 'redirect', to: `${elsewhere.url}/store/a.wav` } });
  await recorded(from);
  assert.deepEqual([...exotel.media.askedFor(path), ...elsewhere.askedFor('/store/a.wav')].map((s) => s.authorization), ['', '']);
});

test('d1-05: a host that nobody named is not asked, and the call says which and why', { timeout: 120_000 }, async () => {
  const { from } = await call({ url: `${elsewhere.url.replace('127.0.0.1', 'localhost')}/trap.wav` });
  const whole = await comes(await appears(from, other), 30_000, (c) => c.recordings[0]?.state === 'failed', other);
  assert.match(whole.recordings[0]!.reason!, /localhost.*Other hosts of recordings/);
  assert.deepEqual(elsewhere.askedFor('/trap.wav'), []);
});

});
