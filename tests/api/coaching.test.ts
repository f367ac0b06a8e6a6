/* Coaching plans: given from a verdict, acknowledged by its agent alone, ended by who gave it, with the
 * agent's score on the question before and since. In the demo's second tenant. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { as, home as elsewhere, isProblem, keyOf, MISSING, other as home, until, type Client } from './house.ts';
import { sql } from './queue.ts';

let boss: Client, agent: Client;
let call: any, verdict: any, score: any; // eslint-disable-line
before(async () => {
  boss = await as('manager', home);
  agent = await as('agent', home);
  await until('a scored call of the agent', 110_000, async () => {
    for (const c of (await agent.get('/api/v1/calls', { query: { limit: 100, score_below: 10_000 } })).items) {
      if (c.state !== 'scored') continue;
      const answer = await boss.send(`/api/v1/calls/${c.id}/score`);
      if (answer.status !== 200 || answer.json.mode !== 'decide' || answer.json.voided_at) continue;
      call = c;
      score = answer.json;
      verdict = score.criteria.find((x: any) => x.points_bp !== null && x.spans.length) ?? score.criteria.find((x: any) => x.points_bp !== null); // eslint-disable-line
      if (verdict) return true;
    }
    return false;
  });
});

const give = (json: object, who = boss, of = call.id) => who.send(`/api/v1/calls/${of}/coaching-plans`, { method: 'POST', json });
const plans = async (who: Client, query = ''): Promise<any[]> => (await who.send(`/api/v1/coaching-plans?limit=100${query}`)).json.items; // eslint-disable-line

test('a plan keeps the verdict and the words it rests on, and goes its way', async () => {
  const made = await give({ criterion: verdict.key, what: ' Greet by name ', due: '2099-07-31' });
  assert.equal(made.status, 201, made.text);
  const { id } = made.json;
  const [shown] = (await plans(agent, `&call=${call.id}`)).filter((p) => p.id === id);
  assert.deepEqual([shown.what, shown.due, shown.state, shown.call_id, shown.criterion], ['Greet by name', '2099-07-31', 'open', call.id, verdict.key]);
  assert.deepEqual([shown.why.question, shown.why.points_bp, shown.why.span], [verdict.text, verdict.points_bp, verdict.spans[0] ?? null]);
  assert(shown.before >= 1 && shown.before_bp !== null, 'the call itself counts as before');
  assert.equal(shown.after, 0);
  assert.equal(shown.after_bp, null);

  isProblem(await boss.send(`/api/v1/coaching-plans/${id}/acknowledge`, { method: 'POST' }), 403, 'forbidden');
  isProblem(await agent.send(`/api/v1/coaching-plans/${id}/end`, { method: 'POST', json: { outcome: 'done' } }), 403, 'forbidden');
  assert.equal((await agent.send(`/api/v1/coaching-plans/${id}/acknowledge`, { method: 'POST' })).status, 204);
  isProblem(await agent.send(`/api/v1/coaching-plans/${id}/acknowledge`, { method: 'POST' }), 409, 'conflict');
  assert((await plans(boss, '&state=acknowledged')).some((p) => p.id === id && p.acknowledged_at));
  assert.equal((await boss.send(`/api/v1/coaching-plans/${id}/end`, { method: 'POST', json: { outcome: 'done', note: 'Well done' } })).status, 204);
  isProblem(await boss.send(`/api/v1/coaching-plans/${id}/end`, { method: 'POST', json: { outcome: 'done' } }), 409, 'conflict');
  assert((await plans(agent, '&state=done')).some((p) => p.id === id && p.note === 'Well done' && p.ended_at));
});

test('whether the score moved: the means before and since, with how many calls', async () => {
  const { id } = (await give({ criterion: verdict.key, what: 'Practise', due: '2099-07-31' })).json;
  // As if it had been given before any of the agent's calls: they all are since.
  await sql(`update coaching_plan set created_at = now() - interval '50 years' where id = '${id}'`);
  const [shown] = (await plans(boss, `&agent=${call.agent_id}`)).filter((p) => p.id === id);
  assert.equal(shown.before, 0);
  assert(shown.after >= 1);
  // The same by hand: the newest twenty calls, each by the card's score that counts.
  const points: number[] = [];
  let seen = 0;
  for (const c of (await boss.get('/api/v1/calls', { query: { agent: call.agent_id, limit: 100 } })).items) {
    if (c.score_bp === null || seen++ >= 20) continue;
    const s = (await boss.send(`/api/v1/calls/${c.id}/score?card=${score.scorecard.card_id}`)).json;
    const one = s.mode === 'decide' && !s.voided_at && s.criteria?.find((x: any) => x.key === verdict.key); // eslint-disable-line
    if (one && one.points_bp !== null) points.push(one.points_bp);
  }
  assert.equal(shown.after, points.length);
  assert.equal(shown.after_bp, Math.round(points.reduce((a, b) => a + b, 0) / points.length));
  await boss.send(`/api/v1/coaching-plans/${id}/end`, { method: 'POST', json: { outcome: 'cancelled' } });
});

test('what makes no plan is refused with the field to mend', async () => {
  for (const [json, field] of [
    [{ what: ' ', due: '2099-07-31' }, 'what'], [{ what: 'x', due: '2099-02-30' }, 'due'], [{ what: 'x', due: '2020-01-01' }, 'due'],
    [{ what: 'x', due: '2099-07-31', criterion: 'no-such' }, 'criterion'], [{ due: '2099-07-31' }, 'what'],
  ] as const) {
    const answer = await give(json);
    isProblem(answer, 422, 'bad_input');
    assert(answer.json.fields[field], `${field}: ${answer.text}`);
  }
  const bare = await boss.send('/api/v1/calls', { method: 'POST', json: { direction: 'inbound', from_number: '+441632960078', started_at: '2026-01-01T00:00:00Z' } });
  isProblem(await give({ what: 'x', due: '2099-07-31' }, boss, bare.json.id), 409, 'conflict');
});

test('plans are seen by whom the calls are seen by', async () => {
  const { id } = (await give({ what: 'About the whole call', due: '2099-07-31' })).json;
  const stranger = await as('owner', elsewhere);
  assert(!(await plans(stranger)).some((p) => p.id === id));
  isProblem(await give({ what: 'x', due: '2099-07-31' }, stranger), 404, 'not_found');
  for (const act of ['acknowledge', 'end'])
    isProblem(await stranger.send(`/api/v1/coaching-plans/${id}/${act}`, { method: 'POST', ...(act === 'end' ? { json: { outcome: 'done' } } : {}) }), 404, 'not_found');
  const mine = new Set((await agent.get('/api/v1/agents', { query: { limit: 100 } })).items.map((a) => a.id));
  for (const p of await plans(agent)) assert(mine.has(p.agent_id), 'an agent sees his own plans only');
  const foreign = (await keyOf(home).get('/api/v1/calls', { query: { limit: 100 } })).items.find((c) => c.agent_id && !mine.has(c.agent_id))!;
  const theirs = (await give({ what: 'Of another', due: '2099-07-31' }, boss, foreign.id)).json.id;
  assert(!(await plans(agent)).some((p) => p.id === theirs));
  isProblem(await agent.send(`/api/v1/coaching-plans/${theirs}/acknowledge`, { method: 'POST' }), 404, 'not_found');
  isProblem(await agent.send(`/api/v1/coaching-plans/${MISSING}/acknowledge`, { method: 'POST' }), 404, 'not_found');
  for (const plan of [id, theirs]) await boss.send(`/api/v1/coaching-plans/${plan}/end`, { method: 'POST', json: { outcome: 'cancelled' } });
});
