/* PostgreSQL is away and hooks come all the same (W2): each that is acknowledged is there later, once,
 * byte for byte, whatever happens to the server meanwhile. The server reaches its database through a
 * relay that the test cuts, and is killed by kill -9. tests/chaos and tests/bench have the full size. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { chownSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { as, isProblem, keyOf, other, send, sleep, until, type Answer, type Client } from './house.ts';
import { metric, ownServer, ready, Relay, type Own } from './server.ts';

const relay = new Relay();
let own: Own, url: string, owner: Client;
const key = keyOf(other);
let id = '', path = '';

before(async () => {
  owner = await as('owner', other);
  const made = await owner.send('/api/v1/integrations', { method: 'POST', json: { provider: 'generic', name: 'Spool', settings: {} } });
  assert.equal(made.status, 201, made.text);
  id = made.json.id;
  path = new URL(made.json.hook_url).pathname;
  url = await relay.start();
  own = await ownServer(url, { settings: { RINGSIGHT_HOOK_RATE: '0' } });
});
after(async () => {
  await own?.remove();
  relay.stop();
  if (id) await owner.send(`/api/v1/integrations/${id}`, { method: 'DELETE' });
});

const post = (body: string | Buffer): Promise<Answer> =>
  send(path, { port: own.port, method: 'POST', body, headers: { 'content-type': 'application/json' } });
const sum = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');
const spooled = (): string[] => readdirSync(join(own.folder, 'spool')).filter((f) => /\.(seg|kept)$/.test(f)).sort();

/** Microseconds within an hour: two hooks may come in one millisecond. */
const when = (iso: string): number => Date.parse(iso.replace(/\.\d+/, '')) % 3_600_000 * 1_000 + Math.round(Number(iso.match(/\.\d+/)?.[0] ?? 0) * 1e6);

/** Every delivery of the integration: its id and the SHA-256 of its body. */
async function stored(): Promise<{ id: string; at: string; sum: string }[]> {
  const all: { id: string; at: string; sum: string }[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: { id: string; received_at: string }[]; next: string | null } =
      await key.get('/api/v1/deliveries', { query: { integration: id, limit: 100, ...(cursor ? { cursor } : {}) } });
    for (const d of page.items) {
      const whole = await key.get('/api/v1/deliveries/{delivery}', { params: { delivery: d.id } });
      all.push({ id: d.id, at: d.received_at, sum: sum(whole.body ?? Buffer.from(whole.body_base64 ?? '', 'base64')) });
    }
    cursor = page.next;
  } while (cursor);
  return all.sort((a, b) => when(a.at) - when(b.at)); // ids of one millisecond have no order
}

async function away(): Promise<void> {
  relay.cut();
  await until('/readyz is red', 15_000, async () => (await ready(own.port)) === 503);
}

/** Whatever it has in hand is done, except what was put aside. */
async function back(): Promise<void> {
  relay.mend();
  await until('/readyz is green', 15_000, async () => (await ready(own.port)) === 200);
  await until('the spool is empty', 60_000, async () => !spooled().some((f) => f.endsWith('.seg')));
}

const again = async (settings = {}): Promise<void> => {
  own = await ownServer(url, { after: own, until: 'alive', settings: { RINGSIGHT_HOOK_RATE: '0', ...settings } });
};

