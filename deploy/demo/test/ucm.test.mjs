// The simulated UCM keeps to the wire format, so that what passes against it passes at a customer's.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { after, before, beforeEach, test } from 'node:test';
import { Ucm } from '../ucm.mjs';

const wav = Buffer.concat([Buffer.from('RIFF'), Buffer.alloc(40), Buffer.alloc(3000, 7)]);
let ucm, clock;

async function api(request, { raw = false } = {}) {
  const res = await fetch(`${ucm.url}/api`, {
    method: 'POST', body: JSON.stringify({ request }),
    headers: { 'Content-Type': 'application/json;charset=UTF-8' } });
  return raw ? res : res.json();
}

async function login(password = 'secret') {
  const { response } = await api({ action: 'challenge', user: 'cdrapi', version: '1.0' });
  const token = createHash('md5').update(response.challenge + password).digest('hex');
  return api({ action: 'login', user: 'cdrapi', token });
}

before(async () => {
  clock = Date.now();
  ucm = new Ucm({ users: { cdrapi: 'secret' }, now: () => clock });
  await ucm.listen();
  ucm.addRecording('auto-1-100.wav', { folder: 'queue', data: wav });
  for (let i = 1; i <= 25; i++)
    ucm.addRecords([{ AcctId: String(i), session: `s${i}`, src: String(1000 + i), dst: '2000',
                      start: `2026-08-01 10:00:${String(i).padStart(2, '0')}`, duration: '30',
                      recordfiles: i === 1 ? '2026-08/auto-1-100.wav@' : '' }], { push: false });
});
beforeEach(() => { ucm.faults.clear(); ucm.tries.clear(); });
after(() => ucm.close());

test('login: challenge keeps leading zeros, token is MD5, cookie comes in the body', async () => {
  const { response, status } = await api({ action: 'challenge', user: 'cdrapi', version: '1.0' });
  assert.equal(status, 0);
  assert.match(response.challenge, /^0\d{15}$/);
  const answer = await login();
  assert.equal(answer.status, 0);
  assert.match(answer.response.cookie, /^sid\d+-\d+$/);
});

test('a challenge works once; unknown users and missing members are refused', async () => {
  const { response } = await api({ action: 'challenge', user: 'cdrapi', version: '1.0' });
  const token = createHash('md5').update(response.challenge + 'secret').digest('hex');
  assert.equal((await api({ action: 'login', user: 'cdrapi', token })).status, 0);
  assert.equal((await api({ action: 'login', user: 'cdrapi', token })).status, -37);
  assert.equal((await api({ action: 'challenge', user: 'nobody', version: '1.0' })).status, -71);
  assert.equal((await api({ action: 'challenge', user: 'cdrapi' })).status, -1);
});

test('wrong passwords lock the account, and a right one does not open it before its time', async () => {
  for (let left = 4; left > 0; left--) {
    const answer = await login('wrong');
    assert.equal(answer.status, -37);
    assert.equal(answer.response.remain_num, left);
  }
  assert.equal((await login('wrong')).status, -70);
  assert.equal((await login()).status, -70);
  clock += 300_001;
  assert.equal((await login()).status, 0);
});

test('no cookie is -5, a wrong or idle one is -6, a Cookie header does not count', async () => {
  assert.equal((await api({ action: 'recapi', filename: 'x' })).status, -5);
  assert.equal((await api({ action: 'recapi', cookie: 'sid1-1', filename: 'x' })).status, -6);
  const { cookie } = (await login()).response;
  assert.equal((await api({ action: 'getRecordInfosByCall', cookie, id: '1' })).status, 0);
  clock += 600_001;
  assert.equal((await api({ action: 'getRecordInfosByCall', cookie, id: '1' })).status, -6);
});

test('recapi wants the bare name in the right folder, and fails as JSON with HTTP 200', async () => {
  const { cookie } = (await login()).response;
  const get = async more => api({ action: 'recapi', cookie, ...more }, { raw: true });
  const good = await get({ filedir: 'queue', filename: 'auto-1-100.wav' });
  assert.deepEqual(Buffer.from(await good.arrayBuffer()), wav);
  for (const bad of [{ filedir: 'monitor', filename: 'auto-1-100.wav' },
                     { filename: 'auto-1-100.wav' },
                     { filedir: 'queue', filename: '2026-08/auto-1-100.wav' },
                     { filedir: 'queue', filename: 'auto-1-100.wav@' }]) {
    const res = await get(bad);
    assert.equal(res.status, 200);
    assert.equal((await res.json()).status, -16);
  }
});

test('getRecordInfosByCall: names joined by commas, -15 without a recording', async () => {
  const { cookie } = (await login()).response;
  const ask = id => api({ action: 'getRecordInfosByCall', cookie, id });
  assert.equal((await ask('1')).response.recordfiles, '2026-08/auto-1-100.wav');
  assert.equal((await ask('2')).status, -15);
});

