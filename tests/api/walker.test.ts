/* Every route of the contract, asked by everybody: nobody, each role, the owner of another tenant,
 * a super admin, an API key; with objects of the demo's first tenant and with ids that are nobody's
 * (TRUST.md T2, A3, A5, A28). Generated from the contract: a new route is walked by itself. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { address, as, faceless, home, isProblem, keyOf, nobody, other, send, someCalls, until,
  type Answer, type Ask, type Client, type Tenant } from './house.ts';
import { aPause, recipes } from './recipes.ts';

interface Schema { [key: string]: unknown }
interface Operation { summary: string; 'x-permission': string; requestBody?: object; responses: Record<string, { content?: Record<string, { schema: Schema }> }> }
interface Route extends Operation { label: string; method: string; path: string; params: string[]; who: string }

const document = (await send('/api/v1/openapi.json')).json as { paths: Record<string, Record<string, Operation>>; components: { schemas: Record<string, Schema> } };
const routes: Route[] = Object.entries(document.paths).flatMap(([path, operations]) =>
  Object.entries(operations).map(([method, o]) => ({ ...o, method: method.toUpperCase(), path, label: `${method.toUpperCase()} ${path}`,
    params: [...path.matchAll(/\{(\w+)\}/g)].map((m) => m[1]!), who: o['x-permission'] })));
const reads = (r: Route): boolean => r.method === 'GET' && !recipes[r.label];
const hit = new Set<string>();

async function ask(who: Client, route: Route, params: Record<string, string> = {}, how: Ask = {}): Promise<Answer> {
  hit.add(route.label);
  return who.send(address(route.path, { params }), { method: route.method, ...how });
}

// ---- whose objects ----

/** A score that its agent has disputed and a manager reviews, for neither can be listed before. */
async function judgeOne(key: Client, tenant: Tenant): Promise<void> {
  const [agent, manager] = [await as('agent', tenant), await as('manager', tenant)];
  const call = await until('a score of the agent', 90_000, async () =>
    (await agent.get('/api/v1/calls', { query: { limit: 1, score_below: 10_000 } })).items[0]?.id);
  const score = (await key.send(`/api/v1/calls/${call}/scores`)).json.items[0].id as string;
  for (const [who, path, json] of [[agent, `/api/v1/scores/${score}/dispute`, { text: 'Walker' }], [manager, `/api/v1/calls/${call}/reviews`, {}]] as const) {
    const answer = await who.send(path, { method: 'POST', json });
    assert([201, 409].includes(answer.status), `${path}: ${answer.status} ${answer.text}`);
  }
}

/** What the recipe of a route makes; a failure says whose it is. */
async function made(label: string, owner: Client): Promise<Record<string, string> | undefined> {
  try {
    return await recipes[label]?.make?.(owner);
  } catch (cause) {
    throw new Error(`${label} for ${owner.name}: ${(cause as Error).message}`, { cause });
  }
}

/** Ids of a tenant's objects, found by listing, by the names that paths give them. */
async function objectsOf(owner: Client, key: Client): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const list of routes.filter((r) => r.method === 'GET' && !r.params.length && r.path.startsWith('/api/v1/') && r.who.includes('.'))) {
    const child = routes.find((r) => new RegExp(`^${list.path}/\\{\\w+\\}`).test(r.path));
    if (!child) continue;
    const answer = await owner.send(list.path);
    if (answer.json?.items?.[0]) found[child.params[0]!] = answer.json.items[0].id;
  }
  const calls = (await key.get('/api/v1/calls', { query: { recording: true, limit: 50 } })).items;
  const shown = calls.find((c) => c.score_bp !== null) ?? calls[0]!;
  found.call = shown.id;
  found.recording = (await key.get('/api/v1/calls/{call}', { params: { call: shown.id } })).recordings[0]!.id;
  found.score = (await key.send(`/api/v1/calls/${shown.id}/scores`)).json.items[0]?.id;
  found.job = (await made('POST /api/v1/jobs/{job}/retry', owner))!.job!;
  found.upload = (await made('HEAD /api/v1/uploads/{upload}', owner))!.upload!;
  Object.assign(found, await made('POST /api/v1/webhooks/{webhook}/deliveries/{webhook_delivery}/replay', owner));
  // What no list of its own tells: the recipes know how to make one.
  for (const r of routes.filter((x) => x.who.includes('.')))
    for (const p of r.params)
      found[p] ??= (await made(r.label, owner))?.[p] as string;
  return found;
}

