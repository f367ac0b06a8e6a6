/* Recordings from before there were Opus files, or before the policy kept recordings so: counted, then
 * written by a walk that can be stopped and goes on when its worker is killed. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { comes, wav, type Call } from './audio.ts';
import { as, isProblem, other, until, type Client } from './house.ts';
import { amr, gsm } from './packed.ts';
import { helpers, sql, worker } from './queue.ts';
import { noise, sha256, upload } from './upload.ts';

const WALKS = '/api/v1/recording-conversions';
let owner: Client, uploads = '';

async function keep(as: 'opus' | 'original'): Promise<void> {
  const { version } = await owner.get('/api/v1/integrations/{integration}/policy', { params: { integration: uploads } });
  const answer = await owner.send(`/api/v1/integrations/${uploads}/policy`, { method: 'PATCH', json: { store: as }, headers: { 'if-match': `"${version}"` } });
  assert.equal(answer.status, 200, answer.text);
}
type Walk = Awaited<ReturnType<typeof walks>>[number];
const walks = async () => (await owner.get(WALKS, { query: { limit: 20 } })).items;
const begin = async (mode: 'count' | 'convert'): Promise<string> => (await owner.post(WALKS, { mode })).id;
const ends = (id: string, ms = 120_000): Promise<Walk> =>
  until('the walk ends', ms, async () => (await walks()).find((w) => w.id === id && w.state !== 'running'));
const walk = async (mode: 'count' | 'convert'): Promise<Walk> => ends(await begin(mode));
const callOf = (id: string, good: (c: Call) => unknown, ms = 60_000): Promise<Call> => comes(id, ms, good, other);
const heard = (c: Call, original = false) => owner.send(`/api/v1/calls/${c.id}/recordings/${c.recordings[0]!.id}${original ? '?original=true' : ''}`);
const jobs = async (kinds: string) => Number((await sql(`select count(*) from job where tenant_id = '${other.id}' and kind in (${kinds}) and state <> 'dead'`))[0]);

/** A recording as it was taken in before: as it came, and nobody knows what plays. */
async function old(bytes: Buffer): Promise<string> {
  const id = await upload(owner, bytes, { analyse: 'no' });
  const c = await callOf(id, (x) => x.recordings[0]?.state === 'ready' && x.state === 'stored');
  if (!c.recordings[0]!.plays) await callOf(id, (x) => x.recordings[0]?.opus_at);
  await sql(`update recording set plays = null, opus_key = null, opus_bytes = null, opus_at = null, opus_reason = null where call_id = '${id}'`);
  return id;
}

before(async () => {
  owner = await as('owner', other);
  await upload(owner, noise(), { analyse: 'no' }); // the first makes the integration
  uploads = (await owner.get('/api/v1/integrations')).items.find((i) => i.provider === 'upload')!.id;
  await keep('original');
  await walk('convert'); // what other tests left
});
after(() => keep('original'));

test('old recordings that no browser plays are counted, then get an Opus file beside the original', { timeout: 240_000 }, async () => {
  const files = [gsm(200), amr(200)], ids = [await old(files[0]!), await old(files[1]!)];
  const plain = await old(noise());
  const before = await heard(await callOf(ids[0]!, () => true));
  assert.deepEqual(before.bytes, files[0], 'as it came: nobody could hear it');

  const counted = await walk('count');
  assert.deepEqual([counted.state, counted.beside, counted.instead, counted.release, counted.made], ['done', 2, 0, 0, 0]);
  assert(counted.beside_estimate > 2_000 && counted.beside_estimate < 100_000, String(counted.beside_estimate));
  assert.equal(counted.seen, counted.total);
  assert.equal((await callOf(ids[0]!, () => true)).recordings[0]!.opus_at, null, 'counting writes nothing');

  const done = await walk('convert');
  assert.deepEqual([done.state, done.beside, done.made, done.made_from_bytes], ['done', 2, 2, files[0]!.length + files[1]!.length]);
  assert(done.made_bytes > 0);
  for (const [i, id] of ids.entries()) {
    const c = await callOf(id, () => true), r = c.recordings[0]!;
    assert.deepEqual([r.plays, r.original_kept, r.original_gone_at, r.sha256], [true, true, null, sha256(files[i]!)]);
    const answer = await heard(c);
    assert.deepEqual([answer.headers['content-type'], answer.bytes.subarray(0, 4).toString()], ['audio/ogg', 'OggS']);
    assert.deepEqual((await heard(c, true)).bytes, files[i], 'and the original to who asks for it');
  }
  assert.equal((await callOf(plain, () => true)).recordings[0]!.opus_at, null, 'what plays is left as it is');
  assert.deepEqual(await walk('convert').then((w) => [w.beside, w.instead, w.release, w.made]), [0, 0, 0, 0], 'all is done');
});

