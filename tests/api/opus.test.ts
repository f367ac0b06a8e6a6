/* Recordings as Opus: in place of the original where the policy says so, after its transcript, and beside
 * it where no browser plays what came. Nothing is lost when the worker or the encoder is killed. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { comes, SHORT_TALK, spoken, wav, type Call } from './audio.ts';
import { as, isProblem, until, type Answer, type Client } from './house.ts';
import { amr, gsm, mp3 } from './packed.ts';
import { aside, helpers, sql, worker } from './queue.ts';
import { store } from './store.ts';
import { noise, sha256, upload } from './upload.ts';

let owner: Client, uploads = '';
async function keep(as: 'opus' | 'original'): Promise<void> {
  const { version } = await owner.get('/api/v1/integrations/{integration}/policy', { params: { integration: uploads } });
  const answer = await owner.send(`/api/v1/integrations/${uploads}/policy`, { method: 'PATCH', json: { store: as }, headers: { 'if-match': `"${version}"` } });
  assert.equal(answer.status, 200, answer.text);
}
const pathOf = (c: Call): string => `/api/v1/calls/${c.id}/recordings/${c.recordings[0]!.id}`;
const keysOf = async (c: Call): Promise<string[]> =>
  (await sql(`select coalesce(object_key, ''), coalesce(opus_key, '') from recording where id = '${c.recordings[0]!.id}'`))[0]!.split('|');
const released = (c: Call): unknown => c.recordings[0]?.original_gone_at;
/** A file of Opus, whole and in parts. */
async function plays(c: Call): Promise<Answer> {
  const heard = await owner.send(pathOf(c));
  assert.equal(heard.status, 200);
  assert.equal(heard.headers['content-type'], 'audio/ogg');
  assert.equal(heard.bytes.subarray(0, 4).toString(), 'OggS');
  assert.equal(heard.bytes.length, c.recordings[0]!.opus_bytes);
  const part = await owner.send(pathOf(c), { headers: { range: 'bytes=10-19', 'if-range': heard.headers.etag! } });
  assert.equal(part.status, 206);
  assert.deepEqual(part.bytes, heard.bytes.subarray(10, 20));
  return heard;
}

before(async () => {
  owner = await as('owner');
  await upload(owner, noise(), { analyse: 'no' }); // the first makes the integration
  uploads = (await owner.get('/api/v1/integrations')).items.find((i) => i.provider === 'upload')!.id;
  await keep('opus');
});
after(() => keep('original'));

test('the transcript is made of the original, then Opus takes its place; hash, length and channels stay', { timeout: 360_000 }, async () => {
  const bytes = Buffer.concat([await spoken(SHORT_TALK), noise().subarray(44)]);
  bytes.writeUInt32LE(bytes.length - 44, 40);
  const id = await upload(owner, bytes, { agent: '2001' });
  const { back } = await aside(id);
  try {
    const before = await comes(id, 60_000, (c) => c.recordings[0]?.opus_at || released(c));
    const [original, beside] = before.recordings[0]!.original_kept ? await keysOf(before) : ['', ''];
    const c = await comes(id, 120_000, released);
    const r = c.recordings[0]!;
    assert(!['decoding', 'transcribing'].includes(c.state), c.state);
    assert.deepEqual([r.codec, r.bytes, r.channels, r.sha256], ['pcm_s16', bytes.length, 1, sha256(bytes)]);
    assert(Math.abs(r.duration_ms! - (bytes.length - 44) / 32) <= 1);
    assert(r.opus_bytes! < bytes.length / 5, `${r.opus_bytes} of ${bytes.length}`);
    assert.deepEqual([r.original_kept, r.has_audio, r.plays, r.opus_reason], [false, true, true, null]);
    const times = (await sql(`select t.created_at < r.original_gone_at, t.state from transcript t join recording r on r.id = t.recording_id where t.call_id = '${id}'`))[0]!;
    assert.match(times, /^t\|/, 'the words were written before the original went');
    await plays(c);
    isProblem(await owner.send(`${pathOf(c)}?original=true`), 404, 'not_found');
    const [now] = await keysOf(c);
    assert(await store.get(now!));
    if (original) {
      assert.equal(now, beside);
      await until('the original is gone from the store', 20_000, async () => !(await store.get(original)));
      // Had the worker died just before: the sweep of the night finds it, and leaves what is named.
      await store.put(original, (await store.get(now!))!, 25);
      await store.put(now!, Buffer.alloc(0), 25);
      await sql("update schedule set next_at = now() where name = 'recordings.sweep'");
      await until('it is swept', 30_000, async () => !(await store.get(original)));
      await plays(c);
    }
    assert.equal((await owner.send(pathOf(c).replace(/recordings.*/, 'transcript'), { method: 'POST' })).status < 300, true, 'it can be transcribed again');
    await comes(id, 90_000, (x) => ['scored', 'not_scorable', 'held'].includes(x.state));
  } finally {
    await back();
  }
});

