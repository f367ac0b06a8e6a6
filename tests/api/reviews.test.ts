/* People who score calls: blind until they submit, their score before the machine's, voided,
 * disputed and acknowledged. In the demo's second tenant, where no page is looked at. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { as, home as elsewhere, isProblem, keyOf, other as home, until, type Client } from './house.ts';
import { sql } from './queue.ts';

let boss: Client, second: Client;
let calls: any[] = []; // eslint-disable-line
before(async () => {
  boss = await as('owner', home);
  second = await as('manager', home);
  calls = await until('scored calls', 110_000, async () => {
    const { items } = await keyOf(home).get('/api/v1/calls', { query: { limit: 100, score_below: 10_000 } });
    const done = items.filter((c) => c.state === 'scored');
    return done.length >= 4 && done;
  });
  const reviewed = new Set(await sql('select distinct call_id from review')); // by the tests of other files
  calls.sort((a, b) => Number(reviewed.has(a.id)) - Number(reviewed.has(b.id)));
});

async function open(call: string, who = boss): Promise<string> {
  const answer = await who.send(`/api/v1/calls/${call}/reviews`, { method: 'POST', json: {} });
  assert.equal(answer.status, 201, answer.text);
  return answer.json.id;
}
const review = async (id: string, who = boss): Promise<any> => (await who.send(`/api/v1/reviews/${id}`)).json; // eslint-disable-line
const questions = (r: any): { key: string; text: string }[] => r.body.sections.flatMap((s: any) => s.questions); // eslint-disable-line
const allYes = (r: any): object[] => questions(r).map((q) => ({ key: q.key, answer: 'yes', comment: 'heard' })); // eslint-disable-line
const submit = (id: string, answers: object[], who = boss) => who.send(`/api/v1/reviews/${id}`, { method: 'PUT', json: { answers } });

test('a reviewer is told no score before he has given his own, by any way', async () => {
  const { id: call } = calls[0];
  const machine = (await boss.send(`/api/v1/calls/${call}/score`)).json;
  const id = await open(call);
  isProblem(await boss.send(`/api/v1/calls/${call}/score`), 404, 'not_found');
  assert.deepEqual((await boss.send(`/api/v1/calls/${call}/scores`)).json.items, []);
  const shown = (await boss.send(`/api/v1/calls/${call}`)).json;
  assert.deepEqual([shown.score_bp, shown.score_state, shown.state_reason], [null, null, null]);
  const listed = (await boss.send('/api/v1/calls?limit=100')).json.items.find((c: any) => c.id === call); // eslint-disable-line
  assert.deepEqual([listed.score_bp, listed.score_state], [null, null]);
  const below = (await boss.send('/api/v1/calls?limit=100&score_below=10000')).json.items;
  assert(!below.some((c: any) => c.id === call), 'a filter tells nothing either'); // eslint-disable-line
  const trial = await boss.send('/api/v1/scorecard-tries', { method: 'POST', json: { call, body: (await review(id)).body } });
  isProblem(trial, 422, 'bad_input');
  assert.match(trial.json.fields.call, /submit your own/);
  assert.deepEqual([(await review(id)).criteria, (await review(id)).score_bp], [null, null]);
  assert.equal((await second.send(`/api/v1/calls/${call}/score`)).json.id, machine.id, 'who does not review sees it');

  const r = await review(id);
  assert.equal((await submit(id, allYes(r))).status, 204);
  const human = (await boss.send(`/api/v1/calls/${call}/score`)).json;
  assert.deepEqual([human.engine, human.score_bp, human.mode], ['human', 10_000, 'decide']);
  assert.equal((await boss.send(`/api/v1/calls/${call}`)).json.score_bp, 10_000);
  const row = (await boss.send(`/api/v1/reviews?call=${call}`)).json.items[0];
  assert.deepEqual([row.score_bp, row.machine_bp], [10_000, machine.score_bp]);
  isProblem(await submit(id, allYes(r)), 409, 'review_ended');
  isProblem(await boss.send(`/api/v1/calls/${call}/reviews`, { method: 'POST', json: {} }), 409, 'conflict');

  isProblem(await (await as('agent', home)).send(`/api/v1/scores/${human.id}/void`, { method: 'POST', json: { text: 'no' } }), 403, 'forbidden');
  assert.equal((await second.send(`/api/v1/scores/${human.id}/void`, { method: 'POST', json: { text: 'Wrong call' } })).status, 204);
  assert.equal((await boss.send(`/api/v1/calls/${call}`)).json.score_bp, machine.score_bp, 'the machine’s counts again');
  isProblem(await second.send(`/api/v1/scores/${human.id}/void`, { method: 'POST', json: { text: 'Again' } }), 409, 'conflict');
});

test('every question is answered as the card asks, and what is cited was said', async () => {
  const { id: call } = calls[1];
  const id = await open(call);
  const r = await review(id);
  const key = questions(r)[0]!.key;
  const none = await submit(id, []);
  isProblem(none, 422, 'bad_input');
  assert.match(none.json.fields[`answers.${key}`], /Answer/);
  const odd = await submit(id, [...allYes(r).slice(1), { key, answer: 'value', value: '7' }]);
  assert(`answers.${key}` in odd.json.fields, odd.text);
  const away = await submit(id, [...allYes(r).slice(1), { key, answer: 'yes', spans: [{ turn: 0, first: 0, last: 9999 }] }]);
  assert.match(away.json.fields[`answers.${key}`], /not in the transcript/);
  const unknown = await submit(id, [...allYes(r), { key: 'invented', answer: 'yes' }]);
  assert('answers.invented' in unknown.json.fields);
  isProblem(await submit(id, allYes(r), second), 404, 'not_found');
  const cited = [...allYes(r).slice(1), { key, answer: 'no', comment: 'No name was given', spans: [{ turn: 0, first: 0, last: 1 }] }];
  assert.equal((await submit(id, cited)).status, 204);
  const shown = (await boss.send(`/api/v1/calls/${call}/score`)).json.criteria.find((c: any) => c.key === key); // eslint-disable-line
  assert.deepEqual([shown.answer, shown.reason, shown.by_person], ['no', 'No name was given', true]);
  assert.equal(shown.spans[0].words, r.turns[0].words.slice(0, 2).map((w: { t: string }) => w.t).join(' '));
});

test('a review that is put back is not begun again; a person’s score outlives the machine’s next', async () => {
  const { id: call } = calls[2];
  const id = await open(call);
  assert.equal((await boss.send(`/api/v1/reviews/${id}`, { method: 'DELETE' })).status, 204);
  assert.equal((await boss.send(`/api/v1/calls/${call}/score`)).status, 200);
  isProblem(await boss.send(`/api/v1/calls/${call}/reviews`, { method: 'POST', json: {} }), 409, 'conflict');
  const mine = await open(call, second);
  assert.equal((await submit(mine, allYes(await review(mine, second)), second)).status, 204);
  const was = (await boss.send(`/api/v1/reviews?call=${call}&state=submitted`)).json.items[0];
  assert.equal((await boss.send(`/api/v1/calls/${call}/score`, { method: 'POST' })).status, 204);
  const key = keyOf(home);
  await until('the scoring job', 30_000, async () => {
    const { items } = await key.get('/api/v1/jobs', { query: { call, kind: 'scores.run' } }).catch(() => ({ items: [] as any[] })); // eslint-disable-line
    return items.length === 0 || items.every((j) => !['queued', 'running', 'blocked'].includes(j.state));
  });
  assert.equal((await boss.send(`/api/v1/calls/${call}`)).json.score_bp, was.score_bp);
});

test('d3-18 an agent sees, acknowledges and disputes the scores of own calls, once', async () => {
  const agent = await as('agent', home);
  const own = (await agent.send('/api/v1/calls?limit=100')).json.items.find((c: any) => c.state === 'scored' && !calls.slice(0, 3).some((x) => x.id === c.id)); // eslint-disable-line
  if (!own) return;
  const score = (await agent.send(`/api/v1/calls/${own.id}/score`)).json;
  isProblem(await boss.send(`/api/v1/scores/${score.id}/acknowledge`, { method: 'POST' }), 403, 'forbidden');
  assert.equal((await agent.send(`/api/v1/scores/${score.id}/acknowledge`, { method: 'POST' })).status, 204);
  assert.equal((await agent.send(`/api/v1/scores/${score.id}/acknowledge`, { method: 'POST' })).status, 204);
  const raised = await agent.send(`/api/v1/scores/${score.id}/dispute`, { method: 'POST', json: { text: 'I did say my name.' } });
  assert.equal(raised.status, 201, raised.text);
  isProblem(await agent.send(`/api/v1/scores/${score.id}/dispute`, { method: 'POST', json: { text: 'Again' } }), 409, 'conflict');
  const seen = (await agent.send(`/api/v1/calls/${own.id}/score`)).json;
  assert(seen.acknowledged_at);
  assert.equal(seen.dispute.state, 'open');
  isProblem(await agent.send(`/api/v1/disputes/${raised.json.id}/resolve`, { method: 'POST', json: { outcome: 'upheld', text: 'x' } }), 403, 'forbidden');
  const settle = { outcome: 'upheld', text: 'The name is heard at 0:03.' };
  assert.equal((await boss.send(`/api/v1/disputes/${raised.json.id}/resolve`, { method: 'POST', json: settle })).status, 204);
  isProblem(await boss.send(`/api/v1/disputes/${raised.json.id}/resolve`, { method: 'POST', json: settle }), 409, 'conflict');
  const after = (await agent.send(`/api/v1/calls/${own.id}`)).json;
  const others = (await boss.send(`/api/v1/calls/${own.id}/scores`)).json.items.filter((s: any) => s.id !== score.id && !s.voided_at); // eslint-disable-line
  if (others.length) assert.notEqual((await agent.send(`/api/v1/calls/${own.id}/score`)).json.id, score.id, 'an older one counts again');
  else assert.deepEqual([after.score_bp, after.state_reason], [null, 'Its score was voided.']);
  assert.equal((await agent.send('/api/v1/disputes')).json.items.find((d: any) => d.id === raised.json.id).state, 'upheld'); // eslint-disable-line
});

test('a key reviews nothing, and nobody reviews another tenant’s calls', async () => {
  isProblem(await keyOf(home).send(`/api/v1/calls/${calls[3].id}/reviews`, { method: 'POST', json: {} }), 403, 'forbidden');
  isProblem(await (await as('owner', elsewhere)).send(`/api/v1/calls/${calls[3].id}/reviews`, { method: 'POST', json: {} }), 404, 'not_found');
});
