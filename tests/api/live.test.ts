/* Notices over web sockets: who is let in, what is heard and how soon, and by whom not. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, test } from 'node:test';
import WebSocket from 'ws';
import { as, base, home, isProblem, keyOf, login, nobody, other, port, send, signIn, until, type Client, type Tenant } from './house.ts';
import { ownServer } from './server.ts';

interface Notice { id?: string; kind: string; object?: string }
interface Ear { socket: WebSocket; heard: (Notice & { at: number })[]; state: 'new' | 'open' | 'closed' | 'refused'; code: number }

const ears: Ear[] = [];
after(() => { for (const { socket } of ears) socket.terminate(); });

const within = <T>(what: string, probe: () => T | undefined | false, ms = 10_000): Promise<T> =>
  until(what, ms, async () => probe() as T);

async function ticket(who: Client, at = port): Promise<string> {
  const answer = await who.send('/api/v1/live/ticket', { method: 'POST', port: at });
  assert.equal(answer.status, 201, answer.text);
  assert.equal(answer.json.url, `/live?ticket=${answer.json.ticket}`);
  return answer.json.ticket;
}

function open(given: string, { query = '', origin, at = port }: { query?: string; origin?: string; at?: number } = {}): Ear {
  const socket = new WebSocket(`ws://127.0.0.1:${at}/live?ticket=${given}${query}`, origin ? { origin } : {});
  const ear: Ear = { socket, heard: [], state: 'new', code: 0 };
  ears.push(ear);
  socket.on('open', () => { ear.state = 'open'; });
  socket.on('message', (text) => ear.heard.push({ ...JSON.parse(text.toString()), at: Date.now() }));
  socket.on('close', (code) => { if (ear.state !== 'refused') Object.assign(ear, { state: 'closed', code }); });
  socket.on('unexpected-response', (_, response) => { Object.assign(ear, { state: 'refused', code: response.statusCode }); response.resume(); });
  socket.on('error', () => undefined);
  return ear;
}

/** Opens, and waits until what is told is surely heard: being let in follows the handshake. */
async function listen(who: Client, tenant: Tenant, extension: string, options = {}): Promise<Ear> {
  const ear = open(await ticket(who), options);
  await within('the socket opens', () => ear.state === 'open');
  await until('it is let in', 15_000, async () => {
    const number = await post(tenant, extension);
    const { id } = await callOf(number, tenant);
    return until('heard', 1_500, async () => hears(ear, id)).catch(() => null);
  });
  return ear;
}

const hears = (ear: Ear, call: string): (Notice & { at: number }) | undefined => ear.heard.find((n) => n.object === call);

/** Posts a call of this extension, and tells the customer's number. */
async function post(tenant: Tenant, extension: string): Promise<string> {
  const number = `+4478${String(Math.floor(Math.random() * 1e8)).padStart(8, '0')}`;
  const answer = await send(new URL(tenant.hooks.generic).pathname, { method: 'POST', json: {
    call_id: randomUUID(), direction: 'inbound', from: number, to: '+442079460100', agent: extension, started_at: new Date().toISOString() } });
  assert.equal(answer.status, 200, answer.text);
  return number;
}

const callOf = (number: string, tenant: Tenant) => until(`the call of ${number}`, 15_000, async () =>
  (await keyOf(tenant).get('/api/v1/calls', { query: { number } })).items[0]);

async function told(ear: Ear, tenant: Tenant, extension: string): Promise<{ id: string; ms: number }> {
  const from = Date.now(), number = await post(tenant, extension);
  const { id } = await callOf(number, tenant);
  const notice = await within('the notice', () => hears(ear, id));
  assert.deepEqual(Object.keys(notice), ['id', 'kind', 'object', 'at']);
  assert.equal(notice.kind, 'call.created');
  return { id, ms: notice.at - from };
}

test('a posted call is told at once', async () => {
  const ear = await listen(await as('owner'), home, '2002');
  const took: number[] = [];
  for (let i = 0; i < 5; i++) took.push((await told(ear, home, '2002')).ms);
  took.sort((a, b) => a - b);
  assert(took[2]! < 5_000, `from POST to message: ${took.join(', ')} ms`);
});

test('an agent hears of the own calls, and no company hears of another', async () => {
  const [owner, sara, stranger] = await Promise.all([
    listen(await as('owner'), home, '2002'), listen(await as('agent'), home, '2001'), listen(await as('owner', other), other, '3001')]);
  const toms = await told(owner, home, '2002');
  const saras = await told(owner, home, '2001'); // after the other one, so what Sara might hear of that came before
  await within('Sara hears of hers', () => hears(sara, saras.id));
  assert.equal(hears(sara, toms.id), undefined);
  const theirs = await told(stranger, other, '3001');
  for (const { id } of [toms, saras]) assert.equal(hears(stranger, id), undefined);
  await told(owner, home, '2002');
  assert.equal(hears(owner, theirs.id), undefined);
});

