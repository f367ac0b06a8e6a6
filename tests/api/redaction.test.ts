/* Redaction: what few should read leaves a call before anything else sees it, is silent in what is heard,
 * and is sealed for those who may. Speech and language engines are the stand-ins, so that the words are
 * known. The second tenant's; redaction is off there again at the end. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Engines } from '../providers/sim/engines.mjs';
import { Models } from '../providers/sim/models.mjs';
import { callOf, spoken, TALK } from './audio.ts';
import { as, demo, facts, home, isProblem, keyOf, other, until, type Answer, type Client } from './house.ts';
import { sql } from './queue.ts';
import { ownCommand } from './server.ts';
import { upload } from './upload.ts';

type Json = any; // eslint-disable-line
const run = promisify(execFile);
const DIGITS = 'four five three nine five seven eight seven six three six two one four eight six';
const WRITTEN = '4539-5787-6362-1486', MAIL = 'zebulon9 dot quagmire at gmail dot com';
const SAID = `thank you for calling my card is ${DIGITS} thanks or ${WRITTEN} and my email is ${MAIL} good`.split(' ');
const CANARIES = [WRITTEN, 'zebulon9', 'quagmire', '4539578763621486', DIGITS];
let owner: Client, admin: Client, agent: Client, engines: Engines, models: Models, audio: Buffer;

const settings = async (): Promise<Json> => (await owner.send('/api/v1/redaction')).json;
async function set(more: object): Promise<Answer> {
  const now = await settings();
  return owner.send('/api/v1/redaction', { method: 'PUT', headers: { 'if-match': `"${now.version}"` },
    json: { active: now.active, kinds: now.kinds, patterns: now.patterns, ...more } });
}
const switched = async (active: boolean): Promise<void> => {
  const answer = await set({ active, kinds: (await settings()).known.map((k: Json) => k.name), patterns: [] });
  assert.equal(answer.status, 200, answer.text);
};

async function clear(): Promise<void> {
  for (const kind of ['speech', 'language'])
    for (const e of (await owner.send(`/api/v1/${kind}-engines`)).json.items) await owner.send(`/api/v1/${kind}-engines/${e.id}`, { method: 'DELETE' });
  await sql(`delete from job_gate where name like 'openai:%'`);
}

before(async () => {
  [owner, admin, agent] = await Promise.all([as('owner', other), as('admin', other), as('agent', other)]);
  engines = await new Engines().start();
  models = await new Models().start();
  (engines as Json).heard = (seconds: number) => SAID.map((word, i) => ({ word,
    start: Math.round((100 * i * seconds) / SAID.length) / 100, end: Math.round((100 * (i + 0.9) * seconds) / SAID.length) / 100 }));
  await clear();
  // The pieces of one sound: the words are said in each.
  audio = await spoken(TALK);
  for (const [kind, sim] of [['speech', engines], ['language', models]] as const) {
    const made = await owner.send(`/api/v1/${kind}-engines`, { method: 'POST', json: { kind: 'openai', name: `Test ${kind}`, base_url: `${sim.base}/v1`, key: sim.key } });
    assert.equal(made.status, 201, made.text);
  }
});
after(async () => {
  await switched(false);
  await clear();
  await engines.stop();
  await models.stop();
});

const words = (t: Json): string[] => t.turns.flatMap((turn: Json) => turn.words.map((w: Json) => w.t));
const get = (who: Client, path: string): Promise<Answer> => who.send(`/api/v1${path}`);

/** A sound nobody has sent before, as a call that is gone through to its end. */
async function called(): Promise<string> {
  const own = Buffer.from(audio);
  for (let i = 44; i < 60; i++) own[i] = Math.floor(Math.random() * 8);
  const call = await upload(owner, own, { filename: 'call.wav', direction: 'inbound' });
  await until('the call has ended', 180_000, async () => {
    const c = await callOf(call, other);
    if (c.state === 'failed') throw new Error(`failed: ${c.state_reason}`);
    return ['scored', 'held', 'not_scorable'].includes(c.state);
  });
  return call;
}

const recordingOf = async (call: string): Promise<string> => (await callOf(call, other)).recordings[0]!.id;
const heard = (call: string, recording: string, who: Client, more = '', headers = {}): Promise<Answer> =>
  who.send(`/api/v1/calls/${call}/recordings/${recording}${more}`, { headers });
const muted = (call: string, recording: string): Promise<Answer> => until('the muted copy', 120_000, async () => {
  const answer = await heard(call, recording, admin);
  return answer.status === 200 && answer;
});

