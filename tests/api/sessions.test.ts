/* Sessions (A5): what one sees of them, ending one or all others, a member's within a tenant; dead within a second, on
 * every process, and sockets too; a new token when a session comes to may more. The people are made for it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import WebSocket from 'ws';
import { as, Client, demo, faceless, home, isProblem, keyOf, MISSING, nobody, other, port, send, sleep, until, type Answer } from './house.ts';
import { mailTo, tokenOf } from './mail.ts';
import { sql } from './queue.ts';
import { ownServer } from './server.ts';

const PASSWORD = 'correct horse battery';
const API = '/api/v1';
const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:131.0) Gecko/20100101 Firefox/131.0';
const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1';
let owner: Client;
before(async () => { owner = await as('owner', other); });
// All tests here come from one network, whose wrong passwords are counted together.
beforeEach(() => sql('delete from sign_in_count'));

interface Person { email: string; name: string; member: string }

/** A member of `other`, and of whatever other tenants' owners are given too. */
async function person(role = 'viewer', ...also: Client[]): Promise<Person> {
  const name = `sessions-${randomUUID().slice(0, 8)}`, email = `${name}@guests.example`;
  const invite = async (by: Client, n: number): Promise<string> => {
    const invited = await by.send(`${API}/invitations`, { method: 'POST', json: { email, role } });
    assert.equal(invited.status, 201, invited.text);
    return tokenOf((await mailTo(email, n)).link);
  };
  const joined = await nobody.send(`${API}/join`, { method: 'POST', json: { token: await invite(owner, 1), name, password: PASSWORD } });
  assert.equal(joined.status, 204, joined.text);
  for (const [i, by] of also.entries()) {
    const me = await enter({ email });
    const answer = await me.send(`${API}/join/account`, { method: 'POST', json: { token: await invite(by, i + 2) } });
    assert(answer.status < 300, answer.text);
    await me.send(`${API}/session`, { method: 'DELETE' });
  }
  const member = (await owner.get(`${API}/members`, { query: { limit: 100 } })).items.find((m) => m.email === email)!.id;
  return { email, name, member };
}

const cookie = (answer: Answer): string => {
  const found = answer.headers['set-cookie']?.find((c) => /^(__Host-)?ringsight_session=/.test(c));
  assert(found, `a session among ${answer.headers['set-cookie']}: ${answer.text}`);
  return found.split(';')[0]!;
};
async function enter(who: { email: string }, agent?: string, tenant?: string): Promise<Client> {
  const answer = await send(`${API}/session`, { method: 'POST', json: { email: who.email, password: PASSWORD }, headers: agent ? { 'user-agent': agent } : {} });
  assert.equal(answer.status, 200, answer.text);
  const me = new Client(who.email, { cookie: cookie(answer), 'x-csrf-token': answer.json.csrf });
  if (tenant) assert.equal((await into(me, tenant)).status, 200);
  return me;
}
const into = (who: Client, id: string): Promise<Answer> => who.send(`${API}/session/tenant`, { method: 'PUT', json: { id } });
const list = async (who: Client) => (await who.get(`${API}/sessions`)).items;
const end = (who: Client, id: string): Promise<Answer> => who.send(`${API}/sessions/${id}`, { method: 'DELETE' });
const endMember = (by: Client, member: string): Promise<Answer> => by.send(`${API}/members/${member}/sessions/end`, { method: 'POST' });
/** It held just now, and is dead a second after the end was answered. */
async function dead(who: Client, at = port): Promise<void> {
  isProblem(await who.send(`${API}/session`, { port: at }), 401, 'unauthenticated');
  isProblem(await who.send(`${API}/calls`, { port: at }), 401, 'unauthenticated');
}
const acts = async (name: string): Promise<string[]> => (await owner.get(`${API}/audit`, { query: { limit: 100 } })).items
  .filter((e) => e.actor === name).map((e) => e.act);

// ---- seeing them ----

test('one sees the own sessions: device in words, address, when, how, which is this one', async () => {
  const p = await person();
  const first = await enter(p, FIREFOX), second = await enter(p, IPHONE), plain = await enter(p);
  const mine = await list(second);
  assert.equal(mine.length, 3);
  assert.deepEqual(mine.map((s) => s.device), ['Safari on iPhone', ...mine.slice(1).map((s) => s.device)]);
  assert.deepEqual(mine.map((s) => s.current), [true, false, false], 'this one comes first');
  assert.deepEqual(new Set(mine.map((s) => s.device)), new Set(['Safari on iPhone', 'Firefox on Windows', 'Unknown browser']));
  for (const s of mine) {
    assert.match(s.address!, /^(127\.0\.0\.1|::1)$/);
    assert.equal(s.way, 'password');
    assert.equal(s.tenant, (await owner.get(`${API}/session`)).tenant!.name);
    assert(Math.abs(Date.now() - Date.parse(s.created_at)) < 60_000);
    assert(Date.parse(s.seen_at) >= Date.parse(s.created_at));
  }
  const text = JSON.stringify(mine);
  for (const who of [first, second, plain]) assert(!text.includes(String(who.headers.cookie).split('=')[1]!), 'no token is told');
  assert((await list(await as('agent', other))).every((s) => !mine.some((m) => m.id === s.id)), 'nobody else sees them');
});

