/* Work that is cut off is done by another (P1, P3): the worker killed, a decoder or a recogniser
 * killed, the same event over and over, Redis away. Nothing is lost and nothing is done twice. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { TALK, appears, callOf, callsOf, comes, control, ended, silence, spoken, tell, type Call } from './audio.ts';
import { aside, helpers, sql, worker } from './queue.ts';
import { demo, home, keyOf, send, until } from './house.ts';

/** Kills when a recogniser is at this call, and that much progress is told: decoding counts for the first percents. */
const killAt = (call: string, progress: number, kill: (recogniser: number) => void) => until('the call is being transcribed', 90_000, async () => {
  assert(!ended(await callOf(call)), 'it went too fast for this test');
  const running = await sql(`select 1 from job where kind = 'transcripts.run' and state = 'running' and progress >= ${progress} and args->>'call' = '${call}'`);
  const [busiest] = helpers('ringsight-asr').sort((x, y) => y.ticks - x.ticks);
  if (!running.length || !busiest) return false;
  kill(busiest.pid);
  return true;
});

const finished = (call: Call): void => {
  assert(['scored', 'not_scorable', 'held'].includes(call.state), `${call.state}: ${call.state_reason}`);
  assert.equal(call.recordings[0]!.state, 'ready');
};

/** What there is of a call, each of which must be there once. */
const counts = (call: string): Promise<string[]> => sql(`select (select count(*) from recording where call_id = c.id),
  (select count(*) from transcript where call_id = c.id), (select count(*) from analysis where call_id = c.id),
  (select count(*) from score where call_id = c.id), (select count(*) from job where args->>'call' = c.id::text) from call c where c.id = '${call}'`);

async function killedAmid(words: string, progress: number, kill: (recogniser: number) => void): Promise<void> {
  const { number } = await tell(await spoken(words));
  const id = await appears(number);
  const queue = await aside(id);
  try {
    await killAt(id, progress, kill);
    assert.equal((await callOf(id)).state, 'transcribing');
    finished(await comes(id, 60_000, ended));
    await until('nothing of it is left to do', 15_000, async () => (await counts(id))[0] === '1|1|1|1|0');
  } finally {
    await queue.back();
  }
}

test('the worker is killed while it transcribes: the call is scored within a minute, once', { timeout: 420_000 }, async () => {
  let killed = 0;
  await killedAmid(TALK, 0, () => {
    killed = worker()!.pid;
    process.kill(killed, 'SIGKILL');
  });
  const now = worker();
  assert(now && now.pid !== killed, 'another is in its place');
  assert.equal((await send('/readyz')).status, 200);
});

for (const [when, words, progress] of [['as it starts', TALK, 0], ['amid its work', `${TALK} ${TALK}`, 12]] as const) {
  test(`the recogniser is killed ${when}: what it had is done again`, { timeout: 420_000 }, async () => {
    let before = 0;
    await killedAmid(words, progress, (recogniser) => {
      before = worker()!.pid;
      process.kill(recogniser, 'SIGKILL');
    });
    assert.equal(worker()!.pid, before, 'the worker goes on');
  });
}

test('the decoder is killed: it is tried again', { timeout: 240_000 }, async () => {
  const seconds = 20 * 60, before = worker()!.pid;
  const others = helpers('ringsight-media').map((p) => p.pid);
  const told = await tell(silence(seconds), { extension: '2003' });
  const { pid } = await until('a decoder', 30_000, async () => helpers('ringsight-media').find((p) => !others.includes(p.pid)));
  process.kill(pid, 'SIGKILL');
  const call = await comes(await appears(told.number), 60_000, (c) => ['ready', 'failed'].includes(c.recordings[0]?.state ?? ''));
  assert.equal(call.recordings[0]!.state, 'ready', String(call.recordings[0]!.reason));
  assert.equal(call.recordings[0]!.duration_ms, 1000 * seconds);
  assert.equal(worker()!.pid, before);
});