/** Samples of any sound, 16 kHz, one channel, decoded by a program that is not ours. */
async function samples(bytes: Buffer): Promise<Int16Array> {
  const folder = await mkdtemp(join(tmpdir(), 'ringsight-heard-'));
  try {
    await writeFile(join(folder, 'in'), bytes);
    const ogg = bytes.subarray(0, 4).toString() === 'OggS';
    if (ogg) await run('opusdec', ['--quiet', '--rate', '16000', join(folder, 'in'), join(folder, 'in.wav')]);
    await run('sox', [...(ogg ? [] : ['-t', 'wav']), join(folder, ogg ? 'in.wav' : 'in'), '-t', 'raw', '-e', 'signed', '-b', '16', '-r', '16000', '-c', '1', join(folder, 'out')]);
    const out = await readFile(join(folder, 'out'));
    return new Int16Array(out.buffer, out.byteOffset, out.length >> 1);
  } finally {
    await rm(folder, { recursive: true });
  }
}
const loudest = (s: Int16Array, from: number, to: number): number => s.subarray(from * 16, to * 16).reduce((most, x) => Math.max(most, Math.abs(x)), 0);
const clean = (text: string, where: string): void => { for (const c of CANARIES) assert(!text.includes(c), `${where} has ${c}`); };

test('settings: named faults, a version, a preview that stores nothing', async () => {
  isProblem(await set({ kinds: ['card-number', 'shoe-size'] }), 422, 'bad_input');
  const bad = await set({ patterns: [{ name: 'badge', pattern: '(' }] });
  isProblem(bad, 422, 'bad_input');
  assert.match(bad.json.fields.patterns, /badge/);
  isProblem(await set({ patterns: [{ name: 'Card Number', pattern: 'x' }] }), 422, 'bad_input');
  isProblem(await set({ active: true, kinds: [], patterns: [] }), 422, 'bad_input');
  isProblem(await owner.send('/api/v1/redaction', { method: 'PUT', headers: { 'if-match': '"999999"' }, json: { active: false, kinds: [], patterns: [] } }), 412, 'stale');
  isProblem(await agent.send('/api/v1/redaction', { method: 'PUT', headers: { 'if-match': '"0"' }, json: { active: false, kinds: [], patterns: [] } }), 403);
  const tried = await owner.send('/api/v1/redaction/preview', { method: 'POST', json: {
    text: `your card number?\nit is ${DIGITS} and my badge is bx12`, kinds: ['card-number'], patterns: [{ name: 'badge', pattern: 'bx\\d+' }] } });
  assert.deepEqual(tried.json, { lines: ['your card number?', 'it is [card-number] and my badge is [badge]'], places: 2 });
  const slow = await owner.send('/api/v1/redaction/preview', { method: 'POST', json: { text: `${'a'.repeat(60)}b`, kinds: [], patterns: [{ name: 'slow', pattern: '(a+)+$' }] } });
  isProblem(slow, 422, 'bad_input');
});

let call = '', recording = '', past = '';

test('d2-12 what is said of a card is found nowhere: neither answers, exports, engines, database, Redis nor log', async () => {
  past = await called(); // before it is on: for the run over past calls
  assert(words((await get(owner, `/calls/${past}/transcript`)).json).includes('zebulon9'), 'the stand-in is heard');
  const before = models.asked.length;
  await switched(true);
  call = await called();
  recording = await recordingOf(call);
  await muted(call, recording);
  const t = (await get(admin, `/calls/${call}/transcript`)).json;
  assert(words(t).includes('[card-number]') && words(t).includes('[email]'), words(t).join(' '));
  assert(words(t).includes('thank') && words(t).includes('thanks'), 'the rest stays');
  for (const who of [owner, admin, agent, keyOf(other)])
    for (const path of ['', '/transcript', '/transcript/versions', '/transcript/file?format=vtt', '/transcript/file?format=srt', '/transcript/file?format=txt',
      '/transcript/file?format=json', '/analysis', '/score', '/scores', '/report.md', '/trackers', '/clip.md', '/fields', '/tasks'])
      clean((await get(who, `/calls/${call}${path}`)).text, path);
  for (const path of ['/calls?limit=20', '/tasks', '/audit?limit=50', '/jobs?limit=50']) clean((await get(owner, path)).text, path);
  const asked = JSON.stringify(models.asked.slice(before));
  assert(asked.length > 100, 'the language engine was asked');
  clean(asked, 'the language engine');
  const { stdout: rows } = await run('psql', ['-XqAt', '-d', demo.owner_database_url, '-c', `
    select to_jsonb(x)::text from transcript x where call_id = '${call}' union all select to_jsonb(x)::text from analysis x where call_id = '${call}'
    union all select to_jsonb(x)::text from score x where call_id = '${call}' union all select to_jsonb(x)::text from call x where id = '${call}'
    union all select to_jsonb(x)::text from recording x where call_id = '${call}' union all select to_jsonb(x)::text from redaction_original x where call_id = '${call}'
    union all select to_jsonb(x)::text from task x where call_id = '${call}' union all select to_jsonb(x)::text from language_answer x
      where transcript_id in (select id from transcript where call_id = '${call}') union all select to_jsonb(x)::text from job x where object_id = '${call}'`], { maxBuffer: 1 << 28 });
  assert(rows.includes('[card-number]'));
  clean(rows, 'the database');
  const { stdout: redis } = await run('sh', ['-c', `redis-cli -u '${demo.redis_url}' --scan | head -20000 | while read -r k; do echo "$k"; done`], { maxBuffer: 1 << 26 }).catch(() => ({ stdout: '' }));
  clean(redis, 'Redis');
  const logs = join(dirname(facts), 'log');
  for (const name of await readdir(logs).catch(() => [] as string[])) clean(await readFile(join(logs, name), 'latin1').catch(() => ''), name);
});