let owner: Client & { session: { permissions: string[] } }, stranger: Client, root: Client;
let ours: Record<string, string>, theirs: Record<string, string>;
const roles = [...new Set(home.users.map((u) => u.role))];
before(async () => {
  await Promise.all([someCalls(home), someCalls(other)]);
  await until('a call with a score', 90_000, async () =>
    (await keyOf(home).get('/api/v1/calls', { query: { limit: 1, state: 'scored' } })).items[0]);
  owner = await as('owner');
  stranger = await as('owner', other);
  root = await as('super');
  await judgeOne(keyOf(home), home);
  ours = { ...await objectsOf(owner, keyOf(home)), ...await aPause(owner) };
  theirs = await objectsOf(stranger, keyOf(other));
});

// ---- the contract itself ----

test('every route says what it does and who may', () => {
  assert(routes.length > 30);
  for (const r of routes) {
    assert.match(r.summary, /^[A-Z].{3,}/, r.label);
    assert.match(r.who, /^(public|signed-in|super-admin|[a-z_]+\.[a-z]+)$/, r.label);
  }
});

test('open routes are these and no others', () => {
  assert.deepEqual(routes.filter((r) => r.who === 'public').map((r) => r.label).sort(), [
    'GET /api/v1/oidc/callback', 'GET /api/v1/oidc/offer', 'GET /api/v1/openapi.json', 'GET /api/v1/password-resets', 'GET /hooks/{provider}/{token}', 'OPTIONS /api/v1/uploads', 'OPTIONS /api/v1/uploads/{upload}',
    'POST /api/v1/address-change/confirm', 'POST /api/v1/address-change/look', 'POST /api/v1/address-change/stop',
    'POST /api/v1/join', 'POST /api/v1/join/look', 'POST /api/v1/oidc/finish', 'POST /api/v1/oidc/logout/{tenant}', 'POST /api/v1/oidc/start',
    'POST /api/v1/password-resets', 'POST /api/v1/password-resets/look', 'POST /api/v1/password-resets/use',
    'POST /api/v1/platform/session', 'POST /api/v1/platform/session/code', 'POST /api/v1/platform/session/passkey', 'POST /api/v1/platform/session/passkey/options',
    'POST /api/v1/session', 'POST /api/v1/session/code', 'POST /api/v1/session/passkey', 'POST /api/v1/session/passkey/options',
    'POST /api/v1/tokens/refresh', 'POST /api/v1/tokens/revoke', 'POST /hooks/{provider}/{token}',
  ]);
});

test('each path takes the methods of the contract, and no others', async () => {
  for (const [path, operations] of Object.entries(document.paths)) {
    const answer = await owner.send(address(path), { method: 'PROPFIND' });
    isProblem(answer, 405);
    const known = Object.keys(operations).map((m) => m.toUpperCase());
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].filter((m) => !known.includes(m))) {
      const refused = await owner.send(address(path), { method });
      isProblem(refused, 405, 'method_not_allowed');
      const named = String(refused.headers.allow).split(', ').filter((m) => m !== 'HEAD' || known.includes('HEAD'));
      assert.deepEqual(named.sort(), [...known].sort(), `${method} ${path}`);
    }
  }
});

test('every route that changes something has a recipe, and every recipe a route', () => {
  const labels = routes.map((r) => r.label);
  assert.deepEqual(routes.filter((r) => r.method !== 'GET' && !recipes[r.label]).map((r) => r.label), []);
  assert.deepEqual(Object.keys(recipes).filter((l) => !labels.includes(l)), []);
});

// ---- who may ----

test('nobody gets 401 everywhere, whatever is asked for', async () => {
  for (const r of routes.filter((x) => x.who !== 'public')) {
    const how = recipes[r.label]?.ask?.(home) ?? {};
    const [real, none] = [await ask(nobody, r, ours, how), await ask(nobody, r, {}, how)];
    if (r.method === 'HEAD') { assert.equal(real.status, 401); continue; }
    isProblem(real, 401, 'unauthenticated');
    assert.equal(faceless(real), faceless(none), `${r.label} tells nobody apart`);
  }
});

