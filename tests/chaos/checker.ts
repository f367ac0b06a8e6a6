/* Compares what clients were promised (the history: a 2xx) with what the database holds. It knows
 * nothing of how the server works, only which rows there must be and how often. */
import { text, type Database } from './database.ts';
import type { Line } from './history.ts';
import type { Expected } from './phones.ts';

export interface Counts { lost: number; doubled: number; stuck: number; drift: number; seen: string[] }

const FINAL = `'scored', 'not_scorable', 'held'`;

/** What the history of a run promises: calls of which every event was acknowledged, the rest partly. */
export function promised(lines: Line[], run: string, calls: Map<string, Expected>, eventsOf: Map<number, string>): Expected[] {
  const acked = new Map<string, Set<string>>();
  for (const l of lines) {
    if (l.what !== 'attempt' || l.run !== run || Number(l.status) < 200 || Number(l.status) > 299) continue;
    const number = String(l.number);
    if (!acked.has(number)) acked.set(number, new Set());
    acked.get(number)!.add(eventsOf.get(Number(l.event))!);
  }
  return [...acked].map(([number, bodies]) => ({ ...calls.get(number)!, events: bodies.size }));
}

const findings = `
  found as (select e.*, c.tenant_id, c.id, c.state, c.ended_at, c.has_recording
    from expected e left join call c on c.from_number = e.number),
  faults (sort, what, n) as (
    select 'lost', 'no call of ' || number, 1 from found where id is null
    union all select 'lost', 'events missing of ' || number, events - has from (
      select f.number, f.events, (select count(*) from call_event v join call c on c.tenant_id = v.tenant_id
        and c.integration_id = v.integration_id and c.call_key = v.call_key where c.id = f.id) as has from found f where f.id is not null) x where has < events
    union all select 'lost', 'an event is not in the call of ' || number, 1 from found where id is not null and ended and ended_at is null
    union all select 'lost', 'no result of ' || number || ': ' || state, 1 from found where recording and id is not null
      and (state in ('no_recording', 'failed') or state in (${FINAL}) and not exists (select from score s where s.call_id = found.id))
    union all select 'lost', 'a dead job of ' || kind || ': ' || coalesce(error, ''), 1 from job where state = 'dead' and tenant_id is not null and not (id = any($deliberate))
    union all select 'doubled', 'calls of ' || number, count(*) - 1 from found group by number having count(*) > 1
    union all select 'doubled', 'rows of ' || number || ' in ' || t, n - 1 from (
      select f.number, x.t, x.n from found f cross join lateral (values
        ('recording', (select count(*) from recording r where r.call_id = f.id)),
        ('transcript', (select count(*) from transcript r where r.call_id = f.id)),
        ('analysis', (select count(*) from analysis r where r.call_id = f.id)),
        ('score', (select count(*) from score r where r.call_id = f.id))) x (t, n) where f.id is not null) y where n > 1
    union all select 'doubled', 'events of ' || number, has - events from (
      select f.number, f.events, (select count(*) from call_event v join call c on c.tenant_id = v.tenant_id
        and c.integration_id = v.integration_id and c.call_key = v.call_key where c.id = f.id) as has from found f where f.id is not null) x where has > events
    union all select 'doubled', 'ended and there: job ' || id, 1 from job j where exists (select from job_history h where h.id = j.id)
    union all select 'stuck', 'job ' || state || ' ' || kind || coalesce(': ' || error, ''), 1 from job where state in ('blocked', 'queued', 'running') and tenant_id is not null
    union all select 'stuck', 'delivery unread', 1 from inbox x where not exists (select from delivery d where d.tenant_id = x.tenant_id and d.id = x.id)
    union all select 'stuck', 'call ' || state || ' ' || number, 1 from found where recording and id is not null and state not in (${FINAL}, 'no_recording', 'failed')
    union all select 'stuck', 'recording ' || state, 1 from recording where state in ('waiting', 'fetched')
    union all select 'drift', tenant || ' ' || difference, abs(difference) from drift)`;

/** The ledger, by tenant, in one snapshot: the identity that the product keeps, and one that it knows
 * nothing of: each delivery has the one job that reads it, living or ended. */
export const drift = `drift (tenant, difference) as (
    select x.tenant_id::text, x.n - coalesce(j.n, 0) - coalesce(h.n, 0)
      from (select tenant_id, count(*) as n from inbox group by 1) x
      left join (select tenant_id, count(*) as n from job where kind = 'inbox.fold' group by 1) j using (tenant_id)
      left join (select tenant_id, count(*) as n from job_history where kind = 'inbox.fold' group by 1) h using (tenant_id)
     where x.n <> coalesce(j.n, 0) + coalesce(h.n, 0)
    union all select coalesce(tenant_id::text, 'the service'), drift from job_balance where drift <> 0)`;

/** Counts the faults. `sabotage` is done first and undone after: for trying the checker itself. */
export async function check(db: Database, expected: Expected[], sabotage = '', deliberate: string[] = []): Promise<Counts> {
  const values = expected.map((e) => `(${text(e.number)}, ${e.events}, ${e.recording}, ${e.ended})`);
  const rows = await db.rows(`begin;
    create temp table expected (number text, events int, recording boolean, ended boolean) on commit drop;
    ${values.length ? `insert into expected values ${values.join(',')};` : ''}
    analyze expected;
    ${sabotage}${sabotage ? ';' : ''}
    with ${drift}, ${findings.replace('$deliberate', `'{${deliberate.join()}}'::uuid[]`)} select sort, n, what from faults order by sort, what;
    rollback`);
  const counts: Counts = { lost: 0, doubled: 0, stuck: 0, drift: 0, seen: [] };
  for (const row of rows) {
    const [sort, n, what] = row.split('|') as ['lost' | 'doubled' | 'stuck' | 'drift', string, string];
    counts[sort] += Number(n);
    counts.seen.push(`${sort}: ${what}`);
  }
  return counts;
}
