/* Receiving hooks at the sizes that TRUST.md names, against the installation of RINGSIGHT_DEMO and
 * servers of its own beside it. Prints a line of figures each; fails where something was lost or doubled.
 *   npm --prefix tests/api run size -- [w1] [w2] [w3] [w4] [--seconds N] [--events N] [--rate N]
 * sizes.test.ts runs them small. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import * as http from 'node:http';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { as, keyOf, other, send, sleep, until } from './house.ts';
import { sql } from './queue.ts';
import { ownServer, ready, Relay, type Own } from './server.ts';

const words = process.argv.slice(2);
const option = (name: string, otherwise: number): number => (words.includes(name) ? Number(words[words.indexOf(name) + 1]) : otherwise);
const seconds = option('--seconds', 300), events = option('--events', 10_000), rate = option('--rate', 500);
const wanted = words.filter((w) => /^w\d$/.test(w));
const settings = { RINGSIGHT_HOOK_RATE: '0' };
const key = keyOf(other), owner = await as('owner', other);
const keepAlive = new http.Agent({ keepAlive: true, maxSockets: 64 });
const sum = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');
let failed = false;

function say(what: string, good: boolean): void {
  console.log(`${good ? 'ok' : 'not ok'} ${what}`);
  failed ||= !good;
}

async function connect(): Promise<{ id: string; path: string; remove: () => Promise<unknown> }> {
  const answer = await owner.send('/api/v1/integrations', { method: 'POST', json: { provider: 'generic', name: 'Size', settings: {} } });
  if (answer.status !== 201) throw new Error(answer.text);
  return { id: answer.json.id, path: new URL(answer.json.hook_url).pathname,
    remove: () => owner.send(`/api/v1/integrations/${answer.json.id}`, { method: 'DELETE' }) };
}

/** SHA-256 of every body that is stored, as often as it is. */
async function stored(id: string): Promise<Map<string, number>> {
  const rows = await sql(`select encode(sha256(body), 'hex') || ' ' || count(*) from inbox where integration_id = '${id}' group by sha256(body)`);
  return new Map(rows.map((r) => [r.slice(0, 64), Number(r.slice(65))]));
}

/** So many hooks of 2 KB a second: each that is acknowledged is there, as it was sent. */
async function w1(): Promise<void> {
  const at = await connect(), own: Own = await ownServer(undefined, { settings });
  const waits: number[] = [], acknowledged = new Set<string>(), under: Promise<void>[] = [], began = Date.now();
  const one = async (): Promise<void> => {
    const body = randomBytes(2_000), since = performance.now();
    const answer = await send(at.path, { port: own.port, method: 'POST', body, agent: keepAlive });
    waits.push(performance.now() - since);
    if (answer.status === 200) acknowledged.add(sum(body));
  };
  while (Date.now() - began < seconds * 1_000) {
    while (under.length < ((Date.now() - began) / 1_000) * rate) under.push(one());
    await sleep(2);
  }
  await Promise.all(under);
  const found = await stored(at.id);
  const missing = [...acknowledged].filter((s) => found.get(s) !== 1).length;
  waits.sort((a, b) => a - b);
  say(`W1: ${under.length} hooks of 2 KB, ${rate} a second: ${missing} acknowledged and not there once, ${under.length - acknowledged.size} refused; ` +
    `ack p50 ${waits[Math.floor(waits.length / 2)]?.toFixed(1)} ms, p99 ${waits[Math.floor(waits.length * 0.99)]?.toFixed(1)} ms`,
  missing === 0 && acknowledged.size === under.length);
  await own.remove();
  await at.remove();
}

/** PostgreSQL away for so long, 50 hooks a second, the server killed twice meanwhile. A sender that got no
 * answer sends the same again, as phone systems do; only what was acknowledged counts. */
async function w2(): Promise<void> {
  const at = await connect(), relay = new Relay(), url = await relay.start();
  let own: Own = await ownServer(url, { settings });
  const spool = (): number => readdirSync(join(own.folder, 'spool')).filter((f) => f.endsWith('.seg')).length;
  const acknowledged = new Set<string>(), waits: number[] = [];
  let sent = 0, repeated = 0;
  const one = async (): Promise<void> => {
    const body = randomBytes(1_000 + Math.floor(Math.random() * 2_000)), began = Date.now();
    sent++;
    for (;;) {
      const status = await send(at.path, { port: own.port, method: 'POST', body, timeout: 5_000 }).then((a) => a.status, () => 0);
      if (status === 200) break;
      repeated++;
      await sleep(200);
    }
    acknowledged.add(sum(body));
    waits.push(Date.now() - began);
  };
  await sleep(1_000);
  relay.cut();
  await until('it is away', 15_000, async () => (await ready(own.port)) === 503);
  const began = Date.now(), under: Promise<void>[] = [];
  let kills = 0;
  while (Date.now() - began < seconds * 1_000) {
    while (under.length < (Date.now() - began) / 20) under.push(one());
    if (kills < 2 && Date.now() - began > (seconds * 1_000 * (kills + 1)) / 3) {
      kills++;
      await own.kill();
      own = await ownServer(url, { settings, after: own, until: 'alive' });
    }
    await sleep(5);
  }
  await Promise.all(under);
  relay.mend();
  const back = Date.now();
  await until('the spool is empty', 120_000, async () => spool() === 0);
  const drained = (Date.now() - back) / 1_000;
  const found = await stored(at.id);
  const lost = [...acknowledged].filter((s) => !found.has(s)).length;
  // A repeat of what was stored but not answered (the kill came between) is one more delivery, and no more calls.
  const doubled = [...found.values()].reduce((n, k) => n + Math.max(0, k - 1), 0);
  waits.sort((a, b) => a - b);
  say(`W2: PostgreSQL away ${seconds} s, ${sent} hooks, ${kills} kills: ${lost} lost; drained in ${drained.toFixed(1)} s (<= 60 s); ` +
    `ack p50 ${waits[Math.floor(waits.length / 2)]} ms, p99 ${waits[Math.floor(waits.length * 0.99)]} ms with the kills; ` +
    `${repeated} sent again, ${doubled} of them stored twice`, lost === 0 && drained <= 60 && doubled <= repeated);
  await own.remove();
  relay.stop();
  await at.remove();
}

