/* The shape of a scenario, and what most of them do: traffic, a pause for the work to end, the count. */
import { check, promised, type Counts } from './checker.ts';
import { sendAll, type Sent } from './client.ts';
import type { Traffic } from './phones.ts';
import type { World } from './world.ts';

/** One thing that must hold. `timing`: depends on the machine, so only a full run fails by it. */
export interface Check { what: string; value: string; goal: string; ok: boolean; timing?: boolean }
export interface Outcome { checks: Check[]; notes: string[] }

export interface Scenario {
  name: string;
  /** The goal of the trust table that it shows. */
  goal: string;
  title: string;
  run: (world: World) => Promise<Outcome>;
}

export const zero = (what: string, n: number, seen: string[] = []): Check =>
  ({ what, value: `${n}${n && seen.length ? ` (${seen.slice(0, 5).join('; ')})` : ''}`, goal: '0', ok: n === 0 });

export const most = (what: string, value: number, limit: number, unit = '', timing = true): Check =>
  ({ what, value: `${Math.round(value * 100) / 100}${unit}`, goal: `<= ${limit}${unit}`, ok: value <= limit, timing });

export const least = (what: string, value: number, limit: number, unit = '', timing = true): Check =>
  ({ what, value: `${Math.round(value * 100) / 100}${unit}`, goal: `>= ${limit}${unit}`, ok: value >= limit, timing });

export const counted = (c: Counts): Check[] => (['lost', 'doubled', 'stuck', 'drift'] as const)
  .map((sort) => zero(sort, c[sort], c.seen.filter((s) => s.startsWith(sort))));

export function percentile(list: number[], p: number): number {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((p / 100) * sorted.length))] ?? NaN;
}

/** Sends the traffic while `faults` happen, lets everything run again, waits until all is final and counts. */
export async function ordeal(world: World, name: string, traffic: Traffic, faults: () => Promise<void>):
Promise<{ sent: Sent; counts: Counts; seconds: number; expected: ReturnType<typeof promised> }> {
  const { history } = world, last = traffic.events.at(-1)?.at ?? 0;
  history.note('scenario', { name, events: traffic.events.length, calls: traffic.calls.size });
  const [sent] = await Promise.all([sendAll(world, name, traffic.events, history.now + last + 300_000), faults()]);
  await world.up();
  const { seconds } = await world.quiet(history.now);
  const bodies = new Map(traffic.events.map((e) => [e.n, e.body]));
  const expected = promised(history.lines, name, traffic.calls, bodies);
  const counts = await check(world.db, expected, '', world.deliberate);
  history.note('counts', { name, ...counts });
  return { sent, counts, seconds, expected };
}
