/* Controls that hold for every route of the contract, and so are asked of every one: unknown fields are refused (A12),
 * no list gives more than a hundred (A13), security headers stand on all answers, errors tell nothing of our inside (A25).
 * Generated from the contract: a new route is asked by itself. Tried with the control off, and failed: unknown names let
 * pass and a page limit of 1000 in input.c, one header less in security.c, no look at the token in dispatch.c. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { address, as, base, demo, home, isProblem, login, nobody, other, send, signIn, MISSING, type Answer, type Client } from './house.ts';
import { recipes } from './recipes.ts';

interface Parameter { name: string; in: string }
interface Operation { 'x-permission': string; parameters?: Parameter[]; requestBody?: { content: Record<string, { schema: { properties?: Record<string, unknown>; additionalProperties?: boolean } }> } }
const document = (await send('/api/v1/openapi.json')).json as { paths: Record<string, Record<string, Operation>> };
const routes = Object.entries(document.paths).flatMap(([path, operations]) =>
  Object.entries(operations).map(([method, o]) => ({ ...o, method: method.toUpperCase(), path, label: `${method.toUpperCase()} ${path}` })));
type Route = (typeof routes)[number];

let owner: Client & { session: { permissions: string[] } }, root: Client;
before(async () => { owner = await as('owner'); root = await as('super'); });

/** Who gets as far as the input check of a route. */
const whoMay = (r: Route): Client => (r.path.startsWith('/api/v1/platform') ? root : r['x-permission'] === 'public' ? nobody : owner);
const bodyOf = (r: Route) => r.requestBody?.content['application/json']?.schema;

// What an attacker would like to set along with what a form asks for.
const GREEDY = { tenant_id: other.id, tenant: other.id, role: 'owner', roles: ['owner'], permissions: ['*'], is_admin: true, super_admin: true,
  id: MISSING, account_id: MISSING, owner: true, price: 0, price_minor: 0, created_at: '2000-01-01T00:00:00Z', state: 'scored', score_bp: 10_000, __proto__x: 1, 'constructor.prototype': 1 };

test('A12: unknown fields are refused by every route that takes JSON, each by its name', async () => {
  let asked = 0;
  for (const r of routes) {
    const schema = bodyOf(r);
    if (!schema) continue;
    const known = Object.keys(schema.properties ?? {});
    const free = schema.additionalProperties !== false && schema.properties !== undefined;
    assert(!free || known.length === 0 || schema.additionalProperties === false, `${r.label} takes any field`);
    const good = (recipes[r.label]?.ask?.(home).json ?? {}) as Record<string, unknown>;
    // Few requests a route, for some cost much and are counted: all at once, then the two worst by themselves.
    const greedy = Object.fromEntries(Object.entries(GREEDY).filter(([name]) => !known.includes(name)));
    for (const some of [greedy, { tenant_id: other.id }, { super_admin: true }]) {
      const answer = await whoMay(r).send(address(r.path), { method: r.method, json: { ...good, ...some }, headers: { 'if-match': '"1"' } });
      // 404 and 429 say nothing of the field: the object is nobody's, or this costs too much to be asked so often.
      assert([422, 400, 404, 409, 410, 412, 428, 429, 401, 403].includes(answer.status), `${r.label} with ${Object.keys(some).join(', ')}: ${answer.status} ${answer.text}`);
      if (answer.status !== 422) continue;
      asked += Object.keys(some).length;
      assert(Object.keys(some).some((name) => answer.text.includes(name)), `${r.label}: the field is named: ${answer.text}`);
    }
  }
  assert(asked > 300, `${asked} refusals`);
  console.log(`# A12 figure: ${asked} greedy fields refused on ${routes.filter(bodyOf).length} routes`);
});

test('A13: no list gives more than a hundred, and none is without an end', async () => {
  let lists = 0;
  for (const r of routes.filter((x) => x.method === 'GET' && x.parameters?.some((p) => p.in === 'query' && p.name === 'limit'))) {
    lists++;
    for (const limit of ['101', '100000', '-1', '0', '1e9', '99999999999999999999', 'x']) {
      const answer = await whoMay(r).send(`${address(r.path)}?limit=${limit}`);
      isProblem(answer, 422, 'bad_input');
      assert(answer.text.includes('limit'), `${r.label}?limit=${limit}: ${answer.text}`);
    }
  }
  // Lists without a limit of their own are short by nature; none passes a hundred here.
  for (const r of routes.filter((x) => x.method === 'GET' && !x.path.includes('{'))) {
    const answer = await whoMay(r).send(address(r.path));
    if (Array.isArray(answer.json?.items)) assert(answer.json.items.length <= 100, `${r.label}: ${answer.json.items.length}`);
  }
  assert(lists >= 20);
  console.log(`# A13 figure: ${lists} lists, at most 100 each`);
});

const always: Record<string, RegExp> = {
  'x-content-type-options': /^nosniff$/, 'referrer-policy': /^no-referrer$/, 'cross-origin-opener-policy': /^same-origin$/,
  'cross-origin-resource-policy': /^same-origin$/, 'x-frame-options': /^DENY$/, 'permissions-policy': /camera=\(\)/,
  'content-security-policy': /default-src 'none'.*frame-ancestors 'none'/,
};