test('hooks taken while PostgreSQL is away, and over two kills, are all there, once and in order', async () => {
  const sent: string[] = [];
  const odd = ['', Buffer.from([0]), '{"call_id": "1", ', '['.repeat(10_000), '{"a":1,"a":2}', '{"n":1e99999}', randomBytes(1 << 20), Buffer.from([0xff, 0xfe, 0x0d, 0x0a])];
  const give = async (n: number): Promise<void> => {
    for (let i = 0; i < n; i++) {
      const body = odd[i] ?? randomBytes(20 + i * 7 % 3000); // as W4 has them, and others
      const answer = await post(body);
      assert.equal(answer.status, 200, answer.text);
      assert.deepEqual(answer.json, { status: 'stored' });
      sent.push(sum(body));
    }
  };
  await give(5);
  await until('the list of addresses is on disk', 15_000, async () => statSync(join(own.folder, 'hooks.snapshot'), { throwIfNoEntry: false }));
  await away();
  await give(40);
  await own.kill();
  await again(); // no PostgreSQL since its start: addresses come from the snapshot
  await give(40);
  assert.equal(await metric(own, 'ringsight_spool_written_total'), 40);
  await until('its size and age are told', 15_000, async () =>
    (await metric(own, 'ringsight_spool_bytes')) > 0 && (await metric(own, 'ringsight_spool_age_seconds')) > 0);
  await own.kill();
  await again();
  await give(10);
  for (const file of spooled()) { // sealed: nothing of a hook can be read there
    const text = readFileSync(join(own.folder, 'spool', file));
    assert(!text.includes('content-type') && !text.includes('127.0.0.1'), file);
  }
  const began = Date.now();
  await back();
  assert(Date.now() - began < 60_000);
  const found = await stored();
  assert.deepEqual(found.map((d) => d.sum), sent);
  await until('all are read', 60_000, async () =>
    (await key.get('/api/v1/deliveries', { query: { integration: id, state: 'received' } })).items.length === 0);
  assert.equal(await metric(own, 'ringsight_spool_age_seconds'), 0);
});

test('a file that was drained already changes nothing, and a torn end holds nothing up', async () => {
  const earlier = (await stored()).length;
  await away();
  for (let i = 0; i < 6; i++) assert.equal((await post(`{"n":${i}}`)).status, 200);
  await own.kill();
  const [file, ...more] = spooled();
  assert(file && !more.length, 'one file, for they came within three seconds');
  const whole = readFileSync(join(own.folder, 'spool', file));
  const where = join(own.folder, 'spool', file);
  await again();
  await back();
  assert.equal((await stored()).length, earlier + 6);
  await own.kill(); // as if it had died before removing the file, and in the middle of a write
  writeFileSync(where, Buffer.concat([whole, whole.subarray(0, 100)]));
  const { uid, gid } = statSync(own.folder);
  chownSync(where, uid, gid);
  await again();
  await back();
  assert.equal((await stored()).length, earlier + 6);
  assert.match(own.log(), /spool\.torn/);
});

test('a damaged record costs itself alone, and is kept for whoever looks', async () => {
  const earlier = (await stored()).length;
  await away();
  for (let i = 0; i < 6; i++) assert.equal((await post(`{"damaged":${i}}`)).status, 200);
  await own.kill();
  const where = join(own.folder, 'spool', spooled()[0]!);
  const bytes = readFileSync(where);
  bytes[Math.floor(bytes.length / 6 * 2.5)]! ^= 1;
  writeFileSync(where, bytes);
  await again();
  relay.mend();
  await until('what is whole is stored', 20_000, async () => (await stored()).length === earlier + 5);
  await until('the file is kept', 15_000, async () => spooled().join().match(/^[0-9a-f-]+\.kept$/));
  await until('and told of', 15_000, async () => (await metric(own, 'ringsight_spool_kept_files')) === 1);
});

test('a full spool refuses, and acknowledges nothing that it does not have', async () => {
  await own.kill();
  await again({ RINGSIGHT_SPOOL_MB: '1' });
  await until('ready', 10_000, async () => (await ready(own.port)) === 200);
  const earlier = (await stored()).length;
  await away();
  let taken = 0, refused = 0;
  for (let i = 0; i < 12; i++) {
    const answer = await post(randomBytes(200_000));
    if (answer.status === 200) taken++;
    else { isProblem(answer, 503, 'busy'); refused++; }
  }
  assert(taken >= 3 && taken <= 5 && refused >= 7, `${taken} taken, ${refused} refused`);
  relay.mend();
  await until('those that were taken are there', 20_000, async () => (await stored()).length === earlier + taken);
  assert.equal((await post('{}')).status, 200, 'and it goes on');
});

