/* TRUST.md W10, EXPECTATIONS.md d1-10: the nightly look finds every call of which no hook came, marks
 * it, and counts it at the integration: a UCM with one hook in a hundred withheld, and accounts of
 * Twilio and Exotel that are asked for their lists. TEST_CALLS=10000 makes the first as large as
 * that. */
import assert from 'node:assert/strict';
import { randomInt, randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Exotel } from '../providers/sim/exotel.mjs';
import { Twilio } from '../providers/sim/twilio.mjs';
import { cdr, control } from './audio.ts';
import { as, home, keyOf, until, type Client } from './house.ts';
import { sql } from './queue.ts';

const CALLS = Number(process.env.TEST_CALLS ?? 200);
const key = keyOf(home), HOUR = 3_600_000;
const twilio = new Twilio(), exotel = new Exotel();
const made: string[] = [];
let owner: Client;
before(async () => {
  owner = await as('owner');
  exotel.media.login = 'key:token';
  await Promise.all([twilio.listen(), exotel.listen()]);
});
after(async () => {
  for (const id of made) await owner.send(`/api/v1/integrations/${id}`, { method: 'DELETE' });
  await Promise.all([twilio.close(), exotel.close()]);
});

const iso = (ms: number): string => new Date(ms).toISOString();
const aNumber = (): string => `+4475${randomInt(1e8, 1e9)}`;
async function connect(provider: string, settings: object): Promise<{ id: string; hook: string }> {
  const answer = await owner.send('/api/v1/integrations', { method: 'POST', json: { provider, name: `${provider} by night`, zone: 'Europe/London', settings } });
  assert.equal(answer.status, 201, answer.text);
  made.push(answer.json.id);
  return { id: answer.json.id, hook: answer.json.hook_url };
}
const run = (id: string, integration: string, ms = 60_000) => until('the run ends', ms, async () =>
  (await owner.get('/api/v1/polls', { query: { integration, limit: 10 } })).items.find((p) => p.id === id && p.state !== 'running'));
async function ask(integration: string, mode: 'count' | 'backfill', from: number) {
  const answer = await owner.send(`/api/v1/integrations/${integration}/polls`, { method: 'POST', json: { mode, from: iso(from) } });
  assert.equal(answer.status, 201, answer.text);
  return run(answer.json.id, integration);
}
const found = (id: string, integration: string, n: number, ms = 60_000) => until(`${n} calls are marked`, ms, async () =>
  (await owner.get('/api/v1/polls', { query: { integration, limit: 10 } })).items.find((p) => p.id === id && p.found === n));

test('d1-10 W10: one hook in a hundred is withheld; the night finds all of those and no other', { timeout: 1_800_000 }, async () => {
  const ucm = (await owner.get('/api/v1/integrations')).items.find((i) => i.provider === 'ucm')!;
  const records = Array.from({ length: CALLS }, () => {
    const record: Record<string, string> = cdr('2001', 20).record, move = (t: string): string => new Date(Date.parse(`${t.replace(' ', 'T')}Z`) - 20 * 60_000).toISOString().slice(0, 19).replace('T', ' ');
    return { ...record, recordfiles: '', recordfiles_desc: '', start: move(record.start!), answer: move(record.answer!), end: move(record.end!) } as Record<string, string>;
  });
  const withheld = records.filter((_, i) => i % 100 === 42);
  await control('/records', 'POST', { items: records.filter((r) => !withheld.includes(r)) });
  await control('/records', 'POST', { items: withheld, push: false });
  const sessions = (list: typeof records): string => list.map((r) => `'${r.session}'`).join(',');
  const there = async (list: typeof records, more = ''): Promise<number> =>
    Number((await sql(`select count(*) from call where tenant_id = '${home.id}' and integration_id = '${ucm.id}' and call_key in (${sessions(list)})${more}`))[0]);
  await until('all hooks are read', 600_000, async () => await there(records) === CALLS - withheld.length);

  const job = randomUUID();
  await sql(`insert into job (id, tenant_id, kind, max_attempts, args) values ('${job}', '${home.id}', 'integrations.nightly', 3, '{"integration":"${ucm.id}"}')`);
  await until('the night found them', 300_000, async () => await there(records) === CALLS);
  assert.equal(await there(withheld, ' and found_by_poll'), withheld.length, 'each is marked');
  assert.equal(await there(records, ' and found_by_poll'), withheld.length, 'and no other');
  const night = (await owner.get('/api/v1/polls', { query: { integration: ucm.id, limit: 10 } })).items.find((p) => p.mode === 'nightly' && p.state === 'done')!;
  assert(night.found >= withheld.length, 'the integration counts them');
  console.log(`# W10: ${CALLS} calls, ${withheld.length} withheld, ${await there(withheld, ' and found_by_poll')} found by poll`);
});

