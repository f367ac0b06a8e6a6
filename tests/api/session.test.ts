/* Signing in and out, the cookie, the token against foreign pages, tenants and API keys. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { as, base, cookieOf, demo, faceless, home, isProblem, keyOf, login, nobody, other, send, signIn, sleep, someCalls } from './house.ts';

const SESSION = '/api/v1/session';
const boss = login('owner');
const right = { email: boss.email, password: boss.password };
const https = base.startsWith('https:');

test('the cookie cannot be read by scripts nor sent by other sites, and fits the public address', async () => {
  const answer = await send(SESSION, { method: 'POST', json: right });
  assert.equal(answer.status, 200, answer.text);
  const [cookie, ...flags] = answer.headers['set-cookie']![0]!.split(/; */);
  const lower = flags.map((f) => f.toLowerCase());
  assert.match(cookie!, https ? /^__Host-ringsight_session=[\w-]{40,}$/ : /^ringsight_session=[\w-]{40,}$/);
  for (const flag of ['httponly', 'samesite=lax', 'path=/']) assert(lower.includes(flag), `${flag} in ${flags}`);
  assert.equal(lower.includes('secure'), https);
  assert(!lower.some((f) => f.startsWith('domain=')));
  assert.match(answer.json.csrf, /^[\w-]{20,}$/);
  assert(!answer.text.includes(cookie!.split('=')[1]!), 'the token stands in the cookie alone');
  assert.match(answer.headers['cache-control']!, /no-store/);
});

test('the session says who one is, where, and what one may do', async () => {
  const owner = await as('owner');
  const session = await owner.get(SESSION);
  assert.equal(session.user.email, boss.email);
  assert.equal(session.tenant?.id, home.id);
  assert.equal(session.role, 'owner');
  assert(session.permissions.includes('people.write'));
  assert.deepEqual(session.memberships.map((m) => m.slug), [home.slug]);
  const viewer = await (await as('viewer')).get(SESSION);
  assert(!viewer.permissions.includes('people.write'));
});

test('without a session there is nobody', async () => {
  isProblem(await nobody.send(SESSION), 401, 'unauthenticated');
  const name = cookieOf(await send(SESSION, { method: 'POST', json: right })).split('=')[0];
  for (const value of ['', 'x', 'a'.repeat(43), 'a'.repeat(600), '"quoted"'])
    isProblem(await send(SESSION, { headers: { cookie: `${name}=${value}` } }), 401, 'unauthenticated');
});

test('a cookie given twice is not believed', async () => {
  const owner = await as('owner');
  const cookie = String(owner.headers.cookie);
  isProblem(await send(SESSION, { headers: { cookie: `${cookie}; ${cookie}` } }), 401);
});

test('a wrong password and an unknown address answer the same bytes', async () => {
  const wrong = await send(SESSION, { method: 'POST', json: { email: boss.email, password: 'wrong-wrong-wrong' } });
  const unknown = await send(SESSION, { method: 'POST', json: { email: 'nobody@nowhere.example', password: 'wrong-wrong-wrong' } });
  const wrongKind = await send(SESSION, { method: 'POST', json: { email: demo.super_admin.email, password: demo.super_admin.password } });
  isProblem(wrong, 401, 'bad_login');
  assert.equal(faceless(wrong), faceless(unknown));
  assert.equal(faceless(wrong), faceless(wrongKind), 'a super admin is unknown here');
  assert.equal(wrong.headers['set-cookie'], undefined);
});

test('addresses are the same in capitals and with blanks around', async () => {
  const answer = await send(SESSION, { method: 'POST', json: { email: `  ${boss.email.toUpperCase()} `, password: boss.password } });
  assert.equal(answer.status, 200, answer.text);
});

test('what changes something needs the token of the session', async () => {
  const owner = await as('owner');
  const change = { method: 'PUT', json: { id: home.id } };
  const without = { cookie: owner.headers.cookie };
  isProblem(await send(`${SESSION}/tenant`, { ...change, headers: without }), 403, 'csrf');
  isProblem(await send(`${SESSION}/tenant`, { ...change, headers: { ...without, 'x-csrf-token': 'x'.repeat(32) } }), 403, 'csrf');
  const viewer = await as('viewer');
  isProblem(await send(`${SESSION}/tenant`, { ...change, headers: { ...without, 'x-csrf-token': viewer.headers['x-csrf-token'] } }), 403, 'csrf');
  assert.equal((await owner.send(`${SESSION}/tenant`, change)).status, 200);
});

