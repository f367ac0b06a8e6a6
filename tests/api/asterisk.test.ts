/* Asterisk as it is: a simulator of its manager interface, the worker's line to it, and what comes of
 * it on the API. Lines are cut, events come in halves, the worker is killed: every call is there once. */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Asterisk, SECRET, USER } from '../providers/sim/ami.mjs';
import { appears, callOf, callsOf, comes } from './audio.ts';
import { as, demo, isProblem, keyOf, other, send, sleep, until, type Client } from './house.ts';
import { worker } from './queue.ts';

const ROOT = '/api/v1/integrations';
const port = (demo as unknown as { ami_port: number }).ami_port;
const asterisk = new Asterisk();
const made: string[] = [];
let owner: Client, line = '', hook = '';

const number = (): string => `0207${String(randomInt(10_000_000)).padStart(7, '0')}`;
const settings = { host: `127.0.0.1:${port}`, username: USER, password: SECRET, tls: 'none', zone: 'UTC', trunks: 'provider' };

async function connect(given: object = {}): Promise<string> {
  const answer = await owner.send(ROOT, { method: 'POST', json: { provider: 'asterisk', name: 'Asterisk', settings: { ...settings, ...given } } });
  assert.equal(answer.status, 201, answer.text);
  made.push(answer.json.id);
  hook = new URL(answer.json.hook_url).pathname;
  return answer.json.id;
}

const disconnect = (id: string) => owner.send(`${ROOT}/${id}`, { method: 'DELETE' });
const state = (id = line) => owner.send(`${ROOT}/${id}/line`);
const connected = (ms = 15_000) => until('the line is connected', ms, async () => asterisk.connected === 1 && (await state()).json?.state === 'connected');
/** Everything sent so far has been taken: the list of channels was asked for after it. */
const deliveries = async () => (await keyOf(other).get('/api/v1/deliveries', { query: { integration: line, limit: 100 } })).items;

before(async () => {
  owner = await as('owner', other);
  await asterisk.start(port);
  line = await connect();
  await connected();
});
after(async () => {
  for (const id of made) await disconnect(id);
  await asterisk.stop();
});

test('a call comes by the line, as one delivery', async () => {
  const from = number(), call = asterisk.ring(from, '3001');
  await sleep(1_100); // a second of ringing, so that there is a wait
  asterisk.pickUp(call);
  await sleep(1_100);
  asterisk.hangUp(call);
  const id = await appears(from, other);
  const seen = await callOf(id, other);
  assert.equal(seen.direction, 'inbound');
  assert.equal(seen.disposition, 'answered');
  assert.equal(seen.to_number, '02079460100');
  assert.equal(seen.trunk, 'provider');
  assert((seen.talk_s ?? 0) >= 1, `talk ${seen.talk_s}`);
  const [delivery] = await deliveries();
  assert.equal(delivery!.source, 'ami');
  assert.equal(delivery!.state, 'parsed');
  const whole = await keyOf(other).get('/api/v1/deliveries/{delivery}', { params: { delivery: delivery!.id } });
  assert.match(String(whole.body), /^X-Received: .*\r\nEvent: Newchannel\r\n/, 'raw, each message with its time');
  assert.match(String(whole.body), /Event: Cdr\r\n/);
});

test('one that nobody answers', async () => {
  const from = number(), call = asterisk.ring(from, '3001');
  asterisk.dialled(call.from, call.to, 'NOANSWER');
  asterisk.hangUp(call, { record: false });
  assert.equal((await callOf(await appears(from, other), other)).disposition, 'no_answer');
});

test('events come late and in halves, and another line is never opened', async () => {
  Object.assign(asterisk.faults, { half: true, slow_ms: 200 });
  const from = number(), call = asterisk.ring(from, '3001');
  await sleep(100);
  asterisk.pickUp(call);
  await sleep(100);
  asterisk.hangUp(call);
  await appears(from, other);
  Object.assign(asterisk.faults, { half: false, slow_ms: 0 });
  assert.equal(asterisk.connected, 1);
});

