/* A tenant that has left is erased: every row, object, key and hint, though the command is killed amid its work; the
 * others keep theirs, and whoever belongs to another tenant too stays. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { as, Client, demo, home, login, send, signIn, until, type Tenant } from './house.ts';
import { sql } from './queue.ts';
import { objectsFolder, ownCommand } from './server.ts';
import { store } from './store.ts';
import { noise, upload } from './upload.ts';

const run = dirname(objectsFolder);
const settings = { RINGSIGHT_OBJECTS: objectsFolder, RINGSIGHT_REDIS_URL: demo.redis_url };
/** Waits for its end, as the server's user; a password on standard input. */
function admin(args: string[], input: string) {
  const { uid, gid } = statSync(join(run, 'keys'));
  const made = spawnSync(`${process.env.RINGSIGHT_BUILD}/ringsight`, ['admin', ...args, '--password-stdin'], { encoding: 'utf8', cwd: '/', input: `${input}\n`,
    ...(process.getuid?.() === 0 ? { uid, gid } : {}),
    env: { PATH: process.env.PATH, RINGSIGHT_CONFIG: '/dev/null', RINGSIGHT_OWNER_DATABASE_URL: demo.owner_database_url, RINGSIGHT_DATABASE_URL: demo.database_url,
      RINGSIGHT_TEMPLATES_DIR: fileURLToPath(new URL('../../templates', import.meta.url)), RINGSIGHT_KEYS: join(run, 'keys'), ...settings } });
  assert.equal(made.status, 0, made.stderr);
  return JSON.parse(made.stdout) as Record<string, string>;
}
const erase = (slug: string, confirm = slug) => ownCommand(['admin', 'erase-tenant', '--tenant', slug, '--confirm', confirm], settings);
const dump = () => execFileSync('pg_dump', ['--data-only', '--no-comments', demo.owner_database_url], { maxBuffer: 1 << 30 }).toString('latin1');
const rows = (id: string) => sql(`select key || ' ' || value from jsonb_each_text(ground.tenant_rows('${id}'))`);

