/* Roles that a tenant makes, giving members another role and removing them, and what bounds an API key: its role,
 * the networks it is taken from, and its end. All in the demo's second tenant, with people of its own. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { as, Client, home, isProblem, other, send, signIn, until, type Answer } from './house.ts';
import { sql } from './queue.ts';

let owner: Client;
const roles: string[] = [], keys: string[] = [], members: string[] = [];
before(async () => {
  owner = await as('owner', other);
  // Tests of other files leave owners behind; here the demo's is the only one.
  await sql(`update membership m set role_id = v.id from role o, role v, account a where m.tenant_id = '${other.id}' and o.tenant_id = m.tenant_id
    and o.id = m.role_id and o.slug = 'owner' and v.tenant_id = m.tenant_id and v.slug = 'viewer' and a.id = m.account_id and a.email not in (${other.users.map((u) => `'${u.email}'`).join()})`);
});
after(async () => {
  for (const id of keys) await owner.send(`/api/v1/api-keys/${id}`, { method: 'DELETE' });
  for (const id of members) await owner.send(`/api/v1/members/${id}`, { method: 'DELETE' });
  for (const id of roles) await owner.send(`/api/v1/roles/${id}`, { method: 'DELETE' });
});

const unique = (): string => randomUUID().slice(0, 8);
async function role(permissions: string[], scope = 'all'): Promise<{ id: string; slug: string; version: () => Promise<string> }> {
  const made = await owner.send('/api/v1/roles', { method: 'POST', json: { name: `Role ${unique()}`, scope, permissions } });
  assert.equal(made.status, 201, made.text);
  roles.push(made.json.id);
  const read = async () => (await owner.get('/api/v1/roles')).items.find((r) => r.id === made.json.id)!;
  return { id: made.json.id, slug: (await read()).slug, version: async () => `"${(await read()).version}"` };
}
/** A person of this tenant only, signed in. */
async function person(slug: string): Promise<{ member: string; client: Client; login: string; password: string }> {
  const name = `roles${unique()}`, password = `a long word ${unique()}`;
  const { link } = await owner.post('/api/v1/invitations', { user_name: name, role: slug });
  const joined = await send('/api/v1/join', { method: 'POST', json: { token: link!.split('#')[1], name: `Person ${name}`, password } });
  assert(joined.status < 300, joined.text);
  const login = `${name}@${other.slug}`;
  const [member] = await sql(`select m.id from membership m join account a on a.id = m.account_id where a.email = '${login}'`);
  members.push(member!);
  return { member: member!, client: await signIn({ email: login, password, role: slug }), login, password };
}
async function key(json: object): Promise<{ id: string; client: Client }> {
  const made = await owner.send('/api/v1/api-keys', { method: 'POST', json: { name: 'roles', ...json } });
  assert.equal(made.status, 201, made.text);
  keys.push(made.json.id);
  return { id: made.json.id, client: new Client('key', { authorization: `Bearer ${made.json.key}` }) };
}
const change = (path: string, json: object, headers = {}): Promise<Answer> => owner.send(path, { method: 'PATCH', json, headers });
const soon = (what: string, path: string, client: Client, status: number): Promise<unknown> =>
  until(what, 10_000, async () => (await client.send(path)).status === status);

test('a role of one\'s own lets do what it names and nothing else', async () => {
  const made = await role(['calls.read', 'integrations.read', 'calls.read']);
  const { client } = await person(made.slug);
  assert.equal((await client.send('/api/v1/integrations')).status, 200);
  isProblem(await client.send('/api/v1/members'), 403, 'forbidden');
  isProblem(await client.send('/api/v1/api-keys'), 403, 'forbidden');
  const listed = (await owner.get('/api/v1/roles')).items.find((r) => r.id === made.id)!;
  assert.deepEqual([listed.permissions, listed.own, listed.members], [['calls.read', 'integrations.read'], true, 1]);
  assert.equal((await change(`/api/v1/roles/${made.id}`, { permissions: ['calls.read'] }, { 'if-match': await made.version() })).status, 204);
  await soon('what is taken away is gone', '/api/v1/integrations', client, 403);
  isProblem(await change(`/api/v1/roles/${made.id}`, { name: 'x' }, { 'if-match': '"1"' }), 412, 'stale');
});