/** What is sure to be refused after the permission was checked: it changes nothing. */
function harmless(r: Route): { params: Record<string, string>; how: Ask } {
  const how: Ask = ['GET', 'HEAD', 'DELETE', 'OPTIONS'].includes(r.method) ? {} : { json: { no_such_field: 1 } };
  return { params: reads(r) ? ours : {}, how };
}
const ends = (r: Route): boolean => r.method === 'DELETE' && !r.params.length; // signing out
const ownSession = (r: Route): boolean => /^\/api\/v1((\/platform)?\/(session(\/tenant)?|sessions(\/end-others|\/\{\w+\})?|second-factor(\/[a-z-]+)?|address-change|passkeys(\/options|\/\{passkey\}\/remove)?)|\/join\/account)$/.test(r.path);

for (const role of roles) {
  test(`the role ${role} may what its permissions say, no more and no less`, async () => {
    const person = await as(role);
    const may = person.session.permissions as string[];
    for (const r of routes.filter((x) => x.who !== 'public' && x.who !== 'super-admin' && !ends(x))) {
      const { params, how } = harmless(r);
      const answer = await ask(person, r, params, how);
      if (r.who === 'signed-in' || may.includes(r.who)) assert(![401, 403].includes(answer.status), `${r.label} as ${role}: ${answer.status} ${answer.text}`);
      else if (r.method === 'HEAD') assert.equal(answer.status, 403);
      else isProblem(answer, 403, 'forbidden');
      assert(answer.status < 500, `${r.label} as ${role}: ${answer.text}`);
    }
  });
}

test('an API key may what its role may, and has no session', async () => {
  const key = keyOf(home);
  const may = (await as('admin')).session.permissions as string[];
  for (const r of routes.filter((x) => x.who !== 'public' && x.who !== 'super-admin')) {
    const { params, how } = harmless(r);
    const answer = await ask(key, r, params, how);
    if (ownSession(r)) assert([403, 422].includes(answer.status), `${r.label}: ${answer.status}`);
    else if (r.who === 'reviews.write' && answer.status === 403) assert.match(answer.text, /Only a person/, r.label);
    else assert.equal(answer.status === 403, r.who !== 'signed-in' && !may.includes(r.who), `${r.label}: ${answer.status} ${answer.text}`);
  }
});

test('routes of super admins are not there for anybody else', async () => {
  const unknown = await owner.send('/api/v1/platform/no-such-page');
  isProblem(unknown, 404, 'not_found');
  for (const r of routes.filter((x) => x.who === 'super-admin'))
    for (const who of [owner, stranger, await as('agent'), keyOf(home)]) {
      const answer = await ask(who, r);
      if (ownSession(r)) isProblem(answer, 401, 'unauthenticated');
      else {
        isProblem(answer, 404, 'not_found');
        assert.equal(faceless(answer), faceless(unknown), `${r.label} by ${who.name}`);
      }
    }
});

test('a super admin has no business inside tenants', async () => {
  for (const r of routes.filter((x) => x.who.includes('.'))) {
    const answer = await ask(root, r, ours, recipes[r.label]?.ask?.(home) ?? {});
    if (r.method === 'HEAD') assert.equal(answer.status, 403, r.label);
    else isProblem(answer, 403, 'forbidden');
  }
});

// ---- whose ----

test("another tenant's id answers byte for byte like a missing one", async () => {
  const counted = { walked: 0 }, key = keyOf(other);
  const mayKey = (await as('admin', other)).session.permissions as string[]; // the demo's key is an admin's
  for (const r of routes.filter((x) => x.params.length && x.who.includes('.'))) {
    const how = recipes[r.label]?.ask?.(other) ?? {};
    for (const who of [stranger, key]) {
      if (who === key && !mayKey.includes(r.who)) continue;
      const none = await ask(who, r, {}, how);
      // Reviews are for people: a key is told so, whatever it asks for.
      if (none.status === 403) assert.match(none.text, /Only (a person|the agent)/, r.label);
      else assert.equal(none.status, 404, `${r.label} with a missing id: ${none.status} ${none.text}`);
      // Each of the ids foreign, and all of them.
      const mixes = [ours, ...(r.params.length > 1 ? r.params.map((p) => ({ ...theirs, [p]: ours[p]! })) : [])];
      for (const params of mixes) {
        for (const p of r.params) assert(params[p], `an object for {${p}} of ${r.label}`);
        assert.equal(faceless(await ask(who, r, params, how)), faceless(none), `${r.label} by ${who.name}`);
        counted.walked++;
      }
    }
  }
  assert(counted.walked > 20);
});

