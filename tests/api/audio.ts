/* Recordings that tests make, and the demo's simulated phone systems (deploy/demo/control.mjs), which
 * serve them and push their CDR records to the hooks. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { demo, home, keyOf, until, type Tenant } from './house.ts';

const RATE = 16_000;
const run = promisify(execFile);

/** A WAV file, 16 kHz and 16 bits, of one channel. */
export function wav(samples: Buffer): Buffer {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0); head.writeUInt32LE(36 + samples.length, 4); head.write('WAVEfmt ', 8); head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20); head.writeUInt16LE(1, 22); head.writeUInt32LE(RATE, 24); head.writeUInt32LE(2 * RATE, 28);
  head.writeUInt16LE(2, 32); head.writeUInt16LE(16, 34); head.write('data', 36); head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}

/** Both voices in one file, the first on the left; the second begins when the first has ended and `after` seconds passed. */
export function stereo(left: Buffer, right: Buffer, after = 0.5): Buffer {
  const [one, two] = [left.subarray(44), right.subarray(44)], gap = 2 * Math.round(RATE * after);
  const frames = (one.length + gap + two.length) / 2, out = Buffer.alloc(4 * frames);
  for (let i = 0; i < one.length / 2; i++) one.copy(out, 4 * i, 2 * i, 2 * i + 2);
  for (let i = 0; i < two.length / 2; i++) two.copy(out, 4 * (i + (one.length + gap) / 2) + 2, 2 * i, 2 * i + 2);
  const file = wav(out);
  file.writeUInt16LE(2, 22); file.writeUInt32LE(4 * RATE, 28); file.writeUInt16LE(4, 32);
  return file;
}

export const silence = (seconds: number): Buffer => wav(Buffer.alloc(2 * RATE * seconds));

const kept = new Map<string, Promise<Buffer>>();

/** These words, spoken. */
export function spoken(words: string): Promise<Buffer> {
  if (!kept.has(words)) kept.set(words, say(words));
  return kept.get(words)!;
}

async function say(words: string): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'ringsight-say-'));
  try {
    const file = join(folder, 'said.wav');
    await run('flite', ['-voice', 'slt', '-t', words, '-o', file]); // it speaks at 16 kHz behind a head of 44 bytes
    return wav((await readFile(file)).subarray(44));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Some seconds of talk, long enough to be scored. */
export const TALK = 'Good morning, thank you for calling. This call is recorded for training and quality. '
  + 'How can I help you today? I am sorry to hear that your internet is slow. Let me check the line for you. '
  + 'Can you please tell me your account number? Thank you. I will send an engineer tomorrow morning. '
  + 'Is there anything else that I can do for you? Thank you for calling and have a nice day.';

export const SHORT_TALK = 'Good morning, thank you for calling. This call is recorded. How can I help you today?';

// ---- the phone system ----

const ZONES: Record<string, string> = { harbour: 'Europe/London', brightline: 'America/Chicago' };
const systems = (demo as unknown as { phone_systems: { tenant: string; control_url: string }[] }).phone_systems;

export async function control(path: string, method = 'GET', body?: Buffer | object, tenant = home): Promise<any> {
  const { control_url } = systems.find((s) => s.tenant === tenant.slug)!;
  const answer = await fetch(control_url + path, { method, body: body === undefined ? undefined : Buffer.isBuffer(body) ? body : JSON.stringify(body) });
  assert.equal(answer.status, 200, `${method} ${path}: ${await answer.clone().text()}`);
  return answer.json();
}

export interface Told { number: string; record: Record<string, string>; file: string }

/** What a phone system writes of an answered inbound call of this extension; numbers are new each time. */
export function cdr(extension: string, seconds: number, tenant = home): Told {
  const local = (ms: number): string =>
    new Intl.DateTimeFormat('sv-SE', { timeZone: ZONES[tenant.slug], dateStyle: 'short', timeStyle: 'medium' }).format(new Date(ms));
  const acct = String(randomInt(10_000_000, 2_000_000_000)), number = `0770${acct.padStart(10, '0')}`;
  const end = Date.now(), answer = end - 1000 * seconds, start = answer - 4000;
  const file = `auto-${Math.floor(answer / 1000)}-${number}-${extension}.wav`;
  return { number, file, record: {
    AcctId: acct, accountcode: '', src: number, dst: extension, dcontext: 'ext-did-test', clid: `"" <${number}>`,
    channel: 'PJSIP/test-00000001', dstchannel: `PJSIP/${extension}-00000002`, lastapp: 'Dial', lastdata: `PJSIP/${extension}`,
    start: local(start), answer: local(answer), end: local(end), duration: String(seconds + 4), billsec: String(seconds),
    disposition: 'ANSWERED', amaflags: 'DOCUMENTATION', uniqueid: `${Math.floor(start / 1000)}.${acct}`, userfield: 'Inbound',
    channel_ext: '', dstchannel_ext: extension, service: 's', caller_name: '', dstanswer: extension, chanext: '', dstchanext: extension,
    session: `${start * 1000}-${number}`, action_owner: extension, action_type: 'DIAL', src_trunk_name: 'test', dst_trunk_name: '',
    recordfiles: `${local(answer).slice(0, 7)}/${file}@`, recordfiles_desc: `duration=${seconds},start-time=${Math.floor(answer / 1000)}@`,
  } };
}

/** Gives the phone system a recording, `fault`s it, and has it push the call's record. */
export async function tell(audio: Buffer | null, options: { extension?: string; fault?: object; tenant?: Tenant } = {}): Promise<Told> {
  const { extension = '2002', fault, tenant = home } = options;
  const told = cdr(extension, Math.max(2, Math.round(((audio?.length ?? 0) - 44) / 2 / RATE)), tenant);
  if (audio) await control(`/recordings/${told.file}?folder=monitor`, 'PUT', audio, tenant);
  if (fault) await control('/faults', 'POST', { match: told.file, ...fault }, tenant);
  await control('/records', 'POST', { items: [told.record] }, tenant);
  return told;
}

// ---- what becomes of it ----

export type Call = Awaited<ReturnType<typeof callOf>>;

export const callsOf = async (number: string, tenant = home) =>
  (await keyOf(tenant).get('/api/v1/calls', { query: { number } })).items;

export const callOf = (id: string, tenant = home) => keyOf(tenant).get('/api/v1/calls/{call}', { params: { call: id } });

/** The id of the call of that number, once it is there. */
export const appears = (number: string, tenant = home, ms = 15_000): Promise<string> =>
  until(`a call of ${number}`, ms, async () => (await callsOf(number, tenant))[0]?.id);

/** The call, once what is asked of it holds; its state is told if that is not to be. */
export async function comes(id: string, ms: number, good: (call: Call) => unknown, tenant = home): Promise<Call> {
  let last: Call | undefined;
  return until('the call comes so far', ms, async () => {
    last = await callOf(id, tenant);
    return good(last) ? last : null;
  }).catch((error: Error) => {
    throw new Error(`${error.message}: it is ${last?.state} (${last?.state_reason}), recordings ${JSON.stringify(last?.recordings)}`);
  });
}

export const ENDS = ['no_recording', 'scored', 'not_scorable', 'held', 'failed'];
export const ended = (call: Call): boolean => ENDS.includes(call.state);
