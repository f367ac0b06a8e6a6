/* Uploads by tus 1.0: created, sent in parts, resumed, refused, ended. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { as, faceless, home, isProblem, keyOf, other, until, MISSING, type Answer, type Client } from './house.ts';

const ROOT = '/api/v1/uploads';
const tus = { 'tus-resumable': '1.0.0' };
const b64 = (s: string): string => Buffer.from(s).toString('base64');
const meta = (facts: Record<string, string>): string => Object.entries(facts).map(([k, v]) => `${k} ${b64(v)}`).join(',');
let owner: Client;
const open: string[] = [];
before(async () => { owner = await as('owner', other); });
after(async () => { for (const id of open) await owner.send(`${ROOT}/${id}`, { method: 'DELETE', headers: tus }); });

/** Two seconds of a tone, 8 kHz, 16 bits: enough to be a recording. */
function wav(seconds = 2): Buffer {
  const n = 8_000 * seconds, out = Buffer.alloc(44 + 2 * n);
  out.write('RIFF', 0); out.writeUInt32LE(36 + 2 * n, 4); out.write('WAVEfmt ', 8); out.writeUInt32LE(16, 16);
  out.writeUInt16LE(1, 20); out.writeUInt16LE(1, 22); out.writeUInt32LE(8_000, 24); out.writeUInt32LE(16_000, 28);
  out.writeUInt16LE(2, 32); out.writeUInt16LE(16, 34); out.write('data', 36); out.writeUInt32LE(2 * n, 40);
  for (let i = 0; i < n; i++) out.writeInt16LE(Math.round(8_000 * Math.sin(i / 4)), 44 + 2 * i);
  return out;
}

const create = (headers: Record<string, string>, who: Client = owner): Promise<Answer> =>
  who.send(ROOT, { method: 'POST', headers: { ...tus, ...headers } });
