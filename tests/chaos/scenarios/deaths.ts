/* Workers are killed amid their jobs, one after the other: who takes over, and when. */
import { check } from '../checker.ts';
import { addProbes, endedOf, list, running, PROBE } from '../probes.ts';
import { counted, least, most, percentile, zero, type Scenario } from '../scenario.ts';
import { sleep, until } from '../../api/house.ts';

const LENGTH_MS = 1_500;
const WAITING = 12; // short, so that what is measured is not a wait for a slot

export const deaths: Scenario = {
  name: 'deaths', goal: 'Q3', title: 'a worker is killed amid its jobs, over and over',
  async run(world) {
    const kills = world.scaled(200, 4), random = world.random('deaths'), lost = new Map<string, number>();
    let added = 0;
    for (let i = 0; i < kills; i++) {
      const worker = world.workers[random.int(0, 1)]!;
      // A job that was killed once is spared, for three deaths bury it.
      const victims = await until('a worker amid its jobs', 60_000, async () => {
        const waiting = await world.db.count(`select count(*) from job where kind = '${PROBE}' and state = 'queued'`);
        if (waiting < WAITING / 2) added += (await addProbes(world, WAITING, LENGTH_MS, i % 2)).length;
        const mine = (await running(world)).filter((r) => world.workerOf(r.worker) === worker);
        return mine.length && mine.every((r) => !r.deaths) && mine.some((r) => r.ms > 100) ? mine : null;
      });
      const at = Date.now();
      await worker.kill();
      for (const v of victims) lost.set(v.id, at);
      await sleep(random.int(0, 1_000));
      worker.start();
      world.history.note('killed amid', { who: worker.name, jobs: victims.map((v) => v.id) });
    }
    const { seconds } = await world.quiet(world.history.now);
    const again = (await endedOf(world, `id = ${list([...lost.keys()])}`)).filter((j) => j.started > lost.get(j.id)!);
    const waits = again.map((j) => (j.started - lost.get(j.id)!) / 1000);
    return {
      checks: [...counted(await check(world.db, [], '', world.deliberate)), most('until the next attempt starts, longest', Math.max(...waits), 15, ' s'),
        zero('attempts used up by deaths', again.filter((j) => j.attempt !== 0).length),
        zero('deaths not counted', again.filter((j) => j.deaths !== 1).length),
        least('jobs killed amid their work', again.length, kills, '', false), most('until all is final', seconds, 60, ' s')],
      notes: [`${kills} kills, ${again.length} jobs of ${added} killed amid their work`, `next attempt after ${percentile(waits, 50).toFixed(1)} s (median), ${percentile(waits, 95).toFixed(1)} s (p95)`],
    };
  },
};
