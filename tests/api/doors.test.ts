/* Who may post to a hook address: floods (W9), two live secrets (W7), listed senders, what was refused
 * and why, and tenants' own hosts. In the demo's second tenant, against servers of its own where a
 * setting is at stake. */
import assert from 'node:assert/strict';
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { as, demo, faceless, home, isProblem, keyOf, other, send, sleep, until, type Answer, type Ask, type Client } from './house.ts';
import { metric, ownServer, type Own } from './server.ts';

interface Made { id: string; path: string }
let owner: Client;
const made: string[] = [];
before(async () => { owner = await as('owner', other); });
after(async () => { for (const id of made) await owner.send(`/api/v1/integrations/${id}`, { method: 'DELETE' }); });

async function connect(settings: object = {}, provider = 'generic'): Promise<Made> {
  const answer = await owner.send('/api/v1/integrations', { method: 'POST', json: { provider, name: 'Doors', settings } });
  assert.equal(answer.status, 201, answer.text);
  made.push(answer.json.id);
  return { id: answer.json.id, path: new URL(answer.json.hook_url).pathname };
}
const read = (id: string) => owner.get('/api/v1/integrations/{integration}', { params: { integration: id } });
const hook = (path: string, ask: Ask = {}): Promise<Answer> => send(path, { method: 'POST', json: { call_id: randomUUID() }, ...ask });
const unknown = (): string => `/hooks/generic/${randomBytes(32).toString('base64url')}`;
const refusalOf = (id: string, reason: string) => until(`a refusal by ${reason} is shown`, 8_000, async () =>
  (await read(id)).refusals.find((r) => r.reason === reason));

test('one who floods is told to wait, others are not', async () => {
  const own = await ownServer(undefined, { settings: { RINGSIGHT_HOOK_RATE: '10', RINGSIGHT_HOOK_BURST: '20' } });
  try {
    const loud = await connect(), quiet = await connect();
    const answers = await Promise.all(Array.from({ length: 60 }, () => hook(loud.path, { port: own.port })));
    const refused = answers.filter((a) => a.status === 429);
    assert.deepEqual([...new Set(answers.map((a) => a.status))].sort(), [200, 429]);
    assert(refused.length >= 10 && refused.length <= 40, `${refused.length} of 60 refused`);
    for (const a of refused) {
      isProblem(a, 429, 'rate_limited');
      assert.match(String(a.headers['retry-after']), /^[1-9]\d?$/);
    }
    for (let i = 0; i < 10; i++) assert.equal((await hook(quiet.path, { port: own.port })).status, 200);
    await sleep(1_100);
    const later = await Promise.all(Array.from({ length: 8 }, () => hook(loud.path, { port: own.port })));
    assert.deepEqual([...new Set(later.map((a) => a.status))], [200], 'after the time it was told');
    assert((await refusalOf(loud.id, 'flood')).count >= refused.length - 1);
    assert.equal((await metric(own, 'ringsight_http_refused_total{reason="hook_flood"}')), refused.length);
  } finally { await own.remove(); }
});

test('one who floods through two servers gets one allowance, not two', { timeout: 120_000 }, async () => {
  const settings = { RINGSIGHT_HOOK_RATE: '5', RINGSIGHT_HOOK_BURST: '20', RINGSIGHT_REDIS_URL: demo.redis_url };
  const servers = await Promise.all([0, 1].map(() => ownServer(undefined, { settings })));
  try {
    const { path } = await connect(), start = Date.now();
    const taken = [0, 0];
    const flood = async (i: number): Promise<void> => {
      for (; Date.now() - start < 20_000; await sleep(40)) taken[i]! += Number((await hook(path, { port: servers[i]!.port })).status === 200);
    };
    await Promise.all([0, 1, 0, 1, 0, 1].map(flood));
    // Each for itself takes 20 at once and 5 a second; as one half of that, and some until they have told each other.
    const apart = 2 * (20 + (Date.now() - start) / 200), both = taken[0]! + taken[1]!;
    assert(both >= 60 && both <= 0.7 * apart, `${taken.join(' and ')} taken; ${apart} by two for themselves`);
  } finally { await Promise.all(servers.map((s) => s.remove())); }
});

