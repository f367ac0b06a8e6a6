/* 3CX from end to end against a simulated one (tests/providers/sim): the template's posts, the shared
 * token, recordings, back-fill with its count, and the nightly look for what never arrived. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CLIENT, KEY, logRow, report, start } from '../providers/sim/3cx.mjs';
import { silence } from './audio.ts';
import { as, home, isProblem, keyOf, other, send, until, type Answer, type Client } from './house.ts';

const ROOT = '/api/v1/integrations';
const HOUR = 3_600_000;
let owner: Client;
const sims: Awaited<ReturnType<typeof start>>[] = [];
const made: string[] = [];

before(async () => { owner = await as('owner'); });
after(async () => {
  for (const id of made) await owner.send(`${ROOT}/${id}`, { method: 'DELETE' });
  await Promise.all(sims.map((s) => s.stop()));
});

interface House { id: string; hook: string; path: string; sim: (typeof sims)[number]; box: (typeof sims)[number]['box'] }

/** A 3CX of one's own with its integration. */
async function house(settings: Record<string, string> = {}): Promise<House> {
  const sim = await start();
  sims.push(sim);
  const answer = await owner.send(ROOT, { method: 'POST', json: { provider: '3cx', name: 'A 3CX', zone: 'Europe/London',
    settings: { calls_from: 'template', base_url: sim.url, client_id: CLIENT, client_secret: KEY, recordings: 'fetch', ...settings } } });
  assert.equal(answer.status, 201, answer.text);
  made.push(answer.json.id);
  return { id: answer.json.id, hook: answer.json.hook_url, path: new URL(answer.json.hook_url).pathname, sim, box: sim.box };
}

let serial = Date.now() % 1_000_000;
const number = (): string => `+44207${String(++serial).padStart(7, '0')}`;
const key = keyOf(home);
const callsOf = async (n: string) => (await key.get('/api/v1/calls', { query: { number: n } })).items;
const iso = (t: number): string => new Date(Math.floor(t / 1000) * 1000).toISOString().replace('.000Z', 'Z');

const polls = async (id: string) => (await owner.get('/api/v1/polls', { query: { integration: id } })).items;
async function poll(at: House, mode: 'count' | 'backfill', from: number, to?: number) {
  const answer = await owner.send(`${ROOT}/${at.id}/polls`, { method: 'POST', json: { mode, from: iso(from), ...(to ? { to: iso(to) } : {}) } });
  assert.equal(answer.status, 201, answer.text);
  return answer.json.id as string;
}
async function ended(at: House, run: string) {
  return until('the run ends', 60_000, async () => {
    const found = (await polls(at.id)).find((p) => p.id === run);
    return found && found.state !== 'running' ? found : undefined;
  });
}
/** So many calls of the log, a minute apart from `from` on, each with its own number. */
function many(at: House, n: number, from: number, facts: Record<string, unknown> = {}): string[] {
  const numbers = Array.from({ length: n }, number);
  at.box.calls.push(...numbers.map((SourceCallerId, i) => logRow({ MainCallHistoryId: `${at.id}-${SourceCallerId}`, SourceCallerId, DestinationDn: '2001',
    StartTime: new Date(from + i * 10_000).toISOString(), ...facts })));
  return numbers;
}

describe('the template', () => {
  test('the file has the address and the key, and nothing of it can break out of the XML', async () => {
    const at = await house({ template_key: 'a"long&<random>\'key' });
    const file = async (who: Client, json: object): Promise<Answer> => who.send(`${ROOT}/${at.id}/setup-file`, { method: 'POST', json });
    const { json } = await file(owner, { hook_url: at.hook });
    assert.equal(json.file_name, 'ringsight-3cx.xml');
    assert(json.content.includes(`Default="${at.hook}"`), json.content);
    assert(json.content.includes('Default="a&quot;long&amp;&lt;random&gt;&apos;key"'), json.content);
    assert(!/\{\{|\}\}/.test(json.content));
    assert.match(json.content, /\[\[CallStartTimeUTC\]\.ToString\("yyyy-MM-ddTHH:mm:ssZ"\)\]/);
    assert((await file(owner, {})).json.content.includes('Title="Webhook address:" Default=""'));
    isProblem(await file(owner, { hook_url: 'https://elsewhere.example/hooks/3cx/x' }), 422, 'bad_input');
    isProblem(await file(await as('viewer'), {}), 403, 'forbidden');
    isProblem(await file(await as('owner', other), {}), 404, 'not_found');
  });

  test('a post becomes a call with its agent; without the key it is refused', async () => {
    const at = await house({ template_key: 'a-long-and-random-key' });
    const from = number();
    const post = (bearer: string): Promise<Answer> => send(at.path, { method: 'POST', headers: { authorization: `Bearer ${bearer}` }, json: report({ number: from, agent: '2001' }) });
    isProblem(await post('another-long-random-key'), 401, 'bad_signature');
    for (let i = 0; i < 3; i++) assert.equal((await post('a-long-and-random-key')).status, 200);
    const [call] = await until('the call is there', 20_000, async () => { const c = await callsOf(from); return c.length ? c : undefined; });
    assert.equal(call!.agent_name, 'Sara Whitfield');
    assert.equal(call!.talk_s, 60);
    const deliveries = await until('all three are read', 20_000, async () => {
      const { items } = await owner.get('/api/v1/deliveries', { query: { integration: at.id } });
      return items.length === 3 && items.every((d) => d.state === 'parsed') ? items : undefined;
    });
    assert.equal(deliveries.length, 3);
    assert.equal((await callsOf(from)).length, 1);
  });
});

