/* The installation that is broken on purpose: PostgreSQL, Redis, two web servers, two workers and a
 * phone system, all processes of the harness and all under one folder. tests/chaos/run made the
 * folder and its settings. */
import { readdirSync, rmSync } from 'node:fs';
import { demo, port as port1, send, sleep, until, type Tenant } from '../api/house.ts';
import { children, type Process as Seen } from '../api/queue.ts';
import { freePort } from '../api/server.ts';
import { Database, redis } from './database.ts';
import { History } from './history.ts';
import { Phones } from './phones.ts';
import { Process } from './process.ts';
import { Random } from './random.ts';

/** So long nothing ends: what is left is stuck. */
const STUCK_MS = 90_000;

/** `redisOff`: minutes that Redis is away, if said. */
export interface Sizes { seed: number; hooks: number; minutes: number; small: boolean; redisOff?: number }

const setting = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: start this by tests/chaos/run`);
  return value;
};

export class World {
  readonly sizes: Sizes;
  readonly history: History;
  readonly db = new Database(demo.owner_database_url);
  readonly tenants: Tenant[] = demo.tenants;
  readonly folder = setting('RINGSIGHT_VAR');
  readonly phones: Phones;
  postgres!: Process;
  redis!: Process;
  webs: Process[] = [];
  ports: number[] = [];
  workers: Process[] = [];
  /** Jobs that a scenario brought to their death. */
  readonly deliberate: string[] = [];

  constructor(sizes: Sizes, history: string) {
    this.sizes = sizes;
    this.history = new History(history, { ...sizes });
    this.phones = new Phones(this);
  }

  random(purpose: string): Random { return new Random(this.sizes.seed, purpose); }

  /** A number given for 10,000 hooks, brought to the size of this run. */
  scaled(full: number, least: number): number { return Math.max(least, Math.round((full * this.sizes.hooks) / 10_000)); }

  private own(name: string, command: string[], env: Record<string, string> = {}): Process {
    return new Process(name, command, env, this.folder, this.history);
  }

  async start(): Promise<void> {
    const program = setting('CHAOS_PROGRAM');
    this.postgres = this.own('postgres', [`${setting('PG_BIN')}/postgres`, '-D', `${this.folder}/pg`]);
    this.redis = this.own('redis', ['redis-server', `${this.folder}/redis/redis.conf`]);
    for (const n of [1, 2]) {
      const port = n === 1 ? port1 : await freePort(); // the first is where the demo's facts say
      this.ports.push(port);
      this.webs.push(this.own(`web${n}`, [program, 'web'], { RINGSIGHT_PORT: String(port),
        RINGSIGHT_METRICS_PORT: String(await freePort()), RINGSIGHT_RUN: `${this.folder}/run/web${n}` }));
      this.workers.push(this.own(`worker${n}`, [program, 'worker'], { RINGSIGHT_METRICS_PORT: String(await freePort()), RINGSIGHT_SLOTS: '8' }));
    }
    await this.phones.start();
    await this.up();
  }

  /** Everything runs and answers. */
  async up(): Promise<void> {
    this.postgres.start();
    this.redis.start();
    await until('PostgreSQL answers', 60_000, () => this.db.rows('select 1').catch(() => null));
    await until('Redis answers', 30_000, async () => (await this.askRedis('PING').catch(() => '')) === 'PONG');
    for (const p of [...this.webs, ...this.workers]) p.start();
    for (const [i] of this.webs.entries())
      await until(`web${i + 1} is ready`, 30_000, async () => (await send('/readyz', { port: this.ports[i]!, timeout: 2_000 }).catch(() => null))?.status === 200);
  }

  /** Stops these and starts them with other settings. */
  async restart(processes: Process[], also: Record<string, string> = {}): Promise<void> {
    await Promise.all(processes.map((p) => p.kill('SIGTERM')));
    for (const p of processes) p.also = also;
    await this.up();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.webs, ...this.workers].map((p) => p.kill()));
    this.db.close();
    await this.postgres?.kill('SIGINT');
    await this.redis?.kill('SIGTERM');
    await this.phones.stop();
    await this.history.close();
  }

  askRedis(...words: string[]): Promise<string> {
    return redis(`${setting('CHAOS_SOCKETS')}/redis.sock`, setting('REDIS_PASSWORD'), ...words);
  }

  /** Redis loses all it has, as if a new one took its place. The process must be down. */
  emptyRedis(): void {
    this.history.note('fault', { kind: 'redis emptied' });
    rmSync(`${this.folder}/redis/appendonlydir`, { recursive: true, force: true });
  }

  /** kill -9 of PostgreSQL: the postmaster first, then all that it left. */
  async killPostgres(): Promise<void> {
    const left = children(this.postgres.pid);
    await this.postgres.kill();
    for (const { pid } of left) try { process.kill(pid, 'SIGKILL'); } catch { /* it saw that its parent was gone */ }
  }

  /** The decoders and recognisers that run now, below any worker. */
  helpers(): Seen[] {
    return this.workers.filter((w) => w.runs).flatMap((w) => children(w.pid)).filter((p) => /^ringsight-(media|asr)/.test(p.name));
  }

  workerOf(name: string): Process | undefined {
    return this.workers.find((w) => w.runs && name.endsWith(`:${w.pid}`));
  }

  /** Servers and workers that ended since then without being told to, by a signal or an abort. */
  fallen(since: number): string[] {
    return this.history.of('exit').filter((l) => l.t >= since && !l.told && (l.signal !== null || Number(l.code) > 2))
      .filter((l) => /^(web|worker)/.test(String(l.who))).map((l) => `${l.who} ${l.signal ?? l.code}`);
  }

  /** Files of hooks that were acknowledged while PostgreSQL was away and are not in it yet. */
  spooled(): string[] {
    try { return readdirSync(`${this.folder}/spool`).filter((f) => /\.(seg|kept)$/.test(f)); } catch { return []; }
  }

  /** Rows and files that are not final, of any kind; empty when all work is done. Needs no server. */
  async unfinished(): Promise<string[]> {
    const spooled = this.spooled().map((f) => `spool ${f}`); // before the rows: what leaves it is a row by then
    return [...spooled, ...await this.db.rows(`
      select 'job ' || state || ' ' || kind || ' ' || id from job where state in ('blocked', 'queued', 'running') and tenant_id is not null
      union all select 'delivery unread ' || x.id from inbox x where not exists (select from delivery d where d.tenant_id = x.tenant_id and d.id = x.id)
      union all select 'call ' || state || ' ' || id from call where state in ('received', 'fetching', 'decoding', 'transcribing', 'analysing') and has_recording
      union all select 'recording ' || state || ' ' || id from recording where state in ('waiting', 'fetched')`)];
  }

  /** What Redis holds, for whoever asks why something is stuck. */
  private async ring(): Promise<Record<string, string>> {
    const held: Record<string, string> = {};
    for (const key of (await this.askRedis('KEYS', '*').catch(() => '')).split('\n').filter(Boolean).slice(0, 40)) {
      const how = { zset: ['ZRANGE', key, '0', '20', 'WITHSCORES'], hash: ['HGETALL', key], set: ['SMEMBERS', key] }[await this.askRedis('TYPE', key)] ?? ['GET', key];
      held[key] = (await this.askRedis(...how)).replaceAll('\n', ' ');
    }
    return held;
  }

  /** Waits until all is final, or nothing has become so for a minute and a half: seconds since `from` (history time), and what is left. */
  async quiet(from: number): Promise<{ seconds: number; left: string[] }> {
    let least = Infinity, changed = this.history.now;
    for (;;) {
      const left = await this.unfinished().catch((e: Error) => [`the database: ${e.message}`]);
      const { now } = this.history, seconds = (now - from) / 1000;
      if (left.length < least) {
        least = left.length;
        changed = now;
      }
      if (!left.length || now - changed > STUCK_MS) {
        const jobs = left.length ? await this.db.rows(`select kind, state, run_at - now(), attempt, deaths, lease_until - now(), error from job where tenant_id is not null and state <> 'dead' limit 50`) : [];
        this.history.note('quiet', { seconds, left, jobs, ...(left.length ? { redis: await this.ring() } : {}) });
        return { seconds, left };
      }
      await sleep(250);
    }
  }
}
