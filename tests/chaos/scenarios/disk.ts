/* The disk that recordings are stored on is full, then has room again: hooks are taken all along, and
 * what could not be stored is fetched again by itself. The disk is a small tmpfs, which only root may
 * mount; without root the scenario says so and tries nothing. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { sleep } from '../../api/house.ts';
import { counted, least, ordeal, zero, type Scenario } from '../scenario.ts';
import type { World } from '../world.ts';

/** A disk of so many kilobytes that the service user owns; `grow` gives it room, `gone` takes it away. */
export function smallDisk(world: World, kilobytes: number, name = 'small'): { path: string; grow: (to: number) => void; gone: () => void } {
  const path = `${world.folder}/${name}`, { uid, gid } = statSync(`${world.folder}/keys`);
  mkdirSync(path, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k,mode=0700,uid=${uid},gid=${gid}`, 'tmpfs', path]);
  world.history.note('fault', { kind: 'small disk', name, kilobytes });
  return {
    path,
    grow: (to) => {
      execFileSync('mount', ['-o', `remount,size=${to}k`, path]);
      world.history.note('fault', { kind: 'disk grows', name, kilobytes: to });
    },
    gone: () => { execFileSync('umount', ['-l', path]); },
  };
}

export const disk: Scenario = {
  name: 'disk', goal: 'P7', title: 'the disk of recordings is full for a while',
  async run(world) {
    if (process.getuid?.() !== 0) return { checks: [], notes: ['not tried: a small disk can only be mounted by root'] };
    const small = smallDisk(world, 2_048), processes = [...world.webs, ...world.workers];
    try {
      await world.restart(processes, { RINGSIGHT_OBJECTS: small.path, RINGSIGHT_DISK_FLOOR_MB: '0' });
      const traffic = world.phones.traffic('disk', 40, 4_000, 16), waited: string[] = [];
      const { sent, counts, seconds } = await ordeal(world, 'disk', traffic, async () => {
        await sleep(15_000);
        waited.push(...await world.db.rows(`select id from recording where state = 'waiting'`));
        small.grow(262_144);
      });
      const left = readdirSync(`${small.path}/tmp`).length;
      return { checks: [zero('hooks never acknowledged', traffic.events.length - sent.acked.size), zero('hooks refused', sent.refused + sent.broken), ...counted(counts),
        least('recordings that found no room', waited.length, 1, '', false), zero('half-written files left', left)],
        notes: [`16 recordings on a disk of 2 MB, ${waited.length} found no room; all there ${seconds.toFixed(0)} s after there was room`] };
    } finally {
      await world.restart(processes);
      small.gone();
    }
  },
};