test('a tenant is erased though the command is killed; nothing of it is left, all of the others', { timeout: 600_000 }, async () => {
  const canary = `zq${randomBytes(6).toString('hex')}`, slug = `gone-${canary}`, password = `a long word ${canary}`, email = `owner@${canary}.example`;
  const tenant = { ...admin(['tenant', '--slug', slug, '--name', `Company ${canary}`, '--zone', 'UTC', '--owner-email', email, '--owner-name', `Owner ${canary}`], password), slug, users: [] } as never as Tenant & { tenant_id: string };
  const id = tenant.tenant_id, both = login('manager', home);
  admin(['user', '--tenant', slug, '--email', both.email, '--name', 'Unused', '--role', 'manager'], 'unused word of a person');
  const owner: Client = await signIn({ email, password, role: 'owner' });
  const calls = [await upload(owner, noise(), { analyse: 'no', filename: `${canary}.wav` }), await upload(owner, noise(), { analyse: 'no' })];
  for (const call of calls) await until('the recording is there', 120_000, async () => (await owner.get('/api/v1/calls/{call}', { params: { call } })).recordings[0]?.state === 'ready');
  await owner.post('/api/v1/contacts', { name: `Name ${canary}`, numbers: ['+4930123499'] } as never);
  const made = await owner.post('/api/v1/integrations', { provider: 'generic', name: `Hook ${canary}`, settings: {} } as never) as { id: string; hook_url: string };
  const hook = new URL(made.hook_url).pathname;
  assert.equal((await send(hook, { method: 'POST', json: { call_id: canary, direction: 'inbound', from: '+4930123499', to: '+4930123498', started_at: new Date().toISOString() } })).status, 200);
  await until('the hook is read', 60_000, async () => (await sql(`select count(*) from delivery where tenant_id = '${id}'`))[0] !== '0');
  // enough to be killed amid
  await sql(`insert into call (tenant_id, id, integration_id, call_key, started_at, direction, state)
    select tenant_id, gen_random_uuid(), integration_id, 'many-' || n, started_at, direction, 'no_recording' from call, generate_series(1, 6000) n where id = '${calls[0]}'`);
  const objects = await sql(`select object_key from recording where tenant_id = '${id}' and object_key is not null`);
  const others = await sql(`select id from call where tenant_id <> '${id}' order by id`), key = join(run, 'keys/tenants', `${id}.key`);
  assert(objects.length >= 2 && existsSync(key) && dump().includes(canary));

  const wrong = await erase(slug, home.slug).ended;
  assert.deepEqual([wrong.code, /--confirm/.test(wrong.err), (await owner.send('/api/v1/session')).status], [1, true, 200], 'not confirmed: nothing happens');
  const hold = (await owner.post('/api/v1/legal-holds', { kind: 'tenant', reason: 'Az. 4 O 4/26' } as never) as { id: string }).id;
  const held = await erase(slug).ended;
  assert.deepEqual([held.code, /1 legal hold is in force/.test(held.err), (await owner.send('/api/v1/session')).status], [1, true, 200]);
  assert.equal((await owner.send(`/api/v1/legal-holds/${hold}`, { method: 'DELETE' })).status, 204);
  const before = Number((await sql(`select count(*) from call where tenant_id = '${id}'`))[0]), first = erase(slug);
  await until('some of it is gone', 120_000, async () => Number((await sql(`select count(*) from call where tenant_id = '${id}'`))[0]) < before - 400);
  first.child.kill('SIGKILL');
  await first.ended;
  assert((await rows(id)).length > 0, 'it was killed amid its work');
  assert(!existsSync(key), 'what is sealed could not be read any more from the beginning');
  await until('nobody is in', 30_000, async () => (await owner.send('/api/v1/session')).status === 401);
  assert.equal((await send('/api/v1/session', { method: 'POST', json: { email, password } })).json.tenant ?? null, null, 'who signs in is nowhere');

  const second = await erase(slug).ended;
  assert.equal(second.code, 0, second.err);
  const certificate = JSON.parse(second.out);
  assert.deepEqual([certificate.tenant_id, certificate.slug, certificate.key_destroyed, certificate.accounts, certificate.rows.call > 0], [id, slug, true, 1, true]);
  assert.equal((await send('/api/v1/session', { method: 'POST', json: { email, password } })).status, 401);
  assert.deepEqual(await rows(id), []);
  for (const object of objects) assert.equal(await store.get(object), undefined);
  if (existsSync(join(objectsFolder, 'objects', id))) assert.deepEqual(readdirSync(join(objectsFolder, 'objects', id), { recursive: true, withFileTypes: true }).filter((f) => f.isFile()), []);
  const left = dump().split('\n').filter((l) => (l.includes(canary) || l.includes(id)) && !l.includes('ringsight admin') && !l.startsWith(`${id}\t${slug}\t{`)) // the log and the certificate;
  assert.deepEqual(left.map((l) => l.slice(0, 200)), []);
  const kept = new Set(await sql(`select id from call where tenant_id <> '${id}'`)); // new ones may have come
  assert.deepEqual(others.filter((call) => !kept.has(call)), []);
  assert.equal((await (await as('manager', home)).send('/api/v1/session')).status, 200, 'who belongs to another tenant stays');
  await until('its hook is no hook', 30_000, async () => (await send(hook, { method: 'POST', json: {} })).status === 404);
  const again = await erase(slug).ended;
  assert.deepEqual([again.code, /no tenant/.test(again.err)], [1, true]);
  const [told] = (await (await as('super')).send('/api/v1/platform/audit?act=erase-tenant&limit=5')).json.items;
  assert.deepEqual([told.act, told.given.tenant], ['ringsight admin erase-tenant', slug]);
});
