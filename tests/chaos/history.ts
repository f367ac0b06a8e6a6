/* What was done to the installation and what it answered: one JSON object a line, the run's seed in
 * the first. The checker believes nothing else about what was acknowledged. */
import { createWriteStream, readFileSync, type WriteStream } from 'node:fs';

export interface Line { t: number; what: string; [field: string]: unknown }

export class History {
  readonly lines: Line[] = [];
  private readonly file: WriteStream;
  private readonly began = Date.now();

  readonly path: string;
  constructor(path: string, head: Record<string, unknown>) {
    this.path = path;
    this.file = createWriteStream(path);
    this.note('run', head);
  }

  /** Milliseconds since the run began. */
  get now(): number { return Date.now() - this.began; }

  note(what: string, fields: Record<string, unknown> = {}): void {
    const line = { t: this.now, what, ...fields };
    this.lines.push(line);
    this.file.write(`${JSON.stringify(line)}\n`);
  }

  of(what: string): Line[] { return this.lines.filter((l) => l.what === what); }
  close(): Promise<void> { return new Promise((ok) => this.file.end(ok)); }
}

export const readHistory = (path: string): Line[] =>
  readFileSync(path, 'utf8').split('\n').filter(Boolean).map((l) => JSON.parse(l) as Line);
