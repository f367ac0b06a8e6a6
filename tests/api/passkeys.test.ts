/* Passkeys (A8): added in a session after the password once more, asked for at the second step of signing in, each answer
 * taken once; every check of WebAuthn sections 7.1 and 7.2 broken once; a counter that goes back; removing; no way around by
 * a new password. The authenticator is a program of the tests. The server is one of its own, for the demo's address has no
 * name; the people are made for it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import { Authenticator, cbor, type Bent } from './authenticator.ts';
import { as, Client, isProblem, keyOf, nobody, other, send, until, type Answer } from './house.ts';
import { mailsTo, mailTo, tokenOf } from './mail.ts';
import { sql } from './queue.ts';
import { ownServer, type Own } from './server.ts';

const PASSWORD = 'correct horse battery', FRESH = 'a quite different one';
const API = '/api/v1', HOST = 'calls.example.com', ORIGIN = `https://${HOST}`;
// Its limits are out of the way: all tests come from one network.
const settings = { RINGSIGHT_PUBLIC_URL: ORIGIN, RINGSIGHT_SMTP_URL: 'smtp://127.0.0.1:9', RINGSIGHT_SMTP_FROM: 'calls@house.example' };
let owner: Client, own: Own;
before(async () => {
  owner = await as('owner', other);
  own = await ownServer(undefined, { settings });
});
after(() => own.remove());
beforeEach(() => sql('delete from sign_in_count'));

interface Person { email: string; name: string; me: Client; key: Authenticator; recovery: string[]; id: string }
/** As a browser: who has a session goes on with the token that the answer gives it anew. */
async function post(who: Client, path: string, json: object, port = own.port, headers = {}): Promise<Answer> {
  const answer = await who.send(API + path, { method: 'POST', json, port, headers });
  const fresh = who !== nobody && answer.headers['set-cookie']?.find((c) => /^(__Host-)?ringsight_session=./.test(c));
  if (fresh) who.headers.cookie = fresh.split(';')[0];
  return answer;
}
const get = (who: Client, path: string): Promise<Answer> => who.send(API + path, { port: own.port });
const cookie = (answer: Answer, name: string): string => {
  const found = answer.headers['set-cookie']?.find((c) => new RegExp(`^(__Host-)?ringsight_${name}=.`).test(c));
  assert(found, `${name} is among ${answer.headers['set-cookie']}: ${answer.text}`);
  return found.split(';')[0]!;
};
function clientOf(answer: Answer): Client {
  assert.equal(answer.status, 200, answer.text);
  return new Client('somebody', { cookie: cookie(answer, 'session'), 'x-csrf-token': answer.json.csrf });
}
const password = (email: string, word = PASSWORD): Promise<Answer> => post(nobody, '/session', { email, password: word });

async function joined(algorithm: -7 | -257 = -7): Promise<Person> {
  const name = `passkey-${randomUUID().slice(0, 8)}`, email = `${name}@guests.example`;
  const invited = await owner.send(`${API}/invitations`, { method: 'POST', json: { email, role: 'viewer' } });
  assert.equal(invited.status, 201, invited.text);
  const { link } = await mailTo(email);
  const answer = await nobody.send(`${API}/join`, { method: 'POST', json: { token: tokenOf(link), name, password: PASSWORD } });
  assert.equal(answer.status, 204, answer.text);
  return { email, name, me: clientOf(await password(email)), key: new Authenticator(ORIGIN, HOST, algorithm), recovery: [], id: '' };
}
async function question(p: Person): Promise<Answer['json']> {
  const asked = await post(p.me, '/passkeys/options', { password: PASSWORD });
  assert.equal(asked.status, 200, asked.text);
  return asked.json;
}
async function add(p: Person, key = p.key, bent: Bent = {}, name = 'Laptop'): Promise<Answer> {
  const { challenge } = await question(p);
  return post(p.me, '/passkeys', { name, ...key.make(challenge, bent) });
}
async function enrolled(algorithm?: -7 | -257): Promise<Person> {
  const p = await joined(algorithm), answer = await add(p);
  assert.equal(answer.status, 201, answer.text);
  return Object.assign(p, { recovery: answer.json.recovery_codes, id: answer.json.id });
}
async function firstStep(p: Person, word = PASSWORD): Promise<string> {
  const answer = await password(p.email, word);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.json.second_factor?.passkey, true, answer.text);
  return cookie(answer, 'step');
}
const at = (step: string, path: string, json: object = {}): Promise<Answer> =>
  send(`${API}/session${path}`, { method: 'POST', json, headers: { cookie: step }, port: own.port });
