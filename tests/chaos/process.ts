/* One real process of the installation: started as the service user, killed and stopped from outside,
 * and started again like any supervisor would when it ends by itself. It dies with the harness. */
import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, closeSync, openSync } from 'node:fs';
import type { History } from './history.ts';

// setpriv and what follows it, one word a line; made by tests/chaos/run.
const as = (process.env.CHAOS_AS ?? '').split('\n').filter(Boolean);
const RESTART_MS = 500;

export class Process {
  private child: ChildProcess | null = null;
  private ended: Promise<void> = Promise.resolve();
  private wanted = false;
  readonly name: string;
  private readonly command: string[];
  private readonly env: Record<string, string>;
  /** Settings for the next starts, over its own. */
  also: Record<string, string> = {};
  private readonly history: History;
  private readonly folder: string;

  constructor(name: string, command: string[], env: Record<string, string>, folder: string, history: History) {
    this.name = name;
    this.command = command;
    this.env = env;
    this.folder = folder;
    this.history = history;
  }

  get pid(): number { return this.child?.pid ?? 0; }
  get runs(): boolean { return this.child !== null; }
  get log(): string { return `${this.folder}/log/${this.name}.log`; }

  start(): void {
    this.wanted = true;
    if (this.child) return;
    const log = openSync(this.log, 'a');
    const words = [...as, ...this.command];
    const child = spawn(words[0]!, words.slice(1), { cwd: this.folder, stdio: ['ignore', log, log], detached: true,
      env: { ...process.env, ...this.env, ...this.also } });
    closeSync(log);
    this.child = child;
    this.history.note('start', { who: this.name, pid: child.pid });
    this.ended = new Promise((ok) => child.on('exit', (code, signal) => {
      this.child = null;
      this.history.note('exit', { who: this.name, pid: child.pid, code, signal, told: !this.wanted });
      appendFileSync(this.log, `-- ended: code ${code}, signal ${signal}\n`);
      ok();
      // As the parent of `ringsight all` does.
      if (this.wanted) setTimeout(() => { if (this.wanted) this.start(); }, RESTART_MS);
    }));
  }

  /** Ends it and does not start it again; resolves when it is gone. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.wanted = false;
    if (!this.child) return;
    this.history.note('signal', { who: this.name, pid: this.pid, signal });
    this.child.kill(signal);
    await this.ended;
  }

  /** Without waiting for an end: SIGSTOP, SIGCONT. */
  signal(signal: NodeJS.Signals): void {
    this.history.note('signal', { who: this.name, pid: this.pid, signal });
    this.child?.kill(signal);
  }
}