test("an agent's view ends at their own calls: others' answer like missing ones", async () => {
  const agent = await as('agent');
  const mine = new Set((await agent.get('/api/v1/calls', { query: { limit: 100 } })).items.map((c) => c.id));
  const calls = (await keyOf(home).get('/api/v1/calls', { query: { limit: 100, recording: true } })).items.filter((c) => !mine.has(c.id));
  const foreign = calls.find((c) => c.score_bp !== null) ?? calls[0]!;
  const recording = (await keyOf(home).get('/api/v1/calls/{call}', { params: { call: foreign.id } })).recordings[0]!.id;
  const may = agent.session.permissions as string[];
  for (const r of routes.filter((x) => x.params.includes('call') && may.includes(x.who)))
    assert.equal(faceless(await ask(agent, r, { call: foreign.id, recording })), faceless(await ask(agent, r)), r.label);
});

test('the objects are still what they were, for whom they belong to', async () => {
  for (const r of routes.filter((x) => reads(x) && x.params.length && x.who.includes('.'))) {
    const answer = await ask(owner, r, ours);
    assert(answer.status === 200 || (answer.status === 404 && /transcript|analysis|score|peaks/.test(r.path)), `${r.label}: ${answer.status} ${answer.text}`);
  }
});

// ---- what is answered ----

const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);

/** A field that the contract does not tell of is a fault too. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (!schema || typeof schema !== 'object') return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([k, v]) => [k, closed(v)])) as Schema;
  if (copy.properties && copy.additionalProperties === undefined && !('openapi' in (copy.properties as object))) copy.additionalProperties = false;
  return copy;
}
const components = Object.fromEntries(Object.entries(document.components.schemas).map(([k, v]) => [k, closed(v)]));
const { contract: _, ...schemas } = components;

function fits(r: Route, answer: Answer): void {
  if (answer.status >= 400 || answer.status === 204 || !answer.json) return;
  const promised = r.responses[String(answer.status)]?.content?.['application/json']?.schema;
  assert(promised, `${r.label} answers ${answer.status}, of which the contract says nothing`);
  if (JSON.stringify(promised).includes('schemas/contract"')) return;
  const check = ajv.compile({ ...(closed(promised) as object), components: { schemas } });
  assert(check(answer.json), `${r.label}: ${ajv.errorsText(check.errors)} in ${answer.text.slice(0, 400)}`);
}

test('what is read fits the schema of the contract, for every role', async () => {
  for (const role of [...roles, 'super']) {
    const who = await as(role);
    for (const r of routes.filter(reads)) fits(r, await ask(who, r, ours));
  }
  for (const c of (await someCalls()).slice(0, 12))
    for (const r of routes.filter((x) => reads(x) && x.params.length === 1 && x.params[0] === 'call')) fits(r, await ask(owner, r, { call: c.id }));
});

test('what is changed answers as the contract says', async () => {
  for (const r of routes.filter((x) => recipes[x.label])) {
    const recipe = recipes[r.label]!;
    const who = recipe.by ? await recipe.by() : r.who === 'super-admin' ? await as('super') : r.who === 'public' ? nobody : owner;
    if (r.label === 'DELETE /api/v1/platform/session') continue; // the last act, below
    const params = recipe.make ? await recipe.make(owner) : {};
    const answer = await ask(who, r, params, recipe.ask?.(home) ?? {});
    const good = recipe.good ? recipe.good.includes(answer.status) : answer.status >= 200 && answer.status < 300;
    assert(good, `${r.label}: ${answer.status} ${answer.text}`);
    fits(r, answer);
  }
  assert.equal((await root.send('/api/v1/platform/session', { method: 'DELETE' })).status, 204);
  hit.add('DELETE /api/v1/platform/session');
});

test('every route of the contract was asked', () => {
  assert.deepEqual(routes.map((r) => r.label).filter((l) => !hit.has(l)), []);
});

test('what is not in the contract is not there', async () => {
  for (const path of ['/api/v1/debug', '/api/v1/admin', '/api/v1/status', '/api/v1/users', '/api/v1/tenants', '/api/v1/config', '/api/v1/swagger.json',
    '/api/v1/platform', '/api/v1/platform/tenants/1', '/api/v1/calls/export', '/api/internal', '/hooks', '/hooks/none'])
    isProblem(await owner.send(path), 404, 'not_found');
});