test('the worker is killed while it writes Opus: the original stays until the other is there', { timeout: 360_000 }, async () => {
  const id = await upload(owner, wav(randomBytes(8_000_000)), { analyse: 'no' }); // four minutes of noise
  let died = 0;
  const seen = await until('it is being written', 60_000, async () => {
    const encoder = helpers('ringsight-media').find((p) => / opus/.test(p.words));
    if (!encoder) return null;
    died = worker()!.pid;
    process.kill(died, 'SIGKILL');
    return comes(id, 20_000, () => true);
  });
  assert.equal(seen.recordings[0]!.opus_at, null);
  assert.equal(seen.recordings[0]!.original_kept, true);
  assert.equal((await owner.send(pathOf(seen))).bytes.length, 8_000_044);
  const c = await comes(id, 120_000, released);
  assert.notEqual(worker()!.pid, died);
  await plays(c);
});

test('an encoder that dies is tried again', { timeout: 240_000 }, async () => {
  const id = await upload(owner, wav(Buffer.concat([randomBytes(32_000), Buffer.alloc(7_000_000)])), { analyse: 'no' });
  await until('it is being written', 60_000, async () => {
    const encoder = helpers('ringsight-media').find((p) => / opus/.test(p.words));
    if (encoder) process.kill(encoder.pid, 'SIGKILL');
    return encoder;
  });
  await plays(await comes(id, 60_000, released));
});

for (const [name, make, codec, type] of [['GSM', gsm, 'gsm', 'audio/wav'], ['AMR', amr, 'amr_nb', 'audio/amr']] as const)
  test(`${name}, which no browser plays, is given as Opus, and the original to who asks for it`, { timeout: 180_000 }, async () => {
    await keep('original');
    try {
      const bytes = make(200), id = await upload(owner, bytes, { analyse: 'no' });
      const c = await comes(id, 60_000, (x) => x.recordings[0]?.opus_at);
      const r = c.recordings[0]!;
      assert.deepEqual([r.codec, r.bytes, r.plays, r.original_kept, r.original_gone_at], [codec, bytes.length, true, true, null]);
      const heard = await plays(c);
      assert.match(String(heard.headers['content-disposition']), /^inline; .*\.(ogg|opus)"/);
      const original = await owner.send(`${pathOf(c)}?original=true`);
      assert.deepEqual(original.bytes, bytes);
      assert.equal(original.headers['content-type'], type);
      assert.match(String(original.headers['content-disposition']), /^attachment; /);
      assert.notEqual(original.headers.etag, heard.headers.etag);
      isProblem(await (await as('viewer')).send(`${pathOf(c)}?original=true`), 403, 'forbidden');
    } finally {
      await keep('opus');
    }
  });

test('what is smaller as it came is kept so, and says it', { timeout: 120_000 }, async () => {
  const short = mp3();
  const c = await comes(await upload(owner, short, { analyse: 'no' }), 40_000, (x) => x.recordings[0]?.opus_reason);
  assert.equal(c.recordings[0]!.opus_reason, 'It is no larger than it would be as Opus.');
  assert.deepEqual([c.recordings[0]!.opus_bytes, c.recordings[0]!.original_kept, (await keysOf(c))[1]], [null, true, '']);
  assert.deepEqual((await owner.send(pathOf(c))).bytes, short);
});

test('what is Opus already, or cannot be read, is left as it is', { timeout: 120_000 }, async () => {
  const made = (await owner.get('/api/v1/calls', { query: { recording: true, limit: 50 } })).items;
  const some = await Promise.all(made.map((m) => comes(m.id, 5_000, () => true)));
  const opus = some.find((c) => c.recordings[0]?.original_gone_at);
  assert(opus);
  const again = Buffer.from((await owner.send(pathOf(opus))).bytes);
  const c = await comes(await upload(owner, again, { analyse: 'no', again: 'yes' }), 30_000, (x) => x.recordings[0]?.state === 'ready');
  assert.deepEqual([c.recordings[0]!.codec, c.recordings[0]!.opus_at, c.recordings[0]!.plays], ['opus', null, true]);
  assert.deepEqual((await owner.send(pathOf(c))).bytes, again);
  assert.equal((await sql(`select count(*) from job where kind like 'recordings.opus' and object_id = '${c.id}'`))[0], '0');
});

test('how recordings are kept is one of two ways', async () => {
  const { version, body } = await owner.get('/api/v1/integrations/{integration}/policy', { params: { integration: uploads } });
  assert.equal(body.store, 'opus');
  const answer = await owner.send(`/api/v1/integrations/${uploads}/policy`, { method: 'PATCH', json: { store: 'mp3' }, headers: { 'if-match': `"${version}"` } });
  isProblem(answer, 422, 'bad_input');
  assert.match(answer.text, /store/);
});