async function challengeOf(step: string): Promise<string> {
  const asked = await send(`${API}/session/passkey/options`, { method: 'POST', headers: { cookie: step }, port: own.port });
  assert.equal(asked.status, 200, asked.text);
  return asked.json.challenge;
}
const signIn = async (p: Person, bent: Bent = {}): Promise<Answer> => {
  const step = await firstStep(p);
  return at(step, '/passkey', p.key.use(await challengeOf(step), bent));
};
const acts = async (name: string): Promise<string[]> =>
  (await owner.get(`${API}/audit`, { query: { limit: 100 } })).items.filter((e) => e.actor === name).map((e) => e.act);
const told = (p: Person, what: RegExp): Promise<unknown> =>
  until(`the mail ${what}`, 120_000, async () => (await mailsTo(p.email)).some((m) => what.test((m.text ?? '').replace(/\s+/g, ' '))));

// ---- adding ----

test('whose second factor is a passkey alone is told that his address cannot be changed so far', async () => {
  const p = await enrolled(), answer = await post(p.me, '/address-change', { email: 'another@guests.example', password: PASSWORD });
  isProblem(answer, 409, 'conflict');
  assert.match(answer.json.detail, /set up the authenticator app/);
});

test('A8: adding a passkey asks for the password, shows recovery codes and ends every other session', async () => {
  const p = await joined(), elsewhere = clientOf(await password(p.email));
  assert.deepEqual((await get(p.me, '/passkeys')).json, { passkeys: [], most: 20, hindrance: null });
  isProblem(await post(p.me, '/passkeys/options', {}), 422, 'bad_input');
  const refused = await post(p.me, '/passkeys/options', { password: 'not mine at all' });
  isProblem(refused, 422, 'bad_input');
  assert.match(refused.json.fields.password, /not your password/);
  isProblem(await post(p.me, '/passkeys', { name: 'Laptop', ...p.key.make('x'.repeat(43)) }), 410, 'gone');
  const asked = await question(p);
  assert.deepEqual([asked.rp_id, asked.algorithms, asked.timeout_ms, asked.exclude], [HOST, [-7, -257], 300_000, []]);
  assert.match(asked.challenge, /^[\w-]{43}$/);
  const before = p.me.headers.cookie, added = await post(p.me, '/passkeys', { name: ' Laptop ', ...p.key.make(asked.challenge) });
  assert.equal(added.status, 201, added.text);
  assert.notEqual(p.me.headers.cookie, before, 'the session has another token');
  assert.equal(new Set(added.json.recovery_codes).size, 10);
  assert.match(added.headers['cache-control']!, /no-store/);
  await until('the other session ended', 60_000, async () => (await get(elsewhere, '/session')).status === 401);
  const [row] = (await get(p.me, '/passkeys')).json.passkeys;
  assert.deepEqual([row.id, row.name, row.used_at], [added.json.id, 'Laptop', null]);
  assert(Math.abs(Date.now() - Date.parse(row.created_at)) < 120_000);
  const state = (await get(p.me, '/second-factor')).json;
  assert.deepEqual([state.app_since, state.recovery_codes_left], [null, 10]);
  assert(state.since);
  const second = new Authenticator(ORIGIN, HOST, -257), more = await add(p, second, {}, 'Phone');
  assert.equal(more.status, 201, more.text);
  assert.equal(more.json.recovery_codes, null, 'those that were kept hold');
  assert.deepEqual((await question(p)).exclude, [p.key.id.toString('base64url'), second.id.toString('base64url')]);
  await told(p, /A passkey was added/);
  assert((await acts(p.name)).includes('POST /passkeys'));
});

