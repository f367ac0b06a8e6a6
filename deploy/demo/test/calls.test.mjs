// The demo's conversations are complete, and become the CDRs and recordings they claim to be.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CdrWriter } from '../cdr.mjs';
import { readCalls, readCompanies, speak } from '../conversation.mjs';
import { flatten } from '../ucm.mjs';

const companies = await readCompanies();
const calls = await readCalls();
const ended = Date.UTC(2026, 6, 1, 12, 0, 0);

function write(call, seconds) {
  const company = companies.find(c => c.slug === call.company);
  const spoken = call.legs.map(l => (l.turns || l.silence_ms ? { path: '/x.wav', seconds } : null));
  return new CdrWriter(company).write(call, spoken, ended);
}

test('the set covers what the product must show', () => {
  const has = what => assert.ok(calls.some(what), what.toString());
  assert.ok(calls.length >= 14);
  assert.equal(new Set(calls.map(c => c.company)).size, 2);
  for (const direction of ['inbound', 'outbound', 'internal']) has(c => c.direction === direction);
  for (const channels of ['stereo', 'mono']) has(c => c.channels === channels);
  for (const push of ['object', 'array', 'cdr_root', 'cdr']) has(c => c.push === push);
  has(c => c.silence_ms);
  has(c => c.cut_ms === 2000);
  has(c => c.disposition === 'NO ANSWER' && !c.turns);
  has(c => c.legs.filter(l => l.turns).length > 1);
  has(c => c.group === 'list');
  has(c => c.turns?.some(t => t.gap < 0));
});

test('every leg names an agent of its company, and two voices that differ', () => {
  for (const call of calls) {
    const company = companies.find(c => c.slug === call.company);
    for (const leg of call.legs) {
      assert.ok(company.agents.some(a => a.extension === leg.extension), call.name);
      if (!leg.turns) continue;
      assert.notEqual(leg.voices.agent, leg.voices.customer, call.name);
      for (const t of leg.turns) assert.match(t.say, /[.?]$/, call.name);
    }
  }
});

test('a CDR holds strings only, local times of the company, and recordings that recapi knows', () => {
  for (const call of calls) {
    const { item, recordings } = write(call, 30);
    for (const record of flatten(item))
      for (const [key, value] of Object.entries(record)) assert.equal(typeof value, 'string', key);
    const end = (item.main_cdr ?? item).end;
    assert.equal(end, call.company === 'harbour' ? '2026-07-01 13:00:00' : '2026-07-01 07:00:00');
    const told = flatten(item).flatMap(r => r.recordfiles.split('@')).filter(Boolean);
    assert.deepEqual(told, recordings.map(r => `${r.month}/${r.name}`), call.name);
  }
});

test('the transferred call is one group: empty head, a leg per agent, one unique id', () => {
  const { item } = write(calls.find(c => c.legs.length > 1), 20);
  const legs = flatten(item);
  assert.equal(item.main_cdr.AcctId, '');
  assert.equal(legs.length, 3);
  assert.equal(legs.filter(l => l.disposition === 'ANSWERED').length, 2);
  assert.equal(new Set(legs.map(l => l.AcctId)).size, 3);
  assert.equal(new Set([item.main_cdr, ...legs].map(l => l.uniqueid)).size, 1);
  assert.equal(new Set([item.main_cdr, ...legs].map(l => l.session)).size, 1);
});

test('recordings: stereo keeps the sides apart, the same words give the same bytes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ringsight-demo-'));
  const leg = { channels: 'stereo', voices: { agent: 'slt', customer: 'rms' },
                turns: [{ who: 'agent', say: 'Hello.' }, { who: 'customer', say: 'Hi.', gap: 500 }] };
  const one = await speak(leg, join(folder, 'a')), two = await speak(leg, join(folder, 'b'));
  const wav = await readFile(one.path);
  assert.deepEqual(await readFile(two.path), wav);
  assert.equal(wav.readUInt16LE(22), 2);
  assert.equal(wav.readUInt32LE(24), 16_000);
  const loud = [0, 0];
  let first = [Infinity, Infinity];
  for (let i = 44; i < wav.length; i += 4)
    for (const side of [0, 1])
      if (Math.abs(wav.readInt16LE(i + 2 * side)) > 500) {
        loud[side]++;
        first[side] = Math.min(first[side], i);
      }
  assert.ok(loud[0] > 500 && loud[1] > 300);
  assert.ok(first[0] < first[1]);
  assert.ok(Math.abs((wav.length - 44) / 4 / 16_000 - one.seconds) < 0.001);
  const mono = await speak({ ...leg, channels: 'mono' }, folder);
  assert.equal((await readFile(mono.path)).readUInt16LE(22), 1);
  const cut = await speak({ ...leg, cut_ms: 700 }, folder);
  assert.equal(cut.seconds, 0.7);
  assert.equal(await speak({ disposition: 'BUSY' }, folder), null);
  await rm(folder, { recursive: true });
});
