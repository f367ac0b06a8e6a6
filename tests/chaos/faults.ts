/* The plan of faults of a run, made from its seed before it starts, and the hands that do them. */
import { sleep } from '../api/house.ts';
import type { Process } from './process.ts';
import type { World } from './world.ts';

export type Kind = 'web' | 'worker' | 'media' | 'redis' | 'postgres' | 'flushall' | 'empty redis' | 'stop worker';
export interface Fault { at: number; kind: Kind; which: number; pause: number }

/** So many faults of each kind at random moments of `ms`; `pause`: how long it stays away. */
export function plan(world: World, purpose: string, ms: number, counts: Partial<Record<Kind, number>>): Fault[] {
  const random = world.random(`faults ${purpose}`);
  return Object.entries(counts).flatMap(([kind, n]) => Array.from({ length: n }, (): Fault => ({
    at: random.int(Math.round(ms * 0.05), Math.round(ms * 0.98)), kind: kind as Kind, which: random.int(0, 1),
    pause: kind === 'stop worker' ? random.int(12_000, 16_000) : random.int(0, 3_000) }))).sort((a, b) => a.at - b.at);
}

async function again(process: Process, pause: number): Promise<void> {
  await process.kill();
  await sleep(pause);
  process.start();
}

/** A decoder or recogniser, as soon as there is one; none within two seconds: nothing is killed. */
async function killHelper(world: World, which: number): Promise<void> {
  for (let tries = 0; tries < 40; tries++, await sleep(50)) {
    const list = world.helpers(), victim = list[which % Math.max(1, list.length)];
    if (!victim) continue;
    world.history.note('signal', { who: victim.name, pid: victim.pid, signal: 'SIGKILL' });
    try { process.kill(victim.pid, 'SIGKILL'); } catch { continue; }
    return;
  }
  world.history.note('fault', { kind: 'media', done: false });
}

async function happen(world: World, fault: Fault): Promise<void> {
  world.history.note('fault', { ...fault });
  switch (fault.kind) {
    case 'web': return again(world.webs[fault.which]!, fault.pause);
    case 'worker': return again(world.workers[fault.which]!, fault.pause);
    case 'redis': return again(world.redis, fault.pause);
    case 'media': return killHelper(world, fault.which);
    case 'flushall': await world.askRedis('FLUSHALL').catch(() => undefined); return;
    case 'empty redis':
      await world.redis.kill();
      world.emptyRedis();
      await sleep(fault.pause);
      world.redis.start();
      return;
    case 'postgres':
      await world.killPostgres();
      await sleep(fault.pause);
      world.postgres.start();
      return;
    case 'stop worker':
      world.workers[fault.which]!.signal('SIGSTOP');
      await sleep(fault.pause);
      world.workers[fault.which]!.signal('SIGCONT');
  }
}

/** Does them at their times; resolves when the last is over. */
export async function inflict(world: World, faults: Fault[]): Promise<void> {
  const began = world.history.now, running: Promise<void>[] = [];
  for (const fault of faults) {
    const wait = began + fault.at - world.history.now;
    if (wait > 0) await sleep(wait);
    running.push(happen(world, fault));
  }
  await Promise.all(running);
}