describe('the token and recordings', () => {
  test('many recordings share one login; a forgotten token costs one more', async () => {
    const at = await house();
    const start_ = Date.now() - 2 * HOUR;
    const numbers = Array.from({ length: 8 }, number);
    const post = async (i: number): Promise<void> => {
      const row = { StartTime: new Date(start_ + i * 60_000 + 5000).toISOString(), FromCallerNumber: numbers[i], FromDn: '10020', ToDn: '2001' };
      at.box.recordings.set(100 + i, { row, file: silence(2 + i) });
      assert.equal((await send(at.path, { method: 'POST', json: report({ number: numbers[i], agent: '2001', started_at: iso(start_ + i * 60_000),
        answered_at: iso(start_ + i * 60_000 + 5000), ended_at: iso(start_ + i * 60_000 + 30_000) }) })).status, 200);
    };
    const came = async (i: number): Promise<void> => {
      await until(`recording ${i} is there`, 60_000, async () => {
        const [call] = await callsOf(numbers[i]!);
        const full = call && await key.get('/api/v1/calls/{call}', { params: { call: call.id } });
        return full?.recordings[0] && full.recordings[0].bytes === silence(2 + i).length ? true : undefined;
      });
    };
    await Promise.all([0, 1, 2, 3, 4, 5].map(post));
    for (const i of [0, 1, 2, 3, 4, 5]) await came(i);
    assert.equal(at.box.logins, 1, 'six recordings, one login');
    at.box.token = '';
    await Promise.all([6, 7].map(post));
    for (const i of [6, 7]) await came(i);
    assert.equal(at.box.logins, 2, 'one more after 3CX forgot it');
    assert.deepEqual(at.box.asked.filter((a) => !a.startsWith('GET /xapi/v1/') && a !== 'POST /connect/token'), [], 'nothing but reading');
  });

  test('what goes wrong on the way is asked for again', async () => {
    const at = await house();
    const from = number(), began = Date.now() - 2 * HOUR;
    at.box.recordings.set(7, { row: { StartTime: new Date(began).toISOString(), FromCallerNumber: from, FromDn: '10020', ToDn: '2001' }, file: silence(3) });
    at.box.faults.push({ kind: 'not_found', match: 'Download', times: 1 }, { kind: 'json', match: '$filter', times: 1 }, { kind: 'slow', match: 'Download', times: 1 });
    await send(at.path, { method: 'POST', json: report({ number: from, agent: '2001', started_at: iso(began), answered_at: iso(began), ended_at: iso(began + 9000) }) });
    await until('the recording is there', 60_000, async () => {
      const [call] = await callsOf(from);
      return call && (await key.get('/api/v1/calls/{call}', { params: { call: call.id } })).recordings[0]?.bytes ? true : undefined;
    });
    assert(at.box.faults.every((f) => f.times === 0), 'each fault has happened');
  });

  test('a refused client is tried once and the admin is told', async () => {
    const at = await house({ client_secret: 'wrong' });
    const from = number();
    await send(at.path, { method: 'POST', json: report({ number: from, agent: '2001' }) });
    await until('the integration asks for attention', 30_000, async () =>
      (await owner.get('/api/v1/integrations/{integration}', { params: { integration: at.id } })).state === 'attention' ? true : undefined);
    assert.equal(at.box.refused, 1);
    isProblem(await owner.send(`${ROOT}/${at.id}/polls`, { method: 'POST', json: { mode: 'count', from: iso(Date.now() - HOUR) } }), 409, 'in_use');
  });
});

