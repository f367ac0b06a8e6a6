/* Jobs of a known length, as an operator adds them: platform.probe only waits. For what must be timed
 * or caught amid its work. */
import { as } from '../api/house.ts';
import { text } from './database.ts';
import type { World } from './world.ts';

export const PROBE = 'platform.probe';

let adding: Promise<unknown> = Promise.resolve();
const known = new Set<string>();

/** So many of them of one length; their ids. One caller after the other, so that it is known whose they are. */
export function addProbes(world: World, count: number, ms: number, tenant = 0): Promise<string[]> {
  const mine = adding.then(async () => {
    const [before] = await world.db.rows(`select clock_timestamp() - interval '1 second'`), operator = await as('super');
    const answer = await operator.send('/api/v1/platform/queues/probe', { method: 'POST', json: { tenant: world.tenants[tenant]!.id, ms, count } });
    if (answer.status >= 300) throw new Error(`probes were refused: ${answer.text}`);
    const rows = await world.db.rows(`select id from job where kind = '${PROBE}' and created_at > '${before}'
      union select id from job_history where kind = '${PROBE}' and created_at > '${before}'`);
    const ids = rows.filter((id) => !known.has(id));
    for (const id of ids) known.add(id);
    if (ids.length !== count) throw new Error(`${count} probes were added and ${ids.length} are there`);
    world.history.note('probes', { count, ms, tenant, first: ids[0] });
    return ids;
  });
  adding = mine.catch(() => undefined);
  return mine;
}

export const list = (ids: string[]): string => `any('{${ids.join()}}'::uuid[])`;

export interface Ended { id: string; outcome: string; attempt: number; deaths: number; created: number; started: number; finished: number; worker: string }

/** Those of them that have ended, times in milliseconds since 1970. */
export async function endedOf(world: World, where: string): Promise<Ended[]> {
  const ms = (column: string): string => `round(extract(epoch from ${column}) * 1000)`;
  const rows = await world.db.rows(`select id, outcome, attempt, deaths, ${ms('created_at')}, ${ms('started_at')}, ${ms('finished_at')}, coalesce(worker, '')
    from job_history where ${where} order by finished_at`);
  return rows.map((row) => {
    const [id, outcome, attempt, deaths, created, started, finished, worker] = row.split('|') as string[];
    return { id: id!, outcome: outcome!, attempt: Number(attempt), deaths: Number(deaths), created: Number(created), started: Number(started), finished: Number(finished), worker: worker! };
  });
}

export interface Running { id: string; worker: string; deaths: number; ms: number; kind: string }

/** What runs now, and for how long. */
export async function running(world: World, where = `kind = ${text(PROBE)}`): Promise<Running[]> {
  const rows = await world.db.rows(`select id, coalesce(worker, ''), deaths, round(extract(epoch from clock_timestamp() - started_at) * 1000), kind
    from job where state = 'running' and worker is not null and ${where}`);
  return rows.map((row) => {
    const [id, worker, deaths, ms, kind] = row.split('|') as string[];
    return { id: id!, worker: worker!, deaths: Number(deaths), ms: Number(ms), kind: kind! };
  });
}
