/* Recordings that a phone system serves late, wrongly or never: fetched later, or failed with a
 * plain reason while the rest of the call stays. And what is sent up goes all the way to a score. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { ENDS, SHORT_TALK, appears, callOf, cdr, comes, control, ended, silence, spoken, tell, wav, type Call } from './audio.ts';
import { aside, sql } from './queue.ts';
import { as, faceless, home, isProblem, keyOf, other, MISSING, type Client } from './house.ts';

const key = keyOf(home);
after(async () => { await control('/faults', 'DELETE'); });

/** A failed recording says why in a sentence, and the call is there with all that its record told. */
function failedPlainly(call: Call, what: RegExp): void {
  const [recording] = call.recordings;
  assert.equal(recording!.state, 'failed');
  assert.match(recording!.reason!, what);
  assert.match(recording!.reason!, /^[A-Z][^{}]+\.$/);
  assert.equal(call.state, 'failed');
  assert.match(call.state_reason!, /^[A-Z].+\.$/);
  assert.equal(call.direction, 'inbound');
  assert.equal(call.agent_name, 'Tom Ellery');
  assert.equal(call.disposition, 'answered');
  assert.equal(call.call_legs.length, 1);
  assert.equal(call.provider, 'ucm');
}

/** No fault waits any more for that file: each has happened. */
const happened = async (file: string): Promise<boolean> =>
  (await control('/state')).faults.every((f: { match?: string }) => f.match !== file);
const path = (call: Call): string => `/api/v1/calls/${call.id}/recordings/${call.recordings[0]!.id}`;

