/* The database as its owner sees it, over one psql that is kept open; and Redis over redis-cli. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const END = '-- end of answer --';

export class Database {
  private child: ChildProcess | null = null;
  private text = '';
  private waiting: { ok: (rows: string[]) => void; fail: (e: Error) => void } | null = null;
  private last: Promise<unknown> = Promise.resolve();
  private readonly url: string;
  constructor(url: string) { this.url = url; }

  /** Statements, and the rows of all of them; fields parted by "|". One after the other. */
  rows(statements: string): Promise<string[]> {
    const next = this.last.catch(() => undefined).then(() => this.ask(statements));
    this.last = next;
    return next;
  }

  async row(statements: string): Promise<string[]> { return ((await this.rows(statements))[0] ?? '').split('|'); }
  async count(statements: string): Promise<number> { return Number((await this.rows(statements))[0]); }

  private open(): ChildProcess {
    const child = spawn('psql', ['-XqAt', '-v', 'ON_ERROR_STOP=1', '-d', this.url], { stdio: ['pipe', 'pipe', 'pipe'] });
    let errors = '';
    this.text = '';
    child.stderr!.on('data', (part) => { errors += part; });
    child.stdin!.on('error', () => undefined);
    child.stdout!.on('data', (part) => {
      this.text += part;
      if (!this.text.endsWith(`${END}\n`)) return;
      const rows = this.text.slice(0, -END.length - 1).split('\n').filter(Boolean);
      this.text = '';
      const { waiting } = this;
      this.waiting = null;
      waiting?.ok(rows);
    });
    child.on('close', () => {
      if (this.child !== child) return;
      this.child = null;
      this.waiting?.fail(new Error(errors.trim() || 'psql ended'));
      this.waiting = null;
    });
    return child;
  }

  private ask(statements: string): Promise<string[]> {
    this.child ??= this.open();
    return new Promise((ok, fail) => {
      this.waiting = { ok, fail };
      this.child!.stdin!.write(`${statements};\n\\echo ${END}\n`);
    });
  }

  close(): void { this.child?.kill('SIGKILL'); }
}

export const text = (s: string): string => `'${s.replaceAll("'", "''")}'`;

/** What Redis answers to one command, on a connection of its own. */
export async function redis(socket: string, password: string, ...words: string[]): Promise<string> {
  const { stdout } = await run('redis-cli', ['-s', socket, '-e', ...words], { env: { ...process.env, REDISCLI_AUTH: password }, timeout: 10_000 });
  return stdout.trim();
}
