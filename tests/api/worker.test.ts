/* Several workers: each takes the kinds it was told, with and without Redis; none is needed. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ownWorker, ready } from './server.ts';
import { sql, worker } from './queue.ts';
import { home, until } from './house.ts';

/** A setting of the running worker. */
const setting = (name: string): string =>
  readFileSync(`/proc/${worker()!.pid}/environ`, 'utf8').split('\0').find((line) => line.startsWith(`${name}=`))!.slice(name.length + 1);

const add = async (kind: string): Promise<string> => {
  const ms = Date.now().toString(16).padStart(12, '0'); // version 7, for the history is parted by time
  const id = `${ms.slice(0, 8)}-${ms.slice(8)}-7${randomUUID().slice(15)}`;
  await sql(`insert into job (id, tenant_id, kind, max_attempts, args) values ('${id}', '${home.id}', '${kind}', 3, '{"ms": 0}')`);
  return id;
};
const ended = async (id: string): Promise<string | undefined> => (await sql(`select worker from job_history where id = '${id}'`))[0];

/** The demo's worker claims nothing until back(). It hears with a heartbeat; the one after that tells that it has heard. */
async function drained(): Promise<() => Promise<void>> {
  const [name, at] = (await sql(`update worker set drain_asked = true where name like '%:${worker()!.pid}' returning name, now()`))[0]!.split('|');
  await until('the worker has heard', 15_000, async () => (await sql(`select 1 from worker where name = '${name}' and seen_at > timestamptz '${at}' + interval '1500 milliseconds'`)).length > 0);
  return async () => { await sql(`update worker set drain_asked = false where name = '${name}'`); };
}

for (const redis of [false, true]) {
  test(`a worker ${redis ? 'with' : 'without'} Redis takes the kinds it was told and leaves the rest`, { timeout: 240_000 }, async () => {
    const back = await drained();
    const own = await ownWorker('platform.*', { RINGSIGHT_JOBS_DATABASE_URL: setting('RINGSIGHT_JOBS_DATABASE_URL'), ...(redis ? { RINGSIGHT_REDIS_URL: setting('RINGSIGHT_REDIS_URL') } : {}) });
    try {
      await until('it works', 30_000, async () => (await ready(own.port)) === 200);
      const other = await add('uploads.clean');
      const probe = await add('platform.probe');
      const by = await until('the probe is done', 30_000, () => ended(probe));
      assert.match(by!, new RegExp(`:${own.process.pid}$`));
      assert.deepEqual(await sql(`select state from job where id = '${other}'`), ['queued']);
      await back();
      await until('the rest is done by the other', 30_000, async () => (await ended(other))?.endsWith(`:${worker()!.pid}`));
    } finally {
      await back();
      await own.remove();
    }
  });
}

test('a worker that is told of no kind there is says so and ends', { timeout: 60_000 }, async () => {
  const own = await ownWorker('transcript.run', { RINGSIGHT_JOBS_DATABASE_URL: setting('RINGSIGHT_JOBS_DATABASE_URL') });
  try {
    assert.equal(await own.ended, 1);
    assert.match(own.log(), /worker_kinds is "transcript\.run": no kind of job is called so/);
  } finally {
    await own.remove();
  }
});