test('d2-12 the same spans are silent for whoever may not hear them, by Range and in clips too', async () => {
  const t = (await get(admin, `/calls/${call}/transcript`)).json;
  const places = t.turns.flatMap((turn: Json) => turn.words).filter((w: Json) => w.t.startsWith('['));
  const file = await muted(call, recording);
  assert.equal(file.headers['content-type'], 'audio/ogg');
  const part = await heard(call, recording, admin, '', { range: 'bytes=100-199' });
  assert.equal(part.status, 206);
  assert.deepEqual(part.bytes, file.bytes.subarray(100, 200));
  const whole = await heard(call, recording, owner, '?unmuted=true');
  assert.equal(whole.bytes.subarray(0, 4).toString(), 'RIFF');
  const [quiet, loud] = [await samples(file.bytes), await samples(whole.bytes)];
  assert(Math.abs(quiet.length - loud.length) < 16 * 60, `length stays: ${quiet.length} ${loud.length}`);
  let original = 0;
  for (const p of places) {
    assert(loudest(quiet, p.s, p.e) < 40, `silent from ${p.s} to ${p.e}: ${loudest(quiet, p.s, p.e)}`);
    original = Math.max(original, loudest(loud, p.s, p.e));
  }
  assert(original > 2000, 'the original is not');
  assert(loudest(quiet, 0, 15_000) > 2000, 'nor is the rest of the copy');
  const { s: from, e: to } = places[0];
  const clip = await get(admin, `/calls/${call}/clip.wav?from_ms=${from}&to_ms=${to}`);
  assert.equal(clip.status, 200, clip.text.slice(0, 200));
  assert(loudest(await samples(clip.bytes), 0, to - from) < 40, 'the clip is silent');
  isProblem(await heard(call, recording, admin, '?unmuted=true'), 403, 'original_sealed');
  assert.deepEqual((await heard(call, recording, admin, '?original=true')).bytes, file.bytes, 'the original is no way around');
});

test('the original is read by permission, each reading is audited, and it goes alone', async () => {
  isProblem(await get(admin, `/calls/${call}/originals`), 403);
  isProblem(await get(await as('owner', home), `/calls/${call}/originals`), 404, 'not_found');
  const answer = await get(owner, `/calls/${call}/originals`);
  assert.equal(answer.headers['cache-control'], 'no-store');
  const said = answer.json.items.map((i: Json) => i.words).join('|');
  assert(said.includes(DIGITS) && said.includes(WRITTEN) && said.includes('zebulon9'), said);
  const log = (await get(owner, '/audit?limit=100')).text;
  assert.match(log, /originals/);
});

test('scores stand on the redacted words and are derived again to the bit', async () => {
  const { code, out, err } = await ownCommand(['admin', 'replay', '--tenant', other.slug, '--call', call], {}).ended;
  assert.equal(code, 0, out + err);
});