test('nobody makes, changes or gives a role that may more than they', async () => {
  const few = await role(['people.read', 'people.write', 'calls.read']);
  const { client } = await person(few.slug);
  isProblem(await client.send('/api/v1/roles', { method: 'POST', json: { name: `x${unique()}`, scope: 'all', permissions: ['audit.read'] } }), 403, 'forbidden');
  const ownRole = await client.send('/api/v1/roles', { method: 'POST', json: { name: `x${unique()}`, scope: 'all', permissions: ['calls.read'] } });
  assert.equal(ownRole.status, 201, ownRole.text);
  roles.push(ownRole.json.id);
  const more = await role(['audit.read']);
  isProblem(await client.send(`/api/v1/roles/${more.id}`, { method: 'PATCH', json: { name: `y${unique()}` }, headers: { 'if-match': '"1"' } }), 403, 'forbidden');
  isProblem(await client.send(`/api/v1/roles/${more.id}`, { method: 'DELETE' }), 403, 'forbidden');
  const victim = await person('viewer');
  isProblem(await client.send(`/api/v1/members/${victim.member}`, { method: 'PATCH', json: { role: 'admin' } }), 403, 'forbidden');
  const boss = (await owner.get('/api/v1/members', { query: { limit: 100 } })).items.find((m) => m.role === 'admin')!;
  isProblem(await client.send(`/api/v1/members/${boss.id}`, { method: 'PATCH', json: { role: 'viewer' } }), 403, 'forbidden');
  isProblem(await client.send(`/api/v1/members/${boss.id}`, { method: 'DELETE' }), 403, 'forbidden');
});

test('the roles that come with the service stay; fields are checked; a role in use is not retired', async () => {
  const viewer = (await owner.get('/api/v1/roles')).items.find((r) => r.slug === 'viewer')!;
  assert.equal(viewer.own, false);
  isProblem(await change(`/api/v1/roles/${viewer.id}`, { permissions: ['audit.read'] }, { 'if-match': `"${viewer.version}"` }), 403, 'forbidden');
  isProblem(await owner.send(`/api/v1/roles/${viewer.id}`, { method: 'DELETE' }), 403, 'forbidden');
  for (const [json, field] of [[{ name: ' ', scope: 'all', permissions: ['calls.read'] }, 'name'], [{ name: 'x', scope: 'some', permissions: ['calls.read'] }, 'scope'],
    [{ name: 'x', scope: 'all', permissions: ['calls.eat'] }, 'permissions'], [{ name: 'x', scope: 'all', permissions: [] }, 'permissions'], [{ name: 'Owner', scope: 'all', permissions: ['calls.read'] }, 'name']] as const) {
    const answer = await owner.send('/api/v1/roles', { method: 'POST', json });
    isProblem(answer, 422);
    assert(answer.text.includes(`"${field}"`), answer.text);
  }
  const used = await role(['calls.read']), who = await person(used.slug);
  isProblem(await owner.send(`/api/v1/roles/${used.id}`, { method: 'DELETE' }), 409, 'in_use');
  assert.equal((await change(`/api/v1/members/${who.member}`, { role: 'viewer' })).status, 204);
  assert.equal((await owner.send(`/api/v1/roles/${used.id}`, { method: 'DELETE' })).status, 204);
  isProblem(await change(`/api/v1/members/${who.member}`, { role: used.slug }), 422);
  assert(!(await owner.get('/api/v1/roles')).items.some((r) => r.id === used.id));
});

test('another tenant\'s role and member are as if they were not', async () => {
  const stranger = await as('owner', home), mine = await role(['calls.read']);
  assert.equal((await stranger.send(`/api/v1/roles/${mine.id}`, { method: 'DELETE' })).status, 404);
  const { member } = await person('viewer');
  assert.equal((await stranger.send(`/api/v1/members/${member}`, { method: 'PATCH', json: { role: 'viewer' } })).status, 404);
  assert.equal((await stranger.send(`/api/v1/members/${member}`, { method: 'DELETE' })).status, 404);
});

