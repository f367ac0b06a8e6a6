/* Speech engines of a tenant against the stand-in that checks every request against the documented
 * form (tests/providers/sim/engines.mjs): connecting, the test button, order and fall-back, what each
 * error means, long files, corrections, people's versions, files. The second tenant's calls only.
 * With RINGSIGHT_TEST_OPENAI_KEY (or _DEEPGRAM_, _ASSEMBLYAI_, _GOOGLE_) the test button is pressed
 * against the real service too. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Engines } from '../providers/sim/engines.mjs';
import { appears, callOf, silence, spoken, tell, wav, SHORT_TALK, TALK } from './audio.ts';
import { as, home, isProblem, keyOf, other, until, type Answer, type Client } from './house.ts';
import { sql } from './queue.ts';

const key = keyOf(other);
let owner: Client, sim: Engines;
before(async () => {
  owner = await as('owner', other);
  sim = await new Engines().start();
  await clear();
});
after(async () => {
  await clear();
  await sim.stop();
});

const path = '/api/v1/speech-engines';
const engines = async () => (await owner.get('/api/v1/speech-engines')).items;
const engine = async (id: string) => (await engines()).find((e) => e.id === id)!;

async function clear(): Promise<void> {
  for (const e of await engines()) await owner.send(`${path}/${e.id}`, { method: 'DELETE' });
  for (const w of (await owner.get('/api/v1/speech-words')).items) await owner.send(`/api/v1/speech-words/${w.id}`, { method: 'DELETE' });
  for (const c of (await owner.get('/api/v1/speech-corrections')).items) await owner.send(`/api/v1/speech-corrections/${c.id}`, { method: 'DELETE' });
  await sql(`delete from job_gate where name like 'openai:%' or name like 'deepgram:%' or name like 'assemblyai:%' or name like 'google:%'`);
  sim.reset();
}

const connect = async (kind: string, more: object = {}): Promise<string> => {
  const base_url = kind === 'openai' ? `${sim.base}/v1` : sim.base;
  const secret = kind === 'google' ? sim.account : sim.key;
  return (await owner.post('/api/v1/speech-engines', { kind, name: `Test ${kind}`, base_url, key: secret, ...more })).id;
};

async function pressed(id: string) {
  const before = (await engine(id)).test?.at;
  assert.equal((await owner.send(`${path}/${id}/test`, { method: 'POST' })).status, 204);
  return until('the test is over', 60_000, async () => {
    const { test: t } = await engine(id);
    return t && t.at !== before && t;
  });
}

type Transcript = Awaited<ReturnType<typeof transcript>>;
const transcript = (call: string) => key.get('/api/v1/calls/{call}/transcript', { params: { call } });
const words = (t: Transcript): string[] => t.turns.flatMap((turn) => turn.words.map((w) => w.t));

/** A call with this sound, until it has a transcript of this engine (or ended without). */
async function transcribed(audio: Buffer, kind: string): Promise<{ call: string; t: Transcript }> {
  const call = await appears((await tell(audio, { tenant: other, extension: '4101' })).number, other);
  const t = await until(`a transcript by ${kind}`, 90_000, async () => {
    const answer = await key.send(`/api/v1/calls/${call}/transcript`);
    return answer.status === 200 && answer.json.engine === kind && (answer.json as Transcript);
  });
  return { call, t };
}

const ended = (call: string) => until('the call has ended', 60_000, async () => {
  const c = await callOf(call, other);
  return ['scored', 'held', 'failed', 'not_scorable'].includes(c.state) && c;
});

/** Speech on the left, then on the right: two parties. */
async function stereo(left: string, right: string): Promise<Buffer> {
  const [a, b] = (await Promise.all([spoken(left), spoken(right)])).map((f) => f.subarray(44));
  const n = (a!.length + b!.length) / 2, out = Buffer.alloc(44 + 4 * n);
  wav(Buffer.alloc(0)).copy(out);
  out.writeUInt32LE(36 + 4 * n, 4); out.writeUInt16LE(2, 22); out.writeUInt32LE(64_000, 28); out.writeUInt16LE(4, 32); out.writeUInt32LE(4 * n, 40);
  for (let i = 0; i < a!.length / 2; i++) out.writeInt16LE(a!.readInt16LE(2 * i), 44 + 4 * i);
  for (let i = 0; i < b!.length / 2; i++) out.writeInt16LE(b!.readInt16LE(2 * i), 44 + 4 * (a!.length / 2 + i) + 2);
  return out;
}