async function begin(length: number, facts: Record<string, string> = {}): Promise<string> {
  const answer = await create({ 'upload-length': String(length), ...(Object.keys(facts).length ? { 'upload-metadata': meta(facts) } : {}) });
  assert.equal(answer.status, 201, answer.text);
  const id = answer.json.id as string;
  assert.match(String(answer.headers.location), new RegExp(`/api/v1/uploads/${id}$`));
  assert.equal(answer.headers['tus-resumable'], '1.0.0');
  open.push(id);
  return id;
}
const patch = (id: string, offset: number | string, body: Buffer | string, headers = {}): Promise<Answer> =>
  owner.send(`${ROOT}/${id}`, { method: 'PATCH', body, headers: { ...tus, 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream', ...headers } });
const head = (id: string, who: Client = owner): Promise<Answer> => who.send(`${ROOT}/${id}`, { method: 'HEAD', headers: tus });

test('what is spoken is told without signing in', async () => {
  for (const path of [ROOT, `${ROOT}/${MISSING}`]) {
    const answer = await keyOf(home).send(path, { method: 'OPTIONS' });
    assert.equal(answer.status, 204);
    assert.equal(answer.headers['tus-version'], '1.0.0');
    assert.equal(answer.headers['tus-extension'], 'creation,termination');
    assert.equal(answer.headers['tus-max-size'], String(512 << 20));
  }
});

test('a file in three parts, lost and resumed between, becomes a call with that audio', async () => {
  const file = wav(), [a, b] = [1_000, 20_001];
  const id = await begin(file.length, { filename: 'talk é.wav', filetype: 'audio/wav', agent: '3001', direction: 'outbound', started_at: '2026-09-01T08:00:00Z' });
  assert.equal((await patch(id, 0, file.subarray(0, a))).headers['upload-offset'], String(a));
  isProblem(await patch(id, 0, file.subarray(0, a)), 409, 'upload_offset');
  isProblem(await patch(id, a + 1, 'x'), 409, 'upload_offset');
  const stands = await head(id);
  assert.deepEqual([stands.status, stands.headers['upload-offset'], stands.headers['upload-length']].map(String), [String(stands.status), String(a), String(file.length)]);
  assert([200, 204].includes(stands.status));
  assert.match(stands.headers['cache-control']!, /no-store/);
  assert.equal((await patch(id, a, file.subarray(a, b))).status, 204);
  isProblem(await patch(id, b, Buffer.concat([file.subarray(b), Buffer.from('x')])), 413, 'too_large');
  const last = await patch(id, b, file.subarray(b));
  assert.equal(last.status, 204, last.text);
  assert.equal(last.headers['upload-offset'], String(file.length));
  const call = String((await head(id)).headers['ringsight-call']);
  assert.match(call, /^[0-9a-f-]{36}$/);
  const shown = await owner.get('/api/v1/calls/{call}', { params: { call } });
  assert.equal(shown.provider, 'upload');
  assert.equal(shown.direction, 'outbound');
  assert.equal(shown.started_at, '2026-09-01T08:00:00Z');
  assert.equal(shown.agent_name, 'Maria Lopez');
  const audio = await until('the audio is there', 30_000, async () => {
    const [r] = (await owner.get('/api/v1/calls/{call}', { params: { call } })).recordings;
    const answer = r && r.has_audio && (await owner.send(`/api/v1/calls/${call}/recordings/${r.id}`));
    return answer && answer.status === 200 && answer;
  });
  assert(audio.bytes.equals(file), 'byte for byte');
  isProblem(await owner.send(`${ROOT}/${id}`, { method: 'DELETE', headers: tus }), 409, 'in_use');
});

test('d1-12 recordings are known by their bytes, whatever they are called', async () => {
  const samples = { 'wav_header/gsm.wav': 'gsm', 'mp4_header/end.m4a': 'aac', 'mp4_header/front.m4a': 'aac', 'webm_header/opus.webm': 'opus' };
  for (const [name, codec] of Object.entries(samples)) {
    const file = readFileSync(new URL(`../fuzz/corpus/${name}`, import.meta.url));
    const id = await begin(file.length, { filename: 'call.mp3', filetype: 'audio/mpeg', agent: '3001' });
    assert.equal((await patch(id, 0, file)).status, 204);
    const call = String((await head(id)).headers['ringsight-call']);
    const ready = await until(`${name} is decoded`, 30_000, async () => {
      const [r] = (await owner.get('/api/v1/calls/{call}', { params: { call } })).recordings;
      assert.notEqual(r?.state, 'failed', `${name}: ${r?.reason}`);
      return r?.state === 'ready' && r;
    });
    assert.equal(ready.codec, codec, name);
    assert(ready.duration_ms! >= 600 && ready.duration_ms! < 700, `${name}: ${ready.duration_ms} ms`);
  }
});

test('a text named .mp3 is a failed recording with a plain reason', async () => {
  const text = readFileSync(new URL('./package.json', import.meta.url));
  const id = await begin(text.length, { filename: 'call.mp3', filetype: 'audio/mpeg' });
  assert.equal((await patch(id, 0, text)).status, 204);
  const call = String((await head(id)).headers['ringsight-call']);
  const failed = await until('it has failed', 30_000, async () => {
    const [r] = (await owner.get('/api/v1/calls/{call}', { params: { call } })).recordings;
    return r?.state === 'failed' && r;
  });
  assert.match(failed.reason!, /^[A-Z][^{}]{10,}$/);
});

test('two senders of one part: one wins', async () => {
  const id = await begin(100);
  const answers = await Promise.all(Array.from({ length: 6 }, () => patch(id, 0, 'x'.repeat(50))));
  assert.deepEqual(answers.map((a) => a.status).sort(), [204, 409, 409, 409, 409, 409]);
  assert.equal((await head(id)).headers['upload-offset'], '50');
});

test('an upload that is given up is gone', async () => {
  const id = await begin(100);
  await patch(id, 0, 'x'.repeat(10));
  assert.equal((await owner.send(`${ROOT}/${id}`, { method: 'DELETE', headers: tus })).status, 204);
  assert([404, 410].includes((await head(id)).status));
  assert([404, 410].includes((await patch(id, 10, 'x')).status));
});

test('what does not fit is refused in words', async () => {
  isProblem(await create({}), 400, 'bad_request');
  isProblem(await create({ 'upload-length': '0' }), 400, 'bad_request');
  isProblem(await create({ 'upload-length': 'ten' }), 400, 'bad_request');
  isProblem(await create({ 'upload-length': '-1' }), 400, 'bad_request');
  isProblem(await create({ 'upload-defer-length': '1' }), 400, 'bad_request');
  isProblem(await create({ 'upload-length': String((512 << 20) + 1) }), 413, 'too_large');
  isProblem(await owner.send(ROOT, { method: 'POST', headers: { 'upload-length': '5' } }), 412, 'tus_version');
  for (const bad of ['filename', 'filename !!!', 'agent YQ==,agent YQ==', ',', 'direction c2lkZXdheXM=', 'started_at eWVzdGVyZGF5', `agent ${b64(MISSING)}`, `filename ${b64('x').repeat(9_000)}`]) {
    const answer = await create({ 'upload-length': '5', 'upload-metadata': bad }).catch(() => null); // too long a head is cut
    if (answer) assert(answer.status === 400 || answer.status === 422 || (bad === 'filename' && answer.status === 201), `${bad.slice(0, 40)}: ${answer.status} ${answer.text}`);
    if (answer?.status === 201) open.push(answer.json.id);
  }
  const id = await begin(10);
  isProblem(await patch(id, 0, 'x', { 'content-type': 'application/octet-stream' }), 415, 'unsupported_media_type');
  isProblem(await patch(id, 'x', 'x'), 400, 'bad_request');
  isProblem(await patch(id, 0, 'x'.repeat(11)), 413, 'too_large');
  isProblem(await owner.send(`${ROOT}/${id}`, { method: 'PATCH', body: 'x', headers: { 'content-type': 'application/offset+octet-stream', 'upload-offset': '0' } }), 412, 'tus_version');
  assert.equal((await head(id)).headers['upload-offset'], '0', 'nothing was taken');
});

test('a part of eight megabytes is taken, more is not', async () => {
  const size = 8 << 20;
  const id = await begin(2 * size);
  assert.equal((await patch(id, 0, Buffer.alloc(size, 7))).status, 204);
  const more = await patch(id, size, Buffer.alloc(size + 1, 7)).catch((e: NodeJS.ErrnoException) => e.code);
  assert(more === 'ECONNRESET' || more === 'EPIPE' || (typeof more === 'object' && more.status === 413), JSON.stringify(more));
  assert.equal((await head(id)).headers['upload-offset'], String(size));
});

test('an upload belongs to its tenant', async () => {
  const id = await begin(10);
  const stranger = await as('owner');
  for (const [method, headers] of [['HEAD', tus], ['DELETE', tus], ['PATCH', { ...tus, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' }]] as const) {
    const of = (x: string): Promise<Answer> => stranger.send(`${ROOT}/${x}`, { method, headers, ...(method === 'PATCH' ? { body: 'x' } : {}) });
    const [foreign, missing] = [await of(id), await of(MISSING)];
    assert.equal(foreign.status, 404);
    assert.equal(faceless(foreign), faceless(missing));
  }
  isProblem(await create({ 'upload-length': '5' }, await as('agent', other)), 403, 'forbidden');
});
