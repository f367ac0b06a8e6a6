/* Short-lived tokens for API clients (A6): a pair for a key, a refresh token good once, what is used twice ends all of its
 * family, a lost answer may be asked for again, and the access token is no more and no less than its key. Tenants of its
 * own, and a server that believes X-Forwarded-For from this machine. */
import assert from 'node:assert/strict';
import { createHash, randomInt } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Client, faceless, isProblem, MISSING, send, sleep, until, type Answer } from './house.ts';
import { mailsTo, mailTo } from './mail.ts';
import { sql } from './queue.ts';
import { ownServer, type Own } from './server.ts';
import { ownTenant, type OwnTenant } from './tenant.ts';

const API = '/api/v1';
const SECOND = 1_050; // what a process remembers of who asks is older than this
let own: Own, house: OwnTenant, other: OwnTenant;
before(async () => {
  [own, house, other] = await Promise.all([ownServer(undefined, { settings: { RINGSIGHT_TRUSTED_PROXIES: '127.0.0.1/32' } }), ownTenant(), ownTenant()]);
});
after(() => own.remove());

interface Pair { token_type: string; access_token: string; expires_in: number; expires_at: string; refresh_token: string; refresh_expires_at: string }
interface Key { id: string; key: string }
const bearer = (token: string): Client => new Client('program', { authorization: `Bearer ${token}` });
const HERE = '198.51.100.7';
/** As one who comes from an address. */
const from = (who: Client | undefined, path: string, ask: Parameters<typeof send>[1] = {}, address = HERE): Promise<Answer> =>
  send(API + path, { ...ask, port: own.port, headers: { ...who?.headers, ...ask.headers, 'x-forwarded-for': address } });

async function aKey(of = house, more: object = {}): Promise<Key> {
  const made = await of.owner.send(`${API}/api-keys`, { method: 'POST', json: { name: `Program ${randomInt(1e9)}`, role: 'admin', ...more } });
  assert.equal(made.status, 201, made.text);
  return made.json;
}
const ask = (key: Key, client = 'Exporter', address = HERE): Promise<Answer> => from(bearer(key.key), '/tokens', { method: 'POST', json: { client } }, address);
async function aPair(key: Key, client?: string): Promise<Pair> {
  const made = await ask(key, client);
  assert.equal(made.status, 200, made.text);
  return made.json;
}
const renew = (refresh_token: string, address = HERE): Promise<Answer> => from(undefined, '/tokens/refresh', { method: 'POST', json: { refresh_token } }, address);
async function next(p: Pair): Promise<Pair> {
  const answer = await renew(p.refresh_token);
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
}
const works = (p: Pair, address = HERE): Promise<number> => from(bearer(p.access_token), '/calls', {}, address).then((a) => a.status);
const secrets = (p: Pair): string[] => [p.access_token, p.refresh_token];
const families = async (key: Key, of = house): Promise<any[]> => { // eslint-disable-line
  const answer = await of.owner.send(`${API}/api-keys/${key.id}/tokens`);
  assert.equal(answer.status, 200, answer.text);
  return answer.json.families;
};
const hash = (token: string): string => `'\\x${createHash('sha256').update(token).digest('hex')}'`;
/** The refresh token was used so long ago. */
const ago = (p: Pair, seconds: number): Promise<string[]> =>
  sql(`update token_pair set used_at = used_at - interval '${seconds} seconds' where refresh_hash = ${hash(p.refresh_token)} returning generation`);
/** One answer for all that does not hold, which tells nobody which it was. */
async function refused(token: string): Promise<void> {
  const [answer, unknown] = [await renew(token), await renew(`rs_rt_${'A'.repeat(43)}`)];
  isProblem(answer, 401, 'unauthenticated');
  assert.equal(faceless(answer), faceless(unknown));
}

