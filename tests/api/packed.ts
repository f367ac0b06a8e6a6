/* Recordings in the codings of phones and recorders that nothing here can write: the frames of the
 * samples of the unit tests in an order that is new each time. */
import { randomBytes, randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';

const samples = readFileSync(new URL('../unit/media_samples.h', import.meta.url), 'utf8');

function sample(name: string): Buffer {
  const numbers = samples.split(`${name}[] = {`)[1]!.split('}')[0]!;
  return Buffer.from(numbers.split(',').filter((n) => n.trim()).map(Number));
}

function frames(from: Buffer, size: number, n: number): Buffer {
  const has = Math.floor(from.length / size);
  return Buffer.concat(Array.from({ length: n }, () => { const at = randomInt(has) * size; return from.subarray(at, at + size); }));
}

/** WAV49: GSM in blocks of 65 bytes, 40 ms each. */
export function gsm(blocks: number): Buffer {
  const whole = sample('gsm_sample'), at = whole.indexOf('data') + 8;
  const head = Buffer.from(whole.subarray(0, at)), sound = frames(whole.subarray(at, at + whole.readUInt32LE(at - 4)), 65, blocks & ~1);
  head.writeUInt32LE(at - 8 + sound.length, 4);
  head.writeUInt32LE(sound.length, at - 4);
  const fact = head.indexOf('fact');
  if (fact > 0) head.writeUInt32LE(320 * (blocks & ~1), fact + 8);
  return Buffer.concat([head, sound]);
}

/** AMR, narrow band, frames of 20 ms. */
export function amr(n: number): Buffer {
  const whole = sample('amr_sample'), size = [13, 14, 16, 18, 20, 21, 27, 32][(whole[6]! >> 3) & 7]!;
  return Buffer.concat([whole.subarray(0, 6), frames(whole.subarray(6), size, n)]);
}

/** MP3 at 8 kbit/s, some seconds, behind a tag that no other has. */
export function mp3(): Buffer {
  const whole = sample('mp3_sample'), at = whole.indexOf(Buffer.from([0xff, 0xe3, 0x18]));
  const tag = Buffer.concat([Buffer.from('ID3\x04\x00\x00\x00\x00\x00\x10'), randomBytes(16).map((b) => b & 0x7f)]);
  return Buffer.concat([tag, ...Array.from({ length: 20 }, () => whole.subarray(at))]);
}
