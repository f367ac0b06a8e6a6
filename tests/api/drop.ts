/* Drop folders of the demo's first tenant as tests set them up: files put where the server's user may
 * take them, looks asked for until something is so. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { wav } from './audio.ts';
import { facts, home, sleep, until, type Answer, type Client } from './house.ts';

export const ROOT = '/api/v1/drop-folders';
const run = dirname(resolve(facts));

/** Two seconds of noise that no other file has. */
export const sound = (): Buffer => wav(randomBytes(64_000));
export const number = (): string => `0207${String(randomInt(10_000_000)).padStart(7, '0')}`;

export class Drop {
  readonly base = join(run, 'drop', home.slug, `t${randomBytes(4).toString('hex')}`);
  private made: string[] = [];

  constructor(readonly owner: Client) {}

  private give(): void {
    const { uid, gid } = statSync(join(run, 'keys'));
    if (process.getuid?.() === 0) execFileSync('chown', ['-R', `${uid}:${gid}`, this.base]);
  }

  put(name: string, bytes: Buffer | string): string {
    const path = join(this.base, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
    this.give();
    return path;
  }

  async create(kind: string, settings: object, more: object = {}): Promise<string> {
    const answer = await this.owner.send(ROOT, { method: 'POST', json: { name: 'Test', stable_s: 1, kind, settings, ...more } });
    assert.equal(answer.status, 201, answer.text);
    this.made.push(answer.json.id);
    return answer.json.id;
  }

  local(name: string, settings: object = {}, more: object = {}): Promise<string> {
    mkdirSync(join(this.base, name), { recursive: true });
    this.give();
    return this.create('local', { path: join(this.base, name), every_min: '60', wait_min: '0', ...settings }, more);
  }

  look = (id: string): Promise<Answer> => this.owner.send(`${ROOT}/${id}/look`, { method: 'POST', json: {} });
  shown = async (id: string): Promise<any> => (await this.owner.send(`${ROOT}/${id}`)).json;
  file = async (id: string, name: string): Promise<any> =>
    (await this.owner.send(`/api/v1/drop-files?folder=${id}&limit=100`)).json.items.find((f: any) => f.name === name);
  call = async (id: string): Promise<any> => (await this.owner.send(`/api/v1/calls/${id}`)).json;

  /** Looks again and again until the file is so. */
  file_is(id: string, name: string, good: (f: any) => unknown, ms = 40_000): Promise<any> {
    return until(`${name} is so`, ms, async () => {
      const f = await this.file(id, name);
      if (f && good(f)) return f;
      await this.look(id);
      await sleep(300);
      return null;
    });
  }

  becomes = (id: string, name: string, state: string): Promise<any> => this.file_is(id, name, (f) => f.state === state);

  async remove(): Promise<void> {
    for (const id of this.made) await this.owner.send(`${ROOT}/${id}`, { method: 'DELETE' });
    rmSync(this.base, { recursive: true, force: true });
  }
}