test('when a session was last used is kept to the minute', async () => {
  const p = await person(), me = await enter(p);
  const { id } = (await list(me))[0]!;
  await sql(`update session set seen_at = now() - interval '3 hours' where id = '${id}'`);
  await sleep(1_050); // kept for a second
  await me.get(`${API}/session`);
  const seen = async () => Date.parse((await list(me))[0]!.seen_at);
  assert(Date.now() - await seen() < 60_000);
  const before = await seen();
  await sleep(1_050);
  assert.equal(await seen(), before, 'not each request writes');
});

test('a key and nobody have no sessions', async () => {
  isProblem(await keyOf(other).send(`${API}/sessions`), 403, 'forbidden');
  isProblem(await keyOf(other).send(`${API}/sessions/end-others`, { method: 'POST' }), 403, 'forbidden');
  isProblem(await nobody.send(`${API}/sessions`), 401, 'unauthenticated');
  isProblem(await (await as('owner', other)).send(`${API}/platform/sessions`), 401, 'unauthenticated');
});

// ---- ending them ----

test('one session is ended: dead within a second on every process, the others stay', async () => {
  const p = await person(), away = await ownServer();
  try {
    const [me, lost, stays] = [await enter(p), await enter(p, FIREFOX), await enter(p, IPHONE)];
    for (const at of [port, away.port]) assert.equal((await lost.send(`${API}/session`, { port: at })).status, 200);
    const { id } = (await list(me)).find((s) => s.device === 'Firefox on Windows')!;
    assert.equal((await end(me, id)).status, 204);
    await sleep(1_000);
    await dead(lost);
    await dead(lost, away.port);
    assert.equal((await stays.send(`${API}/session`)).status, 200);
    isProblem(await end(me, id), 404, 'not_found');
    assert((await acts(p.name)).some((a) => a.includes('/sessions/')), 'it stands in the audit log');
  } finally { await away.remove(); }
});

test("nobody ends another's session, nor learns of it; this one ends by signing out", async () => {
  const [p, q] = [await person(), await person()];
  const [me, theirs] = [await enter(p), await enter(q)];
  const { id } = (await list(theirs))[0]!;
  const foreign = await end(me, id), missing = await end(me, MISSING);
  isProblem(foreign, 404, 'not_found');
  assert.equal(faceless(foreign), faceless(missing));
  const { id: own } = (await list(me))[0]!;
  isProblem(await end(me, own), 404, 'not_found');
  await sleep(1_000);
  for (const who of [me, theirs]) assert.equal((await who.send(`${API}/session`)).status, 200);
  isProblem(await me.send(`${API}/sessions/${id}`, { method: 'DELETE', headers: { 'x-csrf-token': 'x'.repeat(32) } }), 403, 'csrf');
});

test('all others are ended, with what waits for a code; this one goes on', async () => {
  const p = await person(), q = await person();
  const [me, one, two, theirs] = [await enter(p), await enter(p), await enter(p), await enter(q)];
  const answer = await me.send(`${API}/sessions/end-others`, { method: 'POST' });
  assert.deepEqual([answer.status, answer.json], [200, { ended: 2 }], answer.text);
  await sleep(1_000);
  await dead(one);
  await dead(two);
  assert.equal((await list(me)).length, 1);
  assert.equal((await theirs.send(`${API}/session`)).status, 200);
  assert((await acts(p.name)).includes('POST /sessions/end-others'));
});

// ---- sockets ----

const sockets: WebSocket[] = [];
after(() => { for (const s of sockets) s.terminate(); });

