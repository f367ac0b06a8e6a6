/* A server process of one's own beside the demo's, on other ports, against the same database: for
 * tests that stop it or take things away from it. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { demo, facts, send, until } from './house.ts';

// Where deploy/up runs the demo's server from: the checkout, or a copy that its user can reach.
const root = fileURLToPath(new URL('../..', import.meta.url));
const run = dirname(resolve(facts));
const app = existsSync(join(run, 'app')) ? join(run, 'app') : root;
const program = [join(run, 'app/build'), process.env.RINGSIGHT_BUILD, 'build'].filter((f): f is string => !!f)
  .map((f) => resolve(root, f, 'ringsight')).find(existsSync);

export function freePort(): Promise<number> {
  return new Promise((ok) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => ok(port));
    });
  });
}

export interface Own {
  port: number; metrics: number; folder: string; process: ChildProcess; log: () => string; ended: Promise<number | null>;
  /** kill -9; its folder stays. */
  kill: () => Promise<void>;
  remove: () => Promise<void>;
}

/** One role of the program in a folder of its own, or of one before it, with nothing set but what is given. */
function start(role: string, settings: Record<string, string>, before = ''): Omit<Own, 'port' | 'metrics'> {
  if (!program) throw new Error('no built ringsight: set RINGSIGHT_BUILD');
  const folder = before || mkdtempSync(join(tmpdir(), 'ringsight-own-'));
  const { uid, gid } = statSync(join(run, 'keys')); // keys are for their owner's eyes
  if (process.getuid?.() === 0) chownSync(folder, uid, gid);
  const child = spawn(program, [role], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(process.getuid?.() === 0 ? { uid, gid } : {}),
    env: {
      ...Object.fromEntries(Object.entries(process.env).filter(([k]) => !k.startsWith('RINGSIGHT_'))),
      RINGSIGHT_CONFIG: '/dev/null', RINGSIGHT_VAR: folder, RINGSIGHT_KEYS: join(run, 'keys'), RINGSIGHT_OBJECTS: join(run, 'objects'),
      RINGSIGHT_SUPER_ADMIN_FACTOR: 'off', ...settings, // as the demo's own
    },
  });
  let text = '';
  child.stdout.on('data', (part) => { text += part; });
  child.stderr.on('data', (part) => { text += part; });
  const ended = new Promise<number | null>((ok) => child.on('exit', (code) => ok(code)));
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  const remove = async (): Promise<void> => {
    await kill();
    rmSync(folder, { recursive: true, force: true });
  };
  return { process: child, folder, log: () => text, ended, kill, remove };
}

export interface Also {
  /** Settings besides those every server needs. */
  settings?: Record<string, string>;
  /** The folder and port of a server that is gone: this one takes its place. */
  after?: Own;
  /** What it takes to count as started: /readyz is 200, or /livez answers. */
  until?: 'ready' | 'alive';
}

export async function ownServer(databaseUrl = demo.database_url, also: Also = {}): Promise<Own> {
  const [port, metrics] = also.after ? [also.after.port, also.after.metrics] : [await freePort(), await freePort()];
  const own = start('web', {
    RINGSIGHT_STATIC_DIR: join(app, 'static/dist'), RINGSIGHT_PORT: String(port), RINGSIGHT_METRICS_PORT: String(metrics),
    RINGSIGHT_DATABASE_URL: databaseUrl, RINGSIGHT_PLATFORM_DATABASE_URL: databaseUrl, RINGSIGHT_CONNECTIONS_PER_ADDRESS: '1000',
    ...also.settings,
  }, also.after?.folder);
  try {
    await until('the server is ready', 30_000, async () => {
      if (own.process.exitCode !== null) throw new Error(`it ended: ${own.log()}`);
      return also.until === 'alive' ? (await alive(port)) === 200 : (await ready(port)) === 200;
    });
  } catch (error) {
    await own.remove();
    throw error;
  }
  return { port, metrics, ...own };
}

/** A worker beside the demo's, without Redis where none is given. `port` is that of its /readyz. */
export async function ownWorker(kinds: string, settings: Record<string, string> = {}): Promise<Own> {
  const port = await freePort();
  return { port, metrics: port, ...start('worker', { RINGSIGHT_WORKER_KINDS: kinds, RINGSIGHT_WORKER_METRICS_PORT: String(port), ...settings }) };
}

/** `ringsight check` or `ringsight admin …`, as the owner's role, with `input` to read. `child` may be killed. */
export function ownCommand(args: string[], settings: Record<string, string>, input?: string): { child: ChildProcess; ended: Promise<{ code: number | null; out: string; err: string }> } {
  if (!program) throw new Error('no built ringsight: set RINGSIGHT_BUILD');
  const { uid, gid } = statSync(join(run, 'keys'));
  const child = spawn(program, args, {
    cwd: '/', stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'], ...(process.getuid?.() === 0 ? { uid, gid } : {}),
    env: { ...Object.fromEntries(Object.entries(process.env).filter(([k]) => !k.startsWith('RINGSIGHT_'))), RINGSIGHT_CONFIG: '/dev/null',
           RINGSIGHT_DATABASE_URL: demo.database_url, RINGSIGHT_JOBS_DATABASE_URL: demo.database_url,
           RINGSIGHT_PLATFORM_DATABASE_URL: demo.database_url, RINGSIGHT_OWNER_DATABASE_URL: demo.owner_database_url,
           RINGSIGHT_KEYS: join(run, 'keys'), ...settings },
  });
  let out = '', err = '';
  child.stdin?.end(input);
  child.stdout!.on('data', (part) => { out += part; });
  child.stderr!.on('data', (part) => { err += part; });
  return { child, ended: new Promise((ok) => child.on('close', (code) => ok({ code, out, err }))) };
}