test('who guesses addresses is slowed down, whoever has one is not', async () => {
  const real = await connect();
  const own = await ownServer(undefined, { settings: { RINGSIGHT_UNKNOWN_RATE: '1', RINGSIGHT_UNKNOWN_BURST: '10', RINGSIGHT_TRUSTED_PROXIES: '127.0.0.1/32' } });
  try {
    const from = (address: string): Ask => ({ port: own.port, headers: { 'x-forwarded-for': address } });
    assert.equal((await hook(real.path, from('198.51.100.7'))).status, 200);
    const guesses: Answer[] = [];
    for (let i = 0; i < 40; i++) guesses.push(await hook(unknown(), from('198.51.100.7')));
    const told = guesses.filter((a) => a.status === 404).length;
    assert(told >= 10 && told <= 13, `${told} of 40 were looked up`);
    for (const a of guesses) isProblem(a, a.status === 404 ? 404 : 429);
    assert.equal((await hook(real.path, from('198.51.100.7'))).status, 200, 'the same sender, by an address that exists');
    isProblem(await hook(unknown(), from('198.51.100.8')), 404, 'not_found');
    // of IPv6 a sender has a whole network
    const six: Answer[] = [];
    for (let i = 0; i < 30; i++) six.push(await hook(unknown(), from(`2001:db8:1:2::${i + 1}`)));
    assert(six.filter((a) => a.status === 404).length <= 12);
  } finally { await own.remove(); }
});

test('a list of senders lets in whom it names', async () => {
  const own = await ownServer(undefined, { settings: { RINGSIGHT_TRUSTED_PROXIES: '127.0.0.1/32' } });
  try {
    const { id, path } = await connect();
    const set = async (sources: string): Promise<Answer> => owner.send(`/api/v1/integrations/${id}`, { method: 'PATCH', json: { sources },
      headers: { 'if-match': `"${(await read(id)).version}"` } });
    const from = (address: string): Promise<Answer> => hook(path, { port: own.port, headers: { 'x-forwarded-for': address } });
    for (const bad of ['nonsense', '10.0.0.0/33', '10.0.0.1 x'])
      assert(Object.keys((await set(bad)).json.fields ?? {}).includes('sources'), bad);
    assert.equal((await set('192.0.2.0/24, 2001:db8::/32 198.51.100.9')).status, 200);
    assert.equal((await read(id)).sources, '192.0.2.0/24, 2001:db8::/32 198.51.100.9');
    await sleep(1_100);
    for (const good of ['192.0.2.77', '2001:db8:7::1', '198.51.100.9', '::ffff:192.0.2.1']) assert.equal((await from(good)).status, 200, good);
    for (const bad of ['192.0.3.1', '198.51.100.10', '2001:db9::1', '203.0.113.5']) isProblem(await from(bad), 403, 'forbidden');
    const shown = await refusalOf(id, 'source');
    assert.deepEqual([shown.count, shown.last_source], [4, '203.0.113.5']);
    assert.equal((await set('')).status, 200);
    await sleep(1_100);
    assert.equal((await from('203.0.113.5')).status, 200, 'an empty list takes all');
  } finally { await own.remove(); }
});