test('the line is cut in mid-call: the call goes on over the new one', async () => {
  const from = number(), call = asterisk.ring(from, '3001'), logins = asterisk.logins;
  asterisk.pickUp(call);
  await sleep(1_000);
  asterisk.cut();
  await until('it logs in again', 20_000, async () => asterisk.logins > logins);
  await connected();
  asterisk.hangUp(call);
  const id = await appears(from, other);
  const seen = await comes(id, 10_000, (c) => c.ended_at, other);
  assert.equal(seen.disposition, 'answered');
  assert((seen.talk_s ?? 0) >= 1, `talk ${seen.talk_s}`);
  assert.equal((await callsOf(from, other)).length, 1);
});

test('a call that ends while the line is cut is found out', async () => {
  const from = number(), call = asterisk.ring(from, '3001'), logins = asterisk.logins;
  asterisk.pickUp(call);
  await sleep(1_000);
  asterisk.cut();
  asterisk.hangUp(call);
  await until('it logs in again', 20_000, async () => asterisk.logins > logins);
  const seen = await callOf(await appears(from, other), other);
  assert.equal(seen.disposition, 'answered');
  assert.equal(seen.ended_at, null, 'when it ended nobody heard');
});

test('a call that begins while the line is cut is in the list of channels', async () => {
  const from = number(), logins = asterisk.logins;
  asterisk.cut();
  await until('the cut is noticed', 15_000, async () => asterisk.connected === 0);
  const call = asterisk.ring(from, '3001');
  asterisk.pickUp(call);
  await until('it logs in again', 20_000, async () => asterisk.logins > logins);
  await connected();
  asterisk.hangUp(call);
  const seen = await callOf(await appears(from, other), other);
  assert.equal(seen.disposition, 'answered');
  assert.equal(seen.from_number, from);
});

test('a transfer is one call', async () => {
  const from = number(), { from: a, to: b } = asterisk.ring(from, '3001');
  asterisk.pickUp({ from: a, to: b });
  const c = asterisk.channel('PJSIP/3001', { number: '3001', exten: '3002' });
  const d = asterisk.channel('PJSIP/3002', { linked: c.id });
  asterisk.dial(c, d);
  asterisk.dialled(c, d, 'ANSWER');
  c.linked = d.linked = a.id; // Asterisk joins the two bridges
  asterisk.bridge(a, d);
  asterisk.hangup(c);
  asterisk.hangup(b);
  asterisk.record(a, b, { start: a.at, answer: a.at });
  asterisk.record(c, d, { start: c.at, answer: c.at, to: '3002' });
  asterisk.hangup(d);
  asterisk.hangup(a);
  asterisk.record(a, d, { start: c.at, answer: c.at });
  const seen = await callOf(await appears(from, other), other);
  assert.equal(seen.legs, 3);
  assert.equal((await callsOf('3001', other)).filter((x) => x.from_number === '3001' && x.to_number === '3002').length, 0);
});

test('the worker is killed in mid-call: the next one knows what was said before', { timeout: 180_000 }, async () => {
  const from = number(), call = asterisk.ring(from, '3001'), logins = asterisk.logins;
  asterisk.pickUp(call);
  await until('it is in the journal', 15_000, async () => asterisk.connected === 1 && (await sleep(700), true));
  process.kill(worker()!.pid, 'SIGKILL');
  await until('another worker holds the line', 60_000, async () => asterisk.logins > logins && asterisk.connected === 1);
  asterisk.hangUp(call, { record: false });
  const seen = await callOf(await appears(from, other, 20_000), other);
  assert.equal(seen.disposition, 'answered');
  assert(seen.answered_at, 'the answer was told to the killed one only');
});

test('new settings close the line and open another', async () => {
  const { version } = (await owner.send(`${ROOT}/${line}`)).json, logins = asterisk.logins;
  const changed = await owner.send(`${ROOT}/${line}`, { method: 'PATCH', json: { name: 'Renamed' }, headers: { 'if-match': `"${version}"` } });
  assert.equal(changed.status, 200, changed.text);
  await until('it logs in again', 20_000, async () => asterisk.logins > logins);
  await connected();
});

