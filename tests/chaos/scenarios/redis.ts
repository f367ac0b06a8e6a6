/* Redis fails in every way it can while hooks come in: slower, nothing lost, and back by itself. */
import { inflict } from '../faults.ts';
import { counted, least, most, ordeal, percentile, zero, type Check, type Scenario } from '../scenario.ts';
import type { World } from '../world.ts';
import { sendAll } from '../client.ts';
import { endedOf } from '../probes.ts';
import { sleep } from '../../api/house.ts';

const PACE = 40; // hooks a second while acknowledgements are timed

interface Phase { name: string; from: number; to: number }

/** Hooks that wait while the workers stand still, then worked off: jobs a second. */
async function burst(world: World, name: string, hooks: number): Promise<number> {
  const traffic = world.phones.traffic(`burst ${name}`, hooks, 0, 0), began = Date.now();
  for (const w of world.workers) w.signal('SIGSTOP');
  await sendAll(world, `burst ${name}`, traffic.events, world.history.now + 60_000);
  for (const w of world.workers) w.signal('SIGCONT');
  await world.quiet(world.history.now);
  const done = (await endedOf(world, `kind = 'inbox.fold' and created_at >= to_timestamp(${began / 1000})`));
  const rate = (1000 * done.length) / (Math.max(...done.map((j) => j.finished)) - Math.min(...done.map((j) => j.started)));
  world.history.note('burst', { name, hooks, done: done.length, rate });
  return rate;
}

export const redisFaults: Scenario = {
  name: 'redis', goal: 'Q2', title: 'Redis emptied, swapped, off, read-only and out of memory while hooks come in',
  async run(world) {
    const step = world.scaled(30, 2) * 1000, { small, redisOff } = world.sizes,
      off = (redisOff ? redisOff * 60 : small ? 6 : world.scaled(600, 10)) * 1000, phases: Phase[] = [];
    const phase = async (name: string, ms: number): Promise<void> => {
      const from = world.history.now;
      world.history.note('phase', { name });
      await sleep(ms);
      phases.push({ name, from, to: world.history.now });
    };
    const total = 9 * step + off, traffic = world.phones.traffic('redis', Math.round((total / 1000) * PACE), total, 10);
    const { counts, sent, seconds } = await ordeal(world, 'redis', traffic, async () => {
      const random = world.random('redis');
      await phase('normal', step);
      await Promise.all([phase('flushall', step), inflict(world, Array.from({ length: 5 }, () => ({ at: random.int(0, step), kind: 'flushall' as const, which: 0, pause: 0 })).sort((a, b) => a.at - b.at))]);
      await phase('normal', step);
      await Promise.all([phase('empty', step), inflict(world, [{ at: step / 4, kind: 'empty redis', which: 0, pause: random.int(0, 1_000) }])]);
      await phase('normal', step);
      await world.redis.kill();
      await phase('off', off);
      world.redis.start();
      await world.up();
      await phase('normal', step);
      await world.askRedis('REPLICAOF', '127.0.0.1', '1');
      await phase('read-only', step);
      await world.askRedis('REPLICAOF', 'NO', 'ONE');
      await phase('normal', step);
      await world.askRedis('CONFIG', 'SET', 'maxmemory', '1');
      await phase('out of memory', step);
      await world.askRedis('CONFIG', 'SET', 'maxmemory', '256mb');
    });
    const acks = world.history.lines.filter((l) => l.what === 'attempt' && l.run === 'redis' && l.status === 200);
    const during = (normal: boolean): number[] => acks.filter((l) => phases.some((p) => (p.name === 'normal') === normal && l.t - Number(l.ms) >= p.from && l.t < p.to)).map((l) => Number(l.ms));
    const calm = during(true), faulty = during(false);
    const many = world.scaled(5_000, 300);
    const withRedis = await burst(world, 'with Redis', many);
    await world.redis.kill();
    await sleep(1_000);
    const without = await burst(world, 'without Redis', many);
    world.redis.start();
    await sleep(5_000);
    const back = await burst(world, 'Redis is back', many);
    const checks: Check[] = [zero('hooks never acknowledged', traffic.events.length - sent.acked.size), zero('hooks refused', sent.refused + sent.broken), ...counted(counts),
      most('ack p99 as a multiple of normal', percentile(faulty, 99) / percentile(calm, 99), 2),
      least('jobs a second without Redis', without, 200), least('full speed five seconds after Redis is back, as a share', back / withRedis, 0.8),
      most('until all is final', seconds, 60, ' s')];
    return { checks, notes: [`ack p50 ${percentile(calm, 50)} ms and p99 ${percentile(calm, 99)} ms while all is well (${calm.length}), p50 ${percentile(faulty, 50)} ms and p99 ${percentile(faulty, 99)} ms while not (${faulty.length})`,
      ...['flushall', 'empty', 'off', 'read-only', 'out of memory'].map((name) => {
        const p = phases.find((q) => q.name === name)!, list = acks.filter((l) => l.t - Number(l.ms) >= p.from && l.t < p.to).map((l) => Number(l.ms));
        return `${name}, ${Math.round((p.to - p.from) / 1000)} s: ack p99 ${percentile(list, 99)} ms of ${list.length}`;
      }),
      `jobs a second: ${Math.round(withRedis)} with Redis, ${Math.round(without)} without, ${Math.round(back)} when it is back (${many} each)`] };
  },
};
