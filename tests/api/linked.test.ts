/* One call that two phone systems told of is worked on once and counts once: the one that stands beneath
 * the other keeps its recording, gives it to the other where that has none, and is in no figure. In the
 * demo's second tenant. */
import assert from 'node:assert/strict';
import { randomInt, randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Twilio } from '../providers/sim/twilio.mjs';
import { tone } from '../providers/sim/media.mjs';
import { appears, callOf, comes, ended } from './audio.ts';
import { as, isProblem, keyOf, other, send, until, type Client } from './house.ts';
import { sql } from './queue.ts';

const key = keyOf(other);
const twilio = new Twilio();
const made: string[] = [];
let owner: Client, front: string, pbx: string, pbxId: string, twilioId: string, agent: { id: string; extension: string };

async function connect(json: object): Promise<{ id: string; hook_url: string }> {
  const answer = await owner.send('/api/v1/integrations', { method: 'POST', json });
  assert.equal(answer.status, 201, answer.text);
  made.push(answer.json.id);
  return answer.json;
}

before(async () => {
  await twilio.listen();
  owner = await as('owner', other);
  ({ id: twilioId, hook_url: front } = await connect({ provider: 'twilio', name: 'Linked front',
    settings: { account_sid: twilio.account, auth_token: twilio.token, api_url: twilio.url } }));
  ({ id: pbxId, hook_url: pbx } = await connect({ provider: 'generic', name: 'Linked exchange', settings: {} }));
  agent = (await key.get('/api/v1/agents', { query: { limit: 1 } })).items[0]!;
});
after(async () => {
  for (const id of made) await owner.send(`/api/v1/integrations/${id}`, { method: 'DELETE' });
  await twilio.close();
});

const SECONDS = 12;
const iso = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** The exchange's side: who spoke, and no recording. */
async function exchange(number: string, end: number): Promise<string> {
  const call_id = randomUUID(), from = iso(end - 1000 * SECONDS);
  const answer = await send(new URL(pbx).pathname, { method: 'POST', json: { call_id, direction: 'inbound', disposition: 'answered',
    from: number, to: '02079460100', agent: agent.extension, started_at: from, answered_at: from, ended_at: iso(end) } });
  assert.equal(answer.status, 200, answer.text);
  return until('the exchange\'s call', 20_000, async () => (await sql(`select id from call where call_key = '${call_id}'`))[0]);
}

/** The front's side: the recording, and nobody of ours. */
async function provider(number: string, end: number, fault?: object): Promise<string> {
  const recording = twilio.recording(tone(SECONDS));
  if (fault) twilio.media.fault({ match: recording.sid, ...fault });
  for (const params of twilio.inbound({ from: number, agent: 'client:nobody-of-ours', seconds: SECONDS, end, recording }))
    assert.equal((await twilio.send(front, params)).status, 200);
  return until('the front\'s call', 20_000, async () =>
    (await sql(`select id from call where integration_id = '${twilioId}' and customer_number = '${number}'`))[0]);
}

const aNumber = (): string => `+4479${randomInt(1e7, 1e8)}`;
const linked = (id: string, to: string | null) => until(`${id} stands beneath ${to}`, 30_000, async () => (await callOf(id, other)).same_as === to);
/** What the list says of it, which is also by what its filter goes. */
async function recorded(id: string, number: string): Promise<boolean> {
  const list = async (recording?: boolean) => (await key.get('/api/v1/calls', { query: { number, ...(recording !== undefined && { recording }) } })).items;
  const [row, ...others] = await list();
  assert.deepEqual([row!.id, others.length], [id, 0], 'it is there once');
  assert.deepEqual([(await list(true)).length, (await list(false)).length], row!.has_recording ? [1, 0] : [0, 1], 'the filter goes by what is shown');
  assert.equal((await key.get('/api/v1/calls/summary', { query: { number, recording: row!.has_recording } })).count, 1);
  const call = await callOf(id, other);
  assert.equal(call.has_recording, row!.has_recording, 'and so does the page');
  assert.equal(call.recordings.length > 0, row!.has_recording, 'which has the recording');
  return row!.has_recording;
}
const transcripts = async (id: string) => Number((await sql(`select count(*) from transcript where call_id = '${id}'`))[0]);
const idle = (id: string) => until('no job works on it', 60_000, async () =>
  (await sql(`select count(*) from job where object_id = '${id}' and state in ('queued', 'running')`))[0] === '0');