test('A8: the answer to a question is taken once, in five minutes, and in the session that asked', async () => {
  const p = await joined(), { challenge } = await question(p), made = p.key.make(challenge);
  const elsewhere = clientOf(await password(p.email));
  isProblem(await post(elsewhere, '/passkeys', { name: 'x', ...made }), 410, 'gone');
  isProblem(await post(p.me, '/passkeys', { name: 'x', ...p.key.make('A'.repeat(43)) }), 422, 'bad_input');
  isProblem(await post(p.me, '/passkeys', { name: 'x', ...made }), 410, 'gone'); // the wrong one used it up
  const again = await question(p);
  await sql(`update passkey_set_up s set expires_at = now() from account a where a.id = s.account_id and a.email = '${p.email}'`);
  isProblem(await post(p.me, '/passkeys', { name: 'x', ...p.key.make(again.challenge) }), 410, 'gone');
});

const P256 = (x: Buffer, y: Buffer, more: [number, number][] = []): Buffer => cbor(new Map<any, any>([[1, 2], [3, -7], [-1, 1], [-2, x], [-3, y], ...more]));
const badNew: [string, Bent, RegExp][] = [
  ['another type', { type: 'webauthn.get' }, /another question/],
  ['another challenge', { challenge: 'B'.repeat(43) }, /earlier question/],
  ['another origin', { origin: 'https://evil.example' }, /another address/],
  ['an origin of the same name under http', { origin: `http://${HOST}` }, /another address/],
  ['an origin at another port', { origin: `${ORIGIN}:8443` }, /another address/],
  ['a host below ours', { origin: `https://x.${HOST}` }, /another address/],
  ['a frame in another site', { crossOrigin: true }, /inside another site/],
  ['a frame, said otherwise', { client: { topOrigin: 'https://evil.example' } }, /inside another site/],
  ['another domain', { rpId: 'evil.example' }, /belongs to another address/],
  ['nobody there', { flags: 0x44 }, /nobody was there/],
  ['nobody verified', { flags: 0x41 }, /did not check/],
  ['backed up without being able to', { flags: 0x55 }, /contradicts/],
  ['no credential', { flags: 0x05 }, /cannot be read/],
  ['an algorithm that was not asked for', { algorithm: -8 }, /another kind/],
  ['RS256 said of an EC key', { algorithm: -257 }, /another kind/],
  ['a point that is not on the curve', { key: P256(Buffer.alloc(32, 1), Buffer.alloc(32, 2)) }, /another kind/],
  ['bytes behind it', { tail: Buffer.from([0]) }, /cannot be read/],
  ['bytes missing', { data: (d) => d.subarray(0, -1) }, /cannot be read/],
  ['an id too long', { id: randomBytes(1024) }, /cannot be read/],
  ['an id of no bytes', { id: Buffer.alloc(0) }, /cannot be read/],
];
test('A8: what is wrong with a new passkey is refused and named', async () => {
  const p = await joined();
  for (const [what, bent, why] of badNew) {
    const answer = await add(p, p.key, bent);
    isProblem(answer, 422, 'bad_input');
    assert.match(Object.values(answer.json.fields as Record<string, string>).join(), why, `${what}: ${answer.text}`);
  }
  isProblem(await add(p, p.key, {}, '  '), 422, 'bad_input');
  for (const broken of [{ attestation: '!' }, { client_data: '!' }, { attestation: 'A'.repeat(11_001) }, { client_data: 'A'.repeat(5_501) }]) {
    const { challenge } = await question(p);
    isProblem(await post(p.me, '/passkeys', { name: 'x', ...p.key.make(challenge), ...broken }), 422, 'bad_input');
  }
  assert.deepEqual((await get(p.me, '/passkeys')).json.passkeys, []);
  assert.equal((await password(p.email)).json.second_factor, undefined, 'nothing is asked for');
  const long = await add(p, p.key, { id: randomBytes(1023), fmt: 'packed', statement: new Map<any, any>([['alg', -7], ['sig', randomBytes(70)]]) });
  assert.equal(long.status, 201, `a statement is not looked at: ${long.text}`);
});

