/* Agents, members, API keys, and the operator's list of tenants. What is made is made in the demo's
 * second tenant and removed again. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { as, Client, home, isProblem, keyOf, other, send, sleep, someCalls, MISSING, type Answer } from './house.ts';

let owner: Client;
const mine: string[] = [];
before(async () => { owner = await as('owner', other); });
after(async () => { for (const id of mine) await owner.send(`/api/v1/agents/${id}`, { method: 'DELETE' }); });

const extension = (): string => `t${randomUUID().slice(0, 8)}`;
async function agent(json: object): Promise<string> {
  const answer = await owner.send('/api/v1/agents', { method: 'POST', json });
  assert.equal(answer.status, 201, answer.text);
  mine.push(answer.json.id);
  return answer.json.id;
}
const patch = (id: string, json: object, version: string): Promise<Answer> =>
  owner.send(`/api/v1/agents/${id}`, { method: 'PATCH', json, headers: { 'if-match': version } });

test('agents by name, paged without gaps or doubles, whatever stands in the names', async () => {
  const name = `Zz ${randomUUID().slice(0, 6)}`;
  const made = [];
  for (const end of ['', '|', '|b', ',', '"q"', "o'clock", 'ä', '%7c', '\\', '…', '|']) made.push(await agent({ name: `${name}${end}`, extension: extension() }));
  for (const limit of [1, 2, 3]) {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: { items: { id: string }[]; next: string | null } = await owner.get('/api/v1/agents', { query: { limit, ...(cursor ? { cursor } : {}) } });
      seen.push(...page.items.map((a) => a.id));
      cursor = page.next;
    } while (cursor);
    assert.equal(new Set(seen).size, seen.length, 'no doubles');
    for (const id of made) assert(seen.includes(id), 'no gaps');
  }
});

test('the next page is found when the row before it is gone or renamed', async () => {
  const name = `Zy ${randomUUID().slice(0, 6)}`;
  const made: string[] = [];
  for (const end of ['a', 'b', 'c']) made.push(await agent({ name: `${name} ${end}`, extension: extension() }));
  const until = async (id: string): Promise<string> => {
    let next = '';
    for (;;) {
      const page: { items: { id: string }[]; next: string | null } = await owner.get('/api/v1/agents', { query: { limit: 1, ...(next ? { cursor: next } : {}) } });
      assert(page.next, 'more agents follow');
      next = page.next;
      if (page.items[0]!.id === id) return next;
    }
  };
  const cursor = await until(made[0]!);
  assert.equal((await owner.send(`/api/v1/agents/${made[0]}`, { method: 'DELETE' })).status, 204);
  const second = await owner.get('/api/v1/agents', { query: { limit: 1, cursor } });
  assert.equal(second.items[0]?.id, made[1]);
  assert.equal((await patch(made[1]!, { name: `${name} d` }, '"1"')).status, 200);
  assert.equal((await owner.get('/api/v1/agents', { query: { limit: 1, cursor: second.next! } })).items[0]?.id, made[2]);
});

test('an agent is made, read, changed and removed', async () => {
  const id = await agent({ name: 'Test agent', extension: extension() });
  const read = await owner.send(`/api/v1/agents/${id}`);
  assert.equal(read.json.name, 'Test agent');
  assert.equal(read.headers.etag, `"${read.json.version}"`);
  isProblem(await owner.send(`/api/v1/agents/${id}`, { method: 'PATCH', json: { name: 'x' } }), 428, 'precondition_required');
  const changed = await patch(id, { name: 'Changed' }, read.headers.etag!);
  assert.deepEqual([changed.status, changed.json.name], [200, 'Changed']);
  isProblem(await patch(id, { name: 'Late' }, read.headers.etag!), 412, 'stale');
  assert.equal((await owner.send(`/api/v1/agents/${id}`, { method: 'DELETE' })).status, 204);
  isProblem(await owner.send(`/api/v1/agents/${id}`), 404, 'not_found');
  isProblem(await owner.send(`/api/v1/agents/${id}`, { method: 'DELETE' }), 404, 'not_found');
  isProblem(await patch(id, { name: 'Gone' }, '"1"'), 404, 'not_found');
});

test('an extension is one agent; fields are checked', async () => {
  const taken = extension();
  await agent({ name: 'First', extension: taken });
  isProblem(await owner.send('/api/v1/agents', { method: 'POST', json: { name: 'Second', extension: taken } }), 409, 'conflict');
  const cases: [object, string][] = [[{ name: '', extension: '1' }, 'name'], [{ name: '   ', extension: '1' }, 'name'], [{ name: 'x' }, 'extension'],
    [{ name: 'x', extension: 'y'.repeat(65) }, 'extension'], [{ name: 'x', extension: '1', email: 'nobody@nowhere.example' }, 'email'],
    [{ name: 'x', extension: '1', email: home.users[0]!.email }, 'email'], [{ name: 'x', extension: '1', id: MISSING }, 'id']];
  for (const [json, field] of cases) {
    const answer = await owner.send('/api/v1/agents', { method: 'POST', json });
    isProblem(answer, 422);
    assert(field in (answer.json.fields ?? {}), `${field}: ${answer.text}`);
  }
});

test('an agent counts the calls of thirty days', async () => {
  await someCalls();
  const key = keyOf(home);
  const agents = (await key.get('/api/v1/agents', { query: { limit: 100 } })).items;
  const sara = agents.find((a) => a.name === 'Sara Whitfield')!;
  assert(sara.calls_30d > 0);
  assert.equal(sara.extension, '2001');
});

test('members are shown without what they sign in with', async () => {
  const { items } = await owner.get('/api/v1/members', { query: { limit: 100 } });
  for (const user of other.users) assert.equal(items.find((m) => m.email === user.email)?.role, user.role);
  assert(!items.some((m) => home.users.some((u) => u.email === m.email)));
  assert(!/hash|argon|password/i.test(JSON.stringify(items)));
});

test('a key is shown once, works at once, and is dead within a second of its end', async () => {
  const made = await owner.send('/api/v1/api-keys', { method: 'POST', json: { name: 'Test key', role: 'viewer' } });
  assert.equal(made.status, 201, made.text);
  const { id, key, prefix } = made.json;
  assert.match(key, /^rs_[\w-]{40,}$/);
  assert(key.startsWith(prefix) && prefix.length < 16);
  const listed = await owner.send('/api/v1/api-keys?limit=100');
  assert(!listed.text.includes(key));
  assert(listed.json.items.some((k: { id: string }) => k.id === id));
  const program = new Client('new key', { authorization: `Bearer ${key}` });
  assert.equal((await program.send('/api/v1/calls?limit=1')).status, 200);
  isProblem(await program.send('/api/v1/agents', { method: 'POST', json: { name: 'x', extension: 'y' } }), 403, 'forbidden');
  isProblem(await program.send('/api/v1/api-keys'), 403, 'forbidden');
  assert.equal((await owner.send(`/api/v1/api-keys/${id}`, { method: 'DELETE' })).status, 204);
  await sleep(1_050);
  for (let i = 0; i < 6; i++) isProblem(await program.send('/api/v1/calls?limit=1'), 401, 'unauthenticated');
});

test('keys are for roles that there are, and for who may make them', async () => {
  isProblem(await owner.send('/api/v1/api-keys', { method: 'POST', json: { name: 'x', role: 'emperor' } }), 422);
  isProblem(await owner.send('/api/v1/api-keys', { method: 'POST', json: { name: ' ', role: 'viewer' } }), 422);
  isProblem(await (await as('manager', other)).send('/api/v1/api-keys', { method: 'POST', json: { name: 'x', role: 'viewer' } }), 403, 'forbidden');
});

test('the operator sees all tenants, by pages, and none of their calls', async () => {
  const root = await as('super');
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: { slug: string }[]; next: string | null } =
      await root.get('/api/v1/platform/tenants', { query: { limit: 1, ...(cursor ? { cursor } : {}) } });
    seen.push(...page.items.map((t) => t.slug));
    cursor = page.next;
  } while (cursor);
  assert.equal(new Set(seen).size, seen.length);
  for (const slug of [home.slug, other.slug]) assert(seen.includes(slug));
  isProblem(await root.send('/api/v1/platform/tenants?limit=0'), 422, 'bad_input');
  isProblem(await root.send('/api/v1/platform/tenants?cursor=x'), 422, 'bad_input');
  isProblem(await send('/api/v1/platform/tenants'), 401);
});
