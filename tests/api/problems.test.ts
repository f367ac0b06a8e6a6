/* Refusals have one shape, every answer has its security headers, and methods, types and sizes are
 * checked before anything is done. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { as, base, home, isProblem, keyOf, nobody, send, type Answer } from './house.ts';

const key = keyOf(home);

test('an unknown address is a problem, whoever asks', async () => {
  for (const path of ['/api/v1/nothing', '/api/v1', '/api', '/api/v2/calls', '/api/v1/calls/', '/api/v1//calls', '/api/v1/calls/x/y/z', '/hooks', '/hooks/ucm'])
    for (const who of [nobody, key]) isProblem(await who.send(path), 404, 'not_found');
});

test('a method that is not taken names those that are', async () => {
  const cases: [string, string, string[]][] = [
    ['DELETE', '/api/v1/calls', ['GET', 'POST']],
    ['POST', '/api/v1/calls/summary', ['GET']],
    ['PUT', '/api/v1/agents', ['GET', 'POST']],
    ['POST', '/api/v1/agents/01900000-0000-7000-8000-000000000001', ['GET', 'PATCH', 'DELETE']],
    ['PATCH', '/api/v1/session', ['GET', 'POST', 'DELETE']],
  ];
  for (const [method, path, allowed] of cases) {
    const answer = await key.send(path, { method });
    isProblem(answer, 405, 'method_not_allowed');
    const named = String(answer.headers.allow).split(', ').filter((m) => m !== 'HEAD');
    assert.deepEqual(named.sort(), allowed.sort(), `${method} ${path}`);
  }
  for (const method of ['TRACE', 'PROPFIND', 'FOO']) isProblem(await key.send('/api/v1/calls', { method }), 405, 'method_not_allowed');
});

test('a body must be JSON, said to be JSON, and an object', async () => {
  const owner = await as('owner');
  const put = (body: string, type = 'application/json'): Promise<Answer> =>
    owner.send('/api/v1/session/tenant', { method: 'PUT', body, headers: { 'content-type': type } });
  const good = JSON.stringify({ id: home.id });
  assert.equal((await put(good)).status, 200);
  assert.equal((await put(good, 'application/json; charset=utf-8')).status, 200);
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/json'])
    isProblem(await put(good, type), 415, 'unsupported_media_type');
  for (const bad of ['{', '{"id":}', 'id=1', '{"id":"x"}x', '{"a":1,"a":2}', '\u0000', `${'['.repeat(2000)}${']'.repeat(2000)}`, '{"id":"\\ud800"}'])
    isProblem(await put(bad), 400, 'bad_request');
  for (const bad of ['[]', '"x"', '7', 'null', 'true']) isProblem(await put(bad), 400, 'bad_request');
  isProblem(await put('{}'), 422, 'bad_input');
  isProblem(await put('{"id":7}'), 422, 'bad_input');
  isProblem(await put(`{"id":"${home.id}","more":1}`), 422, 'bad_input');
});

test('a body over a megabyte is too large', async () => {
  const owner = await as('owner');
  const body = JSON.stringify({ id: 'x'.repeat(1 << 20) });
  isProblem(await owner.send('/api/v1/session/tenant', { method: 'PUT', body, headers: { 'content-type': 'application/json' } }), 413, 'too_large');
});

test('request ids are new each time, and the client cannot choose them', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => key.send('/api/v1/calls?limit=1', { headers: { 'x-request-id': 'mine' } })));
  const ids = answers.map((a) => a.headers['x-request-id']);
  assert.equal(new Set(ids).size, 20);
  assert(!ids.includes('mine'));
});

const always: Record<string, RegExp> = {
  'x-content-type-options': /^nosniff$/,
  'referrer-policy': /^no-referrer$/,
  'cross-origin-opener-policy': /^same-origin$/,
  'cross-origin-resource-policy': /^same-origin$/,
  'x-frame-options': /^DENY$/,
  'permissions-policy': /camera=\(\).*microphone=\(\)/,
  'content-security-policy': /default-src 'none'.*frame-ancestors 'none'/,
};

test('security headers stand on every answer, good or bad, once each', async () => {
  const owner = await as('owner');
  const answers: [string, Answer][] = [
    ['page', await send('/')],
    ['missing file', await send('/none.js')],
    ['files take no POST', await send('/', { method: 'POST', body: 'x' })],
    ['list', await key.send('/api/v1/calls')],
    ['nobody', await send('/api/v1/calls')],
    ['missing', await key.send('/api/v1/none')],
    ['method', await key.send('/api/v1/calls', { method: 'DELETE' })],
    ['odd method', await key.send('/api/v1/calls', { method: 'PROPFIND' })],
    ['no content', await send('/api/v1/uploads', { method: 'OPTIONS' })],
    ['bad input', await owner.send('/api/v1/session/tenant', { method: 'PUT', json: {} })],
    ['hook', await send('/hooks/generic/none', { method: 'POST', body: '{}' })],
    ['livez', await send('/livez')],
    ['readyz', await send('/readyz')],
  ];
  for (const [what, answer] of answers) {
    for (const [name, pattern] of Object.entries(always)) {
      assert.match(String(answer.headers[name] ?? ''), pattern, `${name} on ${what} (${answer.status})`);
      assert.equal(answer.raw.filter((h, i) => i % 2 === 0 && h.toLowerCase() === name).length, 1, `${name} once on ${what}`);
    }
    const hsts = answer.headers['strict-transport-security'];
    assert.equal(hsts !== undefined, base.startsWith('https:'), `HSTS on ${what}`);
    assert.doesNotMatch(answer.text, /h2o|libh2o/i);
    assert.doesNotMatch(String(answer.headers.server ?? ''), /\d/, 'no version of the server');
    assert.equal(answer.headers['access-control-allow-origin'], undefined);
  }
});

test('answers of the API are not kept anywhere', async () => {
  for (const path of ['/api/v1/calls', '/api/v1/none', '/api/v1/openapi.json'])
    assert.match((await key.send(path)).headers['cache-control']!, /no-store/);
});

test('no page of another site may ask for leave', async () => {
  const answer = await send('/api/v1/calls', { method: 'OPTIONS', headers: { origin: 'https://evil.example', 'access-control-request-method': 'GET' } });
  isProblem(answer, 405, 'method_not_allowed');
  assert.equal(answer.headers['access-control-allow-origin'], undefined);
});