describe('the call log', () => {
  test('a count says how many there are and keeps nothing; a back-fill brings them, marked', async () => {
    const at = await house({ recordings: 'none' });
    const began = Date.now() - 50 * HOUR;
    const numbers = [...many(at, 230, began), ...many(at, 20, began + 30 * HOUR)];
    const counted = await ended(at, await poll(at, 'count', began - HOUR));
    assert.deepEqual([counted.state, counted.calls, counted.new_calls, counted.reason], ['done', 250, 250, null]);
    assert.equal((await owner.get('/api/v1/deliveries', { query: { integration: at.id } })).items.length, 0);
    assert.equal((await callsOf(numbers[0]!)).length, 0);

    const run = await poll(at, 'backfill', began - HOUR);
    const filled = await ended(at, run);
    assert.deepEqual([filled.state, filled.calls], ['done', 250]);
    const all = await until('all calls are there', 60_000, async () => (await polls(at.id)).find((p) => p.id === run && p.found === 250));
    assert.equal(all.found, 250);
    for (const n of [numbers[0]!, numbers[99]!, numbers[100]!, numbers[249]!]) {
      const [call] = await callsOf(n);
      assert.equal((await key.get('/api/v1/calls/{call}', { params: { call: call!.id } })).found_by_poll, true, n);
    }
    const again = await ended(at, await poll(at, 'count', began - HOUR));
    assert.deepEqual([again.calls, again.new_calls], [250, 0], 'nothing is new any more');
    const { items } = await owner.get('/api/v1/deliveries', { query: { integration: at.id } });
    assert(items.every((d) => d.source === 'poll' && d.state === 'parsed'), JSON.stringify(items));
  });

  /** TRUST.md W10, EXPECTATIONS.md d1-10. */
  test('d1-10 what the template never told of is found and marked, and nothing is counted twice', async () => {
    const at = await house({ recordings: 'none' });
    const began = Date.now() - 4 * HOUR - (Date.now() % 1000);
    const numbers = many(at, 100, began, { RingingDuration: 'PT5S', TalkingDuration: 'PT1M0S' });
    const withheld = new Set([numbers[13]!, numbers[77]!]);
    await Promise.all(numbers.map(async (n, i) => {
      if (withheld.has(n)) return;
      const [start_, answered] = [began + i * 10_000, began + i * 10_000 + 5000];
      // The template writes the number as it was dialled, and its clock is a second off.
      assert.equal((await send(at.path, { method: 'POST', json: report({ number: n.replace('+', '00'), agent: '2001', started_at: iso(start_ + 1000),
        answered_at: iso(answered), ended_at: iso(answered + 60_000) }) })).status, 200);
    }));
    await until('all posts are calls', 60_000, async () =>
      (await owner.get('/api/v1/deliveries', { query: { integration: at.id, state: 'parsed', limit: 100 } })).items.length === 98 || undefined);
    const counted = await ended(at, await poll(at, 'count', began - HOUR));
    assert.deepEqual([counted.calls, counted.new_calls], [100, 2]);
    const run = await poll(at, 'backfill', began - HOUR);
    await ended(at, run);
    await until('the two are found', 30_000, async () => (await polls(at.id)).find((p) => p.id === run)?.found === 2 || undefined);
    for (const n of numbers) {
      const calls = await callsOf(n); // however it was written
      assert.equal(calls.length, 1, n);
      assert.equal((await key.get('/api/v1/calls/{call}', { params: { call: calls[0]!.id } })).found_by_poll, withheld.has(n), n);
    }
  });

  test('a 3CX that repeats a page is at its end, and one that answers rubbish is asked again', async () => {
    const at = await house();
    many(at, 150, Date.now() - 5 * HOUR);
    at.box.repeat = true;
    at.box.faults.push({ kind: 'html', match: 'GetCallLogData', times: 1 }, { kind: 'busy', match: 'GetCallLogData', times: 1 });
    const run = await ended(at, await poll(at, 'count', Date.now() - 6 * HOUR));
    assert.deepEqual([run.state, run.calls], ['done', 100]);
    assert(at.box.faults.every((f) => f.times === 0));
  });

  test('a role too low ends the run with what to do', async () => {
    const at = await house();
    at.box.faults.push({ kind: 'forbidden', match: 'GetCallLogData', times: 99 });
    const run = await ended(at, await poll(at, 'count', Date.now() - HOUR));
    assert.equal(run.state, 'failed');
    assert.match(run.reason!, /role/);
  });

  test('one run of an integration at a time; it can be stopped', async () => {
    const at = await house();
    at.box.faults.push({ kind: 'busy', match: 'GetCallLogData', times: 99 });
    const run = await poll(at, 'count', Date.now() - HOUR);
    isProblem(await owner.send(`${ROOT}/${at.id}/polls`, { method: 'POST', json: { mode: 'backfill', from: iso(Date.now() - HOUR) } }), 409, 'in_use');
    const stop = (who: Client): Promise<Answer> => who.send(`/api/v1/polls/${run}`, { method: 'DELETE' });
    isProblem(await stop(await as('owner', other)), 404, 'not_found');
    assert.equal((await stop(owner)).status, 204);
    assert.equal((await ended(at, run)).state, 'stopped');
    isProblem(await stop(owner), 404, 'not_found');
  });

  test('spans that make no sense are refused by name', async () => {
    const at = await house();
    const bad = (json: object): Promise<Answer> => owner.send(`${ROOT}/${at.id}/polls`, { method: 'POST', json });
    isProblem(await bad({ mode: 'count', from: iso(Date.now() + HOUR) }), 422, 'bad_input');
    isProblem(await bad({ mode: 'count', from: '2020-01-01T00:00:00Z' }), 422, 'bad_input');
    isProblem(await bad({ mode: 'nightly', from: iso(Date.now() - HOUR) }), 422, 'bad_input');
  });
});
