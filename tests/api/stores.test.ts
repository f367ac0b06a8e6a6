/* Recordings in a bucket: `ringsight check` says what is wrong with it, the move there and back may
 * be killed at any moment and started again, and calls play all the while. */
import assert from 'node:assert/strict';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { S3 } from '../providers/sim/s3.mjs';
import { home, keyOf, sleep, until } from './house.ts';
import { sql } from './queue.ts';
import { objectsFolder, ownCommand, ownFolder, ownServer, type Own } from './server.ts';

const s3 = new S3();
const own = ownFolder();
const keys = join(own.path, 'keys');
const folder = join(own.path, 'objects');
let server: Own;
/** Paths of recordings, with what the demo's own server answers for them. */
let recordings: { path: string; bytes: Buffer }[] = [];

const settings = (store = 's3', more: Record<string, string> = {}): Record<string, string> =>
  ({ ...s3.settings(keys, store), RINGSIGHT_VAR: own.path, RINGSIGHT_OBJECTS: folder, ...more });
const check = (more: Record<string, string> = {}) => ownCommand(['check'], settings('s3', more)).ended;
const mover = (to: string) => ownCommand(['admin', 'move-objects', '--to', to], settings(to));
const move = async (to: string): Promise<Record<string, number>> => {
  const { code, out, err } = await mover(to).ended;
  assert.equal(code, 0, err);
  return JSON.parse(out);
};
const storeLine = (out: string): string => out.split('\n').find((l) => l.startsWith('store:')) ?? out.split('\n').find((l) => l.includes('NOT RIGHT'))!;

function files(at = join(folder, 'objects')): string[] {
  return readdirSync(at).flatMap((name) => (statSync(join(at, name)).isDirectory() ? files(join(at, name)) : [join(at, name)]));
}

async function playAll(): Promise<void> {
  for (const { path, bytes } of recordings) {
    const answer = await keyOf(home).send(path, { port: server.port });
    assert.equal(answer.status, 200, answer.text.slice(0, 300));
    assert(answer.bytes.equals(bytes), `${path} sounds as before`);
    const from = Math.max(0, bytes.length - 70_000);
    const part = await keyOf(home).send(path, { port: server.port, headers: { range: `bytes=${from}-${bytes.length - 5}` } });
    assert.equal(part.status, 206);
    assert(part.bytes.equals(bytes.subarray(from, bytes.length - 4)));
  }
}

before(async () => {
  await s3.listen();
  writeFileSync(keys, s3.keys(), { mode: 0o600 });
  const rows = await until('recordings of the demo', 60_000, async () => {
    const found = await sql(`select call_id || '/recordings/' || id from recording where tenant_id = '${home.id}' and state = 'ready' and object_key is not null`);
    return found.length >= 3 && found;
  });
  for (const row of rows.slice(0, 8)) {
    const path = `/api/v1/calls/${row}`;
    recordings.push({ path, bytes: (await keyOf(home).send(path)).bytes });
  }
  mkdirSync(folder);
  if (existsSync(join(objectsFolder, 'objects'))) cpSync(objectsFolder, folder, { recursive: true });
  own.give(own.path);
  server = await ownServer(undefined, { settings: settings() });
});
after(async () => { await server?.remove(); await s3.close(); own.remove(); });
beforeEach(() => { s3.clear(); s3.now = () => Date.now(); s3.page = 1000; });

test('check puts, reads and deletes an object, and says where recordings go', async () => {
  s3.seen.length = 0;
  const { code, out } = await check();
  assert.match(storeLine(out), /bucket recordings at http.* ok$/);
  assert.equal(code, 0, out.slice(-1500));
  assert.deepEqual(s3.seen.map((r) => r.method), ['PUT', 'HEAD', 'GET', 'DELETE']);
  assert.equal(s3.objects.size, 0);
});

test('check names what is wrong with a bucket', async () => {
  const wrong = join(own.path, 'wrong');
  writeFileSync(wrong, s3.keys().replace('EXAMPLEKEY', 'OTHER'), { mode: 0o600 });
  own.give(wrong);
  const says = async (more: Record<string, string>, what: RegExp): Promise<void> => {
    const { code, out } = await check(more);
    assert.equal(code, 1);
    assert.match(storeLine(out), what);
  };
  await says({ RINGSIGHT_S3_KEYS: wrong }, /403 SignatureDoesNotMatch/);
  await says({ RINGSIGHT_S3_BUCKET: 'elsewhere' }, /404 NoSuchBucket/);
  await says({ RINGSIGHT_S3_REGION: 'us-east-9' }, /400 AuthorizationHeaderMalformed.*expecting 'eu-test-1'/);
  await says({ RINGSIGHT_EGRESS_ALLOW: '' }, /https|RINGSIGHT_EGRESS_ALLOW/);
  await says({ RINGSIGHT_S3_KEYS: '/nowhere' }, /cannot be read/);
  await says({ RINGSIGHT_STORE: 'cloud' }, /say local or s3/);
  await says({ RINGSIGHT_STORE: 's3', RINGSIGHT_S3_BUCKET: '' }, /say which bucket/);
  chmodSync(wrong, 0o644);
  await says({ RINGSIGHT_S3_KEYS: wrong }, /chmod 600/);
  s3.now = () => Date.now() + 3_600_000;
  await says({}, /RequestTimeTooSkewed/);
  s3.now = () => Date.now();
  s3.fault({ kind: 'lose', method: 'PUT' });
  await says({}, /404|something else|No such/);
  s3.fault({ kind: 'flip', method: 'GET' });
  await says({}, /something else than was put/);
  assert.equal([...s3.objects.keys()].length, 0, 'nothing is left behind');
});

