/* The master key is changed while everything runs: nothing stops, nothing that was sealed is lost. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { as, demo, other, send, until } from './house.ts';
import { objectsFolder, ownCommand } from './server.ts';
import { noise, sha256, upload } from './upload.ts';

const keys = join(dirname(objectsFolder), 'keys');

test('rotate-master: recordings and secrets of before open, new ones are made, the old key is gone', { timeout: 240_000 }, async () => {
  const owner = await as('owner', other);
  const add = async (): Promise<{ call: string; recording: string; bytes: string }> => {
    const file = noise(), call = await upload(owner, file, { analyse: 'no' });
    const ready = await until('the recording is there', 120_000, async () =>
      (await owner.get('/api/v1/calls/{call}', { params: { call } })).recordings.find((r) => r.state === 'ready'));
    return { call, recording: ready.id, bytes: sha256(file) };
  };
  const listen = async (r: { call: string; recording: string }) => owner.send(`/api/v1/calls/${r.call}/recordings/${r.recording}?original=true`);
  const before = await add(), old = readFileSync(join(keys, 'master.key'));
  const made = await owner.post('/api/v1/integrations', { provider: 'generic', name: 'Sealed', settings: { secret: `whsec_${Buffer.alloc(24, 7).toString('base64')}` } } as never) as { id: string; hook_url: string };
  const unsigned = () => send(new URL(made.hook_url).pathname, { method: 'POST', json: { call_id: 'x' } });
  assert.equal((await unsigned()).status, 401, 'its secret is in use');
  let refused = 0, asked = 0, over = false;
  const asking = (async () => { while (!over) { asked++; refused += Number((await listen(before)).status !== 200); } })();
  const rotated = await ownCommand(['admin', 'rotate-master'], { RINGSIGHT_OBJECTS: objectsFolder, RINGSIGHT_REDIS_URL: demo.redis_url }).ended;
  assert.equal(rotated.code, 0, rotated.err);
  const after = await add();
  over = true;
  await asking;
  assert(asked > 0 && JSON.parse(rotated.out).wrapped >= demo.tenants.length);
  assert.equal(refused, 0, `${asked} were asked for meanwhile`);
  for (const r of [before, after]) assert.equal((await listen(r)).status, 200);
  assert.equal((await unsigned()).status, 401);
  assert(!readFileSync(join(keys, 'master.key')).equals(old) && !existsSync(join(keys, 'master.previous')));
  await owner.send(`/api/v1/integrations/${made.id}`, { method: 'DELETE' });
});
