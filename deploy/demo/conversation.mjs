// The demo's conversations: reads calls/*.json and companies.json, has each leg spoken by flite and
// assembles the recordings (16 kHz PCM WAV; stereo: agent left, customer right). Finished files are
// kept under the given folder by a hash of what they are made from. Used by phone-systems.mjs and
// by tests that need a recording with known words.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const RATE = 16_000;
const LEAD_IN_MS = 400;
const TAIL_MS = 700;
const DEFAULT_GAP_MS = 350;
const RECIPE = 1; // part of the hash: raise it when the sound changes

export async function readCompanies() {
  return JSON.parse(await readFile(new URL('companies.json', import.meta.url), 'utf8'));
}

// Every call with its legs: a call without `legs` is its own single leg.
export async function readCalls() {
  const folder = new URL('calls/', import.meta.url);
  const names = (await readdir(folder)).filter(n => n.endsWith('.json')).sort();
  return Promise.all(names.map(async name => {
    const call = JSON.parse(await readFile(new URL(name, folder), 'utf8'));
    const { legs, ...rest } = call;
    return { ...call, name: name.replace('.json', ''),
             legs: (legs ?? [{}]).map(leg => ({ ...rest, ...leg })) };
  }));
}

// {path, seconds} of a leg's recording, or null where there is none (nobody answered).
export async function speak(leg, folder) {
  if (!leg.turns && !leg.silence_ms) return null;
  const { turns, voices, channels, silence_ms, cut_ms } = leg;
  const recipe = JSON.stringify([RECIPE, turns, voices, channels, silence_ms, cut_ms]);
  const path = join(folder, `${createHash('sha256').update(recipe).digest('hex').slice(0, 24)}.wav`);
  const there = await stat(path).catch(() => null);
  const frameBytes = channels === 'mono' ? 2 : 4;
  if (there) return { path, seconds: (there.size - 44) / frameBytes / RATE };
  await mkdir(folder, { recursive: true });
  const sides = await record(leg, `${path}.turn`);
  const wav = assemble(sides, channels);
  await writeFile(`${path}.new`, wav);
  await rename(`${path}.new`, path);
  return { path, seconds: (wav.length - 44) / frameBytes / RATE };
}

// The two sides as Float32Arrays of equal length.
async function record({ turns = [], voices, silence_ms = 0, cut_ms }, scratch) {
  let at = samples(LEAD_IN_MS);
  const placed = [];
  for (const { who, say, gap = DEFAULT_GAP_MS } of turns) {
    const sound = await flite(voices[who], say, scratch);
    const start = Math.max(0, at + (placed.length ? samples(gap) : 0));
    placed.push({ who, start, sound });
    at = Math.max(at, start + sound.length);
  }
  const length = cut_ms ? samples(cut_ms) : at + samples(TAIL_MS) + samples(silence_ms);
  const sides = { agent: hiss(length, 1), customer: hiss(length, 2) };
  for (const { who, start, sound } of placed)
    for (let i = 0; i < sound.length && start + i < length; i++) sides[who][start + i] += sound[i];
  return sides;
}

function samples(ms) { return Math.round(ms * RATE / 1000); }

// A line is never digitally silent: noise around -80 dB, the same on every machine.
function hiss(length, seed) {
  const out = new Float32Array(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    out[i] = ((state >>> 16) / 65536 - 0.5) * 8;
  }
  return out;
}

// flite seeks in what it writes, so it needs a file.
async function flite(voice, text, file) {
  await run('flite', ['-voice', voice, '-t', text, '-o', file]);
  const wav = pcm(await readFile(file));
  await rm(file);
  if (wav.rate !== RATE) throw new Error(`voice ${voice} speaks at ${wav.rate} Hz, not ${RATE}`);
  return wav.data;
}

// The samples of a mono 16-bit WAV.
function pcm(bytes) {
  const rate = bytes.readUInt32LE(24);
  let at = 12;
  while (bytes.toString('latin1', at, at + 4) !== 'data') at += 8 + bytes.readUInt32LE(at + 4);
  const start = at + 8;
  const count = Math.floor(Math.min(bytes.readUInt32LE(at + 4), bytes.length - start) / 2);
  const data = new Float32Array(count);
  for (let i = 0; i < count; i++) data[i] = bytes.readInt16LE(start + 2 * i);
  return { rate, data };
}

function assemble({ agent, customer }, channels) {
  const mono = channels === 'mono';
  const frames = agent.length;
  const count = mono ? 1 : 2;
  const wav = Buffer.alloc(44 + frames * count * 2);
  wav.write('RIFF', 0, 'latin1');
  wav.writeUInt32LE(wav.length - 8, 4);
  wav.write('WAVEfmt ', 8, 'latin1');
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(count, 22);
  wav.writeUInt32LE(RATE, 24);
  wav.writeUInt32LE(RATE * count * 2, 28);
  wav.writeUInt16LE(count * 2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36, 'latin1');
  wav.writeUInt32LE(frames * count * 2, 40);
  const put = (value, at) =>
    wav.writeInt16LE(Math.max(-32768, Math.min(32767, Math.round(value))), at);
  for (let i = 0; i < frames; i++) {
    if (mono) {
      put(agent[i] + customer[i], 44 + 2 * i);
    } else {
      put(agent[i], 44 + 4 * i);
      put(customer[i], 46 + 4 * i);
    }
  }
  return wav;
}
