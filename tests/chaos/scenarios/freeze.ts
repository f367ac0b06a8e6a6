/* A worker stands still for longer than its leases and goes on as if nothing had been; and jobs that
 * run for many leases are left alone. */
import { readFileSync } from 'node:fs';
import { addProbes, endedOf, list, running } from '../probes.ts';
import { counted, least, ordeal, zero, type Scenario } from '../scenario.ts';
import { sleep, until } from '../../api/house.ts';

const LONG = 11; // more than the slots of one worker, fewer than those of both

export const freeze: Scenario = {
  name: 'freeze', goal: 'Q4', title: 'a worker is stopped for longer than its leases, then continued; long jobs beside it',
  async run(world) {
    const { small } = world.sizes, rounds = world.scaled(5, 1), still = small ? 14_000 : 60_000, random = world.random('freeze');
    const long = await addProbes(world, LONG, small ? 25_000 : 60_000);
    const refused = (): number => world.workers.map((w) => (readFileSync(w.log, 'utf8').match(/job\.not_settled.*lost|job\.result_refused/g) ?? []).length).reduce((a, b) => a + b);
    const before = refused(), traffic = world.phones.traffic('freeze', rounds * 8, rounds * still, rounds * 8);
    const frozen = new Set<string>();
    const { counts, seconds } = await ordeal(world, 'freeze', traffic, async () => {
      for (let i = 0; i < rounds; i++) {
        await addProbes(world, 12, 1_500);
        const worker = await until('a worker is at work on something else', 60_000, async () => {
          const busy = [...new Set((await running(world, `not (id = ${list(long)})`)).map((r) => world.workerOf(r.worker)))].filter((w) => w !== undefined);
          return busy.length ? random.pick(busy) : null;
        });
        worker.signal('SIGSTOP');
        const held = (await running(world, 'true')).filter((job) => world.workerOf(job.worker) === worker).map((job) => job.id);
        for (const id of held) frozen.add(id);
        world.history.note('frozen', { who: worker.name, jobs: held });
        await sleep(still);
        worker.signal('SIGCONT');
        await sleep(2_000);
      }
    });
    const ended = await endedOf(world, `id = ${list(long)}`), undisturbed = ended.filter((j) => !frozen.has(j.id));
    return {
      checks: [...counted(counts), zero('long jobs taken from a live worker', undisturbed.filter((j) => j.deaths > 0 || j.attempt > 0).length),
        zero('long jobs not ended', long.length - ended.length), least('long jobs beside those', undisturbed.length, 1, '', false), least('jobs that stood still', frozen.size, 1, '', false)],
      notes: [`${rounds} times ${still / 1000} s, ${frozen.size} jobs stood still, ${refused() - before} results refused under an old token`,
        `${undisturbed.length} long jobs beside them ran ${small ? 25 : 60} s, each lease is 8 s`, `all final ${seconds.toFixed(1)} s after the last`],
    };
  },
};