test('A6: a key gets a pair, shown once and kept as hashes; the refresh token gets the next', async () => {
  const key = await aKey(), first = await aPair(key);
  assert.match(first.access_token, /^rs_at_[\w-]{43}$/);
  assert.match(first.refresh_token, /^rs_rt_[\w-]{43}$/);
  assert.equal(first.token_type, 'Bearer');
  assert(first.expires_in > 14 * 60 && first.expires_in <= 15 * 60);
  const days = (Date.parse(first.refresh_expires_at) - Date.now()) / 86_400_000;
  assert(days > 29.9 && days < 30.1, `${days}`);
  assert.equal(await works(first), 200);
  const second = await next(first);
  assert.equal(new Set([...secrets(first), ...secrets(second)]).size, 4);
  assert.equal(await works(second), 200);
  assert.equal(await works(first), 200, 'what is under way goes on until its 15 minutes are over');
  const [family] = await families(key);
  assert.deepEqual([family.client, family.refreshes, family.address, family.ended_at], ['Exporter', 1, HERE, null]);
  const listed = (await house.owner.send(`${API}/api-keys`)).json.items.find((k: Key) => k.id === key.id);
  assert.equal(listed.clients, 1);
  const stored = (await sql(`select row_to_json(p)::text || row_to_json(f)::text from token_pair p join token_family f on f.id = p.family_id where f.key_id = '${key.id}'`)).join();
  for (const s of [...secrets(first), ...secrets(second)]) {
    assert(!stored.includes(s) && !stored.includes(Buffer.from(s).toString('hex')), 'no token lies in the database');
    assert(stored.includes(createHash('sha256').update(s).digest('hex')));
  }
  assert(!own.log().includes(first.refresh_token.slice(6)), 'nor in the log');
});

test('A6: a refresh token used again ends every token of its client, is in the audit log, and owners are told once', async () => {
  const key = await aKey(), [first, bystander] = [await aPair(key, 'Copied'), await aPair(key, 'Bystander')];
  const second = await next(first), third = await next(second);
  const mails = (await mailsTo(house.login.email)).length;
  await refused(first.refresh_token); // two generations old: no lost answer, however soon
  await refused(third.refresh_token);
  await refused(first.refresh_token);
  await sleep(SECOND);
  for (const p of [first, second, third]) assert.equal(await works(p), 401, 'its access tokens are dead within a second');
  assert.equal(await works(bystander), 200, 'another client of the key goes on');
  await next(bystander);
  assert.deepEqual((await families(key)).map((f) => [f.client, f.ended_at === null]).sort(), [['Bystander', true], ['Copied', false]]);
  const log = (await house.owner.send(`${API}/audit?limit=100`)).json.items.filter((e: { act: string }) => e.act === 'Refresh token used twice');
  assert.equal(log.length, 1);
  assert.match(log[0].given.why, /shown from 198\.51\.100\.7/);
  const mail = await mailTo(house.login.email, mails + 1);
  assert.match(mail.subject ?? '', /used twice/);
  assert(mail.text?.includes('"Program') && mail.text.includes('Copied') && mail.text.includes('/api-keys'));
  assert(!mail.raw.includes('rs_'), 'no token in it');
  assert.equal((await mailsTo(house.login.email)).length, mails + 1);
});

test('A6: a lost answer may be asked for again for ten seconds, by the same address, until the next is used', async () => {
  const key = await aKey();
  const lost = await aPair(key), pair = await next(lost);
  assert.deepEqual(secrets(await next(lost)), secrets(pair), 'the same pair, no second branch');
  assert.equal((await sql(`select generation from token_family where key_id = '${key.id}'`))[0], '2');
  const later = await next(pair);
  await refused(lost.refresh_token); // its successor was used: whoever shows it is not the client
  await refused(later.refresh_token);

  const slow = await aPair(key), slowly = await next(slow);
  await ago(slow, 11);
  await refused(slow.refresh_token);
  await refused(slowly.refresh_token);

  const stolen = await aPair(key), fresh = await next(stolen);
  isProblem(await renew(stolen.refresh_token, '203.0.113.99'), 401, 'unauthenticated');
  await sleep(SECOND);
  assert.equal(await works(fresh), 401, 'from elsewhere it is a copy');
  const edge = await aPair(key), edged = await next(edge);
  await ago(edge, 5);
  assert.deepEqual(secrets(await next(edge)), secrets(edged));
});

test('A6: of a hundred refreshes at once one wins, all hear of the same pair, and none is thrown out', async () => {
  const key = await aKey(), first = await aPair(key);
  const answers = await Promise.all(Array.from({ length: 100 }, () => renew(first.refresh_token)));
  assert.deepEqual([...new Set(answers.map((a) => a.status))], [200]);
  assert.equal(new Set(answers.map((a) => secrets(a.json).join())).size, 1);
  assert.deepEqual(await sql(`select count(*), max(p.generation), count(distinct f.id) from token_family f join token_pair p on p.family_id = f.id where f.key_id = '${key.id}'`), ['2|2|1']);
  assert.equal(await works(await next(answers[0]!.json)), 200);
});

