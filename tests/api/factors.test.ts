/* Second factors (A8): set up by a code, asked for at every sign-in, each code taken once and only for a moment, few
 * tries, not passed by by a new password; recovery codes; removing; what a tenant asks of its people. Codes come from
 * Debian's oathtool. The people are made for it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { before, beforeEach, test } from 'node:test';
import { as, Client, demo, faceless, home, isProblem, keyOf, nobody, other, send, sleep, until, type Answer } from './house.ts';
import { mailsTo, mailTo, tokenOf } from './mail.ts';
import { sql } from './queue.ts';
import { ownCommand, ownFolder, ownServer, tenantSettings } from './server.ts';

const PASSWORD = 'correct horse battery', FRESH = 'a quite different one';
const API = '/api/v1';
let owner: Client;
before(async () => { owner = await as('owner', other); await sql('delete from password_ask'); });
// All tests here come from one network, whose wrong codes are counted together.
beforeEach(() => sql('delete from sign_in_count'));

// ---- codes ----

/** The code of a secret, so many steps of 30 s from now. */
const code = (secret: string, steps = 0): string =>
  execFileSync('oathtool', ['--totp', '--base32', `--now=@${Math.floor(Date.now() / 1000) + 30 * steps}`, secret], { encoding: 'utf8' }).trim();
/** A step has enough time left that what follows lies within it. */
const early = (): Promise<boolean> => until('a new step', 60_000, async () => Date.now() / 1000 % 30 < 15);
/** A code that is that of none of the steps near. */
const wrong = (secret: string): string => {
  const near = new Set([-2, -1, 0, 1, 2].map((n) => code(secret, n)));
  return ['000000', '111111', '222222', '333333', '444444', '555555'].find((c) => !near.has(c))!;
};

// ---- people ----

interface Person { email: string; name: string; secret: string; recovery: string[]; me: Client }

async function joined(role = 'viewer', by = owner): Promise<Person> {
  const name = `factor-${randomUUID().slice(0, 8)}`, email = `${name}@guests.example`;
  const invited = await by.send(`${API}/invitations`, { method: 'POST', json: { email, role } });
  assert.equal(invited.status, 201, invited.text);
  const { link } = await mailTo(email);
  const answer = await nobody.send(`${API}/join`, { method: 'POST', json: { token: tokenOf(link), name, password: PASSWORD } });
  assert.equal(answer.status, 204, answer.text);
  return { email, name, secret: '', recovery: [], me: clientOf(await password(email)) };
}

const password = (email: string, word = PASSWORD, cookie?: string, at = '/session', port?: number): Promise<Answer> =>
  send(API + at, { method: 'POST', json: { email, password: word }, port, headers: cookie ? { cookie } : {} });
const cookie = (answer: Answer, name: string): string => {
  const found = answer.headers['set-cookie']?.find((c) => new RegExp(`^(__Host-)?ringsight_${name}=`).test(c));
  assert(found, `${name} is among ${answer.headers['set-cookie']}: ${answer.text}`);
  return found.split(';')[0]!;
};
function clientOf(answer: Answer): Client {
  assert.equal(answer.status, 200, answer.text);
  return new Client('somebody', { cookie: cookie(answer, 'session'), 'x-csrf-token': answer.json.csrf });
}
/** The cookie of somebody whose password was right and whose code is waited for. */
async function firstStep(who: { email: string }, word = PASSWORD, at = '/session'): Promise<string> {
  const answer = await password(who.email, word, undefined, at);
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(Object.keys(answer.json), ['second_factor'], 'nothing is told yet');
  return cookie(answer, 'step');
}
const present = (step: string, json: object, at = '/session', port?: number): Promise<Answer> =>
  send(`${API}${at}/code`, { method: 'POST', json, headers: { cookie: step }, port });
const post = (who: Client, path: string, json: object): Promise<Answer> => who.send(API + path, { method: 'POST', json });