const clean = (): void => assert.deepEqual(sim.complaints, []);

test('a key goes in and never comes out; what is missing is named with its cure', async () => {
  const id = await connect('openai');
  const list = await owner.send(path);
  assert(!list.text.includes(sim.key));
  assert.equal((await engine(id)).key_set, true);
  const refused = async (json: object, field: string, why: RegExp): Promise<void> => {
    const answer = await owner.send(path, { method: 'POST', json: { kind: 'openai', name: 'x', ...json } });
    isProblem(answer, 422, 'bad_input');
    assert.match(answer.json.fields[field], why, answer.text);
  };
  await refused({ kind: 'nothing' }, 'kind', /none called so/);
  await refused({ base_url: 'ftp://x' }, 'base_url', /https/);
  await refused({ kind: 'deepgram' }, 'key', /needs a key/);
  await refused({ kind: 'google', key: '{}', language: 'en-US' }, 'key', /client_email/);
  await refused({ kind: 'google', key: sim.account }, 'language', /en-US/);
  await refused({ kind: 'pocketsphinx', key: 'x' }, 'key', /no key/);
  await refused({ key: 'a\nb' }, 'key', /one line/);
  // A key is not sent to another address than it was given for.
  const moved = await owner.send(`${path}/${id}`, { method: 'PATCH', headers: { 'if-match': '"1"' }, json: { base_url: 'https://elsewhere.example' } });
  isProblem(moved, 422, 'bad_input');
  assert.match(moved.json.fields.key, /again/);
  isProblem(await owner.send(`${path}/${id}`, { method: 'PATCH', headers: { 'if-match': '"9"' }, json: { name: 'x' } }), 412, 'stale');
  isProblem(await (await as('owner', home)).send(`${path}/${id}/test`, { method: 'POST' }), 404, 'not_found');
  const kinds = (await owner.get('/api/v1/speech-engine-kinds')).items;
  assert.match(kinds.find((k) => k.kind === 'pocketsphinx')!.notice, /trying the product and for clean audio/);
  await clear();
});

