/* No call stands still: what loses its job is found by the watch and gets another, or ends with a
 * reason; and what failed goes on from there when somebody asks. Jobs are taken away as no part of
 * the service would, by the owner of the tables. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { before, test } from 'node:test';
import { appears, callOf, comes, ended, silence, tell } from './audio.ts';
import { sql } from './queue.ts';
import { as, facts, home, isProblem, keyOf, other, send, sleep, until, MISSING, type Answer, type Client } from './house.ts';

let owner: Client;
const retry = (call: string, who = owner): Promise<Answer> => who.send(`/api/v1/calls/${call}/retry`, { method: 'POST' });
const one = async (statement: string): Promise<string> => (await sql(statement))[0] ?? '';
const jobs = (call: string, kind: string): Promise<string> => one(`select count(*) from job where object_id = '${call}' and kind = '${kind}'`);
const watch = (): Promise<string[]> => sql("update schedule set next_at = now() where name = 'stages.watch' and next_at > now()");
/** The watch has looked since. */
async function watched(): Promise<void> {
  const before = await one("select max(id::text) from job_history where kind = 'stages.watch'");
  await until('the watch has looked', 30_000, async () => { await watch(); return (await one("select max(id::text) from job_history where kind = 'stages.watch'")) > before; });
}

const folder = dirname(resolve(facts));
/** How many rows stood still at the last look, as the worker's /metrics says. */
async function still(): Promise<number> {
  const port = Number(readFileSync(join(folder, 'env'), 'utf8').match(/^RINGSIGHT_WORKER_METRICS_PORT=['"]?(\d+)/m)?.[1]);
  const { text } = await send('/metrics', { port });
  return Number(text.match(/^ringsight_stages_without_job (\d+)/m)?.[1] ?? NaN);
}

/** A call with a decoded recording that has ended, made to look an hour old. */
async function done(seconds: number): Promise<string> {
  const { number } = await tell(silence(seconds));
  const id = await appears(number);
  await comes(id, 60_000, ended);
  await sql(`update call set created_at = now() - interval '1 hour' where id = '${id}'; update recording set created_at = now() - interval '1 hour' where call_id = '${id}'`);
  return id;
}
const forget = (call: string, kinds = '%'): Promise<string[]> => sql(`delete from job_history where object_id = '${call}' and kind like '${kinds}'`);

before(async () => { owner = await as('owner'); });

test('a call without a job gets one if that stage never had any, else it fails with a reason and can be tried again', { timeout: 240_000 }, async () => {
  const id = await done(2);
  await forget(id, 'scores.%'); // first: the watch looks at any moment
  await sql(`update call set state = 'analysing', score_state = null, score_bp = null where id = '${id}'`);
  await watched();
  assert.equal((await comes(id, 30_000, ended)).state, 'not_scorable', 'it was scored anew');

  await sql(`update call set state = 'analysing', score_state = null, score_bp = null where id = '${id}'`);
  await watched();
  const failed = await comes(id, 30_000, ended);
  assert.equal(failed.state, 'failed');
  assert.match(failed.state_reason!, /^It stopped: .+\.$/);
  assert.equal((await retry(id)).status, 204);
  assert.equal((await comes(id, 30_000, ended)).state, 'not_scorable');
});

test('a recording that waits without a job is fetched, and one whose job ended fails', { timeout: 240_000 }, async () => {
  const id = await done(3), state = `update recording set state = 'waiting' where call_id = '${id}'; update call set state = 'fetching' where id = '${id}'`;
  await forget(id, 'recordings.%');
  await sql(state);
  await watched();
  await comes(id, 30_000, (c) => c.recordings[0]!.state === 'ready');
  await comes(id, 30_000, ended);
  await sql(state);
  await watched();
  const failed = await comes(id, 30_000, ended);
  assert.deepEqual([failed.state, failed.recordings[0]!.state], ['failed', 'failed']);
  assert.match(failed.recordings[0]!.reason!, /^It stopped: /);
  assert.equal((await retry(id)).status, 204);
  await comes(id, 30_000, (c) => c.recordings[0]!.state === 'ready' && ended(c));
});

test('W6: a delivery that nobody read is counted, and read', { timeout: 120_000 }, async () => {
  const number = `+4478${String(Math.floor(Math.random() * 1e8)).padStart(8, '0')}`;
  const hook = new URL(home.hooks.generic).pathname;
  const answer = await send(hook, { method: 'POST', json: { call_id: randomUUID(), direction: 'inbound', from: number, to: '+442079460100', agent: '2001', started_at: new Date().toISOString() } });
  assert.equal(answer.status, 200, answer.text);
  const call = await appears(number);
  const delivery = await one(`select delivery_id from call_event where call_key = (select call_key from call where id = '${call}')`);
  // As if it had come two minutes ago and its job were lost.
  const old = (await one("select ground.uuid_at(now() - interval '2 minutes')")).slice(0, 13) + randomUUID().slice(13).replace(/^-./, '-7');
  await sql(`insert into inbox select tenant_id, '${old}', integration_id, received_at, method, query, source, headers, body from inbox where id = '${delivery}'`);
  let over = false, most = 0;
  const seen = (async () => { while (!over) { most = Math.max(most, await still()); await sleep(40); } })();
  await watched();
  over = true;
  await seen;
  assert(most >= 1, 'the metric told of it');
  await until('it is read', 30_000, async () => (await one(`select state from delivery where id = '${old}'`)) === 'parsed');
  await watched();
  await until('none stands still', 20_000, async () => (await still()) === 0);
});

test('the watch leaves alone what works, and counts nothing', { timeout: 120_000 }, async () => {
  const { number } = await tell(silence(4), { fault: { kind: 'not_ready', times: 2 } });
  const id = await appears(number);
  await sql(`update call set created_at = now() - interval '1 hour' where id = '${id}'; update recording set created_at = now() - interval '1 hour' where call_id = '${id}'`);
  await watched();
  assert.notEqual((await callOf(id)).state, 'failed');
  await comes(id, 60_000, (c) => c.recordings[0]!.state === 'ready');
  assert.equal(await jobs(id, 'recordings.fetch'), '0');
});

test('trying again goes on from the stage that failed, for those who may', { timeout: 240_000 }, async () => {
  const id = await done(2), transcripts = (): Promise<string> => one(`select count(*) from transcript where call_id = '${id}'`);
  await sql(`update call set state = 'failed', score_state = null where id = '${id}'; delete from analysis where call_id = '${id}'`);
  isProblem(await retry(id, await as('agent')), 403, 'forbidden');
  isProblem(await retry(id, await as('owner', other)), 404, 'not_found');
  isProblem(await retry(MISSING), 404, 'not_found');
  const made = await transcripts();
  assert.equal((await retry(id)).status, 204);
  await comes(id, 30_000, (c) => c.state === 'not_scorable');
  assert.equal(await transcripts(), made, 'what was said is not written down again');
  assert.equal(await one(`select count(*) from analysis where call_id = '${id}'`), '1');

  await sql(`update call set state = 'held' where id = '${id}'`);
  assert.equal((await retry(id)).status, 204);
  await comes(id, 30_000, (c) => c.state === 'not_scorable');
  assert.equal(await transcripts(), String(Number(made) + 1), 'an uncertain transcript is made anew');
  const bare = (await keyOf(home).get('/api/v1/calls', { query: { state: 'no_recording', limit: 1 } })).items[0]!;
  isProblem(await retry(bare.id), 409, 'not_ended');
});