test('cdrapi pages by offset, filters, and answers with the bare list', async () => {
  const { cookie } = (await login()).response;
  const ask = more => api({ action: 'cdrapi', cookie, format: 'json', ...more });
  const page = await ask({ numRecords: '10', offset: '20' });
  assert.deepEqual(Object.keys(page), ['cdr_root']);
  assert.deepEqual(page.cdr_root.map(r => r.AcctId), ['21', '22', '23', '24', '25']);
  assert.equal((await ask({ offset: '25' })).cdr_root.length, 0);
  assert.equal((await ask({ caller: '1001-1003' })).cdr_root.length, 3);
  assert.equal((await ask({ caller: '100_' })).cdr_root.length, 9);
  assert.equal((await ask({ startTime: '2026-08-01T10:00:24' })).cdr_root.length, 2);
  assert.equal((await ask({ numRecords: '1001' })).status, -1);
  ucm.fault({ kind: 'repeat_page' });
  assert.equal((await ask({ numRecords: '10', offset: '10' })).cdr_root[0].AcctId, '1');
  assert.equal((await ask({ numRecords: '10', offset: '10' })).cdr_root[0].AcctId, '11');
});

test('faults on recordings: not ready twice, then header only, truncated, then well again', async () => {
  const { cookie } = (await login()).response;
  const get = async () => {
    const res = await api({ action: 'recapi', cookie, filedir: 'queue', filename: 'auto-1-100.wav' },
                          { raw: true });
    return Buffer.from(await res.arrayBuffer());
  };
  ucm.fault({ kind: 'not_ready', times: 2, match: 'auto-1' });
  ucm.fault({ kind: 'header_only' });
  ucm.fault({ kind: 'truncated' });
  ucm.fault({ kind: 'slow', ms: 50 });
  assert.equal(JSON.parse(await get()).status, -16);
  assert.equal(JSON.parse(await get()).status, -16);
  assert.equal((await get()).length, 44);
  assert.equal((await get()).length, Math.floor(wav.length / 3));
  assert.deepEqual(await get(), wav);
  assert.deepEqual(await get(), wav);
  ucm.fault({ kind: 'cut' });
  await assert.rejects(get);
});

test('general faults: HTTP 500, not JSON, forgotten cookie, hang', async () => {
  const { cookie } = (await login()).response;
  const ask = () => api({ action: 'getRecordInfosByCall', cookie, id: '1' }, { raw: true });
  ucm.fault({ kind: 'http_500' });
  assert.equal((await ask()).status, 500);
  ucm.fault({ kind: 'not_json' });
  assert.match(await (await ask()).text(), /^<html>/);
  ucm.fault({ kind: 'hang' });
  await assert.rejects(fetch(`${ucm.url}/api`, {
    method: 'POST', body: JSON.stringify({ request: { action: 'challenge' } }),
    headers: { 'Content-Type': 'application/json' }, signal: AbortSignal.timeout(100) }));
  ucm.fault({ kind: 'wrong_cookie' });
  assert.equal((await (await ask()).json()).status, -6);
  assert.throws(() => ucm.fault({ kind: 'nonsense' }));
});

test('only POST /api with JSON', async () => {
  assert.equal((await fetch(`${ucm.url}/cdrapi`)).status, 404);
  assert.equal((await fetch(`${ucm.url}/api`)).status, 405);
  const form = await fetch(`${ucm.url}/api`, { method: 'POST', body: 'a=b',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' } });
  assert.equal((await form.json()).status, -1);
});

test('real-time output: shapes, basic credentials, records kept while the receiver is down', async () => {
  const got = [];
  let up = false;
  const sink = createServer(async (req, res) => {
    const chunks = [];
    for await (const c of req) chunks.push(c);
    if (up) got.push([req.headers.authorization, JSON.parse(Buffer.concat(chunks))]);
    res.writeHead(up ? 200 : 503).end();
  });
  await new Promise(ok => sink.listen(0, '127.0.0.1', ok));
  const other = new Ucm();
  other.output.configure({ url: `http://127.0.0.1:${sink.address().port}/h`, user: 'u',
                           password: 'p', retryMs: 20 });
  other.addRecords([{ AcctId: '1' }]);
  other.addRecords([{ AcctId: '2' }, { AcctId: '3' }], { shape: 'array' });
  other.addRecords([{ AcctId: '4' }], { shape: 'cdr_root' });
  other.addRecords([{ AcctId: '5' }], { shape: 'cdr' });
  await new Promise(ok => setTimeout(ok, 60));
  assert.equal(other.output.waiting, 5);
  up = true;
  for (let i = 0; i < 100 && other.output.waiting; i++) await new Promise(ok => setTimeout(ok, 20));
  await other.close();
  sink.close();
  assert.equal(got[0][0], `Basic ${Buffer.from('u:p').toString('base64')}`);
  assert.deepEqual(got.map(g => g[1]), [{ AcctId: '1' }, [{ AcctId: '2' }, { AcctId: '3' }],
    { cdr_root: [{ AcctId: '4' }] }, { cdr: { AcctId: '5' } }]);
});

test('control server: state, faults, records, recordings', async () => {
  const url = await ucm.listenControl();
  const put = await fetch(`${url}/recordings/new.wav?folder=monitor`, { method: 'PUT', body: wav });
  assert.equal(put.status, 200);
  await fetch(`${url}/faults`, { method: 'POST', body: '{"kind":"not_ready","times":3}' });
  const state = await (await fetch(`${url}/state`)).json();
  assert.ok(state.recordings.includes('new.wav'));
  assert.equal(state.faults[0].times, 3);
  assert.equal((await fetch(`${url}/faults`, { method: 'POST', body: '{"kind":"x"}' })).status, 400);
  assert.equal((await fetch(`${url}/nothing`)).status, 404);
});
