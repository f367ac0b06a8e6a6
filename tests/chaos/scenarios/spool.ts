/* PostgreSQL is away and hooks come all the same: they wait on the server's disk, until that is full; then
 * senders are told so, until there is room again; a server is killed amid it all. Whatever was acknowledged
 * is there in the end. The disk is a small tmpfs, which only root may mount; without root the scenario
 * says so and tries nothing. */
import { mkdirSync } from 'node:fs';
import { sleep } from '../../api/house.ts';
import { counted, least, most, ordeal, percentile, zero, type Scenario } from '../scenario.ts';
import { smallDisk } from './disk.ts';

export const spool: Scenario = {
  name: 'spool', goal: 'W2', title: 'PostgreSQL is away, and the disk where hooks wait for it is full for a while',
  async run(world) {
    if (process.getuid?.() !== 0) return { checks: [], notes: ['not tried: a small disk can only be mounted by root'] };
    const hooks = world.scaled(4_000, 400), ms = 16_000, web = world.webs[world.random('spool').int(0, 1)]!;
    mkdirSync(`${world.folder}/spool`, { recursive: true });
    const small = smallDisk(world, Math.round(hooks / 8), 'spool');
    try {
      await world.restart(world.webs, { RINGSIGHT_DISK_FLOOR_MB: '0' });
      const traffic = world.phones.traffic('spool', hooks, ms, 4);
      let away = 0, back = 0;
      const { sent, counts, seconds } = await ordeal(world, 'spool', traffic, async () => {
        await sleep(2_000);
        await world.killPostgres();
        away = world.history.now;
        await sleep(9_000);
        small.grow(65_536);
        await sleep(3_000);
        await web.kill();
        await sleep(1_000);
        web.start();
        await sleep(3_000);
        back = world.history.now;
        world.postgres.start();
      });
      const during = world.history.of('attempt').filter((l) => l.run === 'spool' && l.t - Number(l.ms) > away && l.t < back);
      const taken = during.filter((l) => l.status === 200), full = during.filter((l) => l.status === 507);
      return { checks: [zero('hooks never acknowledged', traffic.events.length - sent.acked.size), ...counted(counts),
        least('acknowledged while PostgreSQL was away', taken.length, 1, '', false), least('told that the disk is full', full.length, 1, '', false),
        most('until all is final', seconds, 60, ' s')],
        notes: [`${hooks} hooks, PostgreSQL away for ${((back - away) / 1000).toFixed(0)} s: ${taken.length} acknowledged meanwhile (p99 ${percentile(taken.map((l) => Number(l.ms)), 99)} ms), ${full.length} told that the disk was full, ${during.length - taken.length - full.length} otherwise refused or broken off`] };
    } finally {
      await Promise.all(world.webs.map((w) => w.kill('SIGTERM')));
      small.gone();
      await world.restart(world.webs);
    }
  },
};
