/* A file uploaded whole, for tests that need the call it becomes. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { wav } from './audio.ts';
import type { Answer, Client } from './house.ts';

const ROOT = '/api/v1/uploads';
const tus = { 'tus-resumable': '1.0.0' };

export const sha256 = (file: Buffer): string => createHash('sha256').update(file).digest('hex');

/** A second of faint noise: each is another recording. */
export const noise = (): Buffer => {
  const out = Buffer.alloc(32_000);
  for (let i = 0; i < 16_000; i++) out.writeInt16LE(randomBytes(1)[0]! - 128, 2 * i);
  return wav(out);
};

export const begin = (who: Client, length: number, facts: Record<string, string>): Promise<Answer> =>
  who.send(ROOT, { method: 'POST', headers: { ...tus, 'upload-length': String(length),
    'upload-metadata': Object.entries(facts).map(([k, v]) => `${k} ${Buffer.from(v).toString('base64')}`).join(',') } });

export async function upload(who: Client, file: Buffer, facts: Record<string, string> = {}): Promise<string> {
  const made = await begin(who, file.length, facts);
  assert.equal(made.status, 201, made.text);
  const last = await who.send(`${ROOT}/${made.json.id}`, { method: 'PATCH', body: file,
    headers: { ...tus, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' } });
  assert.equal(last.status, 204, last.text);
  return String(last.headers['ringsight-call']);
}