test('Twilio: a count tells how much there is and keeps nothing, a back-fill brings calls and recordings, sent ones are known again', { timeout: 240_000 }, async () => {
  const { id, hook } = await connect('twilio', { account_sid: twilio.account, auth_token: twilio.token, api_url: twilio.url });
  const began = Date.now() - 50 * HOUR, recording = twilio.recording(null);
  const numbers = Array.from({ length: 60 }, (_, i) => { const from = aNumber(); twilio.listed({ from, seconds: 30, end: began + i * 60_000, ...(i === 0 ? { recording } : {}) }); return from; });
  const known = aNumber(), told = twilio.inbound({ from: known, end: began + 45 * HOUR });
  for (const params of told) assert.equal((await twilio.send(hook, params)).status, 200);
  const knownSid = told[0]!.CallSid;
  await until('it is there', 30_000, async () => (await key.get('/api/v1/calls', { query: { number: known } })).items[0]);
  twilio.listed({ from: known, end: began + 45 * HOUR });
  twilio.calls.slice(-2).forEach((row) => { if (row.parent_call_sid) row.parent_call_sid = knownSid; else row.sid = knownSid; });

  const counted = await ask(id, 'count', began - HOUR);
  assert.deepEqual([counted.state, counted.calls, counted.new_calls, counted.recorded_s, counted.reason], ['done', 61, 60, 30, null], JSON.stringify(counted));
  assert.equal((await key.get('/api/v1/calls', { query: { number: numbers[0]! } })).items.length, 0, 'counting keeps nothing');
  twilio.repeat = 1;
  const filled = await ask(id, 'backfill', began - HOUR);
  assert.equal(filled.state, 'done', String(filled.reason));
  assert.equal(twilio.repeat, 0);
  const again = await ask(id, 'backfill', began - HOUR);
  await until('all are there', 60_000, async () => Number((await sql(`select count(*) from call where integration_id = '${id}' and found_by_poll`))[0]) === 60);
  assert.equal(again.state, 'done');
  const [call] = (await key.get('/api/v1/calls', { query: { number: numbers[0]! } })).items;
  const whole = await key.get('/api/v1/calls/{call}', { params: { call: call!.id } });
  assert.deepEqual([whole.direction, whole.disposition, whole.agent_name, whole.talk_s, whole.found_by_poll, whole.recordings.length], ['inbound', 'answered', 'anna', 30, true, 1]);
  assert.equal((await key.get('/api/v1/calls', { query: { number: known } })).items.length, 1, 'the one that was sent is the same call');
});

test('Exotel: the same, in Indian time whatever the tenant\'s is, and refused credentials stop it at once', { timeout: 240_000 }, async () => {
  const { id } = await connect('exotel', { account_sid: exotel.account, api_key: 'key', api_token: 'token', api_url: exotel.url, recording_hosts: '127.0.0.1' });
  const began = Math.floor((Date.now() - 50 * HOUR) / 1000) * 1000, recording = exotel.recording(null);
  const numbers = Array.from({ length: 120 }, (_, i) => { const from = aNumber(); exotel.listed({ from, seconds: 30, end: began + i * 60_000, ...(i === 0 ? { recording } : {}) }); return from; });
  const counted = await ask(id, 'count', began - HOUR);
  assert.deepEqual([counted.state, counted.calls, counted.new_calls, counted.recorded_s, counted.reason], ['done', 120, 120, 30, null], JSON.stringify(counted));
  const filled = await ask(id, 'backfill', began - HOUR);
  await found(filled.id, id, 120);
  const [call] = (await key.get('/api/v1/calls', { query: { number: numbers[0]! } })).items;
  assert.deepEqual([call!.talk_s, Date.parse(call!.started_at)], [30, began - 38_000]);

  exotel.media.login = 'key:another';
  /* Of the list: the call's recording is fetched by a job of its own. */
  const listed = (): number => exotel.media.seen.filter((s) => s.path.includes('/Calls')).length;
  const asked = listed();
  const refused = await ask(id, 'count', began - HOUR);
  assert.equal(refused.state, 'failed');
  assert.match(refused.reason ?? '', /refuses API key and token/);
  assert.equal(listed(), asked + 1, 'a wrong key is tried once');
  assert.equal((await owner.get('/api/v1/integrations/{integration}', { params: { integration: id } })).state, 'attention');
});

test('without an Account SID Exotel cannot be asked, and says what is missing', async () => {
  const { id } = await connect('exotel', { api_key: 'key', api_token: 'token' });
  const answer = await owner.send(`/api/v1/integrations/${id}/polls`, { method: 'POST', json: { mode: 'count', from: iso(Date.now() - HOUR) } });
  assert.equal(answer.status, 409, answer.text);
  assert.match(answer.text, /Account SID/);
  for (const account_sid of ['a/b', '../x', 'a b'])
    assert.equal((await owner.send('/api/v1/integrations', { method: 'POST', json: { provider: 'exotel', name: 'x', settings: { account_sid } } })).status, 422, account_sid);
});