/** Each event three times, all shuffled, over three servers: as many calls as events. */
async function w3(): Promise<void> {
  const at = await connect(), number = `+4477${String(Date.now()).slice(-8)}`;
  const servers = await Promise.all([1, 2, 3].map(() => ownServer(undefined, { settings })));
  const all = Array.from({ length: events }, (_, i) => JSON.stringify({ call_id: `w3-${i}-${randomUUID()}`, direction: 'inbound', from: number,
    to: '+442079460100', started_at: new Date(Date.now() - 3_600_000 - i * 100).toISOString(), duration: 30, disposition: 'answered' }));
  const queue = [...all, ...all, ...all];
  for (let i = queue.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [queue[i], queue[j]] = [queue[j]!, queue[i]!];
  }
  const began = Date.now();
  let refused = 0;
  await Promise.all(Array.from({ length: 32 }, async (_, n) => {
    for (let body = queue.pop(); body; body = queue.pop()) {
      const a = await send(at.path, { port: servers[n % 3]!.port, method: 'POST', body, agent: keepAlive, headers: { 'content-type': 'application/json' } });
      if (a.status !== 200) refused++;
    }
  }));
  const posted = (Date.now() - began) / 1_000;
  const calls = (): Promise<number> => key.get('/api/v1/calls/summary', { query: { number } }).then((s) => s.count);
  await until('all are read', 900_000, async () => {
    await sleep(1_000);
    return (await key.get('/api/v1/deliveries', { query: { integration: at.id, state: 'received', limit: 1 } })).items.length === 0;
  });
  const count = await calls();
  say(`W3: ${events} events three times, shuffled, over 3 servers: ${count} calls, ${refused} refused; posted in ${posted.toFixed(0)} s, ` +
    `all read after ${((Date.now() - began) / 1_000).toFixed(0)} s`, count === events && refused === 0);
  await Promise.all(servers.map((s) => s.remove()));
  await at.remove();
}

/** Bodies that are no record, up to a megabyte, 16 at a time: what they hold of the server's memory goes again. */
async function w4(): Promise<void> {
  const at = await connect(), own: Own = await ownServer(undefined, { settings });
  const mb = 1 << 20, many = option('--odd', 2_000);
  const kinds: (() => string | Buffer)[] = [
    () => randomBytes(mb), () => '['.repeat(mb), () => '{"a":'.repeat(mb / 5), () => `{"call_id":"${'x'.repeat(mb - 20)}"`, () => '',
    () => `[${'{"a":1,"a":2},'.repeat(70_000)}{}]`, () => `{"n":${'9'.repeat(mb - 10)}}`, () => Buffer.alloc(mb, 0xff), () => 'a=b&'.repeat(mb / 4)];
  const rss = (): number => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${own.process.pid}/status`, 'utf8'))![1]) / 1024;
  const sent = new Map<string, number>();
  let most = 0, failed = 0, next = 0;
  const lane = async (): Promise<void> => {
    while (next < many) {
      const body = kinds[next++ % kinds.length]!();
      const answer = await send(at.path, { port: own.port, method: 'POST', body, agent: keepAlive, timeout: 60_000 });
      if (answer.status === 200) sent.set(sum(body), (sent.get(sum(body)) ?? 0) + 1);
      else failed++;
      most = Math.max(most, rss());
    }
  };
  const first = rss();
  await Promise.all(Array.from({ length: 16 }, lane));
  await until('all are looked at', 600_000, async () => {
    await sleep(500);
    return (await key.get('/api/v1/deliveries', { query: { integration: at.id, state: 'received', limit: 1 } })).items.length === 0;
  });
  const found = await stored(at.id);
  const wrong = [...sent].filter(([mark, n]) => found.get(mark) !== n).length;
  const parsed = (await key.get('/api/v1/deliveries', { query: { integration: at.id, state: 'parsed', limit: 1 } })).items.length;
  say(`W4: ${many} bodies that are no record, up to 1 MB, 16 at a time: ${wrong} not stored as sent, ${failed} refused, ${parsed} taken for a call; ` +
    `the web process held ${first.toFixed(0)} MB before, ${most.toFixed(0)} MB at most, ${rss().toFixed(0)} MB after`, wrong === 0 && failed === 0 && parsed === 0 && own.process.exitCode === null && most - first < 512);
  await own.remove();
  await at.remove();
}

if (!wanted.length || wanted.includes('w1')) await w1();
if (!wanted.length || wanted.includes('w2')) await w2();
if (!wanted.length || wanted.includes('w3')) await w3();
if (!wanted.length || wanted.includes('w4')) await w4();
keepAlive.destroy();
process.exit(failed ? 1 : 0);