/** Sets up a factor by the code of the step before, so that those of now and of the next one are left. */
async function enrol(p: Person, at = '', word = PASSWORD): Promise<Person> {
  const begun = await post(p.me, `${at}/second-factor`, { password: word });
  assert.equal(begun.status, 200, begun.text);
  p.secret = begun.json.secret;
  await early();
  const confirmed = await post(p.me, `${at}/second-factor/confirm`, { code: code(p.secret, -1) });
  assert.equal(confirmed.status, 200, confirmed.text);
  p.recovery = confirmed.json.recovery_codes;
  p.me = new Client('somebody', { ...p.me.headers, cookie: cookie(confirmed, 'session') });
  return p;
}
const enrolled = async (role?: string): Promise<Person> => enrol(await joined(role));
const memberOf = async (email: string) =>
  (await owner.get(`${API}/members`, { query: { limit: 100 } })).items.find((m) => m.email === email)!;
const acts = async (name: string): Promise<string[]> => (await owner.get(`${API}/audit`, { query: { limit: 100 } })).items
  .filter((e) => e.actor === name).map((e) => `${e.act} ${JSON.stringify(e.given)}`);

// ---- setting up ----

test('setting up asks for the password, is confirmed by a code, and ends every other session', async () => {
  const p = await joined(), elsewhere = clientOf(await password(p.email));
  assert.deepEqual((await p.me.send(`${API}/second-factor`)).json, { since: null, app_since: null, recovery_codes_left: 0 });
  const refused = await post(p.me, '/second-factor', { password: 'not mine at all' });
  isProblem(refused, 422, 'bad_input');
  assert.match(refused.json.fields.password, /not your password/);
  isProblem(await post(p.me, '/second-factor/confirm', { code: '123456' }), 410, 'gone');
  const begun = await post(p.me, '/second-factor', { password: PASSWORD });
  assert.match(begun.headers['cache-control']!, /no-store/);
  const uri = new URL(begun.json.uri);
  assert.equal(uri.protocol + decodeURIComponent(uri.pathname), `otpauth:/Ringsight:${p.email}`.replace('otpauth:/', 'otpauth:/'));
  assert.equal(uri.host, 'totp');
  assert.deepEqual(Object.fromEntries(uri.searchParams), { secret: begun.json.secret, issuer: 'Ringsight', algorithm: 'SHA1', digits: '6', period: '30' });
  assert.match(begun.json.secret, /^[A-Z2-7]{32}$/);
  assert.match(begun.json.qr_path, /^M0 0h7v1h-7z/);
  isProblem(await post(p.me, '/second-factor/confirm', { code: wrong(begun.json.secret) }), 422, 'bad_input');
  assert.equal((await password(p.email)).json.user.email, p.email, 'unconfirmed it is not asked for');
  await enrol(p);
  assert.equal(p.recovery.length, 10);
  assert.equal(new Set(p.recovery).size, 10);
  for (const c of p.recovery) assert.match(c, /^([A-Z2-7]{4}-){5}[A-Z2-7]{4}$/);
  await sleep(1_050);
  isProblem(await elsewhere.send(`${API}/session`), 401, 'unauthenticated');
  const state = (await p.me.send(`${API}/second-factor`)).json;
  assert(Date.now() - Date.parse(state.since) < 60_000);
  assert.equal(state.recovery_codes_left, 10);
  isProblem(await post(p.me, '/second-factor', { password: PASSWORD }), 409, 'conflict');
  assert((await mailsTo(p.email)).length >= 1);
  await until('the mail that tells of it', 60_000, async () => (await mailsTo(p.email)).some((m) => /A second factor was set up/.test(m.text ?? '')));
  const log = await acts(p.name);
  assert(log.includes('POST /second-factor/confirm {"code":null}'), log.join('\n'));
});

test('the database holds no seed and no recovery code that could be read', async () => {
  const p = await enrolled();
  const [row] = await sql(`select encode(f.seed, 'hex'), (select string_agg(encode(c.code_hash, 'hex'), ',') from recovery_code c where c.account_id = a.id)
    from totp_factor f join account a on a.id = f.account_id where a.email = '${p.email}'`);
  const plain = execFileSync('oathtool', ['-v', '--totp', '--base32', p.secret], { encoding: 'utf8' }).match(/Hex secret: (\w+)/)![1]!;
  assert.equal(plain.length, 40);
  assert(row!.length > 100 && !row!.includes(plain));
  for (const c of p.recovery) assert(!row!.includes(Buffer.from(c).toString('hex')) && !row!.includes(Buffer.from(c.replaceAll('-', '')).toString('hex')));
});

// ---- signing in ----

