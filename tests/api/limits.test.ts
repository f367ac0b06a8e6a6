/* How many requests are taken (T8, A13, A25): of a person, a key, a tenant, an address; what costs much; over
 * several processes through Redis; and without Redis, or with one that hangs, each process for itself and nobody
 * kept waiting. Against servers of its own with small limits. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { as, home, isProblem, keyOf, other, send, sleep, until, type Answer, type Client } from './house.ts';
import { metric, ownServer, type Own } from './server.ts';

/** A Redis of one's own, that may be stopped. */
class OwnRedis {
  readonly folder = mkdtempSync(join(tmpdir(), 'ringsight-redis-'));
  readonly path = join(this.folder, 's');
  readonly url = `unix:${this.path}`;
  private process: ChildProcess | undefined;
  start(): void {
    this.process = spawn('redis-server', ['--port', '0', '--unixsocket', this.path, '--unixsocketperm', '777', '--save', '', '--appendonly', 'no', '--dir', this.folder], { stdio: 'ignore' });
  }
  signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void { this.process?.kill(name); }
  remove(): void { this.signal('SIGCONT'); this.signal('SIGKILL'); rmSync(this.folder, { recursive: true, force: true }); }
}

const redis = new OwnRedis();
before(() => {
  chmodSync(redis.folder, 0o755); // the server is another user
  redis.start();
});
after(() => redis.remove());

// What is not looked at has no limit.
const NONE = { RINGSIGHT_REQUEST_RATE: '0', RINGSIGHT_TENANT_RATE: '0', RINGSIGHT_ADDRESS_RATE: '0', RINGSIGHT_COSTLY_RATE: '0', RINGSIGHT_SIGN_IN_RATE: '0' };
const servers = async (n: number, settings: Record<string, string>, act: (own: Own[]) => Promise<void>): Promise<void> => {
  const own: Own[] = [];
  try {
    for (let i = 0; i < n; i++) own.push(await ownServer(undefined, { settings: { ...NONE, RINGSIGHT_TRUSTED_PROXIES: '127.0.0.1/32', ...settings } }));
    await act(own);
  } finally { await Promise.all(own.map((o) => o.remove())); }
};
const times = (n: number, ask: (i: number) => Promise<Answer>): Promise<Answer[]> => Promise.all(Array.from({ length: n }, (_, i) => ask(i)));
const ok = (answers: Answer[]): number => answers.filter((a) => a.status !== 429).length;
const calls = (who: Client, own: Own): Promise<Answer> => who.send('/api/v1/calls?limit=1', { port: own.port });
const address = (): string => `198.51.${randomInt(256)}.${randomInt(1, 255)}`;
const refused = (own: Own, kind: string): Promise<number> => metric(own, `ringsight_http_refused_total{reason="limit_${kind}"}`);
const alone = (own: Own): Promise<number> => metric(own, 'ringsight_limits_alone_total');

test('a person who asks for more than the limit is told to wait, others are not', async () => {
  await servers(1, { RINGSIGHT_REQUEST_RATE: '1', RINGSIGHT_REQUEST_BURST: '20' }, async ([own]) => {
    const loud = await as('viewer'), quiet = await as('manager');
    const answers = await times(60, () => calls(loud, own!));
    const taken = ok(answers);
    assert(taken >= 20 && taken <= 25, `${taken} of 60 taken`);
    for (const a of answers.filter((x) => x.status === 429)) {
      isProblem(a, 429, 'rate_limited');
      assert.match(a.json.detail, /^You may send 1 requests of this kind a second: try again in \d+ seconds?\.$/);
      assert.match(String(a.headers['retry-after']), /^[1-9]\d?$/);
      assert.equal(a.headers.ratelimit, `"person";r=0;t=${a.headers['retry-after']}`);
      assert.equal(a.headers['ratelimit-policy'], '"person";q=20;w=20');
    }
    for (let i = 0; i < 10; i++) assert.equal((await calls(quiet, own!)).status, 200);
    assert.equal(await refused(own!, 'person'), 60 - taken);
    await sleep(2_100);
    assert.equal((await calls(loud, own!)).status, 200, 'after the time it was told');
  });
});

