/* Who holds the reins is obeyed at once: cancel, pause by tenant, kind and all, priority, progress. */
import { as, keyOf, sleep, until } from '../../api/house.ts';
import { check } from '../checker.ts';
import { sendAll } from '../client.ts';
import { addProbes, endedOf, list, running, PROBE } from '../probes.ts';
import { counted, most, zero, type Check, type Scenario } from '../scenario.ts';
import type { World } from '../world.ts';

interface Answer { status: number; text: string; json: { id: string; progress: number } }

async function ask(world: World, who: 'tenant' | 'operator', method: string, path: string, json?: object): Promise<Answer> {
  const client = who === 'tenant' ? keyOf(world.tenants[0]!) : await as('super');
  const answer = await client.send(`/api/v1${path}`, { method, json });
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  return answer as unknown as Answer;
}

/** How far the shown progress of one long job is behind, at most, in seconds. */
async function progress(world: World): Promise<number> {
  const ms = 6_000, [id] = await addProbes(world, 1, ms);
  const job = await until('the job runs', 10_000, async () => (await running(world, `id = '${id}'`))[0]);
  const began = Date.now() - job.ms;
  let behind = 0;
  while (Date.now() < began + ms - 500) {
    const { json } = await ask(world, 'tenant', 'GET', `/jobs/${id}`);
    behind = Math.max(behind, (Date.now() - began - (json.progress * ms) / 100) / 1000);
    await sleep(100);
  }
  return behind;
}

/** From asking to the end, the longest of several: jobs that run, and jobs that wait. */
async function cancel(world: World): Promise<{ seconds: number; missed: number }> {
  const ids = await addProbes(world, 24, 20_000), asked = new Map<string, number>();
  await until('the slots are full', 20_000, async () => (await running(world)).length >= 16);
  for (const id of ids) {
    asked.set(id, Date.now());
    await ask(world, 'tenant', 'POST', `/jobs/${id}/cancel`);
  }
  await until('they have ended', 30_000, async () => (await endedOf(world, `id = ${list(ids)}`)).length === ids.length).catch(() => undefined);
  const ended = await endedOf(world, `id = ${list(ids)}`);
  return { seconds: Math.max(...ended.map((j) => (j.finished - asked.get(j.id)!) / 1000)),
    missed: ids.length - ended.filter((j) => j.outcome === 'cancelled').length };
}

const starts = (world: World, tenant: string | null, from: number, to: number): Promise<number> => world.db.count(`
  select count(*) from (select tenant_id, kind, started_at from job union all select tenant_id, kind, started_at from job_history) j
   where kind = '${PROBE}' and started_at between to_timestamp(${from / 1000}) and to_timestamp(${to / 1000}) ${tenant ? `and tenant_id = '${tenant}'` : ''}`);

/** Pauses amid a backlog of both tenants. */
async function pause(world: World, name: string, who: 'tenant' | 'operator', body: object, stops: string | null): Promise<Check[]> {
  for (const tenant of [0, 1]) await addProbes(world, 300, 200, tenant);
  await until('work is under way', 10_000, async () => (await running(world)).length >= 8);
  const path = who === 'tenant' ? '/jobs/pauses' : '/platform/pauses';
  const { json } = await ask(world, who, 'POST', path, body), paused = Date.now();
  await sleep(3_000);
  const late = await starts(world, stops, paused + 1_000, Date.now());
  const others = await starts(world, world.tenants[1]!.id, paused + 1_000, Date.now());
  await ask(world, who, 'DELETE', `${path}/${json.id}`);
  const resumed = Date.now();
  await until('it goes on', 10_000, async () => await starts(world, stops, resumed, Date.now()) > 0).catch(() => undefined);
  const went = (Date.now() - resumed) / 1000;
  await world.quiet(world.history.now);
  return [zero(`paused ${name}: begun later than a second after`, late), most(`paused ${name}: goes on after`, went, 2, ' s'), ...stops ? [{ what: `paused ${name}: the others go on`, value: others > 0 ? 'yes' : 'no', goal: 'yes', ok: others > 0 }] : []];
}

/** The longest wait of live jobs behind a backlog of ordinary ones. */
async function priority(world: World): Promise<number> {
  const backlog = await addProbes(world, 150, 500), began = Date.now();
  await sendAll(world, 'priority', world.phones.traffic('priority', 20, 2_000, 0).events, world.history.now + 30_000);
  await world.quiet(world.history.now);
  const live = await endedOf(world, `kind = 'inbox.fold' and created_at >= to_timestamp(${began / 1000})`);
  const last = Math.max(...(await endedOf(world, `id = ${list(backlog)}`)).map((j) => j.started));
  if (live.some((j) => j.created > last)) throw new Error('the backlog was too short for this');
  return Math.max(...live.map((j) => (j.started - j.created) / 1000));
}

export const reins: Scenario = {
  name: 'reins', goal: 'Q10', title: 'cancel, pause, priority and progress',
  async run(world) {
    const behind = await progress(world), cancelled = await cancel(world);
    const checks = [most('progress shown is behind by at most', behind, 1, ' s'), most('from asking to cancelled, longest', cancelled.seconds, 2, ' s'), zero('not cancelled', cancelled.missed),
      ...await pause(world, 'tenant', 'tenant', {}, world.tenants[0]!.id), ...await pause(world, 'kind', 'operator', { kind: PROBE }, null),
      ...await pause(world, 'all', 'operator', {}, null), most('live jobs wait behind a backlog, longest', await priority(world), 2, ' s'),
      ...counted(await check(world.db, [], '', world.deliberate))];
    return { checks, notes: ['24 jobs cancelled, 16 of them running; 600 jobs waiting at each pause; 150 jobs of half a second before 20 hooks'] };
  },
};
