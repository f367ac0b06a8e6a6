/* Listening: whole, in parts, again, and by whom; the picture; what was made of it. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { before, test } from 'node:test';
import { as, faceless, home, isProblem, keyOf, other, sleep, until, MISSING, type Answer, type Ask } from './house.ts';
import { sql } from './queue.ts';
import { store } from './store.ts';

const key = keyOf(home);
let call = '', recording = '', path = '', spoken = false;
let whole: Answer;
const get = (ask: Ask = {}): Promise<Answer> => key.send(path, ask);
const part = (range: string, more = {}): Promise<Answer> => get({ headers: { range, ...more } });

before(async () => {
  const found = await until('a decoded recording', 60_000, async () => {
    const { items } = await key.get('/api/v1/calls', { query: { recording: true, limit: 50 } });
    for (const { id, score_bp: score } of [...items].sort((a, b) => Number(b.score_bp !== null) - Number(a.score_bp !== null))) {
      const { recordings } = await key.get('/api/v1/calls/{call}', { params: { call: id } });
      const r = recordings.find((x) => x.state === 'ready' && x.has_audio && x.peaks_ready);
      if (r) return { call: id, recording: r.id, spoken: score !== null };
    }
    return null;
  });
  ({ call, recording, spoken } = found);
  path = `/api/v1/calls/${call}/recordings/${recording}`;
  whole = await get();
});

test('the audio comes whole, as it was, named and typed', async () => {
  assert.equal(whole.status, 200);
  assert.match(whole.headers['content-type']!, /^audio\/(wav|mpeg|ogg)$/);
  assert.equal(whole.headers['content-length'], String(whole.bytes.length));
  assert.equal(whole.headers['accept-ranges'], 'bytes');
  assert.match(String(whole.headers['content-disposition']), /^inline; filename="[^"\\/]+\.(wav|mp3|ogg)"$/);
  assert.match(whole.headers['cache-control']!, /^private/);
  assert.equal(whole.headers.etag, `"${createHash('sha256').update(whole.bytes).digest('hex')}"`);
  const { recordings } = await key.get('/api/v1/calls/{call}', { params: { call } });
  assert.equal(recordings.find((r) => r.id === recording)!.bytes, whole.bytes.length);
});

test('parts are the very bytes, also across the seams of sealed pieces', async () => {
  const n = whole.bytes.length, seam = 64 << 10;
  const spans: [string, number, number][] = [['0-0', 0, 0], ['0-99', 0, 99], [`${seam - 1}-${seam}`, seam - 1, seam], [`${seam}-${2 * seam + 7}`, seam, 2 * seam + 7],
    [`${n - 1}-${n - 1}`, n - 1, n - 1], ['-1', n - 1, n - 1], ['-100', n - 100, n - 1], [`${n - 5}-`, n - 5, n - 1], ['0-', 0, n - 1], [`10-${n + 1000}`, 10, n - 1], [`-${n + 5}`, 0, n - 1]];
  for (const [range, first, last] of spans.filter(([, f, l]) => f >= 0 && f < n && l < n)) {
    const answer = await part(`bytes=${range}`);
    assert.equal(answer.status, 206, range);
    assert.equal(answer.headers['content-range'], `bytes ${first}-${last}/${n}`, range);
    assert.equal(answer.headers['content-length'], String(last - first + 1));
    assert(answer.bytes.equals(whole.bytes.subarray(first, last + 1)), range);
  }
});

test('beyond the end is refused with the length, and nonsense is passed over', async () => {
  for (const range of [`bytes=${whole.bytes.length}-`, 'bytes=999999999-', 'bytes=-0']) {
    const answer = await part(range);
    isProblem(answer, 416, 'range_not_satisfiable');
    assert.equal(answer.headers['content-range'], `bytes */${whole.bytes.length}`);
  }
  for (const range of ['bytes=5-2', 'bytes=x-y', 'items=0-1', 'bytes=', 'bytes=0-1,5-9', 'bytes=--1']) {
    const answer = await part(range);
    assert.equal(answer.status, 200, range);
    assert.equal(answer.bytes.length, whole.bytes.length);
  }
});

test('a part is of the same file or it is the whole', async () => {
  assert.equal((await part('bytes=0-9', { 'if-range': whole.headers.etag! })).status, 206);
  assert.equal((await part('bytes=0-9', { 'if-range': '"other"' })).status, 200);
  const same = await get({ headers: { 'if-none-match': whole.headers.etag! } });
  assert.equal(same.status, 304);
  assert.equal(same.bytes.length, 0);
});

test('HEAD tells the length, and no part', async () => {
  const head = await get({ method: 'HEAD', headers: { range: 'bytes=0-9' } });
  assert.equal(head.status, 200);
  assert.equal(head.headers['content-length'], String(whole.bytes.length));
  assert.equal(head.bytes.length, 0);
});

test('the audio may be shown on our page and does nothing else', () => {
  assert.match(String(whole.headers['content-security-policy']), /default-src 'none'/);
  assert.equal(whole.headers['x-content-type-options'], 'nosniff');
  assert.equal(whole.headers['cross-origin-resource-policy'], 'same-origin');
});

test('many listeners at once get the same bytes', async () => {
  const answers = await Promise.all(Array.from({ length: 12 }, () => get()));
  for (const a of answers) assert(a.bytes.equals(whole.bytes));
});

test('listeners that leave do no harm', async () => {
  await Promise.all(Array.from({ length: 10 }, () => get({ timeout: 1 }).catch(() => null)));
  await sleep(100);
  assert.equal((await get()).status, 200);
});

test('who may not listen gets nothing, and a strange one learns nothing', async () => {
  isProblem(await (await as('viewer')).send(path), 403, 'forbidden');
  const missing = await keyOf(other).send(`/api/v1/calls/${MISSING}/recordings/${MISSING}`);
  const foreign = await keyOf(other).send(path);
  isProblem(foreign, 404, 'not_found');
  assert.equal(faceless(foreign), faceless(missing));
  isProblem(await key.send(`/api/v1/calls/${MISSING}/recordings/${recording}`), 404, 'not_found');
  isProblem(await key.send(`/api/v1/calls/${call}/recordings/${MISSING}`), 404, 'not_found');
});

test('the picture fits the audio', async () => {
  const peaks = await key.get('/api/v1/calls/{call}/recordings/{recording}/peaks', { params: { call, recording } });
  assert.equal(peaks.peaks.length, peaks.channels);
  const expected = (peaks.duration_ms * peaks.per_second) / 1000;
  for (const channel of peaks.peaks) {
    assert(Math.abs(channel.length - expected) <= 2, `${channel.length} peaks for ${expected}`);
    assert(channel.every((p) => Number.isInteger(p) && p >= 0 && p <= 255));
  }
  if (spoken) assert(peaks.peaks.flat().some((p) => p > 10), 'somebody speaks');
  for (const [from, to] of peaks.silences as [number, number][]) assert(from < to && to <= peaks.duration_ms + 50);
});

test('a recording that is there is not fetched again', async () => {
  isProblem(await (await as('owner')).send(`${path}/retry`, { method: 'POST' }), 409, 'not_ended');
});

test('every recording of the demo has ended in a state, with a reason where it failed', async () => {
  const { items } = await key.get('/api/v1/calls', { query: { recording: true, limit: 50 } });
  for (const { id } of items)
    for (const r of (await key.get('/api/v1/calls/{call}', { params: { call: id } })).recordings)
      if (r.state === 'failed' || r.state === 'missing') assert.match(r.reason!, /^[A-Z].+/);
      else if (r.state === 'ready') assert(r.duration_ms! > 0 && r.channels! >= 1 && r.codec);
});

test('objects that no row names are swept after a day, and no others', { timeout: 120_000 }, async () => {
  const name = (await sql(`select object_key from recording where id = '${recording}'`))[0]!;
  const beside = (): string => name.slice(0, -30) + randomBytes(15).toString('hex'); // the server's user owns that folder
  const [old, young] = [beside(), beside()], bytes = await store.get(name);
  assert(bytes, 'the object lies where the store says');
  await store.put(young, bytes, 0);
  for (const key of [old, name]) await store.put(key, bytes, 25);
  await sql("update schedule set next_at = now() where name = 'recordings.sweep'");
  await until('the old one is gone', 30_000, async () => !(await store.get(old)));
  assert(await store.get(young) && await store.get(name));
  assert.equal((await get()).status, 200);
  await store.remove(young);
  await until('it is planned again', 10_000, async () => (await sql("select 1 from schedule where name = 'recordings.sweep' and next_at > now() and last_at > now() - interval '1 minute'"))[0]);
});
