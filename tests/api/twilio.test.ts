/* Twilio through its real hook: signed callbacks of a simulated account become calls, and their
 * recordings are fetched from its host and decoded (EXPECTATIONS.md d1-01, d1-03, d1-05, d1-06, d1-08,
 * d1-11). What Twilio's signature and callbacks look like is tested in tests/unit/twilio.c. */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { Media, tone } from '../providers/sim/media.mjs';
import { Twilio, sid } from '../providers/sim/twilio.mjs';
import { appears, callsOf, comes, type Call } from './audio.ts';
import { as, keyOf, other, until, type Client } from './house.ts';

const twilio = new Twilio();
const elsewhere = new Media(); // another origin: a store to redirect to, or somebody's trap
const key = keyOf(other);
const made: string[] = [];
let owner: Client, hook: string, integration: string;

const aNumber = (): string => `+4479${randomInt(1e7, 1e8)}`;

async function connect(settings: object): Promise<{ id: string; hook_url: string }> {
  const answer = await owner.send('/api/v1/integrations', { method: 'POST', json: { provider: 'twilio', name: 'Twilio',
    settings: { account_sid: twilio.account, auth_token: twilio.token, api_url: twilio.url, ...settings } } });
  assert.equal(answer.status, 201, answer.text);
  made.push(answer.json.id);
  return answer.json;
}

const deliveries = async () => (await key.get('/api/v1/deliveries', { query: { integration, limit: 100 } })).items;

async function tell(callbacks: object[], at = hook): Promise<void> {
  for (const params of callbacks) {
    const answer = await twilio.send(at, params);
    assert.equal(answer.status, 200, answer.text);
  }
}

/** A call with a recording, told in the usual order: its number and the recording's path. */
async function call(options: { fault?: object; seconds?: number; url?: string; at?: string } = {}): Promise<{ from: string; path: string }> {
  const { seconds = 3, fault, url, at } = options;
  const from = aNumber(), recording = twilio.recording(tone(seconds, 2));
  if (fault) twilio.media.fault({ match: recording.sid, ...fault });
  await tell(twilio.inbound({ from, seconds, channels: 2, recording: { ...recording, url: url ?? recording.url } }), at);
  return { from, path: recording.path };
}

const recorded = async (from: string, ms = 40_000): Promise<Call> =>
  comes(await appears(from, other), ms, (c) => c.recordings[0]?.state === 'ready', other);

before(async () => {
  await Promise.all([twilio.listen(), elsewhere.listen()]);
  owner = await as('owner', other);
  ({ id: integration, hook_url: hook } = await connect({}));
});
after(async () => {
  for (const id of made) await owner.send(`/api/v1/integrations/${id}`, { method: 'DELETE' });
  await Promise.all([twilio.close(), elsewhere.close()]);
});

describe('callbacks', { concurrency: false }, () => {

test('an inbound call that an agent took: who, how long, and its recording on two channels', { timeout: 120_000 }, async () => {
  const { from, path } = await call({ seconds: 4 });
  const whole = await recorded(from);
  assert.equal(whole.direction, 'inbound');
  assert.equal(whole.disposition, 'answered');
  assert.equal(whole.customer_number, from);
  assert.equal(whole.agent_name, 'anna');
  assert.equal(whole.talk_s, 4);
  assert.equal(whole.legs, 2);
  assert.equal(whole.recordings.length, 1);
  const [asked] = twilio.media.askedFor(path);
  assert.equal(asked!.authorization, `Basic ${Buffer.from(`${twilio.account}:${twilio.token}`).toString('base64')}`);
  assert.equal(asked!.query, '?RequestedChannels=2');
  assert.equal((await key.send(`/api/v1/calls/${whole.id}/recordings/${whole.recordings[0]!.id}`)).status, 200);
});

test('d1-11: the same told backwards and twice is the same call', { timeout: 120_000 }, async () => {
  const from = aNumber(), seconds = 3, recording = twilio.recording(tone(seconds));
  const callbacks = twilio.inbound({ from, seconds, recording });
  await tell([...callbacks].reverse());
  await tell(callbacks);
  const whole = await recorded(from);
  assert.deepEqual([whole.disposition, whole.agent_name, whole.talk_s, whole.legs, whole.recordings.length], ['answered', 'anna', 3, 2, 1]);
  assert.equal((await callsOf(from, other)).length, 1);
});

test('d1-06: a busy call without a recording is a call', async () => {
  const from = aNumber();
  await tell([{ CallSid: sid('CA'), CallStatus: 'busy', Direction: 'inbound', From: from, To: '+442079460100', CallDuration: '0',
    SequenceNumber: '0', Timestamp: new Date().toUTCString() }]);
  const whole = await comes(await appears(from, other), 15_000, (c) => c.state === 'no_recording', other);
  assert.deepEqual([whole.disposition, whole.recordings.length], ['busy', 0]);
});

test('d1-01: signed as a query or as JSON with a hash it is taken as well', async () => {
  for (const form of ['get', 'json'] as const) {
    const from = aNumber();
    const answer = await twilio.send(hook, { CallSid: sid('CA'), CallStatus: 'ringing', Direction: 'inbound', From: from, To: '+4420' }, { as: form });
    assert.equal(answer.status, 200, answer.text);
    await appears(from, other);
  }
});

test('d1-01: the configured address counts, whatever host a request names', async () => {
  const from = aNumber(), params = { CallSid: sid('CA'), CallStatus: 'ringing', Direction: 'inbound', From: from, To: '+4420' };
  const named = { 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'https', Forwarded: 'host=evil.example' };
  const good = await twilio.send(hook, params, { change: (r: any) => ({ ...r, headers: { ...r.headers, ...named } }) });
  assert.equal(good.status, 200, good.text);
  const evil = `https://evil.example${new URL(hook).pathname}`;
  const all = { AccountSid: twilio.account, ApiVersion: '2010-04-01', ...params };
  const bad = await twilio.send(hook, params, { change: (r: any) => ({ ...r,
    headers: { ...r.headers, ...named, 'X-Twilio-Signature': twilio.sign(evil, all) } }) });
  assert.equal(bad.status, 401, bad.text);
});

test('d1-03: what is not signed by the account is refused, and nothing of it is stored', async () => {
  const params = { CallSid: sid('CA'), CallStatus: 'ringing', Direction: 'inbound', From: aNumber(), To: '+4420' };
  const all = { AccountSid: twilio.account, ApiVersion: '2010-04-01', ...params };
  const count = (await deliveries()).length;
  const spoilt: Record<string, (r: any) => any> = {
    'no signature': ({ headers: { 'X-Twilio-Signature': _, ...headers }, ...r }) => ({ ...r, headers }),
    'another token': (r) => ({ ...r, headers: { ...r.headers, 'X-Twilio-Signature': twilio.sign(r.url, all, '0'.repeat(32)) } }),
    'an empty token': (r) => ({ ...r, headers: { ...r.headers, 'X-Twilio-Signature': twilio.sign(r.url, all, '') } }),
    'a parameter more': (r) => ({ ...r, body: `${r.body}&RecordingUrl=https%3A%2F%2Fevil.example%2FRecordings%2FRE1` }),
    'a query more': (r) => ({ ...r, url: `${r.url}?x=1` }),
    'a body of another type': (r) => ({ ...r, headers: { ...r.headers, 'Content-Type': 'text/plain' } }),
  };
  for (const [what, change] of Object.entries(spoilt))
    assert.equal((await twilio.send(hook, params, { change })).status, 401, what);
  assert.equal((await deliveries()).length, count);
});

test('two tokens are live while one is changed for the other', async () => {
  const next = new Twilio({ account: twilio.account });
  const { hook_url } = await connect({ auth_token_2: next.token });
  const params = (): object => ({ CallSid: sid('CA'), CallStatus: 'ringing', Direction: 'inbound', From: aNumber(), To: '+4420' });
  for (const sender of [twilio, next]) assert.equal((await sender.send(hook_url, params())).status, 200);
  assert.equal((await new Twilio().send(hook_url, params())).status, 401);
});

});

