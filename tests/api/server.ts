/* A server process of one's own beside the demo's, on other ports, against the same database: for
 * tests that stop it or take things away from it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
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

export interface Own { port: number; metrics: number; process: ChildProcess; log: () => string; ended: Promise<number | null>; remove: () => Promise<void> }

export async function ownServer(databaseUrl = demo.database_url): Promise<Own> {
  if (!program) throw new Error('no built ringsight: set RINGSIGHT_BUILD');
  const folder = mkdtempSync(join(tmpdir(), 'ringsight-own-'));
  const [port, metrics] = [await freePort(), await freePort()];
  const { uid, gid } = statSync(join(run, 'keys')); // keys are for their owner's eyes
  if (process.getuid?.() === 0) chownSync(folder, uid, gid);
  const child = spawn(program, ['web'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(process.getuid?.() === 0 ? { uid, gid } : {}),
    env: {
      ...Object.fromEntries(Object.entries(process.env).filter(([k]) => !k.startsWith('RINGSIGHT_'))),
      RINGSIGHT_CONFIG: '/dev/null', RINGSIGHT_VAR: folder, RINGSIGHT_KEYS: join(run, 'keys'), RINGSIGHT_OBJECTS: join(run, 'objects'),
      RINGSIGHT_STATIC_DIR: join(app, 'static/dist'), RINGSIGHT_PORT: String(port), RINGSIGHT_METRICS_PORT: String(metrics),
      RINGSIGHT_DATABASE_URL: databaseUrl, RINGSIGHT_PLATFORM_DATABASE_URL: databaseUrl,
      RINGSIGHT_CONNECTIONS_PER_ADDRESS: '1000',
    },
  });
  let text = '';
  child.stdout.on('data', (part) => { text += part; });
  child.stderr.on('data', (part) => { text += part; });
  const ended = new Promise<number | null>((ok) => child.on('exit', (code) => ok(code)));
  const remove = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await until('the server is ready', 30_000, async () => {
      if (child.exitCode !== null) throw new Error(`it ended: ${text}`);
      return (await ready(port)) === 200;
    });
  } catch (error) {
    await remove();
    throw error;
  }
  return { port, metrics, process: child, log: () => text, ended, remove };
}

/** The status of /readyz, 0 if there is no answer. */
export const ready = (port: number): Promise<number> =>
  send('/readyz', { port, timeout: 2_000 }).then((a) => a.status, () => 0);

/** Stands between a server and PostgreSQL, and can be cut. */
export class Relay {
  private sockets = new Set<Socket>();
  private open = true;
  port = 0;
  private server = createServer((client) => {
    if (!this.open) { client.destroy(); return; }
    const target = new URL(demo.database_url);
    const upstream = connect(Number(target.port), target.hostname);
    for (const [a, b] of [[client, upstream], [upstream, client]] as const) {
      this.sockets.add(a);
      a.pipe(b);
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

  mend(): void { this.open = true; }
  stop(): void { this.cut(); this.server.close(); }
}
