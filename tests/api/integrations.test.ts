/* Connecting phone systems: addresses shown once, secrets never, edits that do not overwrite each
 * other's. Made in the demo's second tenant and removed again. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { as, home, isProblem, keyOf, other, MISSING, type Answer, type Client } from './house.ts';

const ROOT = '/api/v1/integrations';
let owner: Client, id = '', address = '';
before(async () => { owner = await as('owner', other); });
after(async () => { if (id) await owner.send(`${ROOT}/${id}`, { method: 'DELETE' }); });

const ucm = { base_url: 'https://pbx.example.test:8089', username: 'cdrapi', password: 'p4ss-w0rd-one', tls: 'ca', zone: 'Europe/London' };
const create = (json: unknown): Promise<Answer> => owner.send(ROOT, { method: 'POST', json });
const patch = (json: unknown, version?: string): Promise<Answer> =>
  owner.send(`${ROOT}/${id}`, { method: 'PATCH', json, headers: version === undefined ? {} : { 'if-match': version } });
const read = () => owner.get('/api/v1/integrations/{integration}', { params: { integration: id } });

test('the address is shown whole once', async () => {
  const answer = await create({ provider: 'ucm', name: 'Test exchange', zone: 'Europe/London', settings: ucm });
  assert.equal(answer.status, 201, answer.text);
  ({ id, hook_url: address } = answer.json);
  assert.match(new URL(address).pathname, /^\/hooks\/ucm\/[\w-]{40,}$/);
  const token = address.split('/').pop()!;
  for (const path of [ROOT, `${ROOT}/${id}`]) {
    const later = await owner.send(path);
    assert(!later.text.includes(token), path);
    assert(!later.text.includes(ucm.password), path);
  }
});

test('settings are shown, secrets only as set or not', async () => {
  const seen = await read();
  const settings = seen.settings as Record<string, unknown>;
  assert.equal(settings.base_url, ucm.base_url);
  assert.equal(settings.password, null);
  assert.equal(settings.password_set, true);
  assert.equal(settings.hook_password_set, false);
  const fields = seen.setting_fields as { name: string; label: string; kind: string }[];
  assert.deepEqual(fields.map((f) => f.name).sort(), Object.keys(settings).filter((k) => !k.endsWith('_set')).sort());
  for (const f of fields) assert.match(f.label, /\S/);
});

test('edits need the version they were made of', async () => {
  const etag = (await owner.send(`${ROOT}/${id}`)).headers.etag!;
  assert.match(etag, /^"\d+"$/);
  isProblem(await patch({ name: 'No version' }), 428, 'precondition_required');
  for (const stale of ['"999"', '999', '"0"', 'x', '*', '']) isProblem(await patch({ name: 'Stale' }, stale), 412, 'stale');
  const done = await patch({ name: 'Renamed' }, etag);
  assert.equal(done.status, 200, done.text);
  assert.equal(done.json.name, 'Renamed');
  assert.notEqual(done.headers.etag, etag);
  isProblem(await patch({ name: 'Late' }, etag), 412, 'stale');
  assert.equal((await read()).name, 'Renamed');
});

test('of two edits of one version one wins', async () => {
  const { version } = await read();
  const answers = await Promise.all(['One', 'Two', 'Three'].map((name) => patch({ name }, `"${version}"`)));
  assert.deepEqual(answers.map((a) => a.status).sort(), [200, 412, 412]);
  assert.equal((await read()).version, version + 1);
});

test('an edit changes what it names and no more', async () => {
  const before = await read();
  const done = await patch({ settings: { username: 'other' } }, `"${before.version}"`);
  assert.equal(done.status, 200, done.text);
  assert.equal(done.json.settings.username, 'other');
  assert.equal(done.json.settings.base_url, ucm.base_url);
  assert.equal(done.json.settings.password_set, true, 'the secret stays');
  const removed = await patch({ settings: { hook_username: null } }, `"${done.json.version}"`);
  assert.equal(removed.status, 200, removed.text);
});

test('what does not fit is said by field', async () => {
  const cases: [object, string][] = [
    [{ provider: 'nonsense', name: 'x' }, 'provider'],
    [{ provider: 'ucm', name: '' }, 'name'],
    [{ provider: 'ucm', name: 'x'.repeat(121) }, 'name'],
    [{ provider: 'ucm' }, 'name'],
    [{ provider: 'generic', name: 'x', zone: 'Mars/Olympus' }, 'zone'],
    [{ provider: 'generic', name: 'x', settings: { colour: 'red' } }, 'colour'],
    [{ provider: 'ucm', name: 'x', settings: { ...ucm, base_url: undefined } }, 'base_url'],
    [{ provider: 'ucm', name: 'x', settings: { ...ucm, tls: 'maybe' } }, 'tls'],
    [{ provider: 'generic', name: 'x', settings: { secret: 7 } }, 'secret'],
    [{ provider: 'generic', name: 'x', settings: [] }, 'settings'],
    [{ provider: 'generic', name: 'x', settings: { secret: 'whsec_short' } }, 'secret'],
    [{ provider: 'generic', name: 'x', token: 'mine' }, 'token'],
  ];
  for (const [json, field] of cases) {
    const answer = await create(json);
    isProblem(answer, 422);
    assert(Object.keys(answer.json.fields ?? {}).includes(field), `${field} in ${answer.text}`);
    assert(!answer.text.includes(ucm.password));
  }
  isProblem(await patch({ settings: [] }, `"${(await read()).version}"`), 422);
});

test('a new address is another, and the old one is not shown', async () => {
  const answer = await owner.send(`${ROOT}/${id}/token`, { method: 'POST' });
  assert(answer.status === 200 || answer.status === 201, answer.text);
  assert.notEqual(answer.json.hook_url, address);
  assert(!answer.text.includes(address.split('/').pop()!));
});

test('providers draw their own forms', async () => {
  const { items } = await owner.get('/api/v1/providers');
  assert.deepEqual(items.map((p) => p.slug).sort(), ['3cx', 'asterisk', 'exotel', 'generic', 'twilio', 'ucm']);
  for (const p of items) assert(p.settings.length > 0 && p.title.length > 2);
});

test('other tenants and lesser roles do not see it', async () => {
  isProblem(await keyOf(home).send(`${ROOT}/${id}`), 404, 'not_found');
  isProblem(await (await as('agent', other)).send(`${ROOT}/${id}`), 403, 'forbidden');
  const manager = await as('manager', other);
  assert.equal((await manager.send(`${ROOT}/${id}`)).status, 200, 'a manager reads');
  isProblem(await manager.send(`${ROOT}/${id}`, { method: 'DELETE' }), 403, 'forbidden');
});

test('disconnected is gone', async () => {
  assert.equal((await owner.send(`${ROOT}/${id}`, { method: 'DELETE' })).status, 204);
  const shown = (await owner.get(ROOT)).items.find((i) => i.id === id);
  assert(!shown || shown.state !== 'active', 'not among the active ones');
  isProblem(await owner.send(`${ROOT}/${MISSING}`, { method: 'DELETE' }), 404, 'not_found');
  id = '';
});