function headersOf(what: string, answer: Answer): void {
  for (const [name, pattern] of Object.entries(always)) assert.match(String(answer.headers[name] ?? ''), pattern, `${name} on ${what} (${answer.status})`);
  assert.doesNotMatch(String(answer.headers['content-security-policy']), /unsafe-(inline|eval)/, what);
  assert.equal(answer.headers['access-control-allow-origin'], undefined, what);
  assert.equal(answer.headers['strict-transport-security'] !== undefined, base.startsWith('https:'), what);
}

test('A11: security headers and no-store stand on every answer of every route, refused, missing, wrong or right', async () => {
  let seen = 0;
  for (const r of routes) {
    const answers: [string, Answer][] = [
      ['nobody', await nobody.send(address(r.path), { method: r.method })],
      ['from elsewhere', await owner.send(address(r.path), { method: r.method === 'DELETE' || r.method === 'HEAD' ? 'GET' : r.method, headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' } })],
      ['wrong method', await owner.send(address(r.path), { method: 'PROPFIND' })],
      // Not where there is no body to be read: those would do what they are for.
      ...(bodyOf(r) ? [['broken body', await whoMay(r).send(address(r.path), { method: r.method, body: '{', headers: { 'content-type': 'application/json' } })] as [string, Answer]] : []),
    ];
    for (const [how, answer] of answers) {
      headersOf(`${r.label}, ${how}`, answer);
      if (r.path.startsWith('/api/')) assert.match(String(answer.headers['cache-control'] ?? ''), /no-store/, `${r.label}, ${how}`);
      assert(answer.status < 500, `${r.label}, ${how}: ${answer.status} ${answer.text}`);
      seen++;
    }
  }
  console.log(`# A11 figure: ${seen} answers of ${routes.length} routes, headers on all`);
});

// ' " ; and friends, markup, formats, paths: in every parameter of every route.
const ALL = ["'", '"', "' or 1=1--", '%00', '%', '%s%n%x', '{{7*7}}', '<script>', '../../etc/passwd', '\\', 'a'.repeat(5000), '-1', '1e400', '\u202e', 'ÿ', '${jndi:ldap://x}', '$(id)', '`id`', '\u0001'];
// A handful of each sort by default, all of them with RINGSIGHT_TEST_LARGE=1.
const NASTY = process.env.RINGSIGHT_TEST_LARGE ? ALL : ALL.filter((_, i) => i % 4 === 0);

test('A25: whatever stands in a parameter, an error tells nothing of our inside and is none of ours', async () => {
  let asked = 0;
  for (const r of routes.filter((x) => x.method === 'GET')) {
    const names = [...(r.parameters ?? []).filter((p) => p.in === 'query').map((p) => p.name)];
    const params = [...r.path.matchAll(/\{(\w+)\}/g)].map((m) => m[1]!);
    for (const value of NASTY) {
      const tries = [...names.map((n) => `${address(r.path)}?${n}=${encodeURIComponent(value)}`),
        ...params.map((p) => address(r.path, { params: { [p]: value } }))];
      for (const path of tries) {
        if (path.length > 8000) continue;
        const answer = await whoMay(r).send(path);
        asked++;
        assert(answer.status < 500, `${path}: ${answer.status} ${answer.text.slice(0, 300)}`);
        if (answer.status >= 400) {
          assert.doesNotMatch(answer.text, /select |insert |\.c:\d|libpq|ERROR:|SQLSTATE|ringsight_app|\/var\/|backtrace|postgres/i, `${path}: ${answer.text}`);
          assert.doesNotMatch(String(answer.headers.server ?? ''), /\d/);
        }
      }
    }
  }
  assert(asked > 500, `${asked}`);
  console.log(`# A25 figure: ${asked} nasty values asked, 0 answers of 5xx, 0 told of the inside`);
});

test('A10: what changes something is refused from a page of elsewhere and without the token, on every route', async () => {
  let asked = 0;
  // A sign-in of its own: where the control is off, this signs it out.
  const [owner, root] = await Promise.all([signIn(login('owner'), home), signIn({ ...demo.super_admin, role: 'super' }, undefined, '/api/v1/platform/session')]);
  for (const r of routes.filter((x) => !['GET', 'HEAD', 'OPTIONS'].includes(x.method) && x['x-permission'] !== 'public')) {
    const who = r.path.startsWith('/api/v1/platform') ? root : owner;
    const { cookie } = who.headers as { cookie: string };
    const how = [{ cookie }, { cookie, 'x-csrf-token': 'A'.repeat(43) }, { ...who.headers, origin: 'https://evil.example' }, { ...who.headers, 'sec-fetch-site': 'cross-site' }];
    for (const headers of how) {
      const answer = await send(address(r.path), { method: r.method, headers, json: {} });
      // 429: some cost much, and are counted before anything else.
      assert([403, 429].includes(answer.status), `${r.label} with ${Object.keys(headers).join(', ')}: ${answer.status} ${answer.text}`);
      if (answer.status === 403) asked++;
    }
  }
  assert(asked > 300, `${asked}`);
  console.log(`# A10 figure: ${asked} requests of elsewhere or without token refused`);
});