test('every event three times, shuffled over several connections, is one call each', { timeout: 180_000 }, async () => {
  const audio = silence(2), numbers = Array.from({ length: 8 }, () => `+4476${String(Math.floor(Math.random() * 1e8)).padStart(8, '0')}`);
  const events = numbers.map((from) => ({ call_id: randomUUID(), direction: 'inbound', from, to: '+442079460100', agent: '2004', started_at: new Date().toISOString() }));
  const lot = [...events, ...events, ...events].map((event) => ({ event, at: Math.random() })).sort((a, b) => a.at - b.at);
  const agents = Array.from({ length: 4 }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
  const path = new URL(home.hooks.generic).pathname;
  const record = (await tell(audio, { extension: '2004' }));
  await Promise.all([
    ...lot.map(({ event }, i) => send(path, { method: 'POST', json: event, agent: agents[i % 4]!, headers: { connection: 'keep-alive' } })
      .then((a) => assert.equal(a.status, 200, a.text))),
    ...[1, 2].map(() => control('/records', 'POST', { items: [record.record] })),
  ]);
  for (const agent of agents) agent.destroy();
  for (const number of numbers) await appears(number, home, 30_000);
  const call = await appears(record.number);
  await until('all is read', 30_000, async () =>
    (await sql(`select 1 from job where kind = 'inbox.fold' limit 1`)).length === 0
    && (await keyOf(home).get('/api/v1/deliveries', { query: { state: 'received' } })).items.length === 0);
  for (const number of numbers) assert.equal((await callsOf(number)).length, 1, number);
  assert.equal((await callsOf(record.number)).length, 1);
  const queue = await aside(call);
  finished(await comes(call, 60_000, (c) => ended(c) && c.state !== 'no_recording').finally(queue.back));
  assert.deepEqual(await counts(call), ['1|1|1|1|0']);
});

/** Commands to Redis on a connection of their own. */
function redis(): Promise<{ ask: (...words: string[]) => Promise<string>; close: () => void }> {
  const url = new URL(demo.redis_url), waiting: ((line: string) => void)[] = [];
  const socket = connect(Number(url.port), url.hostname);
  let rest = '';
  socket.on('data', (part) => {
    const lines = (rest + part.toString()).split('\r\n');
    rest = lines.pop()!;
    for (const line of lines) waiting.shift()?.(line);
  });
  const ask = (...words: string[]): Promise<string> => new Promise((ok) => {
    waiting.push(ok);
    socket.write(`*${words.length}\r\n${words.map((w) => `$${Buffer.byteLength(w)}\r\n${w}\r\n`).join('')}`);
  });
  return new Promise((ok, fail) => {
    socket.on('error', fail);
    socket.on('connect', async () => {
      assert.equal(await ask('AUTH', decodeURIComponent(url.password)), '+OK');
      ok({ ask, close: () => socket.destroy() });
    });
  });
}

test('Redis is away: what is posted becomes a call all the same', { timeout: 120_000 }, async () => {
  const { ask, close } = await redis();
  assert.match(await ask('CLIENT', 'KILL', 'TYPE', 'pubsub'), /^:\d/);
  assert.match(await ask('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'), /^:\d/);
  assert.equal(await ask('CLIENT', 'PAUSE', '6000', 'ALL'), '+OK');
  let back = false;
  const pong = ask('PING').then((line) => { back = true; assert.equal(line, '+PONG'); });
  const number = `+4475${String(Math.floor(Math.random() * 1e8)).padStart(8, '0')}`;
  const answer = await send(new URL(home.hooks.generic).pathname, { method: 'POST', json: {
    call_id: randomUUID(), direction: 'inbound', from: number, to: '+442079460100', started_at: new Date().toISOString() } });
  assert.equal(answer.status, 200, answer.text);
  await appears(number, home, 20_000);
  assert.equal(back, false, 'Redis was still away');
  assert.equal((await send('/readyz')).status, 200);
  await pong;
  close();
});