test('A6: the access token may what its key may, from where it may, and ends with it', async () => {
  const calls = await aPair(await aKey(house, { role: 'viewer' }));
  assert.equal(await works(calls), 200);
  isProblem(await from(bearer(calls.access_token), '/api-keys'), 403, 'forbidden');
  isProblem(await from(bearer(calls.access_token), '/session'), 403, 'forbidden');

  const bound = await aKey(house, { networks: '198.51.100.0/24' }), pair = await aPair(bound);
  isProblem(await ask(bound, 'x', '203.0.113.5'), 403, 'forbidden');
  assert.deepEqual([await works(pair), await works(pair, '203.0.113.5')], [200, 403]);
  isProblem(await renew(pair.refresh_token, '203.0.113.5'), 403, 'forbidden');
  const after = await next(pair);
  assert.equal(await works(after), 200, 'what was refused for its address was not used up');

  await house.owner.send(`${API}/api-keys/${bound.id}`, { method: 'DELETE' });
  await sleep(SECOND);
  assert.equal(await works(after), 401);
  await refused(after.refresh_token);

  const ending = await aKey(), ended = await aPair(ending);
  await sql(`update api_key set expires_at = now() - interval '1 second' where id = '${ending.id}'`);
  await sleep(SECOND);
  assert.equal(await works(ended), 401);
  await refused(ended.refresh_token);
  const short = await aKey(house, { expires_at: new Date(Date.now() + 300_000).toISOString() }), bounded = await aPair(short);
  assert(bounded.expires_in <= 300 && Date.parse(bounded.refresh_expires_at) <= Date.now() + 300_000, 'no token says that it outlives its key');
});

test('A6: what the role of a key may no more, its tokens may no more within a second', async () => {
  const role = await house.owner.send(`${API}/roles`, { method: 'POST', json: { name: `Tokens ${randomInt(1e9)}`, scope: 'all', permissions: ['calls.read', 'people.read'] } });
  assert.equal(role.status, 201, role.text);
  const slug = (await house.owner.send(`${API}/roles`)).json.items.find((r: { id: string }) => r.id === role.json.id).slug;
  const pair = await aPair(await aKey(house, { role: slug }));
  assert.equal(await works(pair), 200);
  const changed = await house.owner.send(`${API}/roles/${role.json.id}`, { method: 'PATCH', headers: { 'if-match': '"1"' }, json: { permissions: ['people.read'] } });
  assert(changed.status < 300, changed.text);
  await sleep(SECOND);
  assert.equal(await works(pair), 403);
});

test('A6: tokens end when their time is over, and are swept', async () => {
  const key = await aKey(), pair = await aPair(key);
  await sql(`update token_pair set access_expires_at = now() - interval '1 second' where access_hash = ${hash(pair.access_token)}`);
  await sleep(SECOND);
  assert.equal(await works(pair), 401);
  const second = await next(pair);
  await sql(`update token_pair set refresh_expires_at = now() - interval '1 second' where refresh_hash = ${hash(second.refresh_token)}`);
  await refused(second.refresh_token);
  assert.equal(await works(second), 200, 'the family was not ended for it');
  await sql(`update token_family set expires_at = now() - interval '2 days' where key_id = '${key.id}'`);
  await sql('begin; set local role ringsight_gate; select gate.sweep_expired(); commit'); // as the keeper does each hour
  assert.equal((await sql(`select count(*) from token_family where key_id = '${key.id}'`))[0], '0');
  assert.equal((await sql(`select count(*) from token_pair where refresh_hash = ${hash(second.refresh_token)}`))[0], '0');
});

test('A6: only a key gets tokens: no person, no access token, no refresh token', async () => {
  const pair = await aPair(await aKey());
  for (const who of [house.owner, bearer(pair.access_token)])
    isProblem(await from(who, '/tokens', { method: 'POST', json: {} }), 403, 'forbidden');
  for (const token of [pair.refresh_token, `${pair.access_token}A`, pair.access_token.slice(0, -1), `rs_${'x'.repeat(43)}`]) {
    isProblem(await from(bearer(token), '/calls'), 401, 'unauthenticated');
    isProblem(await from(bearer(token), '/tokens', { method: 'POST', json: {} }), 401, 'unauthenticated');
  }
  for (const token of [pair.access_token, `${pair.refresh_token} `, pair.refresh_token.toLowerCase(), 'x', 'eyJhbGciOiJub25lIn0.e30.']) await refused(token);
  assert.equal(await works(await next(pair)), 200, 'all of it changed nothing');
  isProblem(await renew(''), 422, 'bad_input');
  isProblem(await renew('x'.repeat(201)), 422, 'bad_input');
});