test('who is removed is out within a moment, and the last owner stays', async () => {
  const who = await person('viewer');
  assert.equal((await who.client.send('/api/v1/calls?limit=1')).status, 200);
  assert.equal((await owner.send(`/api/v1/members/${who.member}`, { method: 'DELETE' })).status, 204);
  await until('it is out', 10_000, async () => (await who.client.send('/api/v1/calls?limit=1')).status !== 200);
  assert(!(await owner.get('/api/v1/members', { query: { limit: 100 } })).items.some((m) => m.id === who.member));
  const owners = (await owner.get('/api/v1/members', { query: { limit: 100 } })).items.filter((m) => m.role === 'owner');
  assert.equal(owners.length, 1, 'the demo has one owner');
  isProblem(await owner.send(`/api/v1/members/${owners[0]!.id}`, { method: 'DELETE' }), 409, 'in_use');
  isProblem(await change(`/api/v1/members/${owners[0]!.id}`, { role: 'admin' }), 409, 'in_use');
  const acts = await sql(`select act from audit_entry where tenant_id = '${other.id}' and objects ->> 'member' = '${who.member}'`);
  assert(acts.includes('DELETE /members/{member}'), acts.join());
});

test('two owners cannot remove each other at once', async () => {
  const second = await person('owner');
  const first = (await owner.get('/api/v1/members', { query: { limit: 100 } })).items.find((m) => m.role === 'owner' && m.id !== second.member)!;
  const both = await Promise.all([change(`/api/v1/members/${second.member}`, { role: 'viewer' }),
    second.client.send(`/api/v1/members/${first.id}`, { method: 'PATCH', json: { role: 'viewer' } })]);
  const left = await sql(`select m.id from membership m join role r on r.id = m.role_id and r.tenant_id = m.tenant_id where r.slug = 'owner' and m.tenant_id = '${other.id}'`);
  try {
    assert.equal(left.length, 1, both.map((a) => a.text).join());
  } finally { // the demo's owner is an owner again
    await sql(`update membership set role_id = (select id from role where tenant_id = '${other.id}' and slug = 'owner') where id = '${first.id}'`);
    await sql(`update membership set role_id = (select id from role where tenant_id = '${other.id}' and slug = 'viewer') where id = '${second.member}'`);
  }
  await until('the owner is let in again', 10_000, async () => (await owner.send('/api/v1/audit?limit=1')).status === 200);
});

test('a key may what its role names, tells when it was used, and can be changed', async () => {
  const made = await role(['integrations.read']), { id, client } = await key({ role: made.slug });
  assert.equal((await client.send('/api/v1/integrations')).status, 200);
  isProblem(await client.send('/api/v1/calls?limit=1'), 403, 'forbidden');
  const shown = async () => (await owner.get('/api/v1/api-keys', { query: { limit: 100 } })).items.find((k) => k.id === id)!;
  await until('its use is known', 10_000, async () => (await shown()).used_at !== null);
  assert.equal((await change(`/api/v1/api-keys/${id}`, { name: 'Renamed' })).status, 204);
  assert.equal((await shown()).name, 'Renamed');
  isProblem(await change(`/api/v1/roles/${made.id}`, { scope: 'own' }, { 'if-match': await made.version() }), 422);
});

test('a key is taken from its networks only', async () => {
  isProblem(await owner.send('/api/v1/api-keys', { method: 'POST', json: { name: 'x', role: 'viewer', networks: '300.1.2.3' } }), 422);
  const { id, client } = await key({ role: 'viewer', networks: '198.51.100.0/24, 2001:db8::/32' });
  const refused = await client.send('/api/v1/calls?limit=1');
  isProblem(refused, 403, 'forbidden');
  assert.match(refused.json.detail, /not taken from the address 127\.0\.0\.1/);
  assert.equal((await change(`/api/v1/api-keys/${id}`, { networks: '127.0.0.0/8' })).status, 204);
  await soon('it is taken from here', '/api/v1/calls?limit=1', client, 200);
});

test('a key ends at its time, on every server, within a moment', async () => {
  isProblem(await owner.send('/api/v1/api-keys', { method: 'POST', json: { name: 'x', role: 'viewer', expires_at: '2020-01-01T00:00:00Z' } }), 422);
  const { id, client } = await key({ role: 'viewer', expires_at: new Date(Date.now() + 3_600_000).toISOString() });
  assert.equal((await client.send('/api/v1/calls?limit=1')).status, 200);
  await sql(`update api_key set expires_at = now() where id = '${id}'`);
  await soon('it has ended', '/api/v1/calls?limit=1', client, 401);
  assert.equal((await change(`/api/v1/api-keys/${id}`, { forever: true })).status, 204);
  await soon('it is good again', '/api/v1/calls?limit=1', client, 200);
});