const root = process.getuid?.() === 0;
test('a full disk refuses, and nothing of what it refused comes later', { skip: !root && 'only root can mount a small disk' }, async () => {
  const folder = join(own.folder, 'spool'), { uid, gid } = statSync(own.folder);
  await own.kill();
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=512k,uid=${uid},gid=${gid},mode=700`, 'tmpfs', folder]);
  try {
    await again();
    await until('ready', 10_000, async () => (await ready(own.port)) === 200);
    const earlier = (await stored()).length;
    await away();
    const sent = new Set<string>();
    let refused = 0;
    for (let i = 0; i < 10; i++) {
      const body = randomBytes(100_000), answer = await post(body);
      if (answer.status === 200) sent.add(sum(body));
      else { isProblem(answer, 507, 'disk_full'); refused++; }
    }
    assert(sent.size >= 3 && refused >= 4, `${sent.size} taken, ${refused} refused`);
    assert.equal((await post('{"small":1}')).status, 200, 'what fits is taken still');
    sent.add(sum('{"small":1}'));
    await own.kill();
    await again();
    await back();
    assert.deepEqual(new Set((await stored()).slice(earlier).map((d) => d.sum)), sent);
  } finally {
    await own.kill();
    execFileSync('umount', ['-l', folder]);
    await again();
  }
});

/** PostgreSQL's own processes that serve this server: their titles say where the client is. */
function backends(): number[] {
  const clients = relay.ports().map((port) => `(${port})`);
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)).filter((pid) => {
    try {
      const title = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return title.startsWith('postgres:') && clients.some((client) => title.includes(client));
    } catch {
      return false; // it has ended
    }
  }).map(Number);
}

test('PostgreSQL that stands still, its connections open, holds no hook up for longer than a sender waits', { skip: !root && 'only root may stop PostgreSQL' }, async () => {
  await until('/readyz is green', 10_000, async () => (await ready(own.port)) === 200);
  assert.equal((await post(randomBytes(30))).status, 200);
  await until('the list of addresses is on disk', 15_000, async () => statSync(join(own.folder, 'hooks.snapshot'), { throwIfNoEntry: false }));
  const written = await metric(own, 'ringsight_spool_written_total'), bodies = [...Array(30)].map(() => randomBytes(40));
  const stopped = backends();
  assert(stopped.length > 0);
  const took: number[] = [];
  try {
    await sleep(1_200); // what was known of the address has to be asked for again
    for (const pid of stopped) process.kill(pid, 'SIGSTOP');
    await Promise.all(bodies.map(async (body, i) => {
      await sleep(i * 60);
      const began = Date.now(), answer = await post(body);
      assert.equal(answer.status, 200, answer.text);
      took.push(Date.now() - began);
    }));
  } finally {
    for (const pid of stopped) try { process.kill(pid, 'SIGCONT'); } catch { /* it has ended */ }
  }
  assert(Math.max(...took) < 6_000, `the slowest took ${Math.max(...took)} ms`);
  assert((await metric(own, 'ringsight_spool_written_total')) - written > 0, 'they were spooled');
  await back();
  const found = (await stored()).map((d) => d.sum);
  for (const body of bodies) assert.equal(found.filter((s) => s === sum(body)).length, 1, 'there once');
  await until('nothing is spooled any more', 15_000, async () => {
    const calm = await metric(own, 'ringsight_spool_written_total');
    assert.equal((await post(randomBytes(30))).status, 200);
    return (await metric(own, 'ringsight_spool_written_total')) === calm;
  });
});

test('PostgreSQL that is slow but answers is waited for, and nothing is spooled', async () => {
  let waited = false;
  // An address is known for a second; where this machine takes longer, memory says whose it is and the spool has the hook.
  for (let i = 0; i < 10 && !waited; i++) {
    const calm = await metric(own, 'ringsight_spool_written_total');
    assert.equal((await post(randomBytes(30))).status, 200);
    const began = Date.now();
    relay.delay = 250; // each way
    try {
      assert.equal((await post(randomBytes(30))).status, 200);
    } finally {
      relay.delay = 0;
    }
    waited = Date.now() - began >= 500 && (await metric(own, 'ringsight_spool_written_total')) === calm;
  }
  assert(waited);
});

test('an address that memory does not know is not denied while PostgreSQL is away', async () => {
  await away();
  for (let i = 0; i < 3; i++) isProblem(await send(`/hooks/generic/${randomBytes(32).toString('base64url')}`, { port: own.port, method: 'POST', json: {} }), 503, 'unavailable');
  const signed = await send(path.replace('generic', 'ucm'), { port: own.port, method: 'POST', json: {} });
  isProblem(signed, 404, 'not_found');
  relay.mend();
  await until('ready', 15_000, async () => (await ready(own.port)) === 200);
});