async function trial() {
  const answer = await owner.send(`${ROOT}/${line}/trials`, { method: 'POST', json: { kind: 'connection' } });
  assert.equal(answer.status, 201, answer.text);
  return until('the trial ends', 60_000, async () =>
    (await owner.get('/api/v1/trials', { query: { integration: line } })).items.find((t) => t.id === answer.json.id && t.state !== 'running'));
}

test('a trial logs in anew beside the open line, which stays', { timeout: 180_000 }, async () => {
  await connected();
  const { logins, refused } = asterisk, good = await trial();
  assert.deepEqual(good.steps.map((s) => [s.name, s.found]), [['address', 'good'], ['login', 'good'], ['line', 'good']], JSON.stringify(good.steps));
  assert.match(good.steps[1]!.text, /fresh login was taken .*Asterisk Call Manager/);
  assert.equal(asterisk.logins, logins + 1, 'one, and the line was not logged in again');
  assert(asterisk.asked.includes('Logoff'));
  await until('the trial hung up', 10_000, async () => asterisk.connected === 1);

  asterisk.faults.no_login = true;
  const bad = await trial();
  assert.deepEqual(bad.steps.map((s) => s.found), ['good', 'bad'], JSON.stringify(bad.steps));
  assert.match(bad.steps[1]!.text, /refused the AMI user or secret/);
  const again = await trial();
  assert.match(again.steps[1]!.cure!, /not tried again/);
  assert.equal(asterisk.refused, refused + 1, 'a wrong secret is tried once');
  asterisk.faults.no_login = false;
  const { version } = (await owner.send(`${ROOT}/${line}`)).json;
  const saved = await owner.send(`${ROOT}/${line}`, { method: 'PATCH', json: { settings }, headers: { 'if-match': `"${version}"` } });
  assert.equal(saved.status, 200, saved.text);
  await connected(30_000);
});

test('a refused login is told and not tried again', async () => {
  asterisk.faults.no_login = true;
  asterisk.cut();
  const refused = asterisk.refused;
  const seen = await until('it asks for attention', 20_000, async () => {
    const { json } = await owner.send(`${ROOT}/${line}`);
    return json.state === 'attention' && json;
  });
  assert.match(seen.state_reason, /refused the AMI user or secret \(Authentication failed\)/);
  await sleep(4_000); // longer than the workers' look for lines
  assert.equal(asterisk.refused, refused + 1);
  asterisk.faults.no_login = false;
});

test('what is no Asterisk is said so, and an address without a port is refused', async () => {
  await disconnect(line);
  await asterisk.stop();
  const web = await import('node:http').then(({ createServer }) => createServer((_, answer) => answer.end('x')).listen(port, '127.0.0.1'));
  const id = await connect();
  const seen = await until('the line says why not', 60_000, async () => {
    const { json } = await state(id);
    return json?.state === 'lost' && json;
  });
  assert.match(seen.reason, /did not answer in time: no greeting|no Asterisk manager interface/);
  web.close();
  web.closeAllConnections();
  await disconnect(id);
  await asterisk.start(port);
  const wrong = await owner.send(ROOT, { method: 'POST', json: { provider: 'asterisk', name: 'x', settings: { ...settings, host: 'pbx.example.com' } } });
  isProblem(wrong, 422);
  assert.match(wrong.text, /Give host and port/);
});

test('a dialplan script posts a record', async () => {
  const from = number();
  await connect({ host: undefined, username: undefined, password: undefined, tls: undefined });
  const record = new URLSearchParams({
    uniqueid: `${Math.floor(Date.now() / 1000)}.${randomInt(1000)}`, channel: 'PJSIP/provider-00000001', dstchannel: 'PJSIP/3001-00000002', src: from, dst: '3001',
    start: String(Date.now() / 1000 - 60), answer: String(Date.now() / 1000 - 50), end: String(Date.now() / 1000), billsec: '50', duration: '60', disposition: 'ANSWERED',
  });
  const answer = await send(hook, { method: 'POST', body: record.toString(), headers: { 'content-type': 'application/x-www-form-urlencoded' } });
  assert.equal(answer.status, 200, answer.text);
  assert.equal((await callOf(await appears(from, other), other)).talk_s, 50);
});