describe('recordings', { concurrency: true }, () => {

test('d1-08: not there at first, busy, slow, a web page, cut off: it comes all the same', { timeout: 180_000 }, async () => {
  const faults = [{ kind: 'not_found', times: 2 }, { kind: 'busy' }, { kind: 'slow', ms: 1500 }, { kind: 'wrong_body' }, { kind: 'cut' }];
  await Promise.all(faults.map(async (fault) => {
    const { from } = await call({ fault });
    assert.equal((await recorded(from, 60_000)).recordings[0]!.state, 'ready', JSON.stringify(fault));
  }));
});

test('where only a status callback names a recording, two channels are asked for first, then one', { timeout: 120_000 }, async () => {
  const to = aNumber(), recording = twilio.recording(tone(3));
  twilio.media.fault({ kind: 'bad_request', match: recording.sid });
  await tell([{ CallSid: sid('CA'), CallStatus: 'completed', Direction: 'outbound-api', From: '+442079460100', To: to, CallDuration: '3',
    SequenceNumber: '3', Timestamp: new Date().toUTCString(), RecordingUrl: recording.url, RecordingSid: recording.sid, RecordingDuration: '3' }]);
  const whole = await recorded(to);
  assert.deepEqual([whole.direction, whole.customer_number, whole.talk_s], ['outbound', to, 3]);
  assert.deepEqual(twilio.media.askedFor(recording.path).map((s) => s.query), ['?RequestedChannels=2', '']);
});

test('a redirect to a store is followed, without the credentials', { timeout: 120_000 }, async () => {
  elsewhere.put('/store/a.wav', tone(3, 2));
  const { from, path } = await call({ fault: { kind: 'redirect', to: `${elsewhere.url}/store/a.wav` } });
  await recorded(from);
  assert.notEqual(twilio.media.askedFor(path)[0]!.authorization, '');
  assert.equal(elsewhere.askedFor('/store/a.wav')[0]!.authorization, '');
});

test('d1-05: an address that is not the API\'s is never asked, and the call says so', { timeout: 120_000 }, async () => {
  const path = `/2010-04-01/Accounts/${twilio.account}/Recordings/${sid('RE')}`;
  const { from } = await call({ url: elsewhere.url + path });
  const whole = await comes(await appears(from, other), 30_000, (c) => c.recordings[0]?.state === 'failed', other);
  assert.match(whole.recordings[0]!.reason!, /not one of Twilio's API/);
  assert.deepEqual(elsewhere.askedFor(`${path}.wav`), []);
});

test('refused credentials are not tried again: the integration waits for its admin', { timeout: 120_000 }, async () => {
  const { id, hook_url } = await connect({ api_key: sid('SK'), api_secret: 'not this one' });
  const { from, path } = await call({ at: hook_url });
  const call_id = await appears(from, other);
  const state = await until('the integration needs attention', 30_000, async () => {
    const one = await key.get('/api/v1/integrations/{integration}', { params: { integration: id } });
    return one.state === 'attention' && one;
  });
  assert.match(state.state_reason!, /Twilio refuses/);
  assert.equal(twilio.media.askedFor(path).length, 1);
  assert.equal((await comes(call_id, 5_000, (c) => c.recordings[0], other)).recordings[0]!.state, 'waiting');
});

});