test('a passkey is one account\'s, and twenty are the most', async () => {
  const p = await enrolled(), q = await joined();
  const { challenge } = await question(q);
  isProblem(await post(q.me, '/passkeys', { name: 'theirs', ...p.key.make(challenge) }), 409, 'conflict');
  await sql(`insert into passkey (id, account_id, credential_id, algorithm, public_key, sign_count, name)
    select gen_random_uuid(), a.id, sha256(a.id::text::bytea || n::text::bytea), -7, decode(repeat('00', 64), 'hex'), 0, 'n'
      from account a, generate_series(1, 19) n where a.email = '${p.email}'`);
  isProblem(await post(p.me, '/passkeys/options', { password: PASSWORD }), 409, 'conflict');
  isProblem(await get(keyOf(other), '/passkeys'), 403, 'forbidden');
});

// ---- signing in ----

for (const algorithm of [-7, -257] as const)
  test(`A8: signing in by a passkey of algorithm ${algorithm}`, async () => {
    const p = await enrolled(algorithm), answer = await password(p.email);
    assert.deepEqual([answer.json.second_factor.code, answer.json.second_factor.passkey], [false, true]);
    const step = cookie(answer, 'step'), asked = await send(`${API}/session/passkey/options`, { method: 'POST', headers: { cookie: step }, port: own.port });
    assert.deepEqual(asked.json.passkeys, [p.key.id.toString('base64url')]);
    assert.equal(asked.json.rp_id, HOST);
    isProblem(await send(`${API}/platform/session/passkey/options`, { method: 'POST', headers: { cookie: step }, port: own.port }), 410, 'gone');
    const use = p.key.use(asked.json.challenge), me = clientOf(await at(step, '/passkey', use));
    assert.equal((await get(me, '/session')).json.user.email, p.email);
    assert((await get(me, '/passkeys')).json.passkeys[0].used_at);
    isProblem(await at(step, '/passkey', use), 410, 'gone');
    isProblem(await at('x=y', '/passkey', use), 410, 'gone');
    isProblem(await send(`${API}/session/passkey/options`, { method: 'POST', port: own.port }), 410, 'gone');
  });

