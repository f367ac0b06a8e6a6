/* O4: more than 250 addresses that lead inside, or try to, given wherever a tenant may give an address that the server
 * calls: a recording's, a webhook's, a provider's, a bucket's. None is called, which a listener on each of this machine's
 * loopback addresses holds, and each answer says why. The addresses are those of tests/unit/ssrf_cases.h. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, isIP, type Server } from 'node:net';
import { after, before, test } from 'node:test';
import { as, isProblem, other, until, type Answer, type Client } from './house.ts';
import { sql } from './queue.ts';

const table = readFileSync(new URL('../unit/ssrf_cases.h', import.meta.url), 'utf8');
const canaries: Server[] = [];
let owner: Client, port = 0, connects = 0;

/** All of the table: every address that must be refused (each third as http too), and every way to write one. */
function addresses(): string[] {
  const inside = [...table.matchAll(/^ {4}R\("([^"]+)"\)/gm)].map(([, a]) => (a!.includes(':') ? `[${a}]` : a!));
  const ports = [...table.matchAll(/^ {4}PORT\('R', (\d+)\)/gm)].map(([, p]) => `https://93.184.215.14:${p}/`);
  const ways = [...table.slice(table.indexOf('ssrf_urls[]')).matchAll(/^ {4}"(.*)",$/gm)]
    .map(([, u]) => (JSON.parse(`"${u}"`) as string).replaceAll('%u', String(port)).replaceAll('%%', '%'));
  return [...inside.flatMap((a, n) => [`https://${a}:${port}/`, ...(n % 3 ? [] : [`http://${a}:${port}/`])]), ...ports, ...ways];
}
/** The demo and the check may be allowed to call 127.0.0.1 for some uses: the same ways lead to 127.0.0.2 there. */
const elsewhere = (url: string): string => url.replaceAll('127.0.0.1', '127.0.0.2').replace(/127\.(0\.)?1(?=[:.]?\D)/, '127.$12').replace('2130706433', '2130706434')
  .replace(/(7f0000|7F0000)01/i, '$102').replace('017700000001', '017700000002').replace('0.0.01', '0.0.02').replace('7f00:1', '7f00:2').replace('7F00:1', '7F00:2')
  .replace('0x7f.0.0.1', '0x7f.0.0.2').replace('0177.0.0.1', '0177.0.0.2').replace('0x7f.1', '0x7f.2').replace('0177.1', '0177.2').replace('%2e0.0.1', '%2e0.0.2').replace('。1', '。2')
  .replace(/[１①](?=[:/])/, (d) => (d === '１' ? '２' : '②'));
/** An address by itself, in whatever spelling; names are looked up when they are called. */
function literal(url: string): boolean {
  if (/\.:|[^\x20-\x7e]/.test(url)) return false;
  try { return isIP(new URL(url).hostname.replace(/^\[|\]$/g, '')) > 0; } catch { return true; }
}

before(async () => {
  owner = await as('owner', other);
  const listen = (host: string, at: number): Promise<Server> => new Promise((ok, no) => {
    const s = createServer((socket) => { connects++; socket.destroy(); }).on('error', no).listen(at, host, () => ok(s));
  });
  canaries.push(await listen('127.0.0.1', 0));
  port = (canaries[0]!.address() as { port: number }).port;
  for (const host of ['127.0.0.2', '127.1.1.1', '127.255.255.254', '::1']) canaries.push(await listen(host, port));
});
after(() => { for (const c of canaries) c.close(); });

test('O4: no recording is fetched from inside', { timeout: 600_000 }, async () => {
  const all = addresses();
  assert(all.length >= 250, `${all.length} addresses`);
  // Each phone system is asked for a few recordings at a time: with ten of them it goes faster.
  const made: { id: string; hook_url: string }[] = [];
  for (let n = 0; n < 10; n++) made.push(await owner.post('/api/v1/integrations', { provider: 'generic', name: 'Recordings from inside', settings: {} }));
  const run = randomUUID(), at = (s: number): string => new Date(Date.now() - 3 * 86_400_000 + s * 1000).toISOString();
  for (const [n, url] of all.entries()) {
    const answer = await owner.send(new URL(made[n % made.length]!.hook_url).pathname, { method: 'POST', headers: { cookie: '' }, json: { call_id: `${run}-${n}`, direction: 'inbound', from: '+442079460123',
      to: '+441632000000', started_at: at(0), answered_at: at(5), ended_at: at(60), agent: '3001', recording_url: url } });
    assert.equal(answer.status, 200, url);
  }
  const mine = `integration_id in (${made.map((m) => `'${m.id}'`).join()})`;
  await until('all deliveries are read', 240_000, async () => Number((await sql(`select count(*) from delivery where ${mine}`))[0]) === all.length);
  const [unread] = await sql(`select count(*) from delivery where ${mine} and state = 'unparsed'`);
  const recordings = `recording r join call c on c.tenant_id = r.tenant_id and c.id = r.call_id and c.${mine}`;
  // Tried and given up, or, if a name was not found, to be tried again.
  await until('all were tried', 240_000, async () => {
    const [left] = await sql(`select count(*) from ${recordings} left join job j on j.kind = 'recordings.fetch' and j.state <> 'dead' and j.args->>'recording' = r.id::text
      where r.state = 'waiting' and coalesce(j.error, '') = ''`);
    return left === '0';
  });
  assert.deepEqual(await sql(`select distinct r.state from ${recordings} where r.state not in ('failed', 'waiting')`), []);
  const [refused] = await sql(`select count(*) from ${recordings} where r.state = 'failed' and r.reason ~ 'RINGSIGHT_EGRESS_ALLOW|https|address|port'`);
  assert(Number(refused) + Number(unread) >= 250, `${refused} refused, ${unread} not read`);
  assert.equal(connects, 0);
  console.log(`# O4 figure: ${all.length} addresses as recordings, ${unread} refused as they were read, ${refused} as they were fetched, 0 called`);
  for (const { id } of made) await owner.send(`/api/v1/integrations/${id}`, { method: 'DELETE' });
});

/** Gives each address by itself; those that are taken are names, which `called` has called. */
async function given(what: string, give: (url: string) => Promise<Answer>, field: string, called: (made: any, url: string) => Promise<void>): Promise<void> {
  const all = [...new Set(addresses().map(elsewhere))].filter((u) => !/localhost|%6c|ⓛ/i.test(u)); // names of 127.0.0.1: tried as recordings
  let names = 0;
  for (const url of all) {
    const answer = await give(url);
    if (answer.status === 422) {
      isProblem(answer, 422, 'bad_input');
      assert(answer.json.fields[field]?.length > 20, `${url}: ${answer.text}`);
      continue;
    }
    assert(answer.status < 300 && !literal(url), `${url}: ${answer.status} ${answer.text}`);
    names++;
    await called(answer.json, url);
  }
  assert(all.length >= 250, `${all.length} addresses`);
  assert.equal(connects, 0);
  console.log(`# O4 figure: ${all.length} as ${what}, of which ${names} names refused when they were called, 0 called`);
}

test('O4: no webhook goes inside', { timeout: 600_000 }, async () => {
  await given('webhooks', (url) => owner.send('/api/v1/webhooks', { method: 'POST', json: { url } }), 'url', async (made, url) => {
    const sent = (await owner.send(`/api/v1/webhooks/${made.id}/test`, { method: 'POST', json: {} })).json.id;
    await until(`${url} was tried`, 60_000, async () => (await owner.send(`/api/v1/webhooks/${made.id}/deliveries/${sent}`)).json.tries?.length > 0);
    await owner.send(`/api/v1/webhooks/${made.id}`, { method: 'DELETE' });
  });
});

test('O4: no provider of sign-ins is asked inside', { timeout: 600_000 }, async () => {
  const before = (await owner.send('/api/v1/oidc')).json;
  const put = async (change: object): Promise<Answer> => {
    const { version } = (await owner.send('/api/v1/oidc')).json;
    return owner.send('/api/v1/oidc', { method: 'PUT', headers: { 'if-match': `"${version}"` }, json: { active: false, name: 'Inside', client_id: 'c', client_secret: 's',
      domains: ['inside.example'], default_role: 'viewer', group_claim: 'groups', group_roles: [], make_members: false, only_way: false, ...change } });
  };
  await given('providers', (issuer) => put({ issuer, active: true }), 'issuer', async (_, url) => {
    await until(`${url} was asked`, 60_000, async () => { const now = (await owner.send('/api/v1/oidc')).json; return now.checked_at && now.fault; });
  });
  await put({ issuer: before.issuer || 'https://id.example.com' });
});

test('O4: no bucket is looked into inside', { timeout: 600_000 }, async () => {
  const settings = { region: 'r', bucket: 'b', access_key_id: 'i', secret_access_key: 's', every_min: '60' };
  await given('buckets', (endpoint) => owner.send('/api/v1/drop-folders', { method: 'POST', json: { name: 'Inside', kind: 's3', stable_s: 1, settings: { ...settings, endpoint } } }),
    'endpoint', async (made, url) => {
      await owner.send(`/api/v1/drop-folders/${made.id}/look`, { method: 'POST', json: {} });
      await until(`${url} was tried`, 60_000, async () => (await owner.send(`/api/v1/drop-folders/${made.id}`)).json.state_reason);
      await owner.send(`/api/v1/drop-folders/${made.id}`, { method: 'DELETE' });
    });
});
