/* What senders of hooks do: the same body to any of the servers, until one says 2xx. */
import { Agent } from 'node:http';
import { send, sleep } from '../api/house.ts';
import type { Event } from './phones.ts';
import type { World } from './world.ts';

const PATIENCE_MS = 10_000;
const AT_ONCE = 64;

export interface Sent { acked: Set<number>; attempts: number; refused: number; broken: number; ms: number[] }

/** Sends each event at its time; resolves when all were acknowledged or `until` (history time) passed. */
export async function sendAll(world: World, purpose: string, events: Event[], until: number): Promise<Sent> {
  const { history } = world, began = history.now;
  const agents = world.ports.map(() => new Agent({ keepAlive: true, maxSockets: AT_ONCE, scheduling: 'fifo' }));
  const sent: Sent = { acked: new Set(), attempts: 0, refused: 0, broken: 0, ms: [] };

  async function attempt(event: Event, server: number, tries: number): Promise<boolean> {
    const from = performance.now();
    let status = 0, error: string | undefined;
    try {
      status = (await send(event.path, { method: 'POST', body: event.body, headers: { 'content-type': 'application/json', connection: 'keep-alive' },
        port: world.ports[server]!, agent: agents[server]!, timeout: PATIENCE_MS })).status;
    } catch (e) {
      error = (e as NodeJS.ErrnoException).code ?? (e as Error).message;
    }
    const ms = Math.round((performance.now() - from) * 10) / 10, good = status >= 200 && status < 300;
    history.note('attempt', { run: purpose, event: event.n, number: event.number, tries, server: server + 1, status, ms, ...(error ? { error } : {}) });
    sent.attempts++;
    if (good) sent.ms.push(ms);
    else if (status) sent.refused++;
    else sent.broken++;
    return good;
  }

  async function deliver(event: Event): Promise<void> {
    const random = world.random(`client ${purpose} ${event.n}`);
    for (let tries = 1; history.now < until; tries++) {
      if (await attempt(event, random.int(0, world.ports.length - 1), tries)) {
        sent.acked.add(event.n);
        return;
      }
      await sleep(random.int(50, Math.min(1_000, 100 * 2 ** tries)));
    }
  }

  const living = new Set<Promise<void>>();
  for (const event of events) {
    const wait = began + event.at - history.now;
    if (wait > 0) await sleep(wait);
    const one: Promise<void> = deliver(event).finally(() => living.delete(one));
    living.add(one);
  }
  await Promise.all(living);
  for (const agent of agents) agent.destroy();
  return sent;
}
