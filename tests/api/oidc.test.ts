/* Sign-in by a provider of the tenant's own, against a real one: settings and their test, the flow with everything that
 * must not get through, roles by groups, the end of sessions. In the demo's second tenant. */
import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { as, base, Client, home, isProblem, other, send, signIn, until, type Answer } from './house.ts';
import { CLIENT, provider, SECRET, type OwnProvider, type Somebody } from './provider.ts';
import { sql } from './queue.ts';

const unique = (): string => randomUUID().slice(0, 8);
const domain = `d${unique()}.example`;
const callback = `${base}/api/v1/oidc/callback`;
let owner: Client, p: OwnProvider;

const usual = () => ({
  active: true, name: 'House key', issuer: p.issuer, client_id: CLIENT, client_secret: SECRET, domains: [domain], default_role: 'viewer',
  group_claim: 'groups', group_roles: [{ group: 'bosses', role: 'manager' }, { group: 'staff', role: 'agent' }], make_members: true, only_way: false,
});
async function put(change: object, who = owner): Promise<Answer> {
  const { version } = await who.get('/api/v1/oidc');
  return who.send('/api/v1/oidc', { method: 'PUT', json: { ...usual(), ...change }, headers: { 'if-match': `"${version}"` } });
}
async function checked(): Promise<{ fault: string | null }> {
  return until('the provider was asked', 60_000, async () => { const s = await owner.get('/api/v1/oidc'); return s.checked_at ? s : null; });
}
async function set(change: object = {}): Promise<void> {
  const answer = await put(change);
  assert.equal(answer.status, 200, answer.text);
  assert.equal((await checked()).fault, null);
}

before(async () => {
  owner = await as('owner', other);
  p = await provider({ redirect: callback, logoutUri: `${base}/api/v1/oidc/logout/${other.slug}` });
  await set();
});
after(async () => {
  await put({ active: false, only_way: false });
  await sql(`delete from membership m using account a where a.id = m.account_id and a.email like '%@${domain}'`);
  await p.close();
});

// ---- a browser of few words ----

interface Begun { jar: Map<string, string>; url: string }
const cookies = (jar: Map<string, string>): string => [...jar].map(([k, v]) => `${k}=${v}`).join('; ');
function keep(jar: Map<string, string>, set: string[] | undefined): void {
  for (const c of set ?? []) {
    const [pair] = c.split(';');
    const at = pair!.indexOf('=');
    if (/max-age=0|1970/i.test(c)) jar.delete(pair!.slice(0, at)); else jar.set(pair!.slice(0, at), pair!.slice(at + 1));
  }
}
async function begin(tenant = other.slug): Promise<Begun> {
  const jar = new Map<string, string>();
  const answer = await send('/api/v1/oidc/start', { method: 'POST', json: { tenant, next: '/tasks' } });
  assert.equal(answer.status, 201, answer.text);
  keep(jar, answer.headers['set-cookie']);
  assert.match(answer.headers['set-cookie']![0]!, /HttpOnly; SameSite=Lax/);
  return { jar, url: answer.json.url };
}
/** Through the provider, up to the address that it sends the browser back to. */
async function there(url: string): Promise<string> {
  const jar = new Map<string, string>();
  for (let at = url, n = 0; n < 10; n++) {
    if (at.startsWith(callback)) return at;
    const answer = await fetch(at, { redirect: 'manual', headers: { cookie: cookies(jar) } });
    keep(jar, answer.headers.getSetCookie());
    const next = answer.headers.get('location');
    assert(next, `${at}: ${answer.status} ${await answer.text()}`);
    at = new URL(next, at).href;
  }
  throw new Error('no way back');
}
const back = (begun: Begun, url: string): Promise<Answer> => send(url.slice(base.length), { headers: { cookie: cookies(begun.jar) } });
const finish = (begun: Begun): Promise<Answer> => send('/api/v1/oidc/finish', { method: 'POST', headers: { cookie: cookies(begun.jar) } });
async function end(begun: Begun): Promise<Answer> {
  return until('the sign-in is done', 60_000, async () => {
    const answer = await finish(begun);
    assert.equal(answer.status, 200, answer.text);
    return answer.json.state !== 'waiting' && answer;
  });
}
async function attempt(who: Somebody | null): Promise<Answer> {
  p.somebody = who;
  const begun = await begin();
  const returned = await back(begun, await there(begun.url));
  assert.equal(returned.status, 303);
  assert.equal(returned.headers.location, '/sign-in?oidc=back');
  return end(begun);
}
async function comes(who: Somebody): Promise<Client & { role: string }> {
  const answer = await attempt(who);
  assert.equal(answer.json.state, 'done', answer.text);
  assert.equal(answer.json.next, '/tasks');
  const jar = new Map<string, string>();
  keep(jar, answer.headers['set-cookie']);
  const client = new Client(who.email ?? who.sub, { cookie: cookies(jar) });
  const session = await client.get('/api/v1/session');
  assert.equal(session.tenant?.id, other.id);
  return Object.assign(new Client(who.sub, { cookie: cookies(jar), 'x-csrf-token': session.csrf }), { role: session.role! });
}
async function failsWith(who: Somebody | null, why: RegExp): Promise<void> {
  const answer = await attempt(who);
  assert.equal(answer.json.state, 'failed', answer.text);
  assert.match(answer.json.reason, why);
  assert.equal(answer.headers['set-cookie'], undefined, 'no session');
}
const someone = (more: Partial<Somebody> = {}): Somebody => {
  const name = `p${unique()}`;
  return { sub: name, email: `${name}@${domain}`, email_verified: true, name: `Person ${name}`, groups: [], ...more };
};