test('a busy, cut or broken answer is tried again', async () => {
  for (const fault of [{ kind: 'slow_down', seconds: 1 }, { kind: 'internal', times: 2 }, { kind: 'hang_up' }, { kind: 'cut', method: 'GET' }]) {
    s3.clear();
    s3.fault(fault);
    assert.match(storeLine((await check()).out), / ok$/, fault.kind);
  }
  s3.fault({ kind: 'wrong_etag', method: 'PUT' });
  assert.match(storeLine((await check()).out), /something else under the key/);
});

test('the move wants new objects to go where the old ones are moved', async () => {
  const { code, err } = await ownCommand(['admin', 'move-objects', '--to', 'local'], settings('s3')).ended;
  assert.equal(code, 1);
  assert.match(err, /set store = local/);
});

test('a move that is killed again and again loses nothing, and calls play all the while', { timeout: 360_000 }, async () => {
  const all = files().length;
  assert(all >= 3, `${all} objects`);
  let rounds = 0, playing = true;
  const listeners = (async () => { while (playing) await playAll(); })();
  for (; rounds < 4 && files().length; rounds++) {
    s3.fault({ kind: 'slow', ms: 250, times: 3 });
    const before = s3.seen.length, { child, ended } = mover('s3');
    await until('it is at work', 30_000, async () => s3.seen.length > before + 3 + rounds * 2 || child.exitCode !== null);
    await sleep(30 * rounds);
    child.kill('SIGKILL');
    await ended;
    assert(files().length + s3.objects.size >= all, 'each object is in one place at least');
  }
  s3.page = 2; // lists come in many pages
  const n = await move('s3');
  playing = false;
  await listeners;
  assert.equal(n.failed, 0);
  assert.deepEqual(files(), [], 'nothing is left in the folder');
  assert.deepEqual(readdirSync(join(folder, 'tmp')), [], 'nor in its tmp');
  assert.equal(s3.objects.size, all);
  await playAll();
});

test('playing asks for the wanted part only, in few requests', async () => {
  const { path, bytes } = recordings.reduce((a, b) => (b.bytes.length > a.bytes.length ? b : a));
  s3.seen.length = 0;
  await keyOf(home).send(path, { port: server.port });
  assert(s3.seen.length <= 2 + Math.ceil(bytes.length / (1 << 20)), `${s3.seen.length} requests for ${bytes.length} bytes`);
  assert(s3.seen.every((r) => r.range));
  s3.seen.length = 0;
  await keyOf(home).send(path, { port: server.port, headers: { range: 'bytes=0-99' } });
  assert.equal(s3.seen.length, 1);
});

test('a store that is away is a sentence to the listener, and a changed byte is never played', async () => {
  const { path } = recordings[0]!;
  s3.fault({ kind: 'wrong_signature', times: 9 });
  const refused = await keyOf(home).send(path, { port: server.port });
  assert(refused.status >= 500, refused.text);
  s3.clear();
  s3.fault({ kind: 'flip', times: 9 });
  const answer = await keyOf(home).send(path, { port: server.port }).catch(() => undefined);
  assert(!answer || answer.status >= 500, 'no byte of a chunk that does not verify');
  s3.clear();
  await playAll();
});

test('an object that arrives changed stays where it was, and the next run moves it', async () => {
  const all = s3.objects.size, victim = [...s3.objects.keys()][0]!;
  s3.fault({ kind: 'flip', match: victim, method: 'GET' });
  const { code, err } = await mover('local').ended;
  assert.equal(code, 1);
  assert.match(err, /does not open, so it stays where it was/);
  assert.deepEqual([...s3.objects.keys()], [victim]);
  await playAll();
  const n = await move('local');
  assert.equal(n.moved, 1);
  assert.equal(files().length, all);
  await playAll();
});

test('two moves at once: the second says so', async () => {
  s3.fault({ kind: 'slow', ms: 1500, method: 'GET' });
  const first = mover('local'), before = s3.seen.length;
  await until('it is at work', 10_000, async () => s3.seen.length > before);
  const { code, err } = await mover('local').ended;
  assert.equal(code, 1);
  assert.match(err, /Another move/);
  assert.equal((await first.ended).code, 0);
});
