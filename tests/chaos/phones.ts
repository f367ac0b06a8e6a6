/* What calls here: the events of made-up calls, as our generic hook and as a Grandstream UCM tells
 * them, and the UCM that serves their recordings. Everything that is said comes from the seed. */
import { readFileSync, writeFileSync } from 'node:fs';
import { CdrWriter } from '../../deploy/demo/cdr.mjs';
import { Ucm } from '../../deploy/demo/ucm.mjs';
import { SHORT_TALK, silence, spoken } from '../api/audio.ts';
import type { World } from './world.ts';

/** One POST. Events of one call share its number. */
export interface Event { n: number; tenant: number; number: string; path: string; body: string; at: number }
/** What must be there of a call when all of it was acknowledged. */
export interface Expected { tenant: number; number: string; events: number; recording: boolean; ended: boolean }
export interface Traffic { events: Event[]; calls: Map<string, Expected> }

interface System { slug: string; port: number; user: string; password: string }

export class Phones {
  readonly ucms: Ucm[] = [];
  private readonly writers: CdrWriter[] = [];
  private readonly world: World;
  private made = 0;
  constructor(world: World) { this.world = world; }

  async start(): Promise<void> {
    const { folder } = this.world;
    const companies = JSON.parse(readFileSync(new URL('../../deploy/demo/companies.json', import.meta.url), 'utf8')) as { slug: string }[];
    const systems = JSON.parse(readFileSync(`${folder}/demo/phone-systems.json`, 'utf8')) as System[];
    writeFileSync(`${folder}/demo/talk.wav`, await spoken(SHORT_TALK));
    writeFileSync(`${folder}/demo/silence.wav`, silence(20));
    for (const tenant of this.world.tenants) {
      const { port, user, password } = systems.find((s) => s.slug === tenant.slug)!;
      const ucm = new Ucm({ users: { cdrapi: '', [user]: password } });
      await ucm.listen(port);
      this.ucms.push(ucm);
      this.writers.push(new CdrWriter(companies.find((c) => c.slug === tenant.slug), 71_001));
    }
  }

  /** Logins that they refused so far: ours are right, so that each is one too many. */
  get refusals(): number { return this.ucms.reduce((n, ucm) => n + ucm.seen.failedLogins, 0); }

  async stop(): Promise<void> { for (const ucm of this.ucms) await ucm.close(); }

  /** `hooks` events over `ms`: a hundredth of them are calls with a recording (at most 50), a third of
   * the others are told in two events, and one event in twenty is sent again after it was acknowledged. */
  traffic(purpose: string, hooks: number, ms: number, recordings = Math.min(50, Math.ceil(hooks / 100))): Traffic {
    const random = this.world.random(`traffic ${purpose}`), events: Event[] = [], calls = new Map<string, Expected>();
    const add = (tenant: number, number: string, hook: 'ucm' | 'generic', body: object): void => {
      const event = { n: events.length, tenant, number, path: new URL(this.world.tenants[tenant]!.hooks[hook]).pathname, body: JSON.stringify(body), at: random.int(0, ms) };
      events.push(event);
      if (random.chance(0.05) && events.length < hooks) events.push({ ...event, n: events.length, at: Math.min(ms, event.at + random.int(0, 2_000)) });
    };
    for (let i = 0; i < recordings; i++) {
      const tenant = random.int(0, this.world.tenants.length - 1), number = this.number(purpose);
      add(tenant, number, 'ucm', this.recorded(tenant, number, random.chance(0.5) ? 'talk' : 'silence', 2001 + random.int(0, 2)));
      calls.set(number, { tenant, number, events: 1, recording: true, ended: true });
    }
    while (events.length < hooks) {
      const tenant = random.int(0, this.world.tenants.length - 1), number = this.number(purpose);
      const base = { call_id: random.uuid(), direction: 'inbound', from: number, to: '+442079460100', started_at: new Date(Date.now() - 60_000).toISOString() };
      const two = events.length + 2 <= hooks && random.chance(1 / 3);
      add(tenant, number, 'generic', base);
      if (two) add(tenant, number, 'generic', { ...base, ended_at: new Date().toISOString(), duration: 60 });
      calls.set(number, { tenant, number, events: two ? 2 : 1, recording: false, ended: two });
    }
    return { events: events.sort((a, b) => a.at - b.at || a.n - b.n), calls };
  }

  /** Each call has a number of its own in the whole run: calls are told apart by it. */
  private number(purpose: string): string {
    return `+4476${String(this.world.random(`${purpose} ${this.made}`).int(0, 99)).padStart(2, '0')}${String(this.made++).padStart(6, '0')}`;
  }

  /** The record of an answered call, whose recording the phone system then has. */
  recorded(tenant: number, number: string, sound: 'talk' | 'silence', extension: number): object {
    const seconds = sound === 'talk' ? 6 : 20, path = `${this.world.folder}/demo/${sound}.wav`;
    const leg = { direction: 'inbound', extension: String(extension), customer: { number, name: '' }, folder: 'monitor', ring_s: 3 };
    const { item, recordings } = this.writers[tenant]!.write({ ...leg, legs: [leg] }, [{ path, seconds }], Date.now());
    for (const { name, ...recording } of recordings) this.ucms[tenant]!.addRecording(name, recording);
    this.ucms[tenant]!.addRecords([item], { push: false });
    return item;
  }
}