test('where the policy now says Opus, old recordings are kept so: hash kept, original gone', { timeout: 240_000 }, async () => {
  const files = [wav(randomBytes(160_000)), gsm(300)], ids = [await old(files[0]!), await old(files[1]!)];
  const beside = (await walks())[0]!; // the last walk left two originals beside their Opus files
  assert.equal(beside.state, 'done');
  await keep('opus');
  try {
    const counted = await walk('count');
    assert.equal(counted.beside, 0);
    assert(counted.instead >= 2 && counted.release >= 2, JSON.stringify(counted));
    assert(counted.instead_bytes >= files[0]!.length + files[1]!.length && counted.instead_estimate < counted.instead_bytes);
    const done = await walk('convert');
    assert.deepEqual([done.state, done.instead, done.release], ['done', counted.instead, counted.release]);
    for (const [i, id] of ids.entries()) {
      const c = await callOf(id, (x) => x.recordings[0]!.original_gone_at), r = c.recordings[0]!;
      assert.deepEqual([r.sha256, r.bytes, r.original_kept, r.has_audio, r.plays], [sha256(files[i]!), files[i]!.length, false, true, true]);
      const answer = await heard(c);
      assert.deepEqual([answer.headers['content-type'], answer.bytes.subarray(0, 4).toString(), answer.bytes.length], ['audio/ogg', 'OggS', r.opus_bytes]);
      isProblem(await heard(c, true), 404, 'not_found');
    }
  } finally {
    await keep('original');
  }
});

test('the worker is killed amid a walk: it goes on, and no recording is left out or written twice', { timeout: 300_000 }, async () => {
  await until('nothing of the last walk is under way', 60_000, async () => !(await jobs("'recordings.release', 'recordings.opus'")));
  const ids: string[] = [];
  for (let i = 0; i < 4; i++) ids.push(await old(wav(randomBytes(4_000_000))));
  await keep('opus');
  try {
    const id = await begin('convert');
    const died = await until('one is being written', 60_000, async () => {
      if (!helpers('ringsight-media').some((p) => / opus/.test(p.words))) return 0;
      const { pid } = worker()!;
      process.kill(pid, 'SIGKILL');
      return pid;
    });
    const done = await ends(id, 240_000);
    assert.notEqual(worker()!.pid, died);
    assert.equal(done.state, 'done');
    for (const call of ids) await heard(await callOf(call, (x) => x.recordings[0]!.original_gone_at, 120_000));
    const jobsOf = await sql(`select count(*) from job_history where kind = 'recordings.opus' and outcome = 'done' and object_id = any('{${ids.join()}}') group by object_id`);
    assert.deepEqual(jobsOf, ['1', '1', '1', '1']);
  } finally {
    await keep('original');
  }
});

test('one walk at a time; it can be stopped, and then hands out nothing more', { timeout: 180_000 }, async () => {
  const id = await old(gsm(200));
  const pause = await owner.send('/api/v1/jobs/pauses', { method: 'POST', json: { kind: 'recordings.past' } });
  assert(pause.status < 300, pause.text);
  const first = await begin('convert');
  isProblem(await owner.send(WALKS, { method: 'POST', json: { mode: 'count' } }), 409, 'in_use');
  const stop = () => owner.send(`${WALKS}/${first}`, { method: 'DELETE' });
  assert.equal((await stop()).status, 204);
  assert.equal((await stop()).status, 404);
  const { items } = await owner.get('/api/v1/jobs/pauses');
  await owner.send(`/api/v1/jobs/pauses/${items.find((p) => p.kind === 'recordings.past')!.id}`, { method: 'DELETE' });
  await until('its job has ended', 60_000, async () => !(await jobs("'recordings.past'")));
  const left = (await walks()).find((w) => w.id === first)!;
  assert.deepEqual([left.state, left.seen, left.made], ['stopped', 0, 0]);
  assert.equal((await callOf(id, () => true)).recordings[0]!.opus_at, null);
  assert.equal((await walk('convert')).made, 1, 'another takes it up');
});

test('one that cannot be written is left as it was and the walk goes on', { timeout: 180_000 }, async () => {
  const bad = await old(gsm(200)), good = await old(gsm(200));
  const key = `00${randomBytes(15).toString('hex')}`; // an object that nobody stored
  await sql(`update recording set object_key = '${key}' where call_id = '${bad}'`);
  await sql(`update recording set opus_reason = 'It could not be written as Opus: once before' where call_id = '${good}'`);
  const id = await begin('convert');
  await until('it has failed once', 60_000, async () =>
    (await sql(`select count(*) from job where kind = 'recordings.opus' and object_id = '${bad}' and attempt > 0 and error is not null`))[0] !== '0');
  await sql(`update job set attempt = max_attempts - 1, run_at = now() where kind = 'recordings.opus' and object_id = '${bad}' and state = 'queued'`);
  const done = await ends(id);
  assert.deepEqual([done.state, done.beside, done.made], ['done', 2, 1]);
  assert.match((await callOf(bad, () => true)).recordings[0]!.opus_reason!, /^It could not be written as Opus: /);
  const c = await callOf(good, () => true);
  assert.deepEqual([c.recordings[0]!.opus_reason, c.recordings[0]!.plays], [null, true]);
  assert.equal((await heard(c)).headers['content-type'], 'audio/ogg');
  const [dead] = await sql(`select id from job where kind = 'recordings.opus' and object_id = '${bad}' and state = 'dead'`);
  assert.equal((await owner.send(`/api/v1/jobs/${dead}/cancel`, { method: 'POST' })).status, 204);
  await sql(`update recording set state = 'failed', reason = 'its file is gone' where call_id = '${bad}'`);
});

test('it is for those who set up integrations, and stands in the audit log', async () => {
  const manager = await as('manager', other);
  isProblem(await manager.send(WALKS, { method: 'POST', json: { mode: 'count' } }), 403, 'forbidden');
  const entry = await until('the entry', 30_000, async () =>
    (await owner.get('/api/v1/audit', { query: { limit: 50 } })).items.find((e) => e.act === 'POST /recording-conversions'));
  assert.match(JSON.stringify(entry.given), /"mode":"(count|convert)"/);
});
