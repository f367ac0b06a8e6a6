/* Standard Webhooks: what the reference library and our own reference senders sign is taken, anything
 * else is not. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Webhook } from 'standardwebhooks';
import { as, home, keyOf, send, until, type Client } from './house.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'ringsight-senders-'));
const guides = new URL('../../templates/guides/', import.meta.url).pathname;
const secret = `whsec_${randomBytes(32).toString('base64')}`;
let owner: Client, id = '', url = '', path = '';
before(async () => {
  owner = await as('owner');
  const made = await owner.send('/api/v1/integrations', { method: 'POST', json: { provider: 'generic', name: 'Signed', settings: { secret } } });
  assert.equal(made.status, 201, made.text);
  ({ id, hook_url: url } = made.json);
  path = new URL(url).pathname;
});
after(async () => {
  rmSync(folder, { recursive: true });
  await owner.send(`/api/v1/integrations/${id}`, { method: 'DELETE' });
});

const body = (n: string): string => JSON.stringify({ call_id: n, direction: 'inbound', from: '+442079460101', to: '+442079460100', from_name: 'Zoë “Ann”', started_at: new Date().toISOString() });
const headers = (msg: string, at: Date, ...signatures: string[]) => ({
  'content-type': 'application/json', 'webhook-id': msg, 'webhook-timestamp': String(Math.floor(at.getTime() / 1000)), 'webhook-signature': signatures.join(' ') });
const post = async (text: string, h: object): Promise<number> => (await send(path, { method: 'POST', body: text, headers: { ...h } })).status;

test('what the reference library signs is taken, 300 seconds both ways and no more', async () => {
  const lib = new Webhook(secret), old = new Webhook(`whsec_${randomBytes(24).toString('base64')}`), now = Date.now();
  for (let n = 0; n < 25; n++) {
    const text = body(`lib-${n}`), at = new Date();
    assert.equal(await post(text, headers(`msg_${n}`, at, lib.sign(`msg_${n}`, at, text))), 200);
  }
  const text = body('lib-late');
  for (const [shift, status] of [[-295, 200], [295, 200], [-302, 401], [310, 401], [-86400, 401]] as const) {
    const at = new Date(now + shift * 1000);
    assert.equal(await post(text, headers('msg_t', at, lib.sign('msg_t', at, text))), status, `${shift} s`);
  }
  const at = new Date(), good = lib.sign('msg_m', at, text), other = old.sign('msg_m', at, text);
  assert.equal(await post(text, headers('msg_m', at, other, good)), 200, 'old and new secret overlap');
  assert.equal(await post(text, headers('msg_m', at, `v1a,${good.slice(3)}`, other)), 401);
  assert.equal(await post(text, headers('msg_m', at, other)), 401);
  assert.equal(await post(text, headers('msg_x', at, good)), 401, 'another id');
  assert.equal(await post(text.replace('Ann', 'Eve'), headers('msg_m', at, good)), 401, 'another body');
  assert.equal(await post(text, { 'content-type': 'application/json' }), 401, 'not signed');
});

for (const [what, command, file] of [['shell', 'sh', 'generic-send.sh'], ['Node', process.execPath, 'generic-send.mjs']] as const)
  test(`the ${what} sender of the guide sends a call that is taken`, async () => {
    const name = `guide-${what}-${Date.now()}`, at = join(folder, `${what}.json`);
    writeFileSync(at, `${body(name)}\n`);
    const env = { ...process.env, HOOK_URL: url, HOOK_SECRET: secret };
    const { stdout } = await run(command, [guides + file, at], { env, timeout: 120_000 });
    assert.equal(stdout.trim(), 'stored');
    await assert.rejects(run(command, [guides + file, at], { env: { ...env, HOOK_SECRET: `whsec_${randomBytes(32).toString('base64')}` }, timeout: 120_000 }), /401/);
    await until('its delivery is read', 30_000, async () =>
      (await owner.get('/api/v1/deliveries', { query: { integration: id, state: 'parsed', limit: 5 } })).items.find((d) => d.calls === 1));
    assert(keyOf(home));
  });

test('user and password instead of a signature, or both', async () => {
  const made = await owner.send('/api/v1/integrations', { method: 'POST', json: { provider: 'generic', name: 'Basic', settings: { hook_username: 'dialler', hook_password: 'p:w' } } });
  const hook = new URL(made.json.hook_url).pathname;
  const basic = (who: string) => ({ authorization: `Basic ${Buffer.from(who).toString('base64')}` });
  const ask = async (h: object) => (await send(hook, { method: 'POST', body: body('basic-1'), headers: { 'content-type': 'application/json', ...h } })).status;
  assert.deepEqual([await ask(basic('dialler:p:w')), await ask(basic('dialler:p')), await ask(basic('x:p:w')), await ask({})], [200, 401, 401, 401]);
  await owner.send(`/api/v1/integrations/${made.json.id}`, { method: 'DELETE' });
});
