/* Probes, metrics on their own port, and a server that will not start. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { networkInterfaces } from 'node:os';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { home, keyOf, nobody, port, send } from './house.ts';
import { ownServer, type Own } from './server.ts';

let own: Own;
before(async () => { own = await ownServer(); });
after(async () => { await own?.remove(); });

test('alive and ready, for anybody, by GET and HEAD', async () => {
  for (const path of ['/livez', '/readyz']) {
    const answer = await nobody.send(path);
    assert.equal(answer.status, 200);
    assert.match(answer.headers['content-type']!, /^text\/plain/);
    assert.match(answer.headers['cache-control']!, /no-store/);
    assert.equal((await send(path, { method: 'HEAD' })).status, 200);
  }
});

test('metrics are told on their own port, and nowhere else', async () => {
  assert.equal((await send('/metrics')).status, 404);
  await send('/api/v1/calls?limit=1', { port: own.port, headers: keyOf(home).headers });
  const answer = await send('/metrics', { port: own.metrics });
  assert.equal(answer.status, 200);
  assert.match(answer.headers['content-type']!, /^text\/plain; version=0\.0\.4/);
  const names = new Set([...answer.text.matchAll(/^# TYPE (\w+) \w+$/gm)].map((m) => m[1]));
  assert(names.size > 5, [...names].join(' '));
  for (const line of answer.text.trim().split('\n'))
    assert.match(line, /^(# (HELP|TYPE) \w+ .+|\w+(\{(\w+="[^"\n]*",?)*\})? [-+0-9.eInfNa]+)$/, line);
  assert.match(answer.text, /route="GET \/api\/v1\/calls"/);
  assert(!answer.text.includes(home.id) && !answer.text.includes(home.api_key));
});

test('the port of metrics listens on loopback alone', async () => {
  const outside = Object.values(networkInterfaces()).flat().find((i) => i && !i.internal && i.family === 'IPv4');
  if (!outside) return;
  const refused = await new Promise<boolean>((ok) => {
    const socket = connect(own.metrics, outside.address, () => { socket.destroy(); ok(false); });
    socket.on('error', () => ok(true));
  });
  assert(refused);
});

test('a port that is taken is said in a sentence', () => {
  const { status, stderr } = spawnSync(own.process.spawnfile, ['web'], { encoding: 'utf8', timeout: 40_000,
    env: { PATH: process.env.PATH, RINGSIGHT_CONFIG: '/dev/null', RINGSIGHT_VAR: '/tmp', RINGSIGHT_PORT: String(port), RINGSIGHT_METRICS_PORT: '0', RINGSIGHT_KEYS: '/tmp/ringsight-no-keys' } });
  assert.notEqual(status, 0);
  assert.match(stderr, /ringsight: .{10,}/);
});