for (const kind of ['openai', 'deepgram', 'assemblyai', 'google'])
  test(`the test button shows what ${kind} heard, how long it took and its status`, async () => {
    const id = await connect(kind, kind === 'google' ? { language: 'en-US' } : {});
    const t = await pressed(id);
    assert.equal(t.ok, true, JSON.stringify(t));
    assert.match(t.words, /^alpha bravo charlie/);
    assert.equal(t.status, 200);
    assert(t.took_ms >= 0 && /works/.test(t.sentence));
    clean();
    // A wrong key says so, and is not shown.
    const wrong = { kind, name: 'Wrong', base_url: (await engine(id)).base_url, key: kind === 'google' ? sim.account.replace(/"client_email":"[^"]+"/, '"client_email":"x@y.example"') : 'sk-wrong', language: 'en-US' };
    if (kind !== 'google') {
      const bad = await pressed((await owner.post('/api/v1/speech-engines', wrong)).id);
      assert.equal(bad.ok, false);
      assert.match(bad.sentence, /status 401.*key/s);
      assert(!bad.sentence.includes('sk-wrong'));
    }
    await clear();
  });

test('the offline engine passes its test, and says what it is for', async () => {
  const { id } = await owner.post('/api/v1/speech-engines', { kind: 'pocketsphinx', name: 'Offline' });
  const t = await pressed(id);
  assert.equal(t.ok, true, t.sentence);
  assert.match(t.words, /test/);
  await clear();
});

test('an address in the house is refused unless the operator allowed it', async () => {
  const id = await connect('openai', { base_url: 'http://10.11.12.13:9000/v1' });
  const t = await pressed(id);
  assert.equal(t.ok, false);
  assert.match(t.sentence, /network|address|allow/i);
  await clear();
});

const MODELS: [string, RegExp][] = [
  ['whisper-1', /^model,response_format,timestamp_granularities\[\],timestamp_granularities\[\],temperature$/],
  ['gpt-4o-transcribe', /^model,response_format,include\[\]$/],
  ['gpt-4o-mini-transcribe', /^model,response_format,include\[\]$/],
  ['gpt-4o-transcribe-diarize', /^model,response_format,chunking_strategy$/],
  ['text-only', /^model,response_format,timestamp_granularities/], // a server in the house that knows no times
];
for (const [model, form] of MODELS)
  test(`a call is transcribed by ${model}, asked by its own rules`, async () => {
    await connect('openai', { model });
    const { call, t } = await transcribed(await spoken(SHORT_TALK), 'openai');
    clean();
    assert(sim.asked.length > 0);
    for (const a of sim.asked) assert.match(a.fields.map(([n]) => n).join(), form);
    assert.deepEqual(words(t).slice(0, 3), ['alpha', 'bravo', 'charlie']);
    assert.equal(t.notes.times_spread, model.startsWith('gpt-4o-transcribe-d') ? false : model === 'gpt-4o-transcribe' || model === 'gpt-4o-mini-transcribe' || model === 'text-only');
    assert.equal(t.notes.no_confidence, model.includes('diarize') || model === 'text-only');
    if (!t.notes.no_confidence) assert(Math.abs(t.confidence_bp! - 9100) < 60, String(t.confidence_bp));
    assert.equal(t.attribution, model.includes('diarize') ? 'voices' : 'direction_guess');
    const [row] = await sql(`select request_ids, sent_ms::text from transcript where call_id = '${call}'`);
    assert.match(row!, /req_\d/);
    await ended(call);
    await clear();
  });

for (const kind of ['deepgram', 'assemblyai'])
  test(`d2-03 ${kind} tells the voices on one channel apart, and speakers can be swapped, which scores anew`, async () => {
    await connect(kind);
    const { call, t } = await transcribed(await spoken(SHORT_TALK), kind);
    clean();
    assert.equal(t.attribution, 'voices');
    assert.deepEqual([...new Set(t.turns.map((x) => x.speaker))], ['agent', 'customer']);
    await ended(call);
    const swap = await owner.send(`/api/v1/calls/${call}/transcript/swap`, { method: 'POST', json: { transcript: t.id } });
    assert.equal(swap.status, 201, swap.text);
    const swapped = await transcript(call);
    assert.deepEqual([...new Set(swapped.turns.map((x) => x.speaker))], ['customer', 'agent']);
    assert.deepEqual(words(swapped), words(t));
    assert.deepEqual([swapped.attribution, swapped.changed, swapped.speakers?.agent], ['person', true, 'person']);
    await until('it is analysed anew', 60_000, async () => (await sql(`select 1 from analysis where transcript_id = '${swapped.id}'`)).length > 0);
    isProblem(await owner.send(`/api/v1/calls/${call}/transcript/swap`, { method: 'POST', json: { transcript: t.id } }), 412, 'stale');
    await clear();
  });

test('stereo goes out channel by channel, and the map of the phone system says who is where', async () => {
  await connect('openai');
  const [c] = await sql(`select integration_id::text from call where tenant_id = '${other.id}' and id in (select call_id from recording where tenant_id = '${other.id}') order by id desc limit 1`);
  const integration = c!.trim(), channels = `/api/v1/integrations/${integration}/channels`;
  const sound = await stereo('Good morning, how can I help you today?', 'My internet does not work since Monday.');
  const first = await transcribed(sound, 'openai');
  assert.equal(first.t.attribution, 'channel');
  assert.equal(first.t.turns[0]!.speaker, 'agent');
  assert.equal(sim.asked.length, 2);
  assert.equal((await owner.send(channels, { method: 'PUT', json: { agent_channel: 'right' } })).status, 204);
  const second = await transcribed(sound, 'openai');
  assert.equal(second.t.turns[0]!.speaker, 'customer');
  assert.equal((await owner.send(channels, { method: 'PUT', json: { agent_channel: 'left' } })).status, 204);
  clean();
  await clear();
});

test('d2-04 two channels with the same sound are sent once', async () => {
  await connect('openai');
  const mono = (await spoken(SHORT_TALK)).subarray(44), out = Buffer.alloc(44 + 2 * mono.length);
  wav(Buffer.alloc(0)).copy(out);
  out.writeUInt32LE(36 + 2 * mono.length, 4); out.writeUInt16LE(2, 22); out.writeUInt32LE(64_000, 28); out.writeUInt16LE(4, 32); out.writeUInt32LE(2 * mono.length, 40);
  for (let i = 0; i < mono.length / 2; i++) for (const side of [0, 2]) out.writeInt16LE(mono.readInt16LE(2 * i), 44 + 4 * i + side);
  const { t } = await transcribed(out, 'openai');
  assert.equal(sim.asked.length, 1);
  assert.equal(t.attribution, 'direction_guess');
  await clear();
});

test('d6-10 a minute is reserved before it is sent and settled after; above the cap the next engine takes the call', async () => {
  const cap = async (json: object): Promise<void> => {
    const { version } = await owner.get('/api/v1/spend');
    assert.equal((await owner.send('/api/v1/spend-cap', { method: 'PUT', json, headers: { 'if-match': `"${version}"` } })).status, 204);
  };
  const was = await owner.get('/api/v1/spend');
  const id = await connect('openai', { name: 'Paid' });
  assert.equal((await owner.send(`${path}/${id}/prices`, { method: 'POST', json: { valid_from: '2026-01-01', micro_per_minute: 6000, currency: 'USD' } })).status, 201);
  await cap({ currency: 'USD' });
  const paid = await transcribed(await spoken(SHORT_TALK), 'openai');
  const [row] = await sql(`select s.state || ' ' || (s.micro = t.cost_micro) || ' ' || (s.sound_ms = t.sent_ms) || ' ' || (s.micro > 0) from spend s
    join transcript t on t.call_id = s.call_id where s.call_id = '${paid.call}' and s.engine_id = '${id}'`);
  assert.equal(row, 'settled true true true');
  await owner.send('/api/v1/speech-engines', { method: 'POST', json: { kind: 'pocketsphinx', name: 'Offline' } });
  await cap({ currency: 'USD', call_micro: 1 });
  sim.reset();
  try {
    await transcribed(await spoken(SHORT_TALK), 'pocketsphinx');
    assert.deepEqual(sim.asked, []);
  } finally {
    await cap({ currency: was.currency ?? 'USD', day_micro: was.day_micro ?? -1, month_micro: was.month_micro ?? -1, call_micro: was.call_micro ?? -1 });
  }
  await clear();
});

test('d2-02 d2-01 silence is sent to nobody, and is "no speech"', async () => {
  await connect('openai');
  const { call, t } = await transcribed(silence(20), 'openai');
  assert.equal(t.state, 'no_speech');
  assert.deepEqual([t.turns, sim.asked], [[], []]);
  assert.equal((await ended(call)).state, 'not_scorable');
  await clear();
});

test('d2-07 what is too large for the provider is sent in smaller parts, and times stay exact', async () => {
  await connect('openai');
  const parts = await Promise.all([TALK, `${TALK} And one more thing.`, `So. ${TALK}`].map(spoken)); // alike, they would be asked for once
  const [talk, second, third] = parts.map((f) => f.subarray(44)), pause = Buffer.alloc(32_000 * 3);
  const sound = wav(Buffer.concat([talk!, pause, second!, pause, third!]));
  sim.fault({ kind: 'over', over: 900_000, times: 50 });
  const { t } = await transcribed(sound, 'openai');
  assert(sim.asked.length >= 2, 'several parts');
  assert(sim.asked.every((a) => a.seconds * 32_000 < 900_000));
  const length = (sound.length - 44) / 32;
  let last = 0;
  for (const w of t.turns.flatMap((x) => x.words)) {
    assert(w.s >= last - 1 && w.e <= length + 1, 'in order, within the call');
    last = w.s;
  }
  // Nothing was said in the pauses, which were not sent whole.
  const gap = talk!.length / 32;
  assert(!t.turns.flatMap((x) => x.words).some((w) => w.s > gap + 400 && w.e < gap + 2600));
  assert(sim.asked.reduce((sum, a) => sum + a.seconds, 0) * 1000 < length - 4000, 'long pauses are not sent');
  await clear();
});

test('d2-08 being busy is waited for, not failed; the request is not sent to the next engine', async () => {
  await connect('openai');
  await connect('deepgram');
  sim.fault({ kind: 'status', match: '/v1/audio', status: 429, headers: { 'retry-after': '2' }, body: '{"error":{"message":"Rate limit reached","type":"requests","param":null,"code":"rate_limit_exceeded"}}' });
  const { call } = await transcribed(await spoken(SHORT_TALK), 'openai');
  assert(!sim.asked.some((a) => a.path === '/v1/listen'));
  const [attempts] = await sql(`select attempt::text from job_history where object_id = '${call}' and kind = 'transcripts.ask' union all select attempt::text from job where object_id = '${call}' and kind = 'transcripts.ask'`);
  assert.equal(Number(attempts), 0, 'no attempt was used up');
  await clear();
});

test('an empty account stops the engine and tells the admin; the next engine takes the call', async () => {
  const first = await connect('openai'), second = await connect('deepgram');
  sim.fault({ kind: 'status', match: '/v1/audio', status: 429, times: 9, body: '{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}' });
  const { call } = await transcribed(await spoken(SHORT_TALK), 'deepgram');
  const stopped = await engine(first);
  assert.equal(stopped.state, 'attention');
  assert.match(stopped.state_reason!, /Nothing is left on the account/);
  // Asked once, and not again for the next call.
  assert.equal(sim.asked.filter((a) => a.path !== '/v1/listen').length, 0);
  await ended(call);
  await transcribed(await spoken('Another call for the same company.'), 'deepgram');
  // The order can be changed, and saving the settings ends it.
  assert.equal((await owner.send('/api/v1/speech-engine-order', { method: 'PUT', json: { ids: [second, first] } })).status, 204);
  assert.deepEqual((await engines()).map((e) => e.id), [second, first]);
  isProblem(await owner.send('/api/v1/speech-engine-order', { method: 'PUT', json: { ids: [second] } }), 422, 'bad_input');
  const saved = await owner.send(`${path}/${first}`, { method: 'PATCH', headers: { 'if-match': `"${stopped.version}"` }, json: { name: 'Again' } });
  assert.equal(saved.status, 204, saved.text);
  assert.equal((await engine(first)).state, 'active');
  await clear();
});

const TROUBLES: [string, object[]][] = [
  ['a 500 and a cut answer', [{ kind: 'status', status: 500 }, { kind: 'cut' }]],
  ['a slow answer', [{ kind: 'slow' }]],
];
for (const [what, faults] of TROUBLES)
  test(`${what} is asked again in the same try`, async () => {
    await connect('openai');
    for (const f of faults) sim.fault(f as { kind: string });
    const { call } = await transcribed(await spoken(SHORT_TALK), 'openai');
    clean();
    assert.equal(sim.asked.length, 1);
    await ended(call);
    await clear();
  });

test('an engine that keeps failing, or answers with a web page, hands over to the next', async () => {
  await connect('openai');
  await connect('assemblyai');
  sim.fault({ kind: 'html', match: '/v1/audio', times: 9 });
  const { call } = await transcribed(await spoken(SHORT_TALK), 'assemblyai');
  await ended(call);
  await clear();
});

test("an engine's failure is told to its own gate; the next one's success does not wash it off", async () => {
  const first = await connect('openai');
  await connect('deepgram');
  sim.fault({ kind: 'status', match: '/v1/audio', status: 500, times: 3 });
  const { call } = await transcribed(await spoken(SHORT_TALK), 'deepgram');
  assert.deepEqual(await sql(`select failures from job_gate where name = 'openai:${first}'`), ['1']);
  await ended(call);
  await clear();
});

test('AssemblyAI: a transcript that was ordered is asked for again, never ordered twice', async () => {
  await connect('assemblyai');
  sim.fault({ kind: 'status', match: '/v2/transcript/', status: 500, times: 3 });
  const { call } = await transcribed(await spoken(SHORT_TALK), 'assemblyai');
  assert.equal(sim.asked.length, 1, 'ordered once');
  assert.equal((await sql(`select 1 from speech_answer where recording_id in (select id from recording where call_id = '${call}')`)).length, 0, 'and what was kept is gone');
  await clear();
});

test('d2-10 hints are sent as they are, corrections mend what is heard, and neither spoils the other', async () => {
  const add = (list: string, json: object): Promise<Answer> => owner.send(`/api/v1/speech-${list}`, { method: 'POST', json });
  assert.equal((await add('words', { word: 'Brightline Fibre' })).status, 201);
  isProblem(await add('words', { word: 'brightline  fibre' }), 409, 'conflict');
  assert.equal((await add('corrections', { heard: 'bravo charlie', written: 'Bright-Charly & Co.' })).status, 201);
  // What is only heard wrongly must not be expected, nor the other way round.
  const taught = await add('words', { word: 'Bravo Charlie!' });
  isProblem(taught, 422, 'bad_input');
  assert.match(taught.json.fields.word, /mistake/);
  isProblem(await add('corrections', { heard: 'Brightline fibre', written: 'Something else' }), 422, 'bad_input');
  await connect('openai');
  const { call, t } = await transcribed(await spoken(SHORT_TALK), 'openai');
  clean();
  const prompt = sim.asked[0]!.fields.find(([n]) => n === 'prompt')![1];
  assert.equal(prompt, 'Brightline Fibre');
  assert(t.notes.corrected >= 1);
  assert(words(t).join(' ').startsWith('alpha Bright-Charly & Co. delta'), words(t).join(' '));
  await ended(call);
  await clear();
});

test('a person corrects a turn: the old version stays, the new one is analysed, files have it', async () => {
  await connect('openai');
  const { call, t } = await transcribed(await spoken(SHORT_TALK), 'openai');
  await ended(call);
  const was = t.turns[0]!, text = was.words.map((w, i) => (i === 1 ? '<b>Bravissimo' : w.t)).join(' ');
  const at = `/api/v1/calls/${call}/transcript`;
  const answer = await owner.send(`${at}/turns`, { method: 'POST', json: { transcript: t.id, turn: 0, text } });
  assert.equal(answer.status, 201, answer.text);
  const now = await transcript(call);
  assert.equal(now.turns[0]!.words[1]!.t, '<b>Bravissimo');
  assert.deepEqual([now.turns[0]!.words[1]!.s, now.turns[0]!.words[1]!.c], [was.words[1]!.s, 10_000]);
  assert.deepEqual(now.turns[0]!.words[2], was.words[2]);
  isProblem(await owner.send(`${at}/turns`, { method: 'POST', json: { transcript: t.id, turn: 0, text: 'x' } }), 412, 'stale');
  isProblem(await owner.send(`${at}/turns`, { method: 'POST', json: { transcript: now.id, turn: 999, text: 'x' } }), 422, 'bad_input');
  isProblem(await (await as('agent', other)).send(`${at}/turns`, { method: 'POST', json: { transcript: now.id, turn: 0, text: 'x' } }), 403, 'forbidden');
  const { items } = await key.get('/api/v1/calls/{call}/transcript/versions', { params: { call } });
  assert.deepEqual(items.map((v) => [v.id, v.current]), [[now.id, true], [t.id, false]]);
  assert(items[0]!.changed_by && items[0]!.words_before !== items[0]!.words_after);
  await until('it is analysed anew', 60_000, async () => (await sql(`select 1 from analysis where transcript_id = '${now.id}'`)).length > 0);

  const file = async (format: string): Promise<Answer> => key.send(`${at}/file?format=${format}`);
  const vtt = await file('vtt');
  assert.equal(vtt.headers['content-type'], 'text/vtt; charset=utf-8');
  assert.match(String(vtt.headers['content-disposition']), /^attachment; filename="call-[0-9a-f-]+\.vtt"$/);
  assert.match(vtt.text, /^WEBVTT\n\n00:00:\d\d\.\d{3} --> 00:00:\d\d\.\d{3}\n<v [^>]+>alpha &lt;b&gt;Bravissimo/);
  assert.match((await file('srt')).text, /^1\n00:00:\d\d,\d{3} --> 00:00:\d\d,\d{3}\n[^:]+: alpha /);
  assert.match((await file('txt')).text, /^\[00:00:\d\d\] [^:]+: alpha /);
  assert.deepEqual((await file('json')).json.turns[0].words.length, now.turns[0]!.words.length);
  isProblem(await file('docx'), 422, 'bad_input');
  isProblem(await keyOf(home).send(`${at}/file?format=vtt`), 404, 'not_found');
  await clear();
});

test('what a minute costs is reckoned by the price of the day', async () => {
  const id = await connect('openai');
  const price = (json: object): Promise<Answer> => owner.send(`${path}/${id}/prices`, { method: 'POST', json });
  assert.equal((await price({ valid_from: '2026-01-01', micro_per_minute: 6000, currency: 'USD' })).status, 201);
  assert.equal((await price({ valid_from: '2126-01-01', micro_per_minute: 9999, currency: 'USD' })).status, 201);
  isProblem(await price({ valid_from: '2026-13-41', micro_per_minute: 1, currency: 'USD' }), 422, 'bad_input');
  isProblem(await price({ valid_from: '2026-01-01', micro_per_minute: 1, currency: 'USD' }), 422, 'bad_input');
  const { call } = await transcribed(await spoken(SHORT_TALK), 'openai');
  const [row] = await sql(`select sent_ms || ' ' || cost_micro || ' ' || cost_currency from transcript where call_id = '${call}'`);
  const [ms, micro, currency] = row!.split(' ');
  assert.equal(Number(micro), Math.ceil(Number(ms) * 6000 / 60000));
  assert.equal(currency, 'USD');
  await clear();
});

test('d2-09 another language than the one that is analysed is said with the transcript, unless the call is too short to tell', async () => {
  await connect('openai');
  sim.language = 'german';
  const talk = (await spoken(TALK)).subarray(44);
  const { call, t } = await transcribed(wav(Buffer.concat([talk, Buffer.alloc(32_000), talk])), 'openai');
  sim.language = 'english';
  assert.equal(t.language, 'de');
  assert.match(t.reason!, /another language \(de\)/);
  await ended(call);
  // Too short to tell the language by: nothing is said of it.
  sim.language = 'welsh';
  const short = await transcribed(await spoken('A few words only.'), 'openai');
  sim.language = 'english';
  assert.deepEqual([short.t.language, short.t.reason], ['cy', null]);
  await clear();
});

test("the phone system's own transcript is taken where there is one, else the next engine", async () => {
  await connect('phone_system', { base_url: '', key: '' });
  await connect('openai');
  const { call } = await transcribed(await spoken(SHORT_TALK), 'openai');
  await ended(call);
  await sql(`update recording set provider_transcript = 'Good morning, this is what the phone system wrote down of it' where call_id = '${call}'`);
  assert.equal((await owner.send(`/api/v1/calls/${call}/transcript`, { method: 'POST' })).status, 204);
  const t = await until('the new transcript', 60_000, async () => {
    const now = await transcript(call);
    return now.engine === 'phone_system' && now;
  });
  assert.equal(words(t).join(' '), 'Good morning, this is what the phone system wrote down of it');
  assert.deepEqual([t.notes.times_spread, t.notes.no_confidence], [true, true]);
  await ended(call);
  await clear();
});

test('d2-13 a recording of less than a second keeps its words and times', async () => {
  await connect('openai');
  const { t } = await transcribed(await spoken('Yes.'), 'openai');
  assert.deepEqual(words(t), ['alpha']);
  assert(t.turns[0]!.end_ms > t.turns[0]!.start_ms && t.turns[0]!.end_ms < 1500);
  await clear();
});

const REAL: [string, string, object][] = [
  ['openai', 'RINGSIGHT_TEST_OPENAI_KEY', { base_url: '' }], ['deepgram', 'RINGSIGHT_TEST_DEEPGRAM_KEY', { base_url: '' }],
  ['assemblyai', 'RINGSIGHT_TEST_ASSEMBLYAI_KEY', { base_url: '' }], ['google', 'RINGSIGHT_TEST_GOOGLE_ACCOUNT', { base_url: '', language: 'en-US' }],
];
for (const [kind, variable, more] of REAL)
  test(`the real ${kind} hears the sample (${variable})`, { skip: process.env[variable] ? false : `${variable} is not set` }, async () => {
    const t = await pressed(await connect(kind, { ...more, key: process.env[variable]! }));
    assert.equal(t.ok, true, t.sentence);
    assert.match(t.words.toLowerCase(), /test/);
    await clear();
  });
