/* One key, many at once, over both servers: one job. The key is free again when the job has ended. */
import { Agent } from 'node:http';
import { keyOf, send } from '../../api/house.ts';
import { check } from '../checker.ts';
import { counted, ordeal, zero, type Check, type Scenario } from '../scenario.ts';

export const unique: Scenario = {
  name: 'unique', goal: 'Q7', title: 'the same job asked for many times at once',
  async run(world) {
    const keys = world.scaled(100, 4), racers = world.sizes.small ? 25 : 100, storm = world.sizes.small ? 200 : 1_000;
    const { counts } = await ordeal(world, 'unique', world.phones.traffic('unique', keys, 1_000, keys), async () => undefined);
    const rows = await world.db.rows(`select c.id, c.tenant_id, r.id from call c join recording r on r.call_id = c.id and r.tenant_id = c.tenant_id and r.state = 'ready' where c.from_number in (${
      [...new Set(world.history.lines.filter((l) => l.run === 'unique').map((l) => `'${l.number}'`))].join()})`);
    const calls = rows.map((row) => { const [id, tenant, recording] = row.split('|') as string[]; return { id: id!, tenant: tenant!, recording: recording! }; });
    const agents = world.ports.map(() => new Agent({ keepAlive: true, maxSockets: 32 }));
    const ask = async (call: (typeof calls)[number], server: number): Promise<number> => (await send(`/api/v1/calls/${call.id}/transcript`, { method: 'POST',
      headers: { ...keyOf(world.tenants.find((t) => t.id === call.tenant)!).headers, connection: 'keep-alive' }, port: world.ports[server]!, agent: agents[server]! })).status;
    const jobs = (): Promise<string[]> => world.db.rows(`select args->>'recording', count(*) from job where kind = 'transcripts.run' and state <> 'dead' group by 1`);
    const checks: Check[] = [...counted(counts)];
    const race = async (what: string, list: typeof calls): Promise<void> => {
      const answers = await Promise.all(list.map((call, i) => ask(call, i % 2)));
      const found = await jobs(), wanted = new Set(list.map((c) => c.recording)).size;
      checks.push(zero(`${what}: refused`, answers.filter((s) => s >= 300).length),
        { what: `${what}: jobs`, value: `${found.reduce((n, row) => n + Number(row.split('|')[1]), 0)} of ${found.length} keys`, goal: `${wanted} of ${wanted} keys`,
          ok: found.length === wanted && found.every((row) => row.endsWith('|1')) });
    };
    const pause = async (): Promise<void> => { await Promise.all(world.workers.map((w) => w.kill('SIGTERM'))); };
    const end = async (): Promise<void> => { await world.up(); await world.quiet(world.history.now); };
    const first = calls[0]!;
    await pause();
    await race(`one key, ${storm} racers`, Array.from({ length: storm }, () => first));
    await end();
    checks.push({ what: 'when it has ended, jobs', value: String((await jobs()).length), goal: '0', ok: (await jobs()).length === 0 });
    await pause();
    await race(`${calls.length} keys, ${racers} racers each`, Array.from({ length: calls.length * racers }, (_, i) => calls[i % calls.length]!));
    // Every key is free again when its job dies.
    const [dead] = await world.db.rows(`update job set state = 'dead', error = 'ended by hand' where kind = 'transcripts.run' and args->>'call' = '${first.id}' returning id`);
    world.deliberate.push(dead!.split('|')[0]!);
    await race('one key after a death', calls.flatMap((c) => [c, c]));
    await end();
    for (const agent of agents) agent.destroy();
    return { checks: [...checks, ...counted(await check(world.db, [], '', world.deliberate))], notes: [`${calls.length} recordings, asked to be transcribed again over two servers`] };
  },
};