test('the socket of an ended session is closed within a second, and its ticket opens none', async () => {
  const p = await person('owner'), me = await enter(p), lost = await enter(p, FIREFOX);
  const ticket = async (): Promise<string> => (await lost.send(`${API}/live/ticket`, { method: 'POST' })).json.ticket;
  const open = (given: string): { code: number; at: number; up: boolean } => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/live?ticket=${given}`), ear = { code: 0, at: 0, up: false };
    sockets.push(socket);
    socket.on('open', () => { ear.up = true; });
    socket.on('close', (code) => Object.assign(ear, { code, at: Date.now() }));
    socket.on('error', () => undefined);
    return ear;
  };
  const ear = open(await ticket()), unused = await ticket();
  await until('it opens', 10_000, async () => ear.up);
  await sleep(4_000); // past the look that comes every few seconds anyway
  assert.equal(ear.code, 0, 'it stays open while the session is there');
  const { id } = (await list(me)).find((s) => !s.current)!;
  assert.equal((await end(me, id)).status, 204);
  const ended = Date.now();
  await until('it is closed', 10_000, async () => ear.code);
  assert.equal(ear.code, 4401);
  assert(ear.at - ended < 1_500 * Number(process.env.RINGSIGHT_TEST_PATIENCE ?? 1), `${ear.at - ended} ms`);
  const late = open(unused);
  await until('the ticket opens nothing', 10_000, async () => late.code || undefined);
  assert.equal(late.code, 4401);
});

// ---- a member's ----

test("an administrator ends a member's sessions here, and none of them comes in again", async () => {
  const elsewhere = await as('owner', home), p = await person('viewer', elsewhere);
  const [here, there, fresh] = [await enter(p, FIREFOX, other.id), await enter(p, IPHONE, home.id), await enter(p)];
  const answer = await endMember(owner, p.member);
  assert.deepEqual([answer.status, answer.json], [200, { ended: 2 }], answer.text);
  await sleep(1_000);
  await dead(here);
  await dead(fresh);
  assert.equal((await there.get(`${API}/session`)).tenant?.id, home.id, 'in another company it stays');
  const back = await into(there, other.id);
  isProblem(back, 403, 'forbidden');
  assert.match(back.json.detail, /ended your sessions/);
  assert.equal((await into(there, home.id)).status, 200);
  assert.equal((await enter(p, FIREFOX, other.id)) instanceof Client, true, 'a new sign-in comes in');
  assert((await acts((await owner.get(`${API}/session`)).user.name)).includes('POST /members/{member}/sessions/end'));
});

test('only who may manage people ends them, of nobody who may more, not the own, and no other tenant’s', async () => {
  const p = await person();
  isProblem(await endMember(await as('manager', other), p.member), 403, 'forbidden');
  const members = (await owner.get(`${API}/members`, { query: { limit: 100 } })).items;
  const boss = members.find((m) => m.role === 'owner')!;
  isProblem(await endMember(await as('admin', other), boss.id), 403, 'forbidden');
  isProblem(await endMember(owner, members.find((m) => m.email === other.users.find((u) => u.role === 'owner')!.email)!.id), 409, 'conflict');
  const foreign = await endMember(await as('owner', home), p.member), missing = await endMember(await as('owner', home), MISSING);
  isProblem(foreign, 404, 'not_found');
  assert.equal(faceless(foreign), faceless(missing));
});

// ---- another token ----

test('a sign-in never takes a token that the browser had before', async () => {
  const p = await person(), me = await enter(p);
  const answer = await send(`${API}/session`, { method: 'POST', json: { email: p.email, password: PASSWORD }, headers: { cookie: String(me.headers.cookie) } });
  assert.notEqual(cookie(answer), me.headers.cookie);
  const planted = 'ringsight_session=' + 'A'.repeat(43);
  assert.notEqual(cookie(await send(`${API}/session`, { method: 'POST', json: { email: p.email, password: PASSWORD }, headers: { cookie: planted } })), planted);
});

test('once a second factor is set up the session has another token, and the one before is dead', async () => {
  const p = await person(), me = await enter(p), before = (await list(me))[0]!;
  const begun = await me.send(`${API}/second-factor`, { method: 'POST', json: { password: PASSWORD } });
  const now = execFileSync('oathtool', ['--totp', '--base32', begun.json.secret], { encoding: 'utf8' }).trim();
  const confirmed = await me.send(`${API}/second-factor/confirm`, { method: 'POST', json: { code: now } });
  assert.equal(confirmed.status, 200, confirmed.text);
  const next = new Client(p.email, { ...me.headers, cookie: cookie(confirmed) });
  assert.notEqual(next.headers.cookie, me.headers.cookie);
  await dead(me);
  const after = await list(next);
  assert.deepEqual(after.map((s) => s.id), [before.id], 'it is the same session, and the only one');
});

test('super admins see and end theirs', async () => {
  const enterPlatform = async (): Promise<Client> => {
    const answer = await send(`${API}/platform/session`, { method: 'POST', json: { email: demo.super_admin.email, password: demo.super_admin.password } });
    return new Client('super', { cookie: cookie(answer), 'x-csrf-token': answer.json.csrf });
  };
  const [me, lost] = [await enterPlatform(), await enterPlatform()];
  const all = (await me.get(`${API}/platform/sessions`)).items;
  assert.equal(all[0]!.current, true);
  const [newest] = all.filter((s) => !s.current).sort((a, b) => b.created_at.localeCompare(a.created_at));
  assert.equal((await me.send(`${API}/platform/sessions/${newest!.id}`, { method: 'DELETE' })).status, 204);
  await sleep(1_000);
  isProblem(await lost.send(`${API}/platform/session`), 401, 'unauthenticated');
  await me.send(`${API}/platform/session`, { method: 'DELETE' });
});
