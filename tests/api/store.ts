/* The demo's object store from outside: its folder, or the simulated bucket that tests/api/with-s3
 * started. Keys are those of the rows; `hours` is how long ago an object pretends to be written. */
import { existsSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { objectsFolder } from './server.ts';

const control = process.env.SIM_S3_CONTROL;
const file = (key: string): string => join(objectsFolder, 'objects', key);

async function ask(method: string, key: string, body?: Buffer, headers: Record<string, string> = {}): Promise<Buffer | undefined> {
  const answer = await fetch(`${control}/${key}`, { method, headers, ...(body ? { body } : {}) });
  return answer.status === 200 ? Buffer.from(await answer.arrayBuffer()) : undefined;
}

const folder = {
  get: async (key: string): Promise<Buffer | undefined> => (existsSync(file(key)) ? readFileSync(file(key)) : undefined),
  put: async (key: string, bytes: Buffer, hours: number): Promise<void> => {
    if (!existsSync(file(key))) writeFileSync(file(key), bytes);
    const at = Date.now() / 1000 - hours * 3600;
    utimesSync(file(key), at, at);
  },
  remove: async (key: string): Promise<void> => rmSync(file(key)),
};

const bucket: typeof folder = {
  get: (key) => ask('GET', key),
  put: async (key, bytes, hours) => { await ask('PUT', key, bytes, { 'x-modified': new Date(Date.now() - hours * 3_600_000).toISOString() }); },
  remove: async (key) => { await ask('DELETE', key); },
};

export const store = control ? bucket : folder;
