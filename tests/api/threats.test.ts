/* Who tries doors: what the page tells, networks blocked by hand and by the service itself, and that a phone system
 * which delivers is never blocked. A tenant of its own, and a server that believes X-Forwarded-For from this machine. */
import assert from 'node:assert/strict';
import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { isProblem, send, sleep, until, type Answer, type Client } from './house.ts';
import { mailTo, mailsTo } from './mail.ts';
import { ownServer, type Own } from './server.ts';
import { ownPerson, ownTenant, type OwnTenant } from './tenant.ts';

let own: Own, house: OwnTenant, other: OwnTenant;
let hook: { id: string; path: string };
/** A network that no other test has. */
const net = (): string => `203.${randomInt(256)}.${randomInt(256)}`;
const blocks = async (who: Client = house.owner): Promise<any[]> => (await who.send('/api/v1/threats/blocks')).json.items; // eslint-disable-line
const block = (network: string, more = {}, who: Client = house.owner): Promise<Answer> =>
  who.send('/api/v1/threats/blocks', { method: 'POST', json: { network, reason: 'It guesses.', hours: 2, ...more } });
/** As the own server sees one who comes from an address. */
const from = (who: Client | undefined, address: string, path: string, ask: Parameters<typeof send>[1] = {}): Promise<Answer> =>
  send(path, { ...ask, port: own.port, headers: { ...who?.headers, ...ask.headers, 'x-forwarded-for': address } });
let password = '';
const shown = (days = 1): Promise<any> => house.owner.send(`/api/v1/threats?days=${days}`).then((a) => { assert.equal(a.status, 200, a.text); return a.json; }); // eslint-disable-line

before(async () => {
  [own, house, other] = await Promise.all([ownServer(undefined, { settings: { RINGSIGHT_TRUSTED_PROXIES: '127.0.0.1/32', RINGSIGHT_SIGN_IN_RATE: '0' } }), ownTenant(), ownTenant()]);
  password = randomBytes(24).toString('hex');
  const made = await house.owner.send('/api/v1/integrations', { method: 'POST', json: { provider: 'ucm', name: 'Door', zone: 'UTC', settings: {
    base_url: 'https://pbx.example.test:8089', username: 'cdrapi', password: 'x', tls: 'ca', zone: 'UTC', hook_username: 'pbx', hook_password: password } } });
  assert.equal(made.status, 201, made.text);
  hook = { id: made.json.id, path: new URL(made.json.hook_url).pathname };
});
after(() => own.remove());

const basic = (right: boolean): string => `Basic ${Buffer.from(`pbx:${right ? password : 'wrong'}`).toString('base64')}`;
const ring = (address: string, right: boolean): Promise<Answer> => from(undefined, address, hook.path, { method: 'POST', body: '{}',
  headers: { 'content-type': 'application/json', authorization: basic(right) } });

test('refused hooks and failed sign-ins are told by network', async () => {
  const a = net(), b = net();
  for (let i = 0; i < 3; i++) assert.equal((await ring(`${a}.${i + 1}`, false)).status, 401);
  isProblem(await from(undefined, `${b}.9`, '/api/v1/session', { method: 'POST', json: { email: house.login.email, password: 'wrong' } }), 401, 'bad_login');
  const row = await until('the hooks are counted', 30_000, async () => (await shown()).hooks.find((h: { network: string }) => h.network === `${a}.0/24`));
  assert.deepEqual([row.n, row.integration, row.reason, row.known], [3, 'Door', 'signature', false]);
  const failed = await until('the sign-in is told', 150_000, async () => (await shown()).networks.find((w: { network: string }) => w.network === `${b}.0/24`));
  assert.deepEqual([failed.n, failed.accounts], [1, 1]);
  assert.deepEqual((await shown(7)).accounts.map((x: { name: string; n: number }) => [x.name, x.n]), [['Olga Owner', 1]]);
  const others = (await other.owner.send('/api/v1/threats?days=7')).json;
  assert.deepEqual([others.hooks, others.networks, others.accounts], [[], [], []], 'another tenant is told nothing of it');
});