test('a key, a tenant and an address have limits of their own', async () => {
  await servers(1, { RINGSIGHT_REQUEST_RATE: '1', RINGSIGHT_REQUEST_BURST: '15' }, async ([own]) => {
    const taken = ok(await times(40, () => calls(keyOf(home), own!)));
    assert(taken >= 15 && taken <= 20, `${taken} by key`);
    assert.equal(await refused(own!, 'key'), 40 - taken);
    assert.equal((await calls(keyOf(other), own!)).status, 200, 'the key of another tenant');
  });
  await servers(1, { RINGSIGHT_TENANT_RATE: '1', RINGSIGHT_TENANT_BURST: '15' }, async ([own]) => {
    const people = await Promise.all(['owner', 'manager', 'agent', 'viewer'].map((role) => as(role)));
    const taken = ok(await times(40, (i) => calls(people[i % 4]!, own!)));
    assert(taken >= 15 && taken <= 20, `${taken} by four people of a tenant`);
    assert.equal(await refused(own!, 'tenant'), 40 - taken);
    assert.equal((await calls(keyOf(other), own!)).status, 200, 'another tenant');
  });
  await servers(1, { RINGSIGHT_ADDRESS_RATE: '1', RINGSIGHT_ADDRESS_BURST: '15' }, async ([own]) => {
    const ask = (from: string): Promise<Answer> => send('/api/v1/calls', { port: own!.port, headers: { 'x-forwarded-for': from } });
    const from = address(), answers = await times(40, () => ask(from)), taken = ok(answers);
    assert(taken >= 15 && taken <= 20, `${taken} from an address`);
    assert(answers.every((a) => a.status === 401 || a.status === 429));
    assert.equal((await ask(address())).status, 401, 'another address');
    const net = `2001:db8:${randomInt(9999)}:2`, six = ok(await times(40, (i) => ask(`${net}::${i + 1}`)));
    assert(six <= 20, 'of IPv6 the network counts');
    assert.equal((await (await as('owner')).send('/api/v1/calls?limit=1', { port: own!.port, headers: { 'x-forwarded-for': from } })).status, 200, 'who is signed in is counted by name');
  });
});

test('what costs much and signing in have classes of their own', async () => {
  await servers(1, { RINGSIGHT_COSTLY_RATE: '1', RINGSIGHT_COSTLY_BURST: '5' }, async ([own]) => {
    const owner = await as('owner', other);
    const answers = await times(12, () => owner.send('/api/v1/trackers/try', { port: own!.port, method: 'POST', json: {} }));
    assert.equal(ok(answers), 5);
    assert.match(answers.find((a) => a.status === 429)!.json.detail, /a minute: try again in \d+ seconds\./);
    assert.equal((await calls(owner, own!)).status, 200, 'the rest goes on');
  });
  await servers(1, { RINGSIGHT_SIGN_IN_RATE: '1', RINGSIGHT_SIGN_IN_BURST: '5' }, async ([own]) => {
    const from = address();
    const answers = await times(12, (i) => send('/api/v1/session', { port: own!.port, method: 'POST', headers: { 'x-forwarded-for': from }, json: { email: `nobody${i}@limits.example`, password: 'x' } }));
    assert.equal(ok(answers), 5);
  });
});

test('two servers share one allowance through Redis, exactly', { timeout: 90_000 }, async () => {
  await servers(2, { RINGSIGHT_REQUEST_RATE: '1', RINGSIGHT_REQUEST_BURST: '40', RINGSIGHT_REDIS_URL: redis.url }, async (own) => {
    const who = await as('viewer'), began = Date.now();
    for (const o of own) // once their connections stand
      await until('it counts in Redis', 30_000, async () => {
        const before = await alone(o);
        await calls(keyOf(other), o);
        return (await alone(o)) === before;
      });
    const taken = ok(await times(200, (i) => calls(who, own[i % 2]!)));
    const most = 40 + (Date.now() - began) / 1_000 + 1;
    assert(taken >= 40 && taken <= most, `${taken} taken, not ${most} at most`);
  });
});

test('people at work take some ahead and are never in the way of each other', async () => {
  await servers(1, { RINGSIGHT_REQUEST_RATE: '100', RINGSIGHT_REQUEST_BURST: '3000', RINGSIGHT_REDIS_URL: redis.url }, async ([own]) => {
    const people = await Promise.all(['owner', 'manager', 'agent'].map((role) => as(role)));
    assert.equal(ok(await times(400, (i) => calls(people[i % 3]!, own!))), 400);
  });
});

test('Redis hangs, goes and comes: nobody waits, and each process counts alone meanwhile', { timeout: 120_000 }, async () => {
  const settings = { RINGSIGHT_REQUEST_RATE: '1', RINGSIGHT_REQUEST_BURST: '30', RINGSIGHT_TENANT_RATE: '100000', RINGSIGHT_REDIS_URL: redis.url };
  await servers(1, settings, async ([own]) => {
    const who = await as('agent', other);
    const counted = (): Promise<boolean> => until('it counts in Redis', 30_000, async () => {
      const before = await alone(own!);
      await calls(keyOf(home), own!);
      return (await alone(own!)) === before;
    });
    await counted();
    redis.signal('SIGSTOP');
    const one = Date.now(), first = await calls(who, own!);
    assert.equal(first.status, 200);
    assert(Date.now() - one < 5_000, 'the first finds out, in a moment');
    const taken = ok(await times(60, () => calls(who, own!)));
    assert(taken >= 29 && taken <= 45, `${taken} taken while it hangs: the process counts by itself`);
    assert((await alone(own!)) >= 29);
    redis.signal('SIGCONT');
    await counted();
    redis.signal('SIGKILL');
    assert.equal((await calls(keyOf(other), own!)).status, 200);
    redis.start();
    await counted();
  });
});