describe('what a phone system serves', { concurrency: true }, () => {

test('d1-08 a recording that is not ready twice is fetched later', { timeout: 120_000 }, async () => {
  const audio = silence(3);
  const { number, file } = await tell(audio, { fault: { kind: 'not_ready', times: 2 } });
  const id = await appears(number);
  assert.equal((await callOf(id)).recordings[0]!.state, 'waiting');
  const call = await comes(id, 40_000, (c) => c.recordings[0]!.state === 'ready');
  assert(await happened(file));
  assert.equal(call.recordings[0]!.reason, null);
  assert.equal(call.recordings[0]!.bytes, audio.length);
  assert((await key.send(path(call))).bytes.equals(audio));
});

test('d1-07 what goes wrong on the way is asked for again: JSON instead of sound, a cut connection, a 500', { timeout: 120_000 }, async () => {
  const faults = [{ kind: 'json_error' }, { kind: 'cut' }, { kind: 'http_500' }];
  await Promise.all(faults.map(async (fault, i) => {
    const { number, file } = await tell(silence(3 + i), { fault });
    const call = await comes(await appears(number), 40_000, (c) => ENDS.includes(c.state) || c.recordings[0]?.state === 'ready');
    assert.equal(call.recordings[0]!.state, 'ready', JSON.stringify([fault, call.recordings]));
    assert(await happened(file), JSON.stringify(fault));
  }));
});

test('d1-09 a WAV of a header only is a failed recording', async () => {
  const audio = silence(2), { number } = await tell(audio, { fault: { kind: 'header_only' } });
  const call = await comes(await appears(number), 30_000, ended);
  failedPlainly(call, /no sound/);
  // What we have cannot be read, so trying again asks the phone system anew.
  assert.equal((await (await as('owner')).send(`${path(call)}/retry`, { method: 'POST' })).status, 204);
  const again = await comes(call.id, 30_000, (c) => c.recordings[0]!.state === 'ready');
  assert.equal(again.recordings[0]!.reason, null);
  assert((await key.send(path(again))).bytes.equals(audio));
});

test('a text in place of a recording is failed, saved rather than played, and can be tried again', { timeout: 120_000 }, async () => {
  const text = Buffer.from('The recording is no longer available.\n'.repeat(40));
  const { number } = await tell(text);
  const call = await comes(await appears(number), 30_000, ended);
  failedPlainly(call, /not an audio file/);
  const raw = await key.send(path(call));
  if (raw.status === 200) {
    assert.equal(raw.headers['content-type'], 'application/octet-stream');
    assert.match(String(raw.headers['content-disposition']), /^attachment; filename="/);
  } else isProblem(raw, 404, 'not_found');
  isProblem(await key.send(`${path(call)}/peaks`), 404, 'not_found');

  const retry = (who: Client) => who.send(`${path(call)}/retry`, { method: 'POST' });
  isProblem(await retry(await as('agent')), 403, 'forbidden');
  isProblem(await retry(await as('owner', other)), 404, 'not_found');
  const owner = await as('owner');
  isProblem(await owner.send(`/api/v1/calls/${call.id}/recordings/${MISSING}/retry`, { method: 'POST' }), 404, 'not_found');
  const answer = await retry(owner);
  assert.equal(answer.status, 204, answer.text);
  failedPlainly(await comes(call.id, 30_000, ended), /not an audio file/); // it is fetched anew and no better
});

/** Frames of MPEG 1 layer III, 64 kbit/s, 44.1 kHz, mono, silent; then cut in the middle of one. */
function truncatedMp3(frames: number): Buffer {
  const frame = Buffer.alloc(208);
  frame.writeUInt32BE(0xfffb50c4, 0);
  return Buffer.concat([...Array.from({ length: frames }, () => frame), frame.subarray(0, 60)]);
}

async function upload(who: Client, file: Buffer, facts: Record<string, string>): Promise<string> {
  const tus = { 'tus-resumable': '1.0.0' };
  const metadata = Object.entries(facts).map(([k, v]) => `${k} ${Buffer.from(v).toString('base64')}`).join(',');
  const made = await who.send('/api/v1/uploads', { method: 'POST', headers: { ...tus, 'upload-length': String(file.length), 'upload-metadata': metadata } });
  assert.equal(made.status, 201, made.text);
  for (let at = 0; at < file.length; at += 2 << 20) {
    const part = await who.send(String(made.headers.location), { method: 'PATCH', body: file.subarray(at, at + (2 << 20)),
      headers: { ...tus, 'upload-offset': String(at), 'content-type': 'application/offset+octet-stream' } });
    assert.equal(part.status, 204, part.text);
  }
  const head = await who.send(String(made.headers.location), { method: 'HEAD', headers: tus });
  assert.equal(head.headers['upload-offset'], String(file.length));
  return String(head.headers['ringsight-call']);
}

test('d1-09 of two recordings the one that is far shorter than the phone system says is named; the SHA-256 of what came is kept', { timeout: 120_000 }, async () => {
  const audio = silence(2), { number, record, file } = cdr('2002', 62), second = file.replace('auto-', 'auto-2-');
  for (const name of [file, second]) await control(`/recordings/${name}?folder=monitor`, 'PUT', audio);
  const month = record.recordfiles!.slice(0, 7);
  await control('/records', 'POST', { items: [{ ...record, recordfiles: `${month}/${file}@${month}/${second}@`, recordfiles_desc: 'duration=60@duration=2@' }] });
  const call = await comes(await appears(number), 45_000, (c) => c.recordings.length === 2 && c.recordings.every((r) => r.state === 'ready'));
  const rows = await sql(`select name || '|' || coalesce(reason, '') || '|' || encode(sha256, 'hex') from recording where call_id = '${call.id}' order by name = '${file}' desc`);
  const hash = createHash('sha256').update(audio).digest('hex');
  assert.deepEqual(rows, [`${file}|The recording is 58 s shorter than the call.|${hash}`, `${second}||${hash}`]);
});

test('d1-09 an MP3 that is cut off: what is there is used and the cut is told, and one of a header only fails', { timeout: 120_000 }, async () => {
  const owner = await as('owner');
  const [cut, stump] = [await upload(owner, truncatedMp3(100), { filename: 'cut.mp3' }), await upload(owner, truncatedMp3(0), { filename: 'stump.mp3' })];
  const call = await comes(cut, 30_000, (c) => ['ready', 'failed'].includes(c.recordings[0]?.state ?? ''));
  assert.match(call.recordings[0]!.reason!, /^[A-Z][^{}]+\.$/, JSON.stringify(call.recordings));
  const failed = await comes(stump, 30_000, ended);
  assert.equal(failed.state, 'failed');
  assert.match(failed.recordings[0]!.reason!, /^[A-Z][^{}]+\.$/);
});

test('an uploaded talk in parts of two megabytes ends with a transcript and a score', { timeout: 240_000 }, async () => {
  const said = await spoken(SHORT_TALK);
  const file = wav(Buffer.concat([said.subarray(44), Buffer.alloc(5 << 20)])); // the rest is silence: three parts
  const id = await upload(await as('owner', other), file, { filename: 'talk.wav', agent: '3002', direction: 'outbound' });
  const queue = await aside(id);
  const call = await comes(id, 90_000, ended, other).finally(queue.back);
  assert(['scored', 'not_scorable', 'held'].includes(call.state), `${call.state}: ${call.state_reason}`);
  assert.equal(call.recordings[0]!.state, 'ready');
  assert.equal(call.agent_name, 'James Carter');
  assert.equal(call.duration_s, Math.round(call.recordings[0]!.duration_ms! / 1000), 'the sound tells how long it was');
  const transcript = await keyOf(other).get('/api/v1/calls/{call}/transcript', { params: { call: id } });
  const words = transcript.turns.flatMap((t) => t.words.map((w) => w.t.toLowerCase()));
  assert(['thank', 'calling', 'morning', 'help', 'recorded'].filter((w) => words.includes(w)).length >= 2, words.join(' '));
});

test('a recording belongs to its call, its tenant, and its agent', { timeout: 120_000 }, async () => {
  const [mine, theirs] = [await tell(silence(2), { extension: '2001' }), await tell(silence(2), { extension: '2002' })];
  const [a, b] = [await appears(mine.number), await appears(theirs.number)];
  const ready = (c: Call): boolean => c.recordings[0]?.state === 'ready';
  const [own, foreign] = [await comes(a, 30_000, ready), await comes(b, 30_000, ready)];
  const sara = await as('agent');
  assert.equal((await sara.send(path(own))).status, 200);
  assert.equal((await sara.send(`${path(own)}/peaks`)).status, 200);
  for (const end of ['', '/peaks']) {
    const missing = await sara.send(`/api/v1/calls/${MISSING}/recordings/${MISSING}${end}`);
    for (const [who, what] of [[sara, path(foreign)], [keyOf(other), path(own)], [key, `/api/v1/calls/${a}/recordings/${foreign.recordings[0]!.id}`]] as const) {
      const refused = await who.send(what + end);
      isProblem(refused, 404, 'not_found');
      if (who === sara) assert.equal(faceless(refused), faceless(missing));
    }
  }
});

});
