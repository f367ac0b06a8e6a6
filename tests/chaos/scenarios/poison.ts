/* A job whose worker is killed every time it runs: it ends among the dead, the others hardly notice. */
import { check } from '../checker.ts';
import { addProbes, endedOf, list, running } from '../probes.ts';
import { counted, most, percentile, zero, type Scenario } from '../scenario.ts';
import { sleep } from '../../api/house.ts';

const EVERY_MS = 50;

export const poison: Scenario = {
  name: 'poison', goal: 'Q6', title: 'a job that takes its worker with it',
  async run(world) {
    const calm = world.scaled(60, 10) * 1000, others: string[] = [];
    /** Short jobs at a steady pace until `done`; how long each took from being added to being done. */
    const beside = async (done: () => boolean): Promise<number[]> => {
      const mine: string[] = [];
      for (let next = Date.now(); !done(); next += EVERY_MS) {
        if (next > Date.now()) await sleep(next - Date.now());
        mine.push(...await addProbes(world, 1, 10));
      }
      await world.quiet(world.history.now);
      others.push(...mine);
      return (await endedOf(world, `id = ${list(mine)}`)).map((j) => j.finished - j.created);
    };
    const end = Date.now() + calm, before = await beside(() => Date.now() > end);
    const [bad] = await addProbes(world, 1, 30_000, 1);
    let first = 0, kills = 0, dead = false, seconds = 0, reason = '', told = 0;
    const hunt = (async () => {
      for (const began = Date.now(); !dead && Date.now() < began + 120_000; await sleep(100)) {
        const [job] = await running(world, `id = '${bad}'`), worker = job && world.workerOf(job.worker);
        if (worker) {
          first ||= Date.now();
          kills++;
          await worker.kill();
          worker.start();
        }
        const [state, error, deaths] = await world.db.row(`select state, error, deaths from job where id = '${bad}'`);
        dead = state === 'dead';
        seconds = (Date.now() - (first || Date.now())) / 1000;
        reason = error ?? '';
        told = Number(deaths);
      }
    })();
    const [amid] = await Promise.all([beside(() => dead || seconds > 110), hunt]);
    world.deliberate.push(bad!);
    const counts = await check(world.db, [], '', world.deliberate);
    return {
      checks: [{ what: 'it is dead', value: dead ? `after ${kills} kills: ${reason}` : 'no', goal: 'after 3 kills, with a reason', ok: dead && kills === 3 && told === 3 && reason.length > 10 },
        most('from its first start to its end', seconds, 60, ' s'), ...counted(counts), zero('other jobs not done', others.length - before.length - amid.length),
        most('p99 of other jobs, as a multiple of before', percentile(amid, 99) / percentile(before, 99), 1.5)],
      notes: [`p99 of ${before.length} other jobs before: ${percentile(before, 99)} ms, of ${amid.length} meanwhile: ${percentile(amid, 99)} ms (longest ${Math.max(...amid)} ms)`],
    };
  },
};
