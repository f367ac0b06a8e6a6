/* A Grandstream UCM's API as it misbehaves (PROVIDERS.md section 1, EXPECTATIONS.md d1-07): certificates
 * of its own, a short Diffie-Hellman group, a cookie that runs out, busy, wrong passwords that must not
 * be tried again. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { selfSigned, Ucm, weakDh } from '../providers/sim/ucm.mjs';
import { as, home, until, type Client } from './house.ts';
import { sql } from './queue.ts';

const own = selfSigned(), other = selfSigned();
const made: string[] = [];
let owner: Client;
const boxes: Ucm[] = [];
before(async () => { owner = await as('owner', home); });
after(async () => {
  for (const id of made) await owner.send(`/api/v1/integrations/${id}`, { method: 'DELETE' });
  await Promise.all(boxes.map((b) => b.close()));
});

async function box(tls?: object): Promise<Ucm> {
  const ucm = new Ucm();
  await ucm.listen(0, '127.0.0.1', tls as never);
  const start = new Date(Date.now() - 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
  ucm.addRecords(Array.from({ length: 3 }, (_, i) => ({ AcctId: String(i + 1), session: `s-${i}`, src: '07700900123', dst: '1001', start, answer: start, end: start,
    duration: '10', billsec: '10', disposition: 'ANSWERED', userfield: 'Inbound', uniqueid: `1.${i}`, recordfiles: '', action_type: 'DIAL' })) as never, { push: false });
  boxes.push(ucm);
  return ucm;
}

/** The box asked for its calls of a day by an integration of these settings: how that ended. */
async function counted(ucm: Ucm, settings: object = {}) {
  const answer = await owner.send('/api/v1/integrations', { method: 'POST', json: { provider: 'ucm', name: 'UCM that misbehaves', zone: 'UTC',
    settings: { base_url: ucm.url, username: 'cdrapi', password: 'cdrapi123', tls: 'ca', zone: 'UTC', ...settings } } });
  assert.equal(answer.status, 201, answer.text);
  made.push(answer.json.id);
  return again(answer.json.id);
}
async function again(id: string, until_ms = 90_000) {
  const asked = await owner.send(`/api/v1/integrations/${id}/polls`, { method: 'POST', json: { mode: 'count', from: new Date(Date.now() - 80_000_000).toISOString() } });
  if (asked.status !== 201) return { id, state: 'refused', calls: -1, reason: asked.text };
  const run = await until('the run ends or is being tried again', until_ms, async () =>
    (await owner.get('/api/v1/polls', { query: { integration: id } })).items.find((p) => p.id === asked.json.id && p.state !== 'running'));
  return { id, state: run.state, calls: run.calls, reason: run.reason ?? '' };
}
/** A run that is tried again for hours: it is stopped, and what its job said of the last try is told. */
async function failing(ucm: Ucm, settings: object): Promise<string> {
  const answer = await owner.send('/api/v1/integrations', { method: 'POST', json: { provider: 'ucm', name: 'UCM that misbehaves', zone: 'UTC',
    settings: { base_url: ucm.url, username: 'cdrapi', password: 'cdrapi123', zone: 'UTC', ...settings } } });
  made.push(answer.json.id);
  const asked = await owner.send(`/api/v1/integrations/${answer.json.id}/polls`, { method: 'POST', json: { mode: 'count', from: new Date(Date.now() - 80_000_000).toISOString() } });
  assert.equal(asked.status, 201, asked.text);
  const why = await until('a try has failed', 30_000, async () => {
    const said = (await sql(`select error from job where object_id = '${answer.json.id}' and kind = 'integrations.poll' and error is not null`))[0];
    const run = (await owner.get('/api/v1/polls', { query: { integration: answer.json.id } })).items.find((p) => p.id === asked.json.id);
    return said || (run?.state === 'failed' && run.reason);
  });
  await owner.send(`/api/v1/polls/${asked.json.id}`, { method: 'DELETE' });
  return why;
}