// ---- settings ----

test('settings are checked, the secret is never shown, and only few may see them', async () => {
  const shown = await owner.send('/api/v1/oidc');
  assert.equal(shown.json.secret_set, true);
  assert(!shown.text.includes(SECRET));
  assert.deepEqual(shown.json.redirect_uris, [callback]);
  for (const [field, value] of Object.entries({ issuer: 'ftp://x', domains: ['nodot'], default_role: 'owner', group_roles: [{ group: 'x', role: 'owner' }], client_id: 'a b' })) {
    const answer = await put({ [field]: value });
    isProblem(answer, 422, 'bad_input');
    assert(answer.json.fields[field], answer.text);
  }
  isProblem(await owner.send('/api/v1/oidc', { method: 'PUT', json: usual(), headers: { 'if-match': '"1000000"' } }), 412, 'stale');
  isProblem(await (await as('agent', other)).send('/api/v1/oidc'), 403, 'forbidden');
  assert.equal((await sql(`select count(*) from oidc where position('${SECRET}'::bytea in secret_sealed) > 0`))[0], '0');
});

test('a domain of one tenant cannot be taken by another', async () => {
  const stranger = await as('owner', home);
  const { version } = await stranger.get('/api/v1/oidc');
  const answer = await stranger.send('/api/v1/oidc', { method: 'PUT', json: { ...usual(), active: false }, headers: { 'if-match': `"${version}"` } });
  isProblem(answer, 422, 'bad_input');
  assert.match(answer.json.fields.domains, /another tenant/);
});

