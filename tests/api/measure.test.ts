/* Scores that can be checked: each is derived anew from what it pins, and one that was changed is
 * found. In the demo's second tenant. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { as, isProblem, keyOf, MISSING, other as home, home as elsewhere, until, type Client } from './house.ts';
import { sql } from './queue.ts';
import { ownCommand } from './server.ts';

let boss: Client;
let calls: { id: string }[] = [];
before(async () => {
  boss = await as('owner', home);
  calls = await until('scored calls', 110_000, async () => {
    const { items } = await keyOf(home).get('/api/v1/calls', { query: { limit: 100, score_below: 10_000 } });
    const done = items.filter((c) => c.state === 'scored');
    return done.length >= 3 && done;
  });
});

const replay = (...more: string[]) => ownCommand(['admin', 'replay', '--tenant', home.slug, ...more], {}).ended;

test('every stored score is derived anew to the byte', async () => {
  const { code, out, err } = await replay();
  assert.equal(code, 0, err);
  const sums = JSON.parse(out);
  assert(sums.scores >= calls.length, out);
  assert.deepEqual([sums.equal, sums.different], [sums.scores, 0]);
  const one = JSON.parse((await replay('--call', calls[0]!.id)).out);
  assert(one.scores >= 1 && one.scores < sums.scores, 'one call alone');
  assert.equal(JSON.parse((await replay('--until', '2001-01-01T00:00:00Z')).out).scores, 0);
  assert.match((await replay('--since', 'yesterday')).err, /--since takes a time such as/);
});

test('a stored score that was changed is found, whatever was changed', async () => {
  const { id: call } = calls[1]!;
  const score = (await boss.send(`/api/v1/calls/${call}/score`)).json;
  const show = async (): Promise<any> => (await boss.send(`/api/v1/scores/${score.id}/replay`)).json; // eslint-disable-line
  assert.deepEqual(await show(), { equal: true, differs: '', engine: `${score.engine} ${score.engine_version}` });
  const changes: [string, string, RegExp][] = [
    [`score_bp = score_bp - 1`, `score_bp = score_bp + 1`, /score/],
    [`gate_bp = 10000`, `gate_bp = ${(await sql(`select gate_bp from score where id = '${score.id}'`))[0]}`, /state/],
    [`auto_fail = not auto_fail`, `auto_fail = not auto_fail`, /auto-fail/],
    [`body = jsonb_set(body, '{criteria,0,weight}', '999')`, `body = jsonb_set(body, '{criteria,0,weight}', '${score.criteria[0].weight}')`, /verdicts/],
    [`transcript_hash = sha256('another')`, `transcript_hash = '\\x${(await sql(`select encode(transcript_hash, 'hex') from score where id = '${score.id}'`))[0]}'`, /transcript is not the one it pins/],
  ];
  for (const [change, back, what] of changes) {
    await sql(`update score set ${change} where id = '${score.id}'`);
    try {
      const { code, out, err } = await replay('--call', call);
      assert.equal(code, 1, `${change}: ${out}`);
      assert(err.includes(`score ${score.id} of call ${call}`) && what.test(err), err);
      assert.match(err, /1 of \d+ scores are not as stored/);
      const shown = await show();
      assert.equal(shown.equal, false);
      assert.match(shown.differs, what);
    } finally {
      await sql(`update score set ${back} where id = '${score.id}'`);
    }
  }
  assert.equal((await show()).equal, true);
});

test('whose scores they are not, is told nothing by replaying them', async () => {
  const { id } = (await boss.send(`/api/v1/calls/${calls[1]!.id}/score`)).json;
  isProblem(await (await as('owner', elsewhere)).send(`/api/v1/scores/${id}/replay`), 404, 'not_found');
  isProblem(await (await as('agent', home)).send(`/api/v1/scores/${id}/replay`), 403, 'forbidden');
});

test('the offline engine says the same each time, by command and by job', async () => {
  const score = (await boss.send(`/api/v1/calls/${calls[1]!.id}/scores`)).json.items[0];
  const run = (...more: string[]) => ownCommand(['admin', 'rerun', '--tenant', home.slug, ...more], {}).ended;
  const { code, out, err } = await run('--times', '3', '--calls', '3');
  assert.deepEqual([code, err], [0, '']);
  const { times, report } = JSON.parse(out);
  assert.deepEqual([times, report.unstable, report.spread_bp], [3, 0, 0]);
  assert(report.calls >= 3 && report.questions.length > 0 && report.questions.every((q: { unstable: number; spread_bp: number }) => !q.unstable && !q.spread_bp));
  assert.equal(JSON.parse((await run('--call', calls[1]!.id)).out).report.calls, 1);
  assert.match((await run('--times', '99')).err, /--times takes a number from 2 to 20/);
  const card = (await boss.send('/api/v1/scorecards?limit=100')).json.items.find((c: { state: string; assigned: boolean }) => c.state === 'published' && c.assigned);
  const path = `/api/v1/scorecards/${card.id}/reruns`;
  const asked = await boss.send(path, { method: 'POST', json: { times: 3, calls: 2 } });
  assert.equal(asked.status, 201, asked.text);
  const done = await until('the rerun', 60_000, async () => {
    const row = (await boss.send(path)).json.items.find((r: { id: string }) => r.id === asked.json.id);
    return row.state !== 'queued' && row;
  });
  assert.deepEqual([done.state, done.body.unstable, done.body.spread_bp], ['done', 0, 0], JSON.stringify(done));
  const again = (await boss.send(`/api/v1/calls/${calls[1]!.id}/scores`)).json.items[0];
  assert.equal(again.id, score.id, 'no score was stored');
  isProblem(await boss.send(path, { method: 'POST', json: { times: 3, calls: 2, call: MISSING } }), 422, 'bad_input');
});

test('d2-11 what comes late still counts, unless something newer took its place', async () => {
  const { id: call } = calls[2]!;
  const fact = async (what: string): Promise<string> => (await sql(`select ${what} from call where id = '${call}'`))[0]!;
  const newest = async (): Promise<string> => (await sql(`select id from score where call_id = '${call}' order by id desc limit 1`))[0]!;
  const pause = await boss.send('/api/v1/jobs/pauses', { method: 'POST', json: { kind: 'scores.run' } });
  assert.equal(pause.status, 201, pause.text);
  const go = async (): Promise<void> => {
    const { items } = (await boss.send('/api/v1/jobs/pauses')).json;
    for (const p of items.filter((x: { kind: string }) => x.kind === 'scores.run')) await boss.send(`/api/v1/jobs/pauses/${p.id}`, { method: 'DELETE' });
  };
  const transcript = await fact('transcript_id');
  try {
    // Late: asked for, and nothing comes for a while. What was there stays until it does.
    const before_ = await newest(), scored = await fact('scored_at');
    assert.equal((await boss.send(`/api/v1/calls/${call}/score`, { method: 'POST' })).status, 204);
    await go();
    await until('the late score', 60_000, async () => (await newest()) !== before_);
    await until('it counts', 10_000, async () => (await fact('scored_at')) !== scored);

    // Superseded: by the time it runs the call has another transcript.
    const next = (await sql(`insert into transcript select (jsonb_populate_record(t, jsonb_build_object('id', gen_random_uuid()))).* from transcript t where id = '${transcript}' returning id`))[0]!;
    assert.equal((await boss.send('/api/v1/jobs/pauses', { method: 'POST', json: { kind: 'scores.run' } })).status, 201);
    assert.equal((await boss.send(`/api/v1/calls/${call}/score`, { method: 'POST' })).status, 204);
    await sql(`update call set transcript_id = '${next}', score_bp = 1234, scored_at = '2026-01-01' where id = '${call}'`);
    const last = await newest();
    await go();
    await until('the score of the old transcript', 60_000, async () => (await newest()) !== last);
    assert.deepEqual([await fact('transcript_id'), await fact('score_bp')], [next, '1234'], 'the call shows what is newer');
    await sql(`update call set transcript_id = '${transcript}' where id = '${call}'`);
    await sql(`delete from transcript where id = '${next}'`);
  } finally {
    await go();
    await sql(`update call set transcript_id = '${transcript}' where id = '${call}'`);
    assert.equal((await boss.send(`/api/v1/calls/${call}/score`, { method: 'POST' })).status, 204);
    await until('the call is as it was', 60_000, async () => (await fact('score_bp')) !== '1234');
  }
});

test('d3-10 a call that the phone system calls voicemail is not scored, and says why', async () => {
  const { id } = calls[2]!, was = (await sql(`select disposition || '|' || score_bp from call where id = '${id}'`))[0]!.split('|');
  const again = async (): Promise<void> => assert.equal((await boss.send(`/api/v1/calls/${id}/score`, { method: 'POST' })).status, 204);
  await sql(`update call set disposition = 'voicemail' where id = '${id}'`);
  try {
    await again();
    const call = await until('it is not scored', 90_000, async () => {
      const c = (await boss.send(`/api/v1/calls/${id}`)).json;
      return c.state === 'not_scorable' && c;
    });
    assert.deepEqual([call.score_bp, call.state_reason], [null, 'The phone system says voicemail: nobody talked with anybody.']);
  } finally {
    await sql(`update call set disposition = '${was[0]}' where id = '${id}'`);
    await again();
    await until('it is scored again', 90_000, async () => (await sql(`select score_bp from call where id = '${id}'`))[0] === was[1]);
  }
});

test('d3-05 scores that all say the same are seen', async () => {
  const [mine, next] = calls;
  const body = { name: `Bunched ${Date.now()}`, sections: [{ name: 'Only', questions: [{ key: 'any', text: 'Any', weight: 1, rule: { said: ['_'] } }] }] };
  const card = (await boss.send('/api/v1/scorecards', { method: 'POST', json: { body } })).json.id;
  const spread = async (): Promise<{ scores: number; mean_bp: number; bunched_bp: number; histogram: number[] }> => (await boss.send(`/api/v1/scorecards/${card}/spread`)).json;
  const score = async (call: string, bp: number): Promise<void> => {
    await sql(`insert into score select (jsonb_populate_record(s, jsonb_build_object('id', ground.uuid_at(clock_timestamp()), 'scorecard_id', '${card}', 'state', 'scored', 'score_bp', ${bp}, 'mode', 'suggest'))).* from score s where call_id = '${call}' order by id desc limit 1`);
  };
  try {
    await score(mine!.id, 7500);
    await score(next!.id, 8400);
    const close = await spread();
    assert.deepEqual([close.scores, close.mean_bp, close.bunched_bp, close.histogram], [2, 7950, 10_000, [0, 0, 0, 0, 0, 0, 0, 1, 1, 0]]);
    await score(next!.id, 1000);
    const apart = await spread();
    assert.deepEqual([apart.scores, apart.bunched_bp, apart.histogram[1]], [2, 5000, 1], 'the newest of each call');
  } finally {
    await sql(`delete from score where scorecard_id = '${card}'`);
    assert.equal((await boss.send(`/api/v1/scorecards/${card}`, { method: 'DELETE' })).status, 204);
  }
});