const badUse: [string, Bent, RegExp][] = [
  ['another type', { type: 'webauthn.create' }, /another question/],
  ['another challenge', { challenge: 'B'.repeat(43) }, /earlier question/],
  ['another origin', { origin: 'https://calls.example.com.evil.example' }, /another address/],
  ['a frame in another site', { crossOrigin: true }, /inside another site/],
  ['another domain', { rpId: 'evil.example' }, /belongs to another address/],
  ['nobody there', { flags: 0x04 }, /nobody was there/],
  ['nobody verified', { flags: 0x01 }, /did not check/],
  ['bytes behind it', { tail: Buffer.from([0]) }, /cannot be read/],
];
test('A8: what is wrong with an answer is refused and named, and opens nothing', async () => {
  const p = await enrolled();
  const wrong = async (make: (challenge: string) => object, why: RegExp): Promise<void> => {
    await sql('delete from sign_in_count');
    const step = await firstStep(p), answer = await at(step, '/passkey', make(await challengeOf(step)));
    isProblem(answer, 401, 'bad_code');
    assert.match(answer.json.detail, why);
    assert.match(answer.json.detail, /4 tries are left/);
    assert.equal(answer.headers['set-cookie'], undefined);
  };
  for (const [, bent, why] of badUse) await wrong((c) => p.key.use(c, bent), why);
  const stranger = new Authenticator(ORIGIN, HOST);
  await wrong((c) => ({ ...stranger.use(c), id: p.key.id.toString('base64url') }), /signature is wrong/);
  await wrong((c) => stranger.use(c), /not one of the account's/);
  await wrong((c) => ({ ...p.key.use(c), signature: 'AAAA' }), /signature is wrong/);
  await wrong((c) => ({ ...p.key.use(c), authenticator_data: new Authenticator(ORIGIN, HOST).use(c, { count: 99 }).authenticator_data }), /signature is wrong/);
  await wrong((c) => ({ ...p.key.use(c), user_handle: randomBytes(16).toString('base64url') }), /not one of the account's/);
  await wrong((c) => ({ ...p.key.use(c), client_data: '***' }), /cannot be read/);
  assert.equal((await signIn(p)).status, 200, 'none of it spoilt the passkey');
  await until('the failures stand in the log', 150_000, async () => (await acts(p.name)).some((a) => a === 'POST /session/passkey refused'));
});

test('A8: an answer serves its own sign-in alone, once, and another person\'s passkey none', async () => {
  const [p, q] = [await enrolled(), await enrolled()];
  const [one, two] = [await firstStep(p), await firstStep(p)];
  const answer = p.key.use(await challengeOf(one));
  await challengeOf(two);
  isProblem(await at(two, '/passkey', answer), 401, 'bad_code');
  isProblem(await at(two, '/passkey', p.key.use('C'.repeat(43))), 401, 'bad_code'); // nothing is asked any more
  isProblem(await at(one, '/passkey', q.key.use(await challengeOf(one))), 401, 'bad_code');
  const late = await challengeOf(one), fresh = await challengeOf(one);
  isProblem(await at(one, '/passkey', p.key.use(late)), 401, 'bad_code'); // a newer question took its place
  isProblem(await at(one, '/passkey', p.key.use(fresh)), 401, 'bad_code'); // and the wrong answer used that up
  const three = await firstStep(p), use = p.key.use(await challengeOf(three));
  const answers = await Promise.all(Array.from({ length: 5 }, () => at(three, '/passkey', use)));
  assert.equal(answers.filter((a) => a.status === 200).length, 1, answers.map((a) => a.text).join('\n'));
});

test('A8: a counter that goes back is refused, written down and told by mail', async () => {
  const p = await enrolled();
  assert.equal((await signIn(p, { count: 10 })).status, 200);
  for (const count of [10, 9, 0]) {
    await sql('delete from sign_in_count');
    const answer = await signIn(p, { count });
    isProblem(answer, 401, 'bad_code');
    assert.match(answer.json.detail, /counter went back/);
  }
  assert.equal((await signIn(p, { count: 11 })).status, 200);
  await told(p, /counter had gone back/);
  await until('it stands in the log', 150_000, async () => (await acts(p.name)).includes('POST /session/passkey refused: its counter went back'));
  const still = await joined();
  still.key.count = -1;
  assert.equal((await add(still)).status, 201);
  for (let n = 0; n < 2; n++) assert.equal((await signIn(still, { count: 0 })).status, 200, 'one that does not count');
});

test('A8: five tries a sign-in, codes and passkeys together', async () => {
  const p = await enrolled(), step = await firstStep(p);
  for (let left = 4; left >= 1; left--) isProblem(await at(step, '/passkey', p.key.use('D'.repeat(43))), 401, 'bad_code');
  isProblem(await at(step, '/code', { code: '000000' }), 401, 'bad_code');
  isProblem(await send(`${API}/session/passkey/options`, { method: 'POST', headers: { cookie: step }, port: own.port }), 410, 'gone');
  isProblem(await at(step, '/passkey', p.key.use('D'.repeat(43))), 410, 'gone');
});

test('A8: a new password does not pass a passkey by; a recovery code stands in for it', async () => {
  const p = await enrolled();
  assert.equal((await nobody.send(`${API}/password-resets`, { method: 'POST', json: { email: p.email } })).status, 204);
  const mail = await until('the link', 60_000, async () => (await mailsTo(p.email)).find((m) => m.link.includes('/reset#')));
  assert.equal((await nobody.send(`${API}/password-resets/use`, { method: 'POST', json: { token: tokenOf(mail.link), password: FRESH } })).status, 204);
  const step = await firstStep(p, FRESH);
  isProblem(await at(step, '/code', { code: '123456' }), 401, 'bad_code');
  const me = clientOf(await at(step, '/code', { recovery_code: p.recovery[0]! }));
  assert.equal((await get(me, '/second-factor')).json.recovery_codes_left, 9);
});

// ---- beside an app, and removing ----

test('removing asks for the password; the last factor takes the recovery codes with it', async () => {
  const p = await enrolled(), q = await enrolled();
  isProblem(await post(p.me, `/passkeys/${p.id}/remove`, { password: 'wrong' }), 422, 'bad_input');
  isProblem(await post(p.me, `/passkeys/${p.id}/remove`, {}), 422, 'bad_input');
  isProblem(await post(p.me, `/passkeys/${q.id}/remove`, { password: PASSWORD }), 404, 'not_found');
  isProblem(await post(p.me, '/second-factor/remove', { password: PASSWORD }), 410, 'gone');
  const begun = await post(p.me, '/second-factor', { password: PASSWORD });
  const code = execFileSync('oathtool', ['--totp', '--base32', begun.json.secret], { encoding: 'utf8' }).trim();
  assert.equal((await post(p.me, '/second-factor/confirm', { code })).status, 200);
  assert.deepEqual(Object.values((await password(p.email)).json.second_factor).slice(2), [true, true]);
  assert.equal((await post(p.me, '/second-factor/remove', { password: PASSWORD })).status, 204);
  assert.equal((await signIn(p)).status, 200, 'the passkey stays');
  const { since, recovery_codes_left: left } = (await get(p.me, '/second-factor')).json;
  assert(since && left === 10);
  assert.equal((await post(p.me, `/passkeys/${p.id}/remove`, { password: PASSWORD })).status, 204);
  assert.deepEqual((await get(p.me, '/second-factor')).json, { since: null, app_since: null, recovery_codes_left: 0 });
  assert.equal((await password(p.email)).json.user.email, p.email);
  await told(p, /authenticator app of your account was removed/);
  await told(p, /second factor of your account was removed/);
});

test('an admin\'s removal takes passkeys too', async () => {
  const p = await enrolled();
  const member = (await owner.get(`${API}/members`, { query: { limit: 100 } })).items.find((m) => m.email === p.email)!;
  assert.equal(member.second_factor, true);
  assert.equal((await owner.send(`${API}/members/${member.id}/second-factor/remove`, { method: 'POST', json: { reason: 'lost' } })).status, 204);
  assert.equal((await password(p.email)).json.user.email, p.email);
});

test('where the service is reached under an address, it says that passkeys need a name', async () => {
  const me = await as('viewer'), state = (await me.send(`${API}/passkeys`)).json;
  assert.match(state.hindrance, /need a domain name.*IP address/);
  const refused = await me.send(`${API}/passkeys/options`, { method: 'POST', json: { password: 'whatever' } });
  isProblem(refused, 409, 'conflict');
  assert.match(refused.json.detail, /need a domain name/);
});

test('A8: with a host for each tenant, the domain is theirs together; only hosts of one\'s own tenants count', async () => {
  const hosts = await ownServer(undefined, { settings: { ...settings, RINGSIGHT_PUBLIC_URL: `https://app.${HOST}`, RINGSIGHT_BASE_DOMAIN: HOST } });
  const mine = { host: `${other.slug}.${HOST}` }, p = await joined();
  const ask = (path: string, json: object): Promise<Answer> => post(p.me, path, json, hosts.port, mine);
  try {
    for (const [origin, status] of [[`https://${other.slug}.${HOST}`, 201], [`https://app.${HOST}`, 201], [`https://nobody-at-all.${HOST}`, 422],
      [`https://a.${other.slug}.${HOST}`, 422], [`https://${other.slug}.${HOST}.evil.example`, 422]] as const) {
      const asked = await ask('/passkeys/options', { password: PASSWORD });
      assert.equal(asked.json.rp_id, HOST, asked.text);
      const answer = await ask('/passkeys', { name: 'x', ...new Authenticator(origin, HOST).make(asked.json.challenge) });
      assert.equal(answer.status, status, `${origin}: ${answer.text}`);
    }
  } finally { await hosts.remove(); }
});