test('what changes something is not taken from another site, token or not', async () => {
  const owner = await as('owner');
  const change = { method: 'PUT', json: { id: home.id } };
  const foreign: Record<string, string>[] = [{ origin: 'https://evil.example' }, { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' },
    { origin: base, 'sec-fetch-site': 'cross-site' }, { origin: `${base}.evil.example` }];
  for (const headers of foreign)
    isProblem(await owner.send(`${SESSION}/tenant`, { ...change, headers }), 403, 'csrf');
  isProblem(await send(SESSION, { method: 'POST', headers: { origin: 'https://evil.example' },
    json: right }), 403, 'csrf');
  const own = { origin: base, 'sec-fetch-site': 'same-origin' };
  assert.equal((await owner.send(`${SESSION}/tenant`, { ...change, headers: own })).status, 200);
});

test('one cannot switch to a tenant one does not belong to', async () => {
  const owner = await as('owner');
  const foreign = await owner.send(`${SESSION}/tenant`, { method: 'PUT', json: { id: other.id } });
  const missing = await owner.send(`${SESSION}/tenant`, { method: 'PUT', json: { id: '01900000-0000-7000-8000-000000000001' } });
  isProblem(foreign, 404, 'not_found');
  assert.equal(faceless(foreign), faceless(missing));
  assert.equal((await owner.get(SESSION)).tenant?.id, home.id, 'one stays where one was');
});

test('after signing out the cookie is dead within a second, on every connection', async () => {
  const person = await signIn(login('viewer'));
  assert.equal((await person.send(SESSION)).status, 200);
  const out = await person.send(SESSION, { method: 'DELETE' });
  assert.equal(out.status, 204, out.text);
  assert.match(out.headers['set-cookie']![0]!, /=;.*max-age=0/i, 'the browser is told to drop it');
  await sleep(1_000);
  for (let i = 0; i < 8; i++) isProblem(await person.send(SESSION), 401, 'unauthenticated');
  isProblem(await person.send('/api/v1/calls'), 401, 'unauthenticated');
});

test('every sign-in is a session of its own', async () => {
  const [one, two] = await Promise.all([signIn(login('viewer')), signIn(login('viewer'))]);
  assert.notEqual(one.headers.cookie, two.headers.cookie);
  assert.equal((await one.send(SESSION, { method: 'DELETE' })).status, 204);
  assert.equal((await two.send(SESSION)).status, 200);
  await two.send(SESSION, { method: 'DELETE' });
});

test('an API key reads without a cookie and has no session', async () => {
  const key = keyOf(home);
  assert((await someCalls()).length > 0);
  isProblem(await key.send(SESSION), 403, 'forbidden');
  isProblem(await key.send(`${SESSION}/tenant`, { method: 'PUT', json: { id: home.id } }), 403, 'forbidden');
});

test('keys that are none answer alike', async () => {
  const bad = ['Bearer rs_wrong', `Bearer rs_${'A'.repeat(43)}`, 'Bearer nonsense', 'Basic dTpw', `Bearer rs_${'A'.repeat(500)}`];
  for (const authorization of bad)
    isProblem(await send('/api/v1/calls', { headers: { authorization } }), 401, 'unauthenticated');
  const owner = await as('owner');
  isProblem(await owner.send('/api/v1/calls', { headers: { authorization: 'Bearer rs_wrong' } }), 401,
    'unauthenticated'); /* a cookie does not make up for it */
});

test('super admins sign in at a place of their own', async () => {
  const root = await as('super');
  const session = await root.get('/api/v1/platform/session');
  assert.equal(session.user.email, demo.super_admin.email);
  isProblem(await root.send(SESSION), 401, 'unauthenticated');
  isProblem(await root.send('/api/v1/calls'), 403, 'forbidden');
  isProblem(await (await as('owner')).send('/api/v1/platform/session'), 401, 'unauthenticated');
  const wrong = await send('/api/v1/platform/session', { method: 'POST', json: right });
  isProblem(wrong, 401, 'bad_login');
});

test('fields of the sign-in are checked before anything else', async () => {
  const missing = await send(SESSION, { method: 'POST', json: { email: boss.email } });
  isProblem(missing, 422, 'bad_input');
  assert.deepEqual(Object.keys(missing.json.fields), ['password']);
  const more = await send(SESSION, { method: 'POST', json: { email: boss.email, password: 'x', admin: true } });
  isProblem(more, 422, 'bad_input');
  assert.deepEqual(Object.keys(more.json.fields), ['admin']);
  isProblem(await send(SESSION, { method: 'POST', json: { email: 1, password: true } }), 422, 'bad_input');
});