test('the test says what is wrong', async () => {
  const wrong = async (change: object, why: RegExp): Promise<void> => {
    assert.equal((await put(change)).status, 200);
    await until(`the fault ${why}`, 60_000, async () => why.test((await owner.get('/api/v1/oidc')).fault ?? ''));
  };
  await wrong({ issuer: `${p.issuer}/nowhere` }, /discovery document answers 404/);
  await wrong({ issuer: p.issuer.replace('127.0.0.1', 'localhost') }, /calls itself "http:\/\/127/);
  await wrong({ issuer: 'http://127.0.0.1:64999' }, /cannot be reached/);
  for (const issuer of ['http://127.0.0.1:1', 'http://10.1.2.3', 'https://10.1.2.3']) {
    const inside = await put({ issuer });
    isProblem(inside, 422, 'bad_input');
    assert.match(inside.json.fields.issuer, /RINGSIGHT_EGRESS_ALLOW, for the use oidc/);
  }
  await wrong({ client_secret: 'wrong' }, /refuses the client id or its secret/);
  await set();
  assert.equal((await owner.send('/api/v1/oidc/test', { method: 'POST' })).status, 204);
});

// ---- the flow ----

test('the button is offered by the domain of an address, and by it alone', async () => {
  const offer = async (email: string): Promise<unknown> => (await send(`/api/v1/oidc/offer?email=${encodeURIComponent(email)}`)).json;
  assert.deepEqual(await offer(`any@${domain.toUpperCase()}`), { tenant: other.slug, tenant_name: (await owner.get('/api/v1/session')).tenant!.name, name: 'House key' });
  for (const email of ['any@elsewhere.example', 'nothing', `any@sub.${domain}`, '']) assert.deepEqual(await offer(email), { tenant: null, tenant_name: null, name: null });
});

test('somebody new becomes a member with the role of the first group that fits, and the act is audited', async () => {
  const who = someone({ groups: ['staff', 'bosses'] });
  const client = await comes(who);
  assert.equal(client.role, 'manager');
  const member = (await owner.get('/api/v1/members', { query: { limit: 100 } })).items.find((m) => m.email === who.email);
  assert.equal(member?.name, who.name);
  const entries = (await owner.get('/api/v1/audit', { query: { act: 'POST /oidc/finish', limit: 20 } })).items;
  assert(entries.some((e) => e.actor === who.name));
});

test('the role follows the groups at each sign-in; out of all groups it is the default', async () => {
  const who = someone({ groups: ['bosses'] });
  assert.equal((await comes(who)).role, 'manager');
  assert.equal((await comes({ ...who, groups: ['staff'] })).role, 'agent');
  assert.equal((await comes({ ...who, groups: [] })).role, 'viewer');
});

test('an owner stays owner', async () => {
  const who = someone({ groups: ['staff'] });
  await comes(who);
  await sql(`update membership m set role_id = r.id from role r, account a where r.tenant_id = m.tenant_id and r.slug = 'owner' and a.id = m.account_id and a.email = '${who.email}'`);
  assert.equal((await comes(who)).role, 'owner');
  // An admin who saves the settings vouches for no owner.
  const admin = await as('admin', other);
  assert.equal((await put({}, admin)).status, 200);
  await failsWith(who, /may do more than whoever set the provider up/);
  await set();
});

test('who is not allowed is told why', async () => {
  await failsWith(null, /did not let you in/);
  await failsWith(someone({ email_verified: false }), /not say that your e-mail address is verified/);
  await failsWith(someone({ email: `x${unique()}@elsewhere.example` }), /elsewhere\.example cannot sign in here/);
  await failsWith(someone({ email: home.users[0]!.email }), /cannot sign in here/);
  await failsWith(someone({ email: undefined }), /tells no e-mail address/);
  await set({ make_members: false });
  await failsWith(someone(), /not a member here/);
  await set();
  const first = someone();
  await comes(first);
  await failsWith({ ...first, sub: `again${unique()}` }, /belonged to another person/);
});

test('a callback counts once, for the browser that began, within its sign-in', async () => {
  p.somebody = someone();
  const [one, two] = [await begin(), await begin()];
  const url = await there(one.url);
  const lost = async (answer: Answer): Promise<void> => {
    assert.equal(answer.status, 303);
    assert.equal(answer.headers.location, '/sign-in?oidc=lost');
  };
  await lost(await send(url.slice(base.length)));
  await lost(await back(two, url)); // another browser's cookie
  await lost(await back(one, url.replace(/state=[^&]+/, `state=${unique()}`)));
  assert.equal((await back(one, url)).headers.location, '/sign-in?oidc=back');
  await lost(await back(one, url));
  assert.equal((await finish(two)).json.state, 'failed');
  const done = await end(one);
  assert.equal(done.json.state, 'done');
  assert.equal((await finish(one)).json.state, 'failed', 'a session opens once');
  // An authorization code that another sign-in got: the verifier does not fit.
  const [three, four] = [await begin(), await begin()];
  const foreign = new URL(await there(three.url)).searchParams.get('code')!;
  const own = new URL(await there(four.url));
  own.searchParams.set('code', foreign);
  await back(four, own.href);
  assert.match((await end(four)).json.reason, /does not take the code/);
  // The time is over.
  const late = await begin();
  const lateUrl = await there(late.url);
  await sql(`update oidc_flow set created_at = now() - interval '11 minutes' where tenant_id = '${other.id}' and state = 'started'`);
  await lost(await back(late, lateUrl));
});

test('an ID token that is not just right opens nothing', async () => {
  const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>;
  const b64 = (v: unknown): string => Buffer.from(JSON.stringify(v)).toString('base64url');
  const pem = await (await fetch(`${p.issuer}/jwks`)).text();
  const forged: [string, (t: string) => Promise<string> | string, RegExp][] = [
    ['none', (t) => `${b64({ alg: 'none' })}.${t.split('.')[1]}.`, /not signed/],
    ['hmac', (t) => { const input = `${b64({ alg: 'HS256', kid: 'one' })}.${t.split('.')[1]}`; return `${input}.${createHmac('sha256', pem).update(input).digest('base64url')}`; }, /RS256 or ES256/],
    ['audience', (t) => p.sign({ ...claimsOf(t), aud: 'other' }), /somebody else/],
    ['issuer', (t) => p.sign({ ...claimsOf(t), iss: 'https://evil.example' }), /another issuer/],
    ['nonce', (t) => p.sign({ ...claimsOf(t), nonce: 'other' }), /another sign-in/],
    ['expired', (t) => p.sign({ ...claimsOf(t), exp: 1_700_000_000 }), /time is over/],
    ['key', (t) => p.sign(claimsOf(t), { kid: 'two' }), /does not publish/],
    ['type', (t) => p.sign(claimsOf(t), { typ: 'at+jwt' }), /another kind/],
    ['signature', (t) => t.slice(0, -8) + 'AAAAAAAA', /signature/],
  ];
  for (const [what, make, why] of forged) {
    p.forge = make;
    try { await failsWith(someone(), why); } catch (e) { throw new Error(`${what}: ${String(e)}`); }
  }
  p.forge = null;
});

// ---- what such a session is worth ----

test('it holds in this tenant alone, though the account belongs to others too', async () => {
  const who = someone();
  await comes(who);
  await sql(`insert into membership (tenant_id, id, account_id, role_id) select r.tenant_id, gen_random_uuid(), a.id, r.id from role r, account a
    where r.tenant_id = '${home.id}' and r.slug = 'viewer' and a.email = '${who.email}'`);
  const client = await comes(who);
  assert.deepEqual((await client.get('/api/v1/session')).memberships.map((m) => m.tenant_id), [other.id]);
  isProblem(await client.send('/api/v1/session/tenant', { method: 'PUT', json: { id: home.id } }), 404, 'not_found');
  isProblem(await client.send('/api/v1/join/account', { method: 'POST', json: { token: 'none' } }), 403, 'forbidden');
});

test('where it is the only way in, passwords of its domains are refused, save owners\'', async () => {
  const name = someone(), password = `a long word ${unique()}`;
  await comes(name);
  // The account gets a password of its own, that of the demo's agent.
  const viewer = other.users.find((u) => u.role === 'agent')!;
  await sql(`update account set password_hash = (select password_hash from account where email = '${viewer.email}') where email = '${name.email}'`);
  const tried = (): Promise<Answer> => send('/api/v1/session', { method: 'POST', json: { email: name.email, password: viewer.password } });
  assert.equal((await tried()).status, 200);
  await set({ only_way: true });
  const refused = await tried();
  isProblem(refused, 403, 'forbidden');
  assert.match(refused.json.detail, /by House key, not by password/);
  assert.equal((await send('/api/v1/session', { method: 'POST', json: { email: name.email, password } })).status, 401);
  // With another tenant the password opens, but not this one.
  await sql(`insert into membership (tenant_id, id, account_id, role_id) select r.tenant_id, gen_random_uuid(), a.id, r.id from role r, account a
    where r.tenant_id = '${home.id}' and r.slug = 'viewer' and a.email = '${name.email}'`);
  const both = await signIn({ email: name.email!, password: viewer.password, role: 'viewer' });
  const chosen = await both.send('/api/v1/session/tenant', { method: 'PUT', json: { id: other.id } });
  isProblem(chosen, 403, 'forbidden');
  assert.match(chosen.json.detail, /by its provider/);
  await sql(`update membership m set role_id = r.id from role r, account a where m.tenant_id = '${other.id}' and r.tenant_id = m.tenant_id and r.slug = 'owner' and a.id = m.account_id and a.email = '${name.email}'`);
  assert.equal((await both.send('/api/v1/session/tenant', { method: 'PUT', json: { id: other.id } })).status, 200);
  await set();
});

// ---- its end ----

const ended = (client: Client): Promise<unknown> => until('the session has ended', 15_000, async () => (await client.send('/api/v1/session')).status === 401);

test('whom the provider does not know any more is signed out within its next round', async () => {
  await sql(`update oidc set heard_at = null where tenant_id = '${other.id}'`);
  const [stays, goes] = [someone(), someone()];
  const [one, two] = [await comes(stays), await comes(goes)];
  p.people.delete(goes.sub);
  await sql(`update session set oidc_checked_at = now() - interval '20 minutes' where oidc_tenant = '${other.id}'`);
  await sql(`update schedule set next_at = now() where tenant_id = '${other.id}' and name = 'oidc.poll'`);
  await until('the round', 60_000, async () => (await two.send('/api/v1/session')).status === 401);
  assert.equal((await one.send('/api/v1/session')).status, 200);
  assert(p.refreshed > 0);
});

test('a logout token ends the session it names; one that is not just right ends none', async () => {
  const who = someone(), client = await comes(who);
  const claims = (more: object = {}): Record<string, unknown> => {
    const now = Math.floor(Date.now() / 1000);
    return { iss: p.issuer, aud: CLIENT, sub: who.sub, iat: now, exp: now + 120, jti: unique(), events: { 'http://schemas.openid.net/event/backchannel-logout': {} }, ...more };
  };
  const tell = (token: string, tenant = other.slug): Promise<Answer> => send(`/api/v1/oidc/logout/${tenant}`, { method: 'POST',
    body: `logout_token=${token}`, headers: { 'content-type': 'application/x-www-form-urlencoded' } });
  for (const more of [{ nonce: 'x' }, { events: {} }, { aud: 'other' }, { iss: 'https://evil.example' }, { iat: 1_700_000_000 }, { sub: undefined }])
    isProblem(await tell(await p.sign(claims(more))), 400);
  isProblem(await tell('none'), 400);
  isProblem(await tell(await p.sign(claims()), 'none'), 404);
  assert.equal((await tell(await p.sign(claims({ iat: Math.floor(Date.now() / 1000) - 300 })))).status, 204);
  assert.equal((await client.send('/api/v1/session')).status, 200, 'a session that was opened later stays');
  const sid = p.sids.get(who.sub);
  assert(sid, 'the provider names its sessions');
  await p.logout(who.sub, sid);
  await ended(client);
  assert.equal((await owner.get('/api/v1/oidc')).revocation, 'told');
});
