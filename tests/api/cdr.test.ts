/* CDR lines of 3CX over TCP: stored as they come, from the named address only, whole however they are
 * cut up, and off where nothing was set. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { connect, type Socket } from 'node:net';
import { as, home, keyOf, until, type Client } from './house.ts';
import { freePort, ownCdr } from './server.ts';

const key = keyOf(home);
let owner: Client, cdr: Awaited<ReturnType<typeof ownCdr>>, port = 0, closed = 0, id = '', foreign = '';

async function connected(name: string, settings: Record<string, string>): Promise<string> {
  const answer = await owner.send('/api/v1/integrations', { method: 'POST', json: { provider: '3cx', name, settings: { calls_from: 'cdr', ...settings } } });
  assert.equal(answer.status, 201, answer.text);
  return answer.json.id;
}

before(async () => {
  owner = await as('owner');
  [port, closed] = [await freePort(), await freePort()];
  id = await connected('3CX by CDR', { cdr_port: String(port), cdr_source: '127.0.0.1' });
  foreign = await connected('3CX elsewhere', { cdr_port: String(closed), cdr_source: '203.0.113.0/28' });
  const [low, high] = [Math.min(port, closed), Math.max(port, closed)];
  cdr = await ownCdr(`127.0.0.1:${low}-${high}`);
  await until(`both ports are open: ${cdr.log()}`, 20_000, async () => (cdr.log().match(/cdr\.open/g) ?? []).length >= 2 || undefined);
});
after(async () => {
  await cdr?.stop();
  for (const i of [id, foreign]) await owner.send(`/api/v1/integrations/${i}`, { method: 'DELETE' });
});

const dial = (to: number): Promise<Socket> => new Promise((ok, fail) => { const s = connect(to, '127.0.0.1', () => ok(s)); s.on('error', fail); });
let serial = Date.now() % 1_000_000;
function line(facts: { number: string; agent?: string }): string {
  return `Call ${++serial},c${serial}_1,00:00:25,2026/06/17 05:59:49,2026/06/17 05:59:58,2026/06/17 06:00:23,TerminatedBySrc,${facts.number},`
    + `Ext.2001,10020,2001,,,Ext.2001,2001,default,1,0,default,Chain: x;,Line,Extension,Extension,Ann Lee,Sara,Sara,`;
}
const number = (): string => `+4420${String(Date.now() % 1e9).padStart(9, '0')}${++serial % 10}`;
const callOf = (n: string) => until(`the call of ${n}`, 30_000, async () => (await key.get('/api/v1/calls', { query: { number: n } })).items[0]);

test('lines become calls, however the network cuts them up', async () => {
  const numbers = [number(), number(), number()];
  const socket = await dial(port);
  const text = numbers.map((n) => line({ number: n }) + '\r\n').join('');
  for (const at of [0, 7, 180, 200, 431]) {
    const next = [7, 180, 200, 431, text.length][[0, 7, 180, 200, 431].indexOf(at)];
    socket.write(text.slice(at, next));
    await new Promise((ok) => setImmediate(ok));
  }
  for (const n of numbers) {
    const call = await callOf(n);
    assert.deepEqual([call.agent_name, call.talk_s, call.direction, call.started_at], ['Sara Whitfield', 25, 'inbound', '2026-06-17T05:59:49Z']);
  }
  socket.destroy();
  const { items } = await owner.get('/api/v1/deliveries', { query: { integration: id } });
  assert(items.every((d) => d.source === '127.0.0.1' && d.state === 'parsed'), JSON.stringify(items));
});

test('a last line without an end is kept when the connection closes', async () => {
  const n = number();
  const socket = await dial(port);
  socket.end(line({ number: n }));
  assert.equal((await callOf(n)).agent_name, 'Sara Whitfield');
});

test('rubbish is kept and shown with its reason', async () => {
  const socket = await dial(port);
  socket.end('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await until('the delivery is there, unparsed', 20_000, async () =>
    (await owner.get('/api/v1/deliveries', { query: { integration: id, state: 'unparsed' } })).items[0]);
});

test('another address than the named one is hung up on', async () => {
  const socket = await dial(closed);
  await new Promise<void>((ok) => { socket.on('close', () => ok()); socket.on('error', () => ok()); socket.resume(); });
  assert.equal((await owner.get('/api/v1/deliveries', { query: { integration: foreign } })).items.length, 0);
});

test('when the integration goes its port closes', async () => {
  await owner.send(`/api/v1/integrations/${id}`, { method: 'DELETE' });
  await until('the port is closed', 20_000, () => dial(port).then((s) => { s.destroy(); return undefined; }, () => true));
});
