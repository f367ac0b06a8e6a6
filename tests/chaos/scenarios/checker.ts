/* Can the checker fail? Each kind of fault is made by hand, counted, and undone. */
import { check } from '../checker.ts';
import { ordeal, type Check, type Scenario } from '../scenario.ts';

export const checker: Scenario = {
  name: 'checker', goal: 'Q1', title: 'the checker itself: faults made by hand are counted',
  async run(world) {
    const traffic = world.phones.traffic('checker', 40, 1_000, 2);
    const { counts, expected } = await ordeal(world, 'checker', traffic, async () => undefined);
    const plain = expected.find((e) => !e.recording && e.events === 1)!, recorded = expected.find((e) => e.recording)!;
    const call = `select id from call where from_number = '${plain.number}'`;
    const copy = (table: string, where: string, set: string): string =>
      `create temp table t on commit drop as select * from ${table} where ${where}; update t set ${set}; insert into ${table} select * from t`;
    const tries: [keyof Omit<typeof counts, 'seen'>, string, string][] = [
      ['lost', 'a call that is gone', `delete from call where id = (${call})`],
      ['lost', 'an event that is gone', `delete from call_event where ctid = (select v.ctid from call_event v join call c using (tenant_id, integration_id, call_key) where c.id = (${call}) limit 1)`],
      ['lost', 'a score that is gone', `delete from score where call_id = (select id from call where from_number = '${recorded.number}')`],
      ['doubled', 'a call that is there twice', copy('call', `id = (${call})`, `id = gen_random_uuid(), call_key = call_key || '-again'`)],
      ['doubled', 'a score that is there twice', copy('score', `call_id = (select id from call where from_number = '${recorded.number}')`, 'id = gen_random_uuid()')],
      ['stuck', 'a job that nobody ends', `insert into job (id, tenant_id, kind, state, max_attempts, args) select gen_random_uuid(), tenant_id, 'scores.run', 'running', 4, '{}' from call where id = (${call})`],
      ['stuck', 'a delivery that nobody reads', `delete from delivery where id = (select id from delivery limit 1)`],
      ['drift', 'a job that vanished', `insert into job (id, tenant_id, kind, max_attempts, args) select gen_random_uuid(), tenant_id, 'scores.run', 4, '{}' from call where id = (${call});
        delete from job where kind = 'scores.run'`],
      ['drift', 'a job whose end vanished', `delete from job_history where id = (select id from job_history where kind = 'inbox.fold' limit 1)`],
    ];
    const checks: Check[] = [{ what: 'before: nothing is counted', value: counts.seen.join('; ') || '0', goal: '0', ok: counts.seen.length === 0 }];
    for (const [sort, what, sabotage] of tries) {
      const seen = await check(world.db, expected, sabotage);
      checks.push({ what: `${what} is counted as ${sort}`, value: String(seen[sort]), goal: '>= 1', ok: seen[sort] >= 1 });
    }
    return { checks, notes: [] };
  },
};