describe('a UCM that misbehaves', { concurrency: false }, () => {

test('d1-07 a certificate of its own: refused by ca, taken when pinned, another is not, any is when insecure', { timeout: 360_000 }, async () => {
  const ucm = await box(own);
  assert.match(await failing(ucm, { tls: 'ca' }), /certificate/i);
  assert.match(await failing(ucm, { tls: 'pinned', tls_pin: other.pin }), /certificate|pin/i);
  assert.equal(ucm.seen.logins + ucm.seen.failedLogins, 0, 'nothing was said to a stranger');
  for (const settings of [{ tls: 'pinned', tls_pin: own.pin }, { tls: 'insecure' }]) {
    const run = await counted(ucm, settings);
    assert.deepEqual([run.state, run.calls], ['done', 3], run.reason);
  }
});

test('d1-07 a short Diffie-Hellman group is taken only where somebody said so', { timeout: 240_000 }, async () => {
  const ucm = await box(weakDh(own));
  assert.ok(await failing(ucm, { tls: 'pinned', tls_pin: own.pin }));
  assert.equal(ucm.seen.requests, 0);
  const run = await counted(ucm, { tls: 'pinned', tls_pin: own.pin, tls_low_security: 'true' });
  assert.deepEqual([run.state, run.calls], ['done', 3], run.reason);
});

test('d1-07 a wrong password is tried once, however often one asks, until the settings are saved again', { timeout: 240_000 }, async () => {
  const ucm = await box();
  const run = await counted(ucm, { password: 'wrong' });
  assert.equal(run.state, 'failed');
  assert.match(run.reason, /API user|password/i);
  for (let i = 0; i < 3; i++) assert.equal((await again(run.id)).state, 'refused');
  assert.deepEqual([ucm.seen.failedLogins, ucm.seen.logins], [1, 0]);
  const now = await owner.get('/api/v1/integrations/{integration}', { params: { integration: run.id } });
  assert.equal(now.state, 'attention');
  const saved = await owner.send(`/api/v1/integrations/${run.id}`, { method: 'PATCH', json: { settings: { password: 'cdrapi123' } }, headers: { 'if-match': `"${now.version}"` } });
  assert.equal(saved.status, 200, saved.text);
  assert.equal((await again(run.id)).state, 'done');
  assert.deepEqual([ucm.seen.failedLogins, ucm.seen.logins], [1, 1]);
});

test('d1-07 a cookie that runs out in mid-run costs one login; a locked account stops', { timeout: 240_000 }, async () => {
  const ucm = await box();
  const first = await counted(ucm);
  assert.deepEqual([first.state, ucm.seen.logins], ['done', 1]);
  assert.equal((await again(first.id)).state, 'done');
  assert.equal(ucm.seen.logins, 1, 'the cookie is kept');
  ucm.fault({ kind: 'wrong_cookie', match: 'cdrapi' });
  assert.equal((await again(first.id)).state, 'done');
  assert.equal(ucm.seen.logins, 2);
  for (const status of [-47, -68, -70]) {
    const locked = await box();
    locked.fault({ kind: 'status', status, match: 'login', times: 9 });
    const run = await counted(locked);
    assert.equal(run.state, 'failed', String(status));
    assert.equal((await owner.get('/api/v1/integrations/{integration}', { params: { integration: run.id } })).state, 'attention', String(status));
    assert.equal((locked.seen.actions as Record<string, number>).login, 1, String(status));
  }
});

test('d1-07 not JSON, 500, and a page that comes again and again: asked again, and no endless loop', { timeout: 360_000 }, async () => {
  const ucm = await box();
  ucm.fault({ kind: 'not_json', match: 'cdrapi' });
  ucm.fault({ kind: 'http_500', match: 'cdrapi' });
  const run = await counted(ucm);
  assert.deepEqual([run.state, run.calls], ['done', 3], run.reason);
  ucm.fault({ kind: 'repeat_page', times: 50 });
  assert.deepEqual((await again(run.id)).calls, 3);
});

});