test('the call that counts is heard by the recording of the other, which is kept and not worked on', { timeout: 360_000 }, async () => {
  const number = aNumber(), end = Date.now() - 5000;
  const whole = await exchange(number, end);
  const beneath = await provider(number, end, { kind: 'not_found', times: 2 }); // the recording comes after the link
  await linked(beneath, whole);
  const heard = await comes(whole, 90_000, (c) => ended(c) && c.state !== 'no_recording', other);
  assert.equal(heard.recordings.length, 1, 'the recording is the other\'s');
  const sound = `recordings/${heard.recordings[0]!.id}`;
  assert.equal((await key.send(`/api/v1/calls/${whole}/${sound}`)).status, 200);
  assert.equal((await key.send(`/api/v1/calls/${whole}/${sound}/peaks`)).status, 200);
  assert.equal((await key.get('/api/v1/calls/{call}/transcript', { params: { call: whole } })).recording_id, heard.recordings[0]!.id);
  assert.equal(await recorded(whole, number), true);
  const kept = await comes(beneath, 30_000, (c) => c.state === 'stored', other);
  assert.match(kept.state_reason ?? '', /Another phone system told of this call too/);
  assert.equal(kept.recordings[0]!.state, 'ready');
  await idle(beneath);
  assert.deepEqual([await transcripts(beneath), await transcripts(whole)], [0, 1]);

  for (const path of ['transcript', 'retry']) isProblem(await owner.send(`/api/v1/calls/${beneath}/${path}`, { method: 'POST' }), 409, 'linked');
  isProblem(await owner.send(`/api/v1/calls/${beneath}/score`, { method: 'POST' }), 409, 'linked');
  isProblem(await owner.send(`/api/v1/calls/${beneath}/reviews`, { method: 'POST', json: {} }), 409, 'linked');

  assert.equal((await owner.send(`/api/v1/calls/${beneath}/link`, { method: 'DELETE' })).status, 204);
  const alone = await comes(beneath, 90_000, (c) => ended(c), other);
  assert.equal(alone.same_as, null);
  assert.equal(await transcripts(beneath), 1, 'taken apart, it is worked on by itself');
  const bare = await callOf(whole, other);
  assert.equal(bare.has_recording, false);
  assert.deepEqual([bare.state, bare.recordings.length, bare.title, await transcripts(whole)], ['no_recording', 0, null, 0], 'what was the other\'s went back');
  isProblem(await key.send(`/api/v1/calls/${whole}/${sound}`), 404, 'not_found');
});

test('a recording that comes late or goes with its call shows in the list and its filter', { timeout: 360_000 }, async () => {
  const number = aNumber(), end = Date.now() - 60_000, call_id = randomUUID(), { id, hook_url } = await connect({ provider: 'generic', name: 'Linked late', settings: {} });
  const whole = await exchange(number, end);
  const told = { call_id, direction: 'inbound', disposition: 'answered', from: number, to: '02079460100', started_at: iso(end - 1000 * SECONDS), ended_at: iso(end) };
  const tell = async (more: object) => assert.equal((await send(new URL(hook_url).pathname, { method: 'POST', json: { ...told, ...more } })).status, 200);
  await tell({});
  const beneath = await until('the other call', 20_000, async () => (await sql(`select id from call where call_key = '${call_id}'`))[0]!);
  await linked(beneath, whole);
  assert.equal(await recorded(whole, number), false);
  await tell({ recording_url: 'https://recordings.example/late.wav' });
  await until('it has a recording', 30_000, async () => (await callOf(whole, other)).has_recording);
  assert.equal(await recorded(whole, number), true);
  assert.equal((await callOf(beneath, other)).has_recording, true);
  // What told of it is changed under our hands, as a mended parser would read it: of another call.
  for (const delivery of await sql(`select id from inbox where integration_id = '${id}'`)) {
    await sql(`update inbox set body = convert_to('${JSON.stringify({ ...told, call_id: randomUUID(), from: aNumber() })}', 'UTF8') where id = '${delivery}'`);
    const answer = await owner.send(`/api/v1/deliveries/${delivery}/replay`, { method: 'POST', json: {} });
    assert.equal(answer.status, 201, answer.text);
    await until('it was read again', 30_000, async () => (await owner.send(`/api/v1/replays/${answer.json.id}`)).json.state === 'done');
  }
  await until('it has none any more', 30_000, async () => !(await callOf(whole, other)).has_recording);
  assert.equal(await recorded(whole, number), false);
});

