/* The audit log: what changes something is in it, with who and from where, and never a secret or what
 * people wrote; nobody else's; a row that is changed or removed afterwards is found. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { as, demo, home, isProblem, keyOf, login, other, send, signIn, someCalls, until, type Client } from './house.ts';
import { sql } from './queue.ts';

interface Entry { id: string; actor: string; actor_kind: string; act: string; objects: Record<string, string>; given: Record<string, string | null>; address: string; number: number | null }
const log = async (who: Client, query = ''): Promise<Entry[]> => {
  const answer = await who.send(`/api/v1/audit?limit=100${query}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.json.items;
};
const verified = async (who: Client) => (await who.send('/api/v1/audit/verify')).json as { links: number; waiting: number; fault: string; head: string };
const chained = (who: Client) => until('all entries are in the chain', 30_000, async () => {
  const state = await verified(who);
  return state.waiting === 0 && state;
});

test('an act is written with who did it and to what; a refused one is not', async () => {
  const owner = await as('owner'), name = `Audit ${randomUUID().slice(0, 6)}`;
  const made = await owner.send('/api/v1/agents', { method: 'POST', json: { name, extension: randomUUID().slice(0, 8) } });
  assert.equal(made.status, 201, made.text);
  const agent = made.json.id as string;
  const of = await log(owner, `&act=${encodeURIComponent('POST /agents')}`);
  const entry = of.find((e) => e.objects.made === agent);
  assert(entry, 'making it is there');
  assert.equal(entry.given.name, name);
  assert.equal(entry.actor_kind, 'person');
  assert.equal(entry.actor, owner.session.user.name);
  assert.match(entry.address, /^127\.|^::1|^::ffff:127\./);

  isProblem(await owner.send(`/api/v1/agents/${randomUUID()}`, { method: 'DELETE' }), 404, 'not_found');
  assert.equal((await owner.send(`/api/v1/agents/${agent}`, { method: 'DELETE' })).status, 204);
  const gone = (await log(owner, `&object=${agent}`)).map((e) => e.act);
  assert.deepEqual(gone.sort(), ['DELETE /agents/{agent}', 'POST /agents']);
  assert.equal((await log(owner, `&act=${encodeURIComponent('DELETE /agents')}`)).filter((e) => e.objects.agent !== agent && !e.objects.agent).length, 0);
});

test('secrets and what people wrote are never in it', async () => {
  const owner = await as('owner'), secret = `s3cret-${randomUUID()}`;
  const made = await owner.send('/api/v1/integrations', { method: 'POST', json: { provider: '3cx', name: 'Audited', settings: { calls_from: 'template', base_url: 'https://pbx.example.test', client_id: 'walker', client_secret: secret } } });
  assert.equal(made.status, 201, made.text);
  const [call] = await someCalls();
  const said = `written-${randomUUID()}`;
  assert.equal((await owner.send(`/api/v1/calls/${call!.id}/notes`, { method: 'POST', json: { body: said } })).status, 201);
  const who = login('manager'), wrong = `wrong-${randomUUID()}`;
  await signIn(who);
  await owner.send('/api/v1/session', { method: 'POST', json: { email: who.email, password: wrong } });
  const all = (await sql(`select (e.*)::text from audit_entry e where at > now() - interval '1 minute'`)).join('\n');
  assert(all.includes('POST /integrations') && all.includes('POST /calls/{call}/notes') && all.includes('POST /session'));
  for (const hidden of [secret, said, wrong, who.password]) assert(!all.includes(hidden), 'what is secret is in the log');
  await owner.send(`/api/v1/integrations/${made.json.id}`, { method: 'DELETE' });
});

test('listening to a recording is written once, at its beginning', async () => {
  const manager = await as('manager'), owner = await as('owner');
  const call = await until('a call with sound', 110_000, async () => (await someCalls()).find((c) => c.has_recording));
  const { recordings } = (await owner.send(`/api/v1/calls/${call.id}`)).json;
  const path = `/api/v1/calls/${call.id}/recordings/${recordings[0].id}`;
  const before = (await log(owner, `&object=${call.id}`)).length;
  for (const range of ['bytes=0-99', 'bytes=100-199', 'bytes=200-'])
    assert.equal((await manager.send(path, { headers: { range } })).status, 206);
  const entries = await log(owner, `&object=${call.id}`);
  assert.equal(entries.length, before + 1);
  assert.match(entries[0]!.act, /^GET \/calls\/\{call\}\/recordings\//);
});

test('who may not, and other tenants, see nothing of it', async () => {
  for (const role of ['manager', 'agent', 'viewer'])
    for (const path of ['/audit', '/audit/verify', '/audit/file?from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z'])
      isProblem(await (await as(role)).send(`/api/v1${path}`), 403, 'forbidden');
  const name = `Elsewhere ${randomUUID()}`;
  const made = await (await as('owner', other)).send('/api/v1/agents', { method: 'POST', json: { name, extension: randomUUID().slice(0, 8) } });
  assert.equal(made.status, 201, made.text);
  assert.equal((await log(await as('owner'), `&object=${made.json.id}`)).length, 0);
  await (await as('owner', other)).send(`/api/v1/agents/${made.json.id}`, { method: 'DELETE' });
});

test('a key is named; its file has every entry with its link', async () => {
  const key = keyOf(home), owner = await as('owner');
  const made = await key.send('/api/v1/contacts', { method: 'POST', json: { name: '=Audited by key' } });
  assert.equal(made.status, 201, made.text);
  await chained(owner);
  const [entry] = await log(owner, `&object=${made.json.id}`);
  assert.equal(entry?.actor_kind, 'api_key');
  const from = new Date(Date.now() - 60_000).toISOString(), to = new Date(Date.now() + 60_000).toISOString();
  const file = await owner.send(`/api/v1/audit/file?from=${from}&to=${to}`);
  assert.equal(file.status, 200);
  assert(file.text.split('\n').some((line) => line.startsWith(`${entry.number},`) && line.includes(entry.id)), 'it is in the file under its number');
  await owner.send(`/api/v1/contacts/${made.json.id}`, { method: 'DELETE' });
});

test('the chain holds, and finds a row that was changed or removed', { timeout: 240_000 }, async () => {
  const owner = await as('owner', other);
  for (let i = 0; i < 3; i++) await owner.send('/api/v1/contacts', { method: 'POST', json: { name: 'Chain' } });
  const whole = await chained(owner);
  assert.deepEqual([whole.fault, whole.head.length], ['', 64]);
  assert(whole.links >= 3);
  const entry = `(select entry_id from audit_link where tenant_id = '${other.id}' order by number desc offset 1 limit 1)`;
  const [[id, was]] = (await sql(`select id || ' ' || actor from audit_entry where tenant_id = '${other.id}' and id = ${entry}`)).map((r) => [r.slice(0, 36), r.slice(37)] as const) as [readonly [string, string]];
  await sql(`update audit_entry set actor = 'Nobody' where tenant_id = '${other.id}' and id = '${id}'`);
  assert.match((await verified(owner)).fault, new RegExp(`${id}.*is not what was written`));
  const command = () => spawnSync(`${process.env.RINGSIGHT_BUILD}/ringsight`, ['admin', 'verify-audit', '--tenant', other.slug], { encoding: 'utf8', env: { ...process.env, RINGSIGHT_OWNER_DATABASE_URL: demo.owner_database_url } });
  const bad = command();
  assert.deepEqual([bad.status, bad.stdout], [1, '']);
  assert(bad.stderr.includes(id));
  await sql(`update audit_entry set actor = '${was.replaceAll("'", "''")}' where tenant_id = '${other.id}' and id = '${id}'`);
  assert.equal((await verified(owner)).fault, '');
  const good = command();
  assert.equal(good.status, 0, good.stderr);
  assert.match(JSON.parse(good.stdout).head, /^[0-9a-f]{64}$/);
  const [link] = await sql(`delete from audit_link where tenant_id = '${other.id}' and entry_id = '${id}' returning number || ' ' || encode(hash, 'hex')`);
  assert.match((await verified(owner)).fault, /is missing/);
  const [number, hash] = link!.split(' ');
  await sql(`insert into audit_link (tenant_id, number, entry_id, hash) values ('${other.id}', ${number}, '${id}', '\\x${hash}')`);
  assert.equal((await verified(owner)).fault, '');
});

const admin = (args: string[], input = '') => spawnSync(`${process.env.RINGSIGHT_BUILD}/ringsight`, ['admin', ...args],
  { encoding: 'utf8', input, env: { ...process.env, RINGSIGHT_OWNER_DATABASE_URL: demo.owner_database_url } });

test('a wrong password is in the logs of the tenants it concerns, and in no other', { timeout: 180_000 }, async () => {
  const who = login('supervisor', home), before = new Date(Date.now() - 1_000).toISOString();
  isProblem(await send('/api/v1/session', { method: 'POST', json: { email: who.email, password: 'not this' } }), 401, 'bad_login');
  isProblem(await send('/api/v1/session', { method: 'POST', json: { email: `${randomUUID()}@nowhere.example`, password: 'not this' } }), 401, 'bad_login');
  const query = `&act=${encodeURIComponent('POST /session refused')}&from=${before}`, owner = await as('owner');
  const { name } = (await signIn(who)).session.user;
  const of = async (tenant: typeof home) => (await log(await as('owner', tenant), query)).filter((e) => e.actor === name);
  const [entry] = await until('the job has written it', 150_000, async () => { const list = await of(home); return list.length > 0 && list; });
  assert.equal(entry!.given.at!.slice(0, 10), before.slice(0, 10));
  assert.match(entry!.address, /^127\./);
  assert.equal((await of(home)).length, 1);
  assert.equal((await of(other)).length, 0);
  assert.equal((await sql('select count(*) from sign_in_failure'))[0], '0', 'nothing is left of the one that nobody is behind');
  assert.equal((await chained(owner)).fault, '');
});

test('switching tenants is in both logs; an upload is in one', async () => {
  const email = `${randomUUID().slice(0, 8)}@switch.example`, name = `Switcher ${email.slice(0, 8)}`, password = randomUUID();
  for (const tenant of [home, other]) {
    const made = admin(['user', '--tenant', tenant.slug, '--email', email, '--name', name, '--role', 'manager', '--password-stdin'], `${password}\n`);
    assert.equal(made.status, 0, made.stderr);
  }
  const who = await signIn({ email, password, role: 'manager' }, home);
  assert.equal((await who.send('/api/v1/session/tenant', { method: 'PUT', json: { id: other.id } })).status, 200);
  for (const [tenant, n] of [[home, 2], [other, 1]] as const) {
    const of = (await log(await as('owner', tenant), `&act=${encodeURIComponent('PUT /session/tenant')}`)).filter((e) => e.actor === name && e.given.id);
    assert.equal(of.length, n, `entered and left: ${tenant.slug}`);
  }
  const owner = await as('owner');
  const begun = await owner.send('/api/v1/uploads', { method: 'POST', headers: { 'tus-resumable': '1.0.0', 'upload-length': '2000', 'upload-metadata': `filename ${Buffer.from('audited.wav').toString('base64')}` } });
  assert.equal(begun.status, 201, begun.text);
  const id = begun.headers.location!.split('/').at(-1)!;
  assert.equal((await owner.send(`/api/v1/uploads/${id}`, { method: 'DELETE', headers: { 'tus-resumable': '1.0.0' } })).status, 204);
  assert.deepEqual((await log(owner, `&object=${id}`)).map((e) => e.act), ['DELETE /uploads/{upload}', 'POST /uploads']);
});

test('private networks that the settings allow stand in the log of the service, once for each change', { timeout: 420_000 }, async () => {
  const root = await as('super');
  const told = async (): Promise<Told[]> => (await root.send('/api/v1/platform/audit?limit=100&act=settings%20egress_allow')).json.items;
  const [first] = await until('the worker told', 200_000, async () => { const all = await told(); return all.length ? all : null; });
  assert.deepEqual([first!.actor_kind, first!.actor], ['command', 'settings']);
  assert.match(first!.given.networks!, /ucm may call 127\.0\.0\.1\/32, usual ports; /);
  const n = (await told()).length, write = (networks: string): Promise<string[]> => sql(`select gate.platform_audit_networks(gen_random_uuid(), 'here', '${networks}')`);
  assert.deepEqual(await write(first!.given.networks!), ['f'], 'the same again is no news');
  assert.deepEqual(await write(''), ['t']);
  assert.deepEqual(await write(first!.given.networks!), ['t']);
  const all = await told();
  assert.deepEqual([all.length, all[1]!.given.networks, all[0]!.given.before], [n + 2, '', '']);
  assert.equal((await root.send('/api/v1/platform/audit/verify')).json.fault, '');
});

interface Told { number: number; actor: string; actor_kind: string; act: string; objects: Record<string, string>; given: Record<string, string | null> }

test("the service's own log: what super admins and ringsight admin do, chained, and found when changed", { timeout: 180_000 }, async () => {
  const root = await as('super');
  const told = async (query = ''): Promise<Told[]> => (await root.send(`/api/v1/platform/audit?limit=100${query}`)).json.items;
  const paused = await root.send('/api/v1/platform/pauses', { method: 'POST', json: { kind: 'audit.nothing', reason: 'secret reason' } });
  assert.equal(paused.status, 422, 'a refused act is not told');
  const reason = `written-${randomUUID()}`;
  const pause = await root.send('/api/v1/platform/pauses', { method: 'POST', json: { kind: 'platform.probe', reason } });
  assert.equal(pause.status, 200, pause.text);
  assert.equal((await root.send(`/api/v1/platform/pauses/${pause.json.id}`, { method: 'DELETE' })).status, 204);
  const [removed, added] = await told('&act=/platform/pauses');
  assert.deepEqual([added!.act, added!.given, removed!.objects.pause], ['POST /platform/pauses', { kind: 'platform.probe', reason: null }, pause.json.id]);
  assert.equal(added!.actor, root.session.user.name);
  assert.equal((await told('&act=platform/session')).some((e) => e.act === 'POST /platform/session'), true);
  const slug = `audited-${randomUUID().slice(0, 8)}`;
  const made = admin(['user', '--tenant', home.slug, '--email', `${slug}@command.example`, '--name', 'By command', '--role', 'viewer', '--password-stdin'], `${randomUUID()}\n`);
  assert.equal(made.status, 0, made.stderr);
  const [command] = await told('&act=ringsight%20admin%20user');
  assert.deepEqual([command!.actor_kind, command!.given.email, command!.given.tenant], ['command', `${slug}@command.example`, home.slug]);
  const page = await root.send('/api/v1/platform/audit?limit=1'), next = await root.send(`/api/v1/platform/audit?limit=1&cursor=${page.json.next}`);
  assert.equal(next.json.items[0].number, page.json.items[0].number - 1);
  const [from, to] = [-60_000, 60_000].map((ms) => new Date(Date.now() + ms).toISOString());
  const file = await root.send(`/api/v1/platform/audit/file?from=${from}&to=${to}`);
  assert(file.text.split('\n').some((line) => line.startsWith(`${command!.number},`) && line.includes('ringsight admin user')), file.text);
  assert(!JSON.stringify(await told()).includes(reason));

  const whole = (await root.send('/api/v1/platform/audit/verify')).json;
  assert.deepEqual([whole.fault, whole.head.length], ['', 64]);
  assert.equal(admin(['verify-audit']).status, 0);
  await sql(`update platform_audit set actor = actor || 'x' where number = ${command!.number}`);
  const bad = admin(['verify-audit']);
  assert.deepEqual([bad.status, /is not what was written/.test(bad.stderr)], [1, true]);
  assert.match((await root.send('/api/v1/platform/audit/verify')).json.fault, /is not what was written/);
  await sql(`update platform_audit set actor = left(actor, -1) where number = ${command!.number}`);
  assert.equal((await root.send('/api/v1/platform/audit/verify')).json.fault, '');

  isProblem(await send('/api/v1/platform/session', { method: 'POST', json: { email: demo.super_admin.email, password: 'not this' } }), 401);
  await until('a wrong password for a super admin is told', 150_000, async () => (await told('&act=refused')).length > 0);
  for (const role of ['owner', 'viewer']) isProblem(await (await as(role)).send('/api/v1/platform/audit'), 404, 'not_found');
  assert.equal((await root.send('/api/v1/platform/audit/verify')).json.fault, '');
});