test('a correction goes through redaction too, and what was silent stays so', async () => {
  const t = (await get(owner, `/calls/${call}/transcript`)).json;
  const silentBefore = JSON.parse((await sql(`select silent from recording where id = '${recording}'`))[0]!);
  const turn = t.turns.find((x: Json) => x.words.some((w: Json) => w.t === '[card-number]'));
  const fixed = await owner.send(`/api/v1/calls/${call}/transcript/turns`, { method: 'POST',
    json: { transcript: t.id, turn: turn.n, text: `my card is ${WRITTEN} really` } });
  assert.equal(fixed.status, 201, fixed.text);
  const now = (await get(admin, `/calls/${call}/transcript`)).json;
  assert(words(now).join(' ').includes('my card is [card-number] really'), words(now).join(' '));
  clean((await get(admin, `/calls/${call}/transcript/versions`)).text, 'versions');
  clean((await sql(`select words_before, words_after from transcript_edit where transcript_id = '${now.id}'`)).join(), 'edits');
  const silent = JSON.parse((await sql(`select silent from recording where id = '${recording}'`))[0]!);
  for (const s of silentBefore) assert(silent.some((x: Json) => x.from === s.from && x.to === s.to), 'silence is kept');
  await muted(call, recording);
});

test('closed until it has gone through: a past call shows and sounds for nobody, and no engine is asked', async () => {
  const sound = await recordingOf(past);
  isProblem(await get(admin, `/calls/${past}/transcript`), 404, 'not_found');
  isProblem(await get(owner, `/calls/${past}/transcript`), 404, 'not_found');
  isProblem(await get(admin, `/calls/${past}/transcript/file`), 404, 'not_found');
  for (const path of ['/analysis', '/score']) clean((await get(admin, `/calls/${past}${path}`)).text, path);
  isProblem(await heard(past, sound, admin), 409, 'not_redacted');
  isProblem(await get(admin, `/calls/${past}/clip.wav?from_ms=0&to_ms=1000`), 409, 'not_redacted');
  assert((await settings()).waiting > 0);
  const asked = models.asked.length;
  await owner.send(`/api/v1/calls/${past}/score`, { method: 'POST' });
  assert.equal(models.asked.length, asked);
});

test('the stage that fails stores nothing', async () => {
  await sql(`update redaction set patterns = '[{"name":"broken","pattern":"("}]' where tenant_id = '${other.id}'`);
  try {
    const own = Buffer.from(audio);
    own[50] = 77; own[51] = Math.floor(Math.random() * 100); own[52] = Math.floor(Math.random() * 100);
    const broken = await upload(owner, own, { filename: 'x.wav', direction: 'inbound' });
    await until('the job has failed at least once', 120_000, async () =>
      (await sql(`select 1 from job where object_id = '${broken}' and kind like 'transcripts.%' and attempt > 0 and error is not null`)).length > 0);
    assert.deepEqual(await sql(`select 1 from transcript where call_id = '${broken}'`), []);
    isProblem(await get(admin, `/calls/${broken}/transcript`), 404, 'not_found');
    await sql(`delete from job where object_id = '${broken}'`);
  } finally {
    await sql(`update redaction set patterns = '[]' where tenant_id = '${other.id}'`);
  }
});

test('a run over past calls counts, redacts, seals and mutes', async () => {
  for (const mode of ['count', 'redact']) {
    const made = await owner.send('/api/v1/redaction/runs', { method: 'POST', json: { mode } });
    assert.equal(made.status, 201, made.text);
    const done = await until(`the run that is to ${mode}`, 180_000, async () => {
      const r = (await get(owner, '/redaction/runs')).json.items.find((x: Json) => x.id === made.json.id);
      if (r.state === 'failed') throw new Error(r.reason);
      return r.state === 'done' && r;
    });
    assert(done.changed > 0 && done.places > 0 && done.seen >= done.changed, JSON.stringify(done));
  }
  const t = (await get(admin, `/calls/${past}/transcript`)).json;
  assert(words(t).includes('[card-number]'));
  assert.equal((await settings()).waiting, 0);
  clean((await sql(`select to_jsonb(x)::text from transcript x where call_id = '${past}' union all select to_jsonb(x)::text from score x where call_id = '${past}'
    union all select to_jsonb(x)::text from analysis x where call_id = '${past}'`)).join('\n'), 'the database');
  await muted(past, await recordingOf(past));
  assert((await get(owner, `/calls/${past}/originals`)).text.includes('zebulon9'));
  assert.equal((await owner.send(`/api/v1/calls/${past}/originals`, { method: 'DELETE' })).status, 204);
  assert.deepEqual((await get(owner, `/calls/${past}/originals`)).json.items, []);
});