test('A6: the client ends its tokens itself; an unknown one is answered alike', async () => {
  const key = await aKey();
  for (const by of ['access_token', 'refresh_token'] as const) {
    const pair = await aPair(key), newer = await next(pair);
    const [known, unknown] = [await from(undefined, '/tokens/revoke', { method: 'POST', json: { token: newer[by] } }),
      await from(undefined, '/tokens/revoke', { method: 'POST', json: { token: `rs_rt_${'B'.repeat(43)}` } })];
    assert.equal(known.status, 204, known.text);
    assert.equal(faceless(known), faceless(unknown));
    await sleep(SECOND);
    for (const p of [pair, newer]) assert.equal(await works(p), 401);
    await refused(newer.refresh_token);
  }
  const log = (await house.owner.send(`${API}/audit?act=/tokens/revoke`)).json.items;
  assert.equal(log.length, 2);
  assert.equal(log[0].actor_kind, 'api_key');
  assert(!JSON.stringify(log).includes('rs_'), 'no token in the audit log');
  assert.equal((await families(key)).length, 0);
});

test('A6: people end the tokens of one client; another tenant sees and ends nothing', async () => {
  const key = await aKey(), pair = await aPair(key), theirs = await aPair(await aKey(other));
  const [family] = await families(key);
  for (const [method, path] of [['GET', `${key.id}/tokens`], ['DELETE', `${key.id}/tokens/${family.id}`]] as const) {
    const [foreign, missing] = [await other.owner.send(`${API}/api-keys/${path}`, { method }),
      await other.owner.send(`${API}/api-keys/${path.replace(key.id, MISSING).replace(family.id, MISSING)}`, { method })];
    isProblem(foreign, 404, 'not_found');
    assert.equal(faceless(foreign), faceless(missing));
  }
  assert.equal(await works(pair), 200);
  assert.equal((await house.owner.send(`${API}/api-keys/${key.id}/tokens/${family.id}`, { method: 'DELETE' })).status, 204);
  isProblem(await house.owner.send(`${API}/api-keys/${key.id}/tokens/${family.id}`, { method: 'DELETE' }), 404);
  await sleep(SECOND);
  assert.deepEqual([await works(pair), await works(theirs)], [401, 200]);
  await refused(pair.refresh_token);
});

test('A6: a key has at most a hundred clients: the one that was silent longest ends', async () => {
  const key = await aKey(), pairs: Pair[] = [];
  for (let i = 0; i < 100; i++) pairs.push(await aPair(key, `Client ${i}`));
  pairs[0] = await next(pairs[0]!);
  await aPair(key, 'One more');
  assert.equal((await families(key)).length, 100);
  await refused(pairs[1]!.refresh_token);
  await next(pairs[0]!);
});

test('A6: a blocked network gets no tokens, and a tenant\'s own host knows none of another', async () => {
  const net = `203.${randomInt(256)}.${randomInt(256)}`, pair = await aPair(await aKey());
  const block = await house.owner.send(`${API}/threats/blocks`, { method: 'POST', json: { network: `${net}.0/24`, reason: 'It guesses.', hours: 1 } });
  assert.equal(block.status, 201, block.text);
  await until('it holds', 10_000, async () => (await works(pair, `${net}.1`)) === 403);
  isProblem(await renew(pair.refresh_token, `${net}.1`), 403, 'forbidden');
  const hosts = await ownServer(undefined, { settings: { RINGSIGHT_BASE_DOMAIN: 'calls.test', RINGSIGHT_PUBLIC_URL: 'http://app.calls.test' } });
  const at = (slug: string): Promise<Answer> => send(`${API}/tokens/refresh`, { method: 'POST', port: hosts.port, headers: { host: `${slug}.calls.test` }, json: { refresh_token: pair.refresh_token } });
  try {
    isProblem(await at(other.slug), 401, 'unauthenticated');
    assert.equal((await at(house.slug)).status, 200);
  } finally {
    await hosts.remove();
  }
});
