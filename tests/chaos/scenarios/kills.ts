/* Everything is killed at random moments while calls come in. */
import { inflict, plan, type Kind } from '../faults.ts';
import { counted, most, ordeal, zero, type Scenario } from '../scenario.ts';

export const kills: Scenario = {
  name: 'kills', goal: 'Q1', title: 'kill -9 of servers, workers, decoders, Redis and PostgreSQL while hooks come in',
  async run(world) {
    const ms = world.sizes.minutes * 60_000, n = world.scaled(20, 2);
    const counts: Partial<Record<Kind, number>> = { web: n, worker: n, redis: n, media: n, postgres: world.scaled(5, 1) };
    const faults = plan(world, 'kills', ms, counts), traffic = world.phones.traffic('kills', world.sizes.hooks, ms);
    const { sent, counts: found, seconds } = await ordeal(world, 'kills', traffic, () => inflict(world, faults));
    return {
      checks: [zero('hooks never acknowledged', traffic.events.length - sent.acked.size), ...counted(found),
        most('until all is final', seconds, 60, ' s')],
      notes: [`${traffic.events.length} hooks of ${traffic.calls.size} calls in ${sent.attempts} attempts (${sent.refused} refused, ${sent.broken} broken off)`,
        `killed: ${Object.entries(counts).map(([k, c]) => `${k} ${c}`).join(', ')}`],
    };
  },
};