test('what was heard before the link is not asked for again', { timeout: 360_000 }, async () => {
  const number = aNumber(), end = Date.now() - 5000;
  const first = await provider(number, end);
  await comes(first, 90_000, (c) => ended(c), other);
  const whole = await exchange(number, end);
  await linked(first, whole);
  await comes(whole, 60_000, (c) => ended(c) && c.state !== 'no_recording', other);
  await idle(whole);
  assert.deepEqual(await sql(`select count(*) || ' ' || sum(sent_ms) from transcript where call_id = '${whole}'`), ['1 0']);
  assert.equal((await sql(`select count(*) from job_history where object_id = '${whole}' and kind like 'transcripts.%'`))[0], '0');
});

test('linked after both were scored, every figure counts the call once', { timeout: 240_000 }, async () => {
  const number = aNumber(), end = Date.now() - 60_000;
  const [a, b] = [await exchange(number, end), await provider(number, end)];
  await linked(b, a);
  assert.equal((await owner.send(`/api/v1/calls/${b}/link`, { method: 'DELETE' })).status, 204);
  await until('both are done with', 90_000, async () => ended(await callOf(b, other)) && ended(await callOf(a, other)));
  await idle(b);
  const [tenant] = await sql(`select tenant_id from call where id = '${a}'`);
  const tracker = await owner.post('/api/v1/trackers', { name: `Linked ${randomUUID()}`, kind: 'phrase', speaker: 'anyone', patterns: ['never said'] });
  const [card] = await sql(`select id from scorecard where tenant_id = '${tenant}' and state = 'published' order by card_id limit 1`);
  // Both scored, as if by engines that heard the same words in each.
  for (const id of [a, b]) {
    const transcript = randomUUID();
    await sql(`with t as (insert into transcript (tenant_id, id, call_id, recording_id, engine, engine_version, language, state, attribution, confidence_bp, words, duration_ms, hash, turns)
        select '${tenant}', '${transcript}', '${id}', r.id, 'test', '1', 'en', 'ok', 'channel', 9000, 2, 12000, '\\x00', '[]' from recording r where r.call_id = '${b}' limit 1 returning id),
      s as (insert into score (tenant_id, id, call_id, transcript_id, scorecard_id, state, score_bp, engine, engine_version, transcript_hash, raw, body)
        select '${tenant}', '${randomUUID()}', '${id}', t.id, '${card}', 'scored', 10000, 'test', '1', '\\x00', '{}', '{"sections":[],"criteria":[]}' from t),
      h as (insert into tracker_hit (tenant_id, call_id, tracker_id, transcript_id, count, spans) select '${tenant}', '${id}', '${tracker.id}', t.id, 1, '[]' from t)
      update call set transcript_id = '${transcript}', state = 'scored', score_state = 'scored', score_bp = 10000, scored_at = now(), agent_id = '${agent.id}' where id = '${id}'`);
  }
  const figures = async () => ({
    listed: (await key.get('/api/v1/calls', { query: { number } })).items.length,
    summary: (await key.get('/api/v1/calls/summary', { query: { number } })).count,
    agent: Number((await sql(`select count(*) from call where agent_id = '${agent.id}' and id in ('${a}', '${b}')`))[0])
      && (await owner.get('/api/v1/agents', { query: { limit: 100 } })).items.find((x) => x.id === agent.id)!.calls_30d,
    tracker: (await owner.get('/api/v1/trackers', { query: { limit: 100 } })).items.find((x) => x.id === tracker.id)!.calls_30d,
    tracked: (await owner.get('/api/v1/trackers/{tracker}/calls', { params: { tracker: tracker.id } })).items.length,
    spread: (await owner.get('/api/v1/scorecards/{scorecard}/spread', { params: { scorecard: card! } })).scores,
  });
  const twice = await figures();
  assert.deepEqual([twice.listed, twice.summary, twice.tracker, twice.tracked], [2, 2, 2, 2]);
  assert.equal((await owner.send(`/api/v1/calls/${b}/link`, { method: 'POST' })).status, 204);
  await until('one stands beneath the other', 30_000, async () => (await callOf(a, other)).same_as === b || (await callOf(b, other)).same_as === a);
  const once = await figures();
  assert.deepEqual([once.listed, once.summary, once.tracker, once.tracked], [1, 1, 1, 1]);
  assert.deepEqual([once.agent, once.spread], [twice.agent - 1, twice.spread - 1]);
  for (const id of [a, b]) assert.equal((await callOf(id, other)).state, 'scored', 'what each had stays');
  await sql(`delete from transcript where engine = 'test' and call_id in ('${a}', '${b}')`);
  await owner.send(`/api/v1/trackers/${tracker.id}`, { method: 'DELETE' });
});
