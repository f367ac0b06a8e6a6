/* The queue of jobs as the database's owner sees it, and the processes that work it off: for tests
 * that kill those. Only what is below the server of the demo is ever touched. */
import { execFile } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { demo, facts } from './house.ts';

const run = promisify(execFile);

/** One statement as the owner of the tables; its rows, fields parted by "|". */
export async function sql(statement: string): Promise<string[]> {
  const asked = run('psql', ['-XqAt1', '-v', 'ON_ERROR_STOP=1', '-d', demo.owner_database_url, '-f', '-'], { maxBuffer: 1 << 26 });
  asked.child.stdin!.end(statement); // as input, for it may be longer than a command line
  const { stdout } = await asked;
  return stdout.split('\n').filter(Boolean);
}

/** Calls are transcribed one at a time: those that wait step aside for this one until back(). */
export async function aside(call: string): Promise<{ back: () => Promise<void> }> {
  const waiting = await sql(`update job set run_at = run_at + interval '1 hour'
    where kind = 'transcripts.run' and state = 'queued' and args->>'call' <> '${call}' returning id`);
  return { back: async () => {
    if (waiting.length) await sql(`update job set run_at = run_at - interval '1 hour' where id = any('{${waiting.join()}}') and state = 'queued' and run_at > now()`);
  } };
}

// ---- processes ----

/** `ticks`: the CPU time it has taken, in hundredths of a second. */
export interface Process { pid: number; parent: number; name: string; words: string; ticks: number }

function look(pid: number): Process | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const behind = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (behind[0] === 'Z') return null;
    return { pid, parent: Number(behind[1]), name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')),
      words: readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' '), ticks: Number(behind[11]) + Number(behind[12]) };
  } catch {
    return null; // it has ended
  }
}

export const children = (pid: number): Process[] =>
  readdirSync('/proc').filter((n) => /^\d+$/.test(n)).map((n) => look(Number(n))).filter((p): p is Process => p?.parent === pid);

/** The demo's server: the process that deploy/up noted. */
export const server = (): number => Number(readFileSync(join(dirname(resolve(facts)), 'run/server.pid'), 'utf8').split(' ')[0]);

export const worker = (): Process | undefined => children(server()).find((p) => / worker\b/.test(p.words));

/** Decoders or recognisers of the worker. */
export function helpers(name: 'ringsight-asr' | 'ringsight-media'): Process[] {
  const at = worker();
  return at ? children(at.pid).filter((p) => p.name === name.slice(0, 15)) : [];
}