const key = (secret: string): Buffer => Buffer.from(secret.slice(6), 'base64');
function signed(secret: string, body: string, at = Math.floor(Date.now() / 1000)): Ask {
  const id = `msg_${randomUUID()}`;
  const mac = createHmac('sha256', key(secret)).update(`${id}.${at}.${body}`).digest('base64');
  return { body, headers: { 'content-type': 'application/json', 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': `v1,${mac}` }, json: undefined };
}
const whsec = (): string => `whsec_${randomBytes(32).toString('base64')}`;

test('failed verifications are counted, with the last time, sender and reason', async () => {
  const secret = whsec(), { id, path } = await connect({ secret });
  isProblem(await hook(path, signed(whsec(), '{}')), 401, 'bad_signature');
  isProblem(await hook(path, signed(secret, '{}', Math.floor(Date.now() / 1000) - 301)), 401, 'bad_signature');
  isProblem(await hook(path), 401, 'bad_signature');
  await until('all three', 8_000, async () => (await read(id)).refusals[0]?.count === 3);
  const [shown, ...more] = (await read(id)).refusals;
  assert.equal(more.length, 0);
  assert.equal(shown!.reason, 'signature');
  assert.match(shown!.last_source, /^127\.0\.0\.1$/);
  assert.match(shown!.last_detail!, /.{15,}/);
  assert(!JSON.stringify(shown).includes(secret));
  assert(Math.abs(Date.parse(shown!.last_at) - Date.now()) < 20_000);
  assert.equal((await keyOf(home).send(`/api/v1/integrations/${id}`)).status, 404);
});

test('two secrets live side by side, under load, and no other (W7)', async () => {
  const first = whsec(), { id, path: oldPath } = await connect({ secret: first });
  let second = '', newPath = '';
  const size = Number(process.env.DOORS_W7 ?? 600);
  let validRefused = 0, invalidTaken = 0, valid = 0, invalid = 0;
  const own = await ownServer(undefined, { settings: { RINGSIGHT_HOOK_RATE: '0' } });
  const pairs = (): [string, string][] => (second ? [[oldPath, first], [newPath, second], [oldPath, second], [newPath, first]] : [[oldPath, first]]);
  const one = async (n: number): Promise<void> => {
    const all = pairs(), [path, secret] = all[n % all.length]!, body = `{"call_id":"w7-${n}"}`;
    if (n % 2) {
      valid++;
      const a = await hook(path, { ...signed(secret, body), port: own.port });
      if (a.status !== 200) validRefused++;
    } else {
      invalid++;
      const wrong = [signed(whsec(), body), { ...signed(secret, body), body: `${body} ` }, signed(secret, body, Math.floor(Date.now() / 1000) - 400)][n / 2 % 3]!;
      const a = await hook(path, { ...wrong, port: own.port });
      if (a.status === 200) invalidTaken++;
      else assert.equal(a.status, 401, a.text);
    }
  };
  try {
    for (let n = 0; n < size; n += 20) {
      const load = Array.from({ length: 20 }, (_, i) => one(n + i));
      if (n >= size / 3 && !second) {
        const answer = await owner.send(`/api/v1/integrations/${id}/rotate`, { method: 'POST', json: { days: 3 } });
        assert.equal(answer.status, 201, answer.text);
        assert.equal(answer.headers['cache-control'], 'no-store');
        assert.deepEqual(answer.json.secrets.map((s: { name: string }) => s.name), ['secret']);
        await Promise.all(load);
        await sleep(2_200); // other processes believe what they know for a second, and uses are told apart after two
        second = answer.json.secrets[0].value;
        newPath = new URL(answer.json.hook_url).pathname;
        continue;
      }
      await Promise.all(load);
    }
    console.log(`# W7: ${valid} valid, ${validRefused} refused; ${invalid} invalid, ${invalidTaken} taken`);
    assert.deepEqual([validRefused, invalidTaken], [0, 0]);
    const seen = await until('both are seen in use', 8_000, async () => {
      const now = await read(id);
      return now.old?.used_at && now.token_used_at && now.secret_used_at && now.old.secret_used_at ? now : null;
    });
    assert.equal(seen.old!.secret, true);
    assert.match(oldPath, new RegExp(`${seen.old!.tail}$`));
    assert(!JSON.stringify(seen).includes(second));
    isProblem(await owner.send(`/api/v1/integrations/${id}/rotate`, { method: 'POST', json: {} }), 409, 'in_use');
    assert.equal((await owner.send(`/api/v1/integrations/${id}/old`, { method: 'DELETE' })).status, 204);
    await sleep(1_050);
    isProblem(await hook(oldPath, { ...signed(second, '{}'), port: own.port }), 404, 'not_found');
    isProblem(await hook(newPath, { ...signed(first, '{}'), port: own.port }), 401, 'bad_signature');
    assert.equal((await hook(newPath, { ...signed(second, '{}'), port: own.port })).status, 200);
    assert.equal((await read(id)).old, null);
    isProblem(await owner.send(`/api/v1/integrations/${id}/old`, { method: 'DELETE' }), 404, 'not_found');
  } finally { await own.remove(); }
});

test('a first secret is no reason to let the unsigned in for a while longer', async () => {
  const { id, path } = await connect(), given = whsec();
  const answer = await owner.send(`/api/v1/integrations/${id}/rotate`, { method: 'POST', json: { settings: { secret: given } } });
  assert.equal(answer.status, 201, answer.text);
  assert.deepEqual(answer.json.secrets, [], 'what was given is not shown');
  await sleep(1_050);
  isProblem(await hook(path), 401, 'bad_signature');
  assert.equal((await hook(path, signed(given, '{}'))).status, 200);
  for (const settings of [{ secret: '' }, { secret: 'whsec_short' }, { colour: 'red' }, []])
    isProblem(await owner.send(`/api/v1/integrations/${(await connect()).id}/rotate`, { method: 'POST', json: { settings } }), 422, 'bad_input');
  isProblem(await owner.send(`/api/v1/integrations/${id}/rotate`, { method: 'POST', json: { days: 91 } }), 422, 'bad_input');
});

test('a tenant\'s host knows nothing of another tenant', async () => {
  const base = 'calls.example.test';
  const own = await ownServer(undefined, { settings: { RINGSIGHT_BASE_DOMAIN: base, RINGSIGHT_PUBLIC_URL: `http://${base}`, RINGSIGHT_UNKNOWN_RATE: '0' } });
  try {
    const { path } = await connect();
    const at = (host: string, where = path, ask: Ask = {}): Promise<Answer> => hook(where, { port: own.port, ...ask, headers: { host, ...ask.headers } });
    for (const host of [base, `${other.slug}.${base}`, `${other.slug.toUpperCase()}.${base}:8443`, `${other.slug}.${base}.`])
      assert.equal((await at(host)).status, 200, host);
    const foreign = await at(`${home.slug}.${base}`);
    isProblem(foreign, 404, 'not_found');
    assert.equal(faceless(foreign), faceless(await at(`${home.slug}.${base}`, unknown())), 'as if it did not exist');
    for (const host of ['elsewhere.example', '127.0.0.1', `x${base}`, `a.${other.slug}.${base}`, `${base}.example`])
      for (const where of [path, '/', '/api/v1/session'])
        assert.equal((await at(host, where, where === path ? {} : { method: 'GET', json: undefined })).status, 421, `${host} ${where}`);
    for (const probe of ['/livez', '/readyz']) assert.equal((await send(probe, { port: own.port, headers: { host: '10.0.0.9' } })).status, 200);
    const list = (slug: string): Promise<Answer> => send('/api/v1/calls', { port: own.port, headers: { ...keyOf(other).headers, host: `${slug}.${base}` } });
    assert.equal((await list(other.slug)).status, 200);
    isProblem(await list(home.slug), 404, 'not_found');
    const address = await owner.send('/api/v1/integrations', { method: 'POST', port: own.port, headers: { host: `${other.slug}.${base}` }, json: { provider: 'generic', name: 'Doors', settings: {} } });
    assert.equal(address.status, 201, address.text);
    made.push(address.json.id);
    assert(address.json.hook_url.startsWith(`http://${base}/hooks/`), 'links never come from the Host header');
  } finally { await own.remove(); }
});