test('a blocked network gets nothing in from the tenant, and everything again once it is lifted', async () => {
  const a = net(), at = `${a}.7`;
  assert.equal((await ring(at, true)).status, 200);
  assert.equal((await from(house.owner, at, '/api/v1/calls')).status, 200);
  await until('the sender is known', 30_000, async () => {
    const told = await block(`${a}.0/24`);
    if (told.status === 201) await house.owner.send(`/api/v1/threats/blocks/${told.json.id}`, { method: 'DELETE' });
    return told.status === 422 && /A phone system of yours/.test(told.text);
  });
  const made = await block(`${a}.99/24`, { confirm: true });
  assert.equal(made.status, 201, made.text);
  assert.deepEqual((await blocks()).map((b) => [b.network, b.automatic, b.by_name]), [[`${a}.0/24`, false, 'Olga Owner']]);
  await until('it holds', 10_000, async () => (await from(house.owner, at, '/api/v1/calls')).status === 403);
  isProblem(await ring(at, true), 403, 'forbidden');
  assert.match((await from(house.owner, at, '/api/v1/calls')).json.detail, /blocked the network you come from/);
  const right = await from(undefined, at, '/api/v1/session', { method: 'POST', json: { email: house.login.email, password: house.login.password } });
  const wrong = await from(undefined, at, '/api/v1/session', { method: 'POST', json: { email: house.login.email, password: 'wrong' } });
  isProblem(right, 403, 'forbidden');
  assert.deepEqual([wrong.status, wrong.json.detail], [right.status, right.json.detail], 'right and wrong passwords are answered alike');
  assert.equal((await from(house.owner, `${net()}.7`, '/api/v1/calls')).status, 200, 'other networks stay');
  assert.equal((await from(other.owner, at, '/api/v1/calls')).status, 200, 'other tenants stay');
  const [held] = await blocks();
  isProblem(await other.owner.send(`/api/v1/threats/blocks/${held.id}`, { method: 'DELETE' }), 404);
  assert.equal((await house.owner.send(`/api/v1/threats/blocks/${held.id}`, { method: 'DELETE' })).status, 204);
  await until('it is lifted', 10_000, async () => (await from(house.owner, at, '/api/v1/calls')).status === 200);
  assert.equal((await ring(at, true)).status, 200);
  const acts = (await house.owner.send('/api/v1/audit?act=/threats/blocks')).json.items.map((e: { act: string }) => e.act);
  assert(acts.some((x: string) => x.startsWith('POST ')) && acts.some((x: string) => x.startsWith('DELETE ')), 'both stand in the audit log');
});

test('nobody locks himself out by a slip, or blocks half the internet', async () => {
  const told = await block('127.0.0.1');
  isProblem(told, 422, 'bad_input');
  assert.match(told.text, /lock yourself out/);
  for (const [network, why] of [['0.0.0.0/0', /too large/], ['::/0', /too large/], ['192.0.2.1 192.0.2.2', /one address/], ['ringsight', /no address/], ['192.0.2.0/33', /bits/]] as const) {
    const answer = await block(network);
    isProblem(answer, 422, 'bad_input');
    assert.match(answer.text, why);
  }
  for (const role of ['manager', 'agent', 'viewer']) {
    const person = await ownPerson(house, role);
    isProblem(await block('192.0.2.1', {}, person), 403);
  }
  assert.deepEqual(await blocks(), []);
});

test('a network that fails too often is blocked by itself and owners hear of it once; one that delivers, or is trusted, never', async () => {
  const bad = net(), pbx = net(), trusted = net();
  const { version } = await shown();
  const settings = await house.owner.send('/api/v1/threats/settings', { method: 'PATCH', headers: { 'if-match': `"${version}"` }, json: { automatic: true, trusted: `${trusted}.5/24, 2001:db8::/32` } });
  assert.equal(settings.status, 204, settings.text);
  assert.equal((await shown()).trusted, `${trusted}.0/24 2001:db8::/32`);
  isProblem(await house.owner.send('/api/v1/threats/settings', { method: 'PATCH', headers: { 'if-match': `"${version}"` }, json: { automatic: true, trusted: '' } }), 412);
  assert.equal((await ring(`${pbx}.1`, true)).status, 200);
  // As many as count: those beyond the limit of unsigned hooks are refused before they are looked at.
  for (let wrong = 0; wrong < 210; ) {
    const answers = await Promise.all(Array.from({ length: 10 }, () => [pbx, trusted, bad].map((n) => ring(`${n}.1`, false))).flat());
    wrong += Math.min(...[0, 1, 2].map((n) => answers.filter((a, i) => i % 3 === n && a.status === 401).length));
    if (answers.some((a) => a.status === 429)) await sleep(250);
  }
  const made = await until('it is blocked', 240_000, async () => (await blocks()).find((b) => b.network === `${bad}.0/24`));
  assert.equal(made.automatic, true);
  assert.match(made.reason, /^\d+ hooks were refused within two hours$/);
  assert.deepEqual((await blocks()).map((b) => b.network), [`${bad}.0/24`], 'only that one');
  await until('it holds', 10_000, async () => (await ring(`${bad}.1`, true)).status === 403);
  assert.equal((await ring(`${pbx}.1`, true)).status, 200, 'the phone system loses nothing');
  const mail = await mailTo(house.login.email);
  assert.match(mail.subject ?? '', /network was blocked/);
  assert(mail.text?.includes(`${bad}.0/24`) && mail.text.includes('/threats'));
  assert.equal((await mailsTo(house.login.email)).length, 1);
  assert((await house.owner.send('/api/v1/audit?act=Network')).json.items.some((e: { act: string; actor_kind: string }) => e.act === 'Network blocked' && e.actor_kind === 'service'));
});