test('a ticket lets one in, once', async () => {
  const given = await ticket(await as('owner'));
  const first = open(given);
  await within('it opens', () => first.state === 'open');
  // Two at once: the first is the one that was redeemed first, and it is never more than one.
  const second = open(given);
  await within('one of them is sent away', () => first.state === 'closed' || second.state === 'closed');
  const [away, stays] = second.state === 'closed' ? [second, first] : [first, second];
  assert.equal(away.code, 4401);
  assert.equal(stays.state, 'open');
});

test('without a good ticket nobody is let in', async () => {
  for (const bad of ['A'.repeat(43), 'short', '', `${'A'.repeat(43)}&ticket=${'B'.repeat(43)}`]) {
    const ear = open(bad);
    await within('it is refused', () => ear.state === 'closed' || ear.state === 'refused');
    assert([4401, 401, 400].includes(ear.code), `${bad}: ${ear.code}`);
    assert.deepEqual(ear.heard, []);
  }
  isProblem(await nobody.send('/api/v1/live/ticket', { method: 'POST' }), 401);
  const plain = await send(`/live?ticket=${await ticket(await as('owner'))}`);
  assert(plain.status >= 400 && plain.status < 500, `a plain GET: ${plain.status}`);
});

test('a page of another origin is refused, ours is not', async () => {
  for (const origin of ['https://evil.example', 'null', `${base}.evil.example`, base.replace('http:', 'https:')]) {
    const ear = open(await ticket(await as('owner')), { origin });
    await within('it is refused', () => ear.state === 'refused' || ear.state === 'closed');
    assert.deepEqual([ear.state, ear.code], ['refused', 403], origin);
  }
  const ours = open(await ticket(await as('owner')), { origin: base });
  await within('ours opens', () => ours.state === 'open');
});

test('who comes back is told what was missed, or to load again', async () => {
  const owner = await as('owner');
  const ear = await listen(owner, home, '2002');
  await told(ear, home, '2002');
  const last = ear.heard.at(-1)!.id;
  ear.socket.close();
  await within('it closes', () => ear.state === 'closed');
  const { id } = await callOf(await post(home, '2002'), home);
  const back = open(await ticket(owner), { query: `&after=${last}` });
  await within('the missed notice', () => hears(back, id));
  assert(!back.heard.some((n) => n.kind === 'resync'));
  for (const after of ['nonsense', '01900000-0000-7000-8000-000000000001']) {
    const lost = open(await ticket(owner), { query: `&after=${after}` });
    const first = await within('the first notice', () => lost.heard[0]);
    assert.deepEqual([Object.keys(first), first.kind], [['kind', 'at'], 'resync']);
  }
});

test('d1-21 who signs out is sent away', async () => {
  const owner = await signIn(login('manager'));
  const ear = open(await ticket(owner));
  await within('it opens', () => ear.state === 'open');
  assert.equal((await owner.send('/api/v1/session', { method: 'DELETE' })).status, 204);
  await within('it is closed', () => ear.state === 'closed', 8_000);
  assert.equal(ear.code, 4401);
});

test('a server that stops says so', async () => {
  const own = await ownServer();
  try {
    const list = await Promise.all(Array.from({ length: 20 }, async () => open(await ticket(keyOf(home), own.port), { at: own.port })));
    await within('they open', () => list.every((e) => e.state === 'open'));
    own.process.kill('SIGTERM');
    await within('they are closed', () => list.every((e) => e.state === 'closed'), 5_000);
    assert.deepEqual(list.map((e) => e.code), list.map(() => 1001));
    assert.equal(await own.ended, 0, own.log());
  } finally {
    await own.remove();
  }
});

test('an address the socket server cannot read is refused like any other', async () => {
  const headers = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' };
  for (const path of ['/live?ticket=%00', '/live?ticket=%', '/live?ticket=%zz', '/live?%00', '/live/%00', `/live?ticket=${'a'.repeat(5_000)}`]) {
    const answer = await send(path, { headers });
    assert.equal(answer.status, 400, path.slice(0, 40));
    assert.equal(answer.json.code, 'bad_request', answer.text);
  }
  assert.equal((await send('/live?ticket=abc', { headers })).status, 401);
});