/** A folder of the server's user, for what it must read or write. */
export function ownFolder(): { path: string; give: (path: string) => void; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'ringsight-own-'));
  const { uid, gid } = statSync(join(run, 'keys'));
  const give = (what: string): void => { if (process.getuid?.() === 0) execFileSync('chown', ['-R', `${uid}:${gid}`, what]); };
  give(path);
  return { path, give, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Where the demo's server has its templates. */
export const templatesFolder = join(app, 'templates');
/** What `ringsight admin` needs to make a tenant. */
export const tenantSettings = (folder: string): Record<string, string> =>
  ({ RINGSIGHT_VAR: folder, RINGSIGHT_OBJECTS: join(run, 'objects'), RINGSIGHT_TEMPLATES_DIR: join(app, 'templates') });

/** The demo's own folder of sealed objects. */
export const objectsFolder = join(run, 'objects');

/** The role that takes CDR lines, as a process of one's own: `listen` is the setting cdr_listen. */
export async function ownCdr(listen: string): Promise<{ log: () => string; stop: () => Promise<void> }> {
  if (!program) throw new Error('no built ringsight: set RINGSIGHT_BUILD');
  const { uid, gid } = statSync(join(run, 'keys'));
  const url = new URL(demo.database_url);
  url.username = 'ringsight_jobs';
  url.password = readFileSync(join(run, 'env'), 'utf8').match(/^JOBS_PASSWORD=(.*)$/m)![1]!.replace(/['"]/g, '');
  const child = spawn(program, ['cdr'], {
    cwd: '/', stdio: ['ignore', 'pipe', 'pipe'], ...(process.getuid?.() === 0 ? { uid, gid } : {}),
    env: { ...Object.fromEntries(Object.entries(process.env).filter(([k]) => !k.startsWith('RINGSIGHT_'))), RINGSIGHT_CONFIG: '/dev/null',
           RINGSIGHT_JOBS_DATABASE_URL: url.toString(), RINGSIGHT_REDIS_URL: demo.redis_url, RINGSIGHT_CDR_LISTEN: listen },
  });
  let text = '';
  child.stdout.on('data', (part) => { text += part; });
  child.stderr.on('data', (part) => { text += part; });
  const ended = new Promise<void>((ok) => child.on('exit', () => ok()));
  return { log: () => text, stop: async () => { child.kill('SIGTERM'); await ended; } };
}

/** The status of /readyz, 0 if there is no answer. */
export const ready = (port: number): Promise<number> =>
  send('/readyz', { port, timeout: 2_000 }).then((a) => a.status, () => 0);

const alive = (port: number): Promise<number> => send('/livez', { port, timeout: 2_000 }).then((a) => a.status, () => 0);

/** One sample of a server's /metrics. */
export async function metric(own: { metrics: number }, name: string): Promise<number> {
  const { text } = await send('/metrics', { port: own.metrics });
  const line = text.match(new RegExp(`^${name.replace(/[{}"]/g, '\\$&')} (\\S+)$`, 'm'));
  if (!line) throw new Error(`no metric ${name}`);
  return Number(line[1]);
}

/** Stands between a server and PostgreSQL, and can be cut. */
export class Relay {
  private sockets = new Set<Socket>();
  private upstreams = new Set<Socket>();
  private open = true;
  port = 0;
  delay = 0; // milliseconds, each way
  private server = createServer((client) => {
    if (!this.open) { client.destroy(); return; }
    const target = new URL(demo.database_url);
    const upstream = connect(Number(target.port), target.hostname);
    this.upstreams.add(upstream);
    upstream.on('close', () => this.upstreams.delete(upstream));
    for (const [a, b] of [[client, upstream], [upstream, client]] as const) {
      this.sockets.add(a);
      a.on('data', (part) => { if (this.delay) setTimeout(() => b.write(part), this.delay); else b.write(part); });
      a.on('end', () => b.end());
      a.on('error', () => b.destroy());
      a.on('close', () => { this.sockets.delete(a); b.destroy(); });
    }
  });

  async start(): Promise<string> {
    await new Promise<void>((ok) => this.server.listen(0, '127.0.0.1', ok));
    this.port = (this.server.address() as AddressInfo).port;
    const url = new URL(demo.database_url);
    url.port = String(this.port);
    return url.toString();
  }

  cut(): void {
    this.open = false;
    for (const socket of this.sockets) socket.destroy();
  }

  /** Where its connections come from, as PostgreSQL sees them. */
  ports(): number[] { return [...this.upstreams].map((s) => s.localPort ?? 0).filter(Boolean); }

  mend(): void { this.open = true; }
  stop(): void { this.cut(); this.server.close(); }
}