test('A8: a right password opens nothing but the way to present a code, which opens a new session', async () => {
  const p = await enrolled();
  const answer = await password(p.email, PASSWORD, String(p.me.headers.cookie));
  assert.equal(answer.status, 200, answer.text);
  const set = answer.headers['set-cookie']!;
  assert.equal(set.length, 1, 'no session, and the device is not known by it');
  const step = cookie(answer, 'step'), token = step.split('=')[1]!;
  for (const flag of [/; HttpOnly/i, /; SameSite=Strict/i, /; Path=\//i, /; Max-Age=300/i]) assert.match(set[0]!, flag);
  const session = String(p.me.headers.cookie).split('=')[0];
  for (const path of ['/session', '/calls', '/second-factor', '/members', '/platform/session']) {
    isProblem(await send(API + path, { headers: { cookie: step } }), 401, 'unauthenticated');
    isProblem(await send(API + path, { headers: { cookie: `${session}=${token}` } }), 401, 'unauthenticated');
  }
  isProblem(await send(`${API}/second-factor/remove`, { method: 'POST', json: { password: PASSWORD }, headers: { cookie: `${session}=${token}` } }), 401);
  isProblem(await present(step, {}), 422, 'bad_input');
  isProblem(await present(step, { code: code(p.secret), recovery_code: p.recovery[0] }), 422, 'bad_input');
  isProblem(await present(step, { code: code(p.secret) }, '/platform/session'), 410, 'gone');
  isProblem(await present('x=y', { code: code(p.secret) }), 410, 'gone');
  isProblem(await send(`${API}/session/code`, { method: 'POST', json: { code: code(p.secret) }, headers: { cookie: step, origin: 'https://evil.example' } }), 403, 'csrf');
  const entered = await present(step, { code: code(p.secret) });
  const client = clientOf(entered);
  assert.notEqual(client.headers.cookie, p.me.headers.cookie);
  assert.notEqual(String(client.headers.cookie).split('=')[1], token);
  cookie(entered, 'device');
  assert.match(entered.headers['set-cookie']!.join('\n'), /ringsight_step=;.*Max-Age=0/i);
  assert.equal((await client.send(`${API}/session`)).json.user.email, p.email);
  isProblem(await present(step, { code: code(p.secret, 1) }), 410, 'gone');
});

test('A8: a code is taken once, and none from before it', async () => {
  const p = await enrolled();
  await early();
  const now = code(p.secret), last = code(p.secret, -1);
  isProblem(await present(await firstStep(p), { code: last }), 401, 'bad_code'); // the set-up used it
  assert.equal((await present(await firstStep(p), { code: now })).status, 200);
  isProblem(await present(await firstStep(p), { code: now }), 401, 'bad_code');
  isProblem(await present(await firstStep(p), { code: last }), 401, 'bad_code');
  assert.equal((await present(await firstStep(p), { code: code(p.secret, 1) })).status, 200, 'the next one is another');
});

test('A8: the same code sent by many at once opens one session', async () => {
  const p = await enrolled();
  const steps = await Promise.all(Array.from({ length: 8 }, () => firstStep(p)));
  await early();
  const now = code(p.secret);
  const answers = await Promise.all(steps.map((s) => present(s, { code: now })));
  assert.equal(answers.filter((a) => a.status === 200).length, 1, answers.map((a) => a.text).join('\n'));
});

test('A8: codes of one step before and after are taken, of two are not', async () => {
  const p = await enrolled();
  await early();
  for (const n of [-3, -2, 2, 3]) isProblem(await present(await firstStep(p), { code: code(p.secret, n) }), 401, 'bad_code');
  const spaced = code(p.secret, 1);
  assert.equal((await present(await firstStep(p), { code: `${spaced.slice(0, 3)} ${spaced.slice(3)}` })).status, 200);
});

test('A8: five tries a sign-in, also when sent at once; then the right code is not looked at', async () => {
  const p = await enrolled();
  const step = await firstStep(p), bad = wrong(p.secret);
  for (let left = 4; left >= 0; left--) {
    const told = await present(step, { code: bad });
    isProblem(told, 401, 'bad_code');
    assert.match(told.json.detail, left ? new RegExp(`${left} (try is|tries are) left`) : /last try/);
  }
  isProblem(await present(step, { code: code(p.secret) }), 410, 'gone');
  await sql('delete from sign_in_count'); // or the guard stops the burst before the sign-in's own count does
  const again = await firstStep(p);
  const burst = await Promise.all(Array.from({ length: 12 }, () => present(again, { code: bad })));
  assert(burst.filter((a) => a.status === 401).length <= 5, burst.map((a) => a.status).join());
  isProblem(await present(again, { code: code(p.secret) }), 410, 'gone');
  await until('the failures stand in the log', 150_000, async () => (await acts(p.name)).some((a) => a.startsWith('POST /session/code refused')));
});

test('A8: wrong codes are counted over sign-ins: the guard makes them wait, whatever is signed in anew', async () => {
  const p = await enrolled();
  const own = await ownServer(undefined, { settings: { RINGSIGHT_SIGN_IN_TRIES: '6', RINGSIGHT_SIGN_IN_RATE: '0', RINGSIGHT_NETWORK_TRIES: '0', RINGSIGHT_WRONG_RATE: '0' } });
  try {
    const bad = wrong(p.secret);
    let looked = 0;
    const waits = await until('codes have to wait', 120_000, async () => {
      const step = cookie(await password(p.email, PASSWORD, undefined, '/session', own.port), 'step');
      for (let i = 0; i < 3; i++) {
        const told = await present(step, { code: bad }, '/session', own.port);
        if (told.status === 401) looked++;
        else if (told.status === 429 && Number(told.headers['retry-after']) > 3) return told;
      }
      return null;
    });
    isProblem(waits, 429, 'rate_limited');
    assert.match(waits.json.detail, /^Too many wrong codes: try again in/);
    assert(looked >= 6 && looked <= 12, `${looked} were looked at`);
    const step = cookie(await password(p.email, PASSWORD, undefined, '/session', own.port), 'step');
    isProblem(await present(step, { code: code(p.secret) }, '/session', own.port), 429); // not looked at
  } finally { await own.remove(); }
});

test('a sign-in waits five minutes for its code', async () => {
  const p = await enrolled(), step = await firstStep(p);
  await sql(`update sign_in_step s set expires_at = now() from account a where a.id = s.account_id and a.email = '${p.email}'`);
  isProblem(await present(step, { code: code(p.secret) }), 410, 'gone');
});

test('A8: a new password does not pass the second factor by', async () => {
  const p = await enrolled(), waiting = await firstStep(p);
  assert.equal((await post(nobody, '/password-resets', { email: p.email })).status, 204);
  const mail = await until('the link', 60_000, async () => (await mailsTo(p.email)).find((m) => m.link.includes('/reset#')));
  const used = await post(nobody, '/password-resets/use', { token: tokenOf(mail.link), password: FRESH });
  assert.equal(used.status, 204, used.text);
  assert.equal(used.headers['set-cookie'], undefined);
  isProblem(await present(waiting, { code: code(p.secret) }), 410, 'gone');
  const step = await firstStep(p, FRESH);
  isProblem(await present(step, { code: wrong(p.secret) }), 401, 'bad_code');
  await early();
  assert.equal((await present(step, { code: code(p.secret, 1) })).status, 200);
});

test('A3: whether there is a second factor, a wrong password does not tell', async () => {
  const [p, q] = [await enrolled(), await joined()];
  assert.equal(faceless(await password(p.email, 'wrong wrong wrong')), faceless(await password(q.email, 'wrong wrong wrong')));
});

// ---- recovery codes ----

test('a recovery code signs in once, is told by mail, and new ones end the old', async () => {
  const p = await enrolled(), [first, second, third] = p.recovery as [string, string, string];
  isProblem(await present(await firstStep(p), { recovery_code: 'AAAA-BBBB-CCCC-DDDD-EEEE-FFFF' }), 401, 'bad_code');
  const me = clientOf(await present(await firstStep(p), { recovery_code: first.toLowerCase().replaceAll('-', ' ') }));
  isProblem(await present(await firstStep(p), { recovery_code: first }), 401, 'bad_code');
  assert.equal((await me.send(`${API}/second-factor`)).json.recovery_codes_left, 9);
  const both = await Promise.all([firstStep(p), firstStep(p)]);
  const raced = await Promise.all(both.map((s) => present(s, { recovery_code: second })));
  assert.equal(raced.filter((a) => a.status === 200).length, 1);
  await until('the mail', 60_000, async () => (await mailsTo(p.email)).some((m) => /with a recovery code/.test(m.text ?? '')));
  assert((await acts(p.name)).includes('POST /session/code {"recovery_code":null}'));
  isProblem(await post(me, '/second-factor/recovery-codes', {}), 422, 'bad_input');
  isProblem(await post(me, '/second-factor/recovery-codes', { password: 'wrong wrong wrong' }), 422, 'bad_input');
  const fresh = await post(me, '/second-factor/recovery-codes', { password: PASSWORD });
  assert.equal(fresh.status, 200, fresh.text);
  isProblem(await present(await firstStep(p), { recovery_code: third }), 401, 'bad_code');
  assert.equal((await present(await firstStep(p), { recovery_code: fresh.json.recovery_codes[9] })).status, 200);
  const q = await enrolled();
  isProblem(await present(await firstStep(q), { recovery_code: fresh.json.recovery_codes[8] }), 401, 'bad_code');
});

// ---- removing ----

test('removing it asks for the password or a code; then the password is enough', async () => {
  const p = await enrolled();
  for (const json of [{}, { password: 'wrong wrong wrong' }, { code: wrong(p.secret) }, { code: code(p.secret), password: PASSWORD }])
    isProblem(await post(p.me, '/second-factor/remove', json), 422, 'bad_input');
  await early();
  assert.equal((await post(p.me, '/second-factor/remove', { code: code(p.secret) })).status, 204);
  assert.equal((await password(p.email)).json.user.email, p.email);
  isProblem(await post(p.me, '/second-factor/remove', { password: PASSWORD }), 410, 'gone');
  await until('the mail', 60_000, async () => (await mailsTo(p.email)).some((m) => /was removed/.test(m.text ?? '')));
  const old = p.secret;
  await enrol(p);
  assert.notEqual(p.secret, old, 'set up anew it is another');
  assert.equal((await post(p.me, '/second-factor/remove', { password: PASSWORD })).status, 204);
});

test('an admin removes that of somebody who lost it: told by mail and in the log, every session ends', async () => {
  const p = await enrolled(), boss = await enrolled('owner'), admin = await as('admin', other);
  const { id } = await memberOf(p.email), path = `/members/${id}/second-factor/remove`;
  assert.equal((await memberOf(p.email)).second_factor, true);
  isProblem(await post(await as('agent', other), path, { reason: 'lost' }), 403, 'forbidden');
  isProblem(await post(await as('owner', home), path, { reason: 'lost' }), 404, 'not_found');
  isProblem(await post(admin, path, {}), 422, 'bad_input');
  isProblem(await post(admin, `/members/${(await memberOf(boss.email)).id}/second-factor/remove`, { reason: 'lost' }), 403, 'forbidden');
  isProblem(await post(boss.me, `/members/${(await memberOf(boss.email)).id}/second-factor/remove`, { reason: 'lost' }), 409, 'conflict');
  const waiting = await firstStep(p);
  const done = await post(admin, path, { reason: 'lost' });
  assert.equal(done.status, 204, done.text);
  isProblem(await post(admin, path, { reason: 'lost' }), 409, 'conflict');
  isProblem(await present(waiting, { code: code(p.secret) }), 410, 'gone');
  await sleep(1_050);
  isProblem(await p.me.send(`${API}/session`), 401, 'unauthenticated');
  assert.equal((await password(p.email)).json.user.email, p.email);
  assert.equal((await memberOf(p.email)).second_factor, false);
  await until('the mail', 60_000, async () => (await mailsTo(p.email)).some((m) => /removed by somebody who administers/.test(m.text ?? '')));
  const entry = (await owner.get(`${API}/audit`, { query: { limit: 100 } })).items.find((e) => e.act.endsWith('/second-factor/remove') && Object.values(e.objects as object).includes(id));
  assert.equal((entry?.given as { reason?: string }).reason, 'lost');
});

test('an admin does not remove that of an account which belongs to other tenants too', async () => {
  const p = await enrolled(), { id } = await memberOf(p.email);
  await sql(`insert into membership (tenant_id, id, account_id, role_id)
    select r.tenant_id, gen_random_uuid(), a.id, r.id from account a, role r where a.email = '${p.email}' and r.tenant_id = '${home.id}' and r.slug = 'viewer'`);
  isProblem(await post(owner, `/members/${id}/second-factor/remove`, { reason: 'lost' }), 409, 'conflict');
  assert.equal((await firstStep(p)).length > 40, true);
  const freed = await ownCommand(['admin', 'remove-factor', '--email', p.email], {}).ended;
  assert.equal(freed.code, 0, freed.err);
  assert.equal((await password(p.email)).json.user.email, p.email, 'the operator can');
});

async function newSuper(): Promise<string> {
  const email = `super-${randomUUID().slice(0, 8)}@ringsight.example`;
  const made = await ownCommand(['admin', 'super-admin', '--email', email, '--name', 'Second', '--password-stdin'], {}, PASSWORD).ended;
  assert.equal(made.code, 0, made.err);
  return email;
}

test('a super admin has one like everybody', async () => {
  const email = await newSuper();
  const me = clientOf(await password(email, PASSWORD, undefined, '/platform/session'));
  const p = await enrol({ email, name: 'Second', secret: '', recovery: [], me }, '/platform');
  isProblem(await me.send(`${API}/second-factor`), 401, 'unauthenticated');
  const step = await firstStep(p, PASSWORD, '/platform/session');
  isProblem(await present(step, { code: code(p.secret) }), 410, 'gone'); // the door of tenants' people
  await early();
  const entered = clientOf(await present(step, { code: code(p.secret) }, '/platform/session'));
  assert.equal((await entered.send(`${API}/platform/second-factor`)).json.recovery_codes_left, 10);
  const log = (await (await as('super')).get(`${API}/platform/audit`, { query: { limit: 50 } })).items.map((e) => e.act);
  for (const act of ['POST /platform/second-factor/confirm', 'POST /platform/session/code']) assert(log.includes(act), log.join());
  assert.equal((await post(entered, '/platform/second-factor/remove', { password: PASSWORD })).status, 204);
  assert.equal((await password(email, PASSWORD, undefined, '/platform/session')).json.user.email, email);
});

// ---- what a tenant asks ----

test('A8: where a tenant asks for it, whoever lacks it can do nothing but set it up', async () => {
  const folder = ownFolder();
  const slug = `asks-${randomUUID().slice(0, 8)}`, boss = `owner@${slug}.example`;
  const made = await ownCommand(['admin', 'tenant', '--slug', slug, '--name', 'Asks', '--zone', 'UTC', '--owner-email', boss, '--owner-name', 'Boss', '--password-stdin'], tenantSettings(folder.path), PASSWORD).ended;
  folder.remove();
  assert.equal(made.code, 0, made.err);
  const top: Person = { email: boss, name: 'Boss', secret: '', recovery: [], me: clientOf(await password(boss)) };
  const set = (who: Client, whom: string, version: number) =>
    who.send(`${API}/sign-in-policy`, { method: 'PUT', json: { second_factor: whom }, headers: { 'if-match': `"${version}"` } });
  isProblem(await set(top.me, 'everyone', 0), 409, 'conflict'); // he has none himself
  await enrol(top);
  const [admin, viewer] = [await joined('admin', top.me), await joined('viewer', top.me)];
  isProblem(await set(admin.me, 'everyone', 0), 403, 'forbidden');
  isProblem(await set(top.me, 'some', 0), 422, 'bad_input');
  assert.equal((await set(top.me, 'admins', 0)).status, 204);
  isProblem(await set(top.me, 'everyone', 0), 412, 'stale');
  assert.deepEqual([(await top.me.send(`${API}/sign-in-policy`)).json].map((p) => [p.second_factor, p.people, p.with_factor]), [['admins', 3, 1]]);
  await sleep(1_050);
  assert.equal((await viewer.me.send(`${API}/calls`)).status, 200, 'a viewer is not asked');
  for (const [path, ask] of [['/calls', {}], ['/members', {}], ['/live/ticket', { method: 'POST' }], ['/roles', {}], ['/join/account', { method: 'POST', json: { token: 'x' } }],
    ['/api-keys', { method: 'POST', json: { name: 'a way around', role: 'admin' } }], ['/sign-in-policy', {}]] as const) {
    const told = await admin.me.send(API + path, ask);
    isProblem(told, 403, 'second_factor_required');
    assert.match(told.json.detail, /set one up/);
  }
  assert.equal((await admin.me.send(`${API}/session`)).json.lacks_factor, true);
  assert.equal((await viewer.me.send(`${API}/session`)).json.lacks_factor, false);
  assert.equal((await admin.me.send(`${API}/second-factor`)).status, 200);
  await enrol(admin);
  assert.equal((await admin.me.send(`${API}/members`)).status, 200, 'at once');
  assert.equal((await set(top.me, 'everyone', 1)).status, 204);
  await sleep(1_050);
  isProblem(await viewer.me.send(`${API}/calls`), 403, 'second_factor_required');
  const again = clientOf(await password(viewer.email));
  isProblem(await again.send(`${API}/calls`), 403, 'second_factor_required');
  assert.equal((await again.send(`${API}/session`, { method: 'DELETE' })).status, 204);
  assert.equal((await post(admin.me, '/second-factor/remove', { password: PASSWORD })).status, 204);
  await sleep(1_050);
  isProblem(await admin.me.send(`${API}/members`), 403, 'second_factor_required');
  const log = (await top.me.get(`${API}/audit`, { query: { limit: 100 } })).items;
  assert(log.some((e) => e.act === 'PUT /sign-in-policy' && (e.given as { second_factor?: string }).second_factor === 'everyone'));
});

test('an API key has none', async () => {
  isProblem(await keyOf(other).send(`${API}/second-factor`), 403, 'forbidden');
  isProblem(await post(keyOf(other), '/second-factor', { password: PASSWORD }), 403, 'forbidden');
  assert.equal(demo.tenants.length > 1, true);
});

test('where the setting asks it, a super admin without a second factor reaches nothing but setting one up, and keeps the last', { timeout: 240_000 }, async () => {
  const own = await ownServer(undefined, { settings: { RINGSIGHT_SUPER_ADMIN_FACTOR: 'on' } });
  const email = await newSuper();
  const enter = async (): Promise<{ answer: Answer; me: (path: string, ask?: object) => Promise<Answer> }> => {
    const answer = await password(email, PASSWORD, undefined, '/platform/session', own.port);
    const who = clientOf(answer);
    return { answer, me: (path, ask = {}) => who.send(`${API}/platform${path}`, { ...ask, port: own.port }) };
  };
  try {
    const { answer, me } = await enter();
    assert.equal(answer.json.lacks_factor, true);
    for (const path of ['/tenants', '/queues', '/audit', '/mails']) {
      const told = await me(path);
      isProblem(told, 403, 'second_factor_required');
      assert.match(told.json.detail, /set one up/);
    }
    for (const path of ['/session', '/sessions', '/second-factor', '/passkeys']) assert.equal((await me(path)).status, 200, path);
    assert.equal((await (await as('super')).send(`${API}/platform/session`)).json.lacks_factor, false, 'where it is off nobody is asked');

    const begun = await me('/second-factor', { method: 'POST', json: { password: PASSWORD } });
    assert.equal(begun.status, 200, begun.text);
    const { secret } = begun.json;
    const confirmed = await me('/second-factor/confirm', { method: 'POST', json: { code: code(secret) } });
    assert.equal(confirmed.status, 200, confirmed.text);
    const token = cookie(confirmed, 'session'), who = new Client('super', { cookie: token, 'x-csrf-token': answer.json.csrf });
    const now = (path: string, ask: object = {}): Promise<Answer> => who.send(`${API}/platform${path}`, { ...ask, port: own.port });
    assert.deepEqual([(await now('/tenants')).status, (await now('/session')).json.lacks_factor], [200, false], 'at once');
    const kept = await now('/second-factor/remove', { method: 'POST', json: { password: PASSWORD } });
    isProblem(kept, 409, 'conflict');
    assert.match(kept.json.detail, /add another before you remove the last/);
    assert.notEqual((await now('/second-factor')).json.app_since, null, 'it is still there');
    assert.equal((await now('/tenants')).status, 200);
    // The same account where nobody asks.
    const free = await who.send(`${API}/platform/second-factor/remove`, { method: 'POST', json: { password: PASSWORD } });
    assert.equal(free.status, 204, free.text);
    await sleep(1_050);
    isProblem(await now('/tenants'), 403, 'second_factor_required');
    assert.equal((await now('/session', { method: 'DELETE' })).status, 204);
  } finally {
    await own.remove();
  }
});
