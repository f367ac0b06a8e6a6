/* How far machine and people agree: past scores from a table, sets of calls, the figures against
 * ones worked out here, and the gate before publishing. In the demo's second tenant, by drafts: what
 * they are compared with changes no call's score. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, test } from 'node:test';
import { as, home as elsewhere, isProblem, keyOf, MISSING, other as home, until, type Answer, type Client } from './house.ts';

let boss: Client;
let calls: { id: string }[] = [];
before(async () => {
  boss = await as('owner', home);
  calls = await until('scored calls', 110_000, async () => {
    const { items } = await keyOf(home).get('/api/v1/calls', { query: { limit: 100, score_below: 10_000 } });
    const done = items.filter((c) => c.state === 'scored');
    return done.length >= 4 && done;
  });
});

const question = (key: string, text: string, rule: object): object => ({ key, text, weight: 10, rule });
const body = (): object => ({ name: `Agreed ${randomUUID().slice(0, 8)}`, sections: [{ name: 'Only', questions: [
  question('opens', 'Says good morning', { said: ['good morning'] }),
  question('any', 'Says anything', { said: ['_'] }),
] }] });

async function draft(): Promise<{ id: string; body: object }> {
  const card = body();
  const answer = await boss.send('/api/v1/scorecards', { method: 'POST', json: { body: card } });
  assert.equal(answer.status, 201, answer.text);
  return { id: answer.json.id, body: card };
}
const at = (id: string, rest: string): string => `/api/v1/scorecards/${id}/${rest}`;
const past = (id: string, rows: string[], head = 'call,rater,score,opens,any'): Promise<Answer> =>
  boss.send(at(id, 'past-scores'), { method: 'POST', json: { text: [head, ...rows].join('\n') } });
const report = async (id: string, more = ''): Promise<any> => (await boss.send(at(id, `agreement${more}`))).json; // eslint-disable-line
const machine = async (call: string, card: object): Promise<Record<string, string>> => {
  const answer = await boss.send('/api/v1/scorecard-tries', { method: 'POST', json: { call, body: card } });
  assert.equal(answer.status, 200, answer.text);
  return Object.fromEntries(answer.json.criteria.map((c: { key: string; answer: string }) => [c.key, c.answer]));
};
const opposite = (answer: string): string => (answer === 'yes' ? 'no' : 'yes');
/** Cohen's kappa by its definition, in fractions. */
function kappa(pairs: [string, string][]): number | null {
  const n = pairs.length;
  const of = (side: 0 | 1, label: string) => pairs.filter((p) => p[side] === label).length / n;
  const observed = pairs.filter(([a, b]) => a === b).length / n;
  const expected = ['yes', 'no', 'partly', 'na'].reduce((sum, label) => sum + of(0, label) * of(1, label), 0);
  return expected === 1 ? null : Math.round(10_000 * (observed - expected) / (1 - expected));
}

test('past scores are taken as a whole or not at all, and each fault is named', async () => {
  const { id } = await draft();
  const call = calls[0]!.id;
  const wrong = await past(id, [`${call},Ann,101,yes,yes`, `${MISSING},Ann,50,,`, `${call},,50,,`, `${call},Bo,,maybe,`, `${call},Cy,,,`]);
  isProblem(wrong, 422, 'bad_input');
  for (const what of [/Row 2: “101” is no score/, /Row 4: call and rater/, /Row 5: “maybe” is no answer to opens/, /Row 6: it has neither/])
    assert.match(wrong.json.fields.text, what);
  assert.match((await past(id, [`${MISSING},Ann,50,,`])).json.fields.text, /Row 2: there is no call/);
  assert.match((await past(id, ['x'], 'call,rater,unheard')).json.fields.text, /“unheard” is neither/);
  assert.equal((await report(id)).calls, 0, 'nothing of it was kept');
  isProblem(await boss.send(at(MISSING, 'past-scores'), { method: 'POST', json: { text: 'call,rater\n1,2' } }), 404, 'not_found');
});

test('the figures are those that the definitions give', async () => {
  const { id, body: card } = await draft();
  const said = await Promise.all(calls.slice(0, 4).map((c) => machine(c.id, card)));
  // Ann agrees on three of four; Bo says the opposite of the machine each time, and of one call nothing.
  const ann = said.map((m, i) => (i === 3 ? opposite(m.opens!) : m.opens!)), bo = said.map((m) => opposite(m.opens!));
  const rows = said.map((m, i) => `${calls[i]!.id},Ann,,${ann[i]},${m.any}`);
  rows.push(...said.slice(0, 3).map((m, i) => `${calls[i]!.id},Bo,,${bo[i]},${m.any}`));
  const taken = await past(id, rows);
  assert.deepEqual([taken.status, taken.json], [200, { imported: 7 }], taken.text);
  const r = await report(id);
  assert.deepEqual([r.tried, r.calls, r.no_machine, r.kept_back], [true, 4, 0, 0]);
  const pairs: [string, string][] = [...said.map((m, i): [string, string] => [m.opens!, ann[i]!]), ...said.slice(0, 3).map((m, i): [string, string] => [m.opens!, bo[i]!])];
  const worth = (a: string): number => (a === 'yes' ? 10_000 : 0);
  const differences = pairs.map(([m, p]) => worth(m) - worth(p));
  const mean = (list: number[]): number => { const m = list.reduce((a, b) => a + b, 0) / list.length; return Math.sign(m) * Math.round(Math.abs(m)); };
  const opens = r.questions.find((q: { key: string }) => q.key === 'opens');
  assert.deepEqual(
    { pairs: opens.pairs, left_out: opens.left_out, exact_bp: opens.exact_bp, kappa_bp: opens.kappa_bp, bias_bp: opens.bias_bp, error_bp: opens.error_bp },
    { pairs: 7, left_out: 0, exact_bp: Math.round(30_000 / 7), kappa_bp: kappa(pairs), bias_bp: mean(differences), error_bp: mean(differences.map(Math.abs)) });
  const any = r.questions.find((q: { key: string }) => q.key === 'any');
  assert.deepEqual([any.exact_bp, any.kappa_bp, any.bias_bp], [10_000, null, 0], 'where all say yes, chance explains all');
  // Two questions of one weight: an opposite first answer is half of the score.
  assert.deepEqual([r.scores.pairs, r.scores.within_bp, r.scores.error_bp], [7, Math.round(30_000 / 7), Math.round(4 * 5000 / 7)]);
  const of = (first: string, second: string): any => r.raters.find((x: any) => x.first === first && x.second === second); // eslint-disable-line
  assert.deepEqual([of('', 'Ann').pairs, of('', 'Ann').within_bp, of('', 'Ann').exact_bp], [4, 7500, 8750]);
  assert.deepEqual([of('', 'Bo').pairs, of('', 'Bo').within_bp, of('', 'Bo').exact_bp], [3, 0, 5000]);
  assert.deepEqual([of('Ann', 'Bo').pairs, of('Ann', 'Bo').within_bp], [3, 0]);

  const csv = await boss.send(at(id, 'agreement/file'));
  assert.match(csv.headers['content-type']!, /text\/csv/);
  const lines = csv.text.trim().split(/\r?\n/);
  assert.match(lines[0]!, /^of,first,second,pairs,left_out,within_10_points_percent,exact_percent,kappa,/);
  const line = lines.find((l) => l.startsWith('question,opens,'))!.split(',');
  assert.deepEqual([line[3], line[6], line[7]], ['7', (opens.exact_bp / 100).toFixed(2), (kappa(pairs)! / 10_000).toFixed(4)]);
  assert(lines.some((l) => l.startsWith('raters,machine,Ann,4,')));

  const again = await past(id, [`${calls[3]!.id},Ann,,${said[3]!.opens},${said[3]!.any}`]);
  assert.equal(again.status, 200, again.text);
  assert.equal((await report(id)).raters.find((x: any) => x.second === 'Ann').within_bp, 10_000, 'the same rater and call again takes its place'); // eslint-disable-line
  assert.equal((await boss.send(at(id, 'past-scores'), { method: 'DELETE' })).status, 204);
  assert.equal((await report(id)).calls, 0);
});

test('a card with a gate is published only when its draft agrees with people', async () => {
  const { id, body: card } = await draft();
  const gate = (within_bp: number, count: number, version: number): Promise<Answer> =>
    boss.send(at(id, 'publish-gate'), { method: 'PUT', json: { within_bp, calls: count }, headers: { 'if-match': `"${version}"` } });
  const publish = (): Promise<Answer> => boss.send(at(id, 'publish'), { method: 'POST', headers: { 'if-match': '"1"' } });
  assert.deepEqual((await boss.send(at(id, 'publish-gate'))).json, { within_bp: 0, calls: 20, version: 0 }, 'off unless asked for');
  isProblem(await (await as('agent', home)).send(at(id, 'publish-gate'), { method: 'PUT', json: { within_bp: 0, calls: 1 }, headers: { 'if-match': '"0"' } }), 403, 'forbidden');
  assert.equal((await gate(9000, 4, 0)).status, 204);
  isProblem(await gate(0, 4, 0), 412, 'stale');
  const few = await publish();
  isProblem(few, 409, 'disagrees');
  assert(few.json.fields?.agreement, few.text);
  assert.match(few.json.fields.agreement, /on 4 scored calls; there are 0/);
  const said = await Promise.all(calls.slice(0, 4).map((c) => machine(c.id, card)));
  const rows = said.map((m, i) => `${calls[i]!.id},Ann,,${i === 3 ? opposite(m.opens!) : m.opens},${m.any}`);
  assert.equal((await past(id, rows)).status, 200);
  const differs = await publish();
  isProblem(differs, 409, 'disagrees');
  assert(differs.json.fields?.agreement, differs.text);
  assert.match(differs.json.fields.agreement, /within ten points of people in 75\.00 %; the gate asks for 90\.00 %/);
  assert.equal((await boss.send(`/api/v1/scorecards/${id}`)).json.state, 'draft');
  assert.equal((await gate(7500, 4, 1)).status, 204);
  assert.equal((await publish()).status, 204);
  assert.equal((await report(id)).no_machine, 4, 'a published version has the scores it gave, and no others');
  assert.equal((await boss.send(at(id, 'archive'), { method: 'POST' })).status, 204);
});

test('several people score a set of calls, and nobody sees figures of a call that he still reviews', async () => {
  const card = (await boss.send('/api/v1/scorecards?limit=100')).json.items.find((c: { state: string; assigned: boolean }) => c.state === 'published' && c.assigned);
  const made = await boss.send('/api/v1/calibrations', { method: 'POST', json: { name: 'Monday', scorecard: card.id, sample: 50 } });
  assert.equal(made.status, 201, made.text);
  const set = `/api/v1/calibrations/${made.json.id}`;
  const person = await as('manager', home);
  try {
    const listed = (await boss.send('/api/v1/calibrations')).json.items.find((x: { id: string }) => x.id === made.json.id);
    assert.equal(listed.name, 'Monday');
    assert(listed.calls >= 1, 'as many as were scored');
    const own = async (): Promise<any[]> => (await person.send(`${set}/calls`)).json.items; // eslint-disable-line
    const call = (await own()).find((c) => c.mine === null)!;
    assert(!('score_bp' in call), 'a set tells no scores');
    const before_ = await person.send(at(card.id, `agreement?calibration=${made.json.id}`));
    const opened = await person.send(`/api/v1/calls/${call.id}/reviews`, { method: 'POST', json: { scorecard: card.id } });
    assert.equal(opened.status, 201, opened.text);
    assert.equal((await own()).find((c) => c.id === call.id).mine, 'open');
    const review = (await person.send(`/api/v1/reviews/${opened.json.id}`)).json;
    const answers = review.body.sections.flatMap((s: any) => s.questions).map((q: any) => ({ key: q.key, answer: 'yes', comment: 'heard' })); // eslint-disable-line
    assert.equal((await person.send(`/api/v1/reviews/${opened.json.id}`, { method: 'PUT', json: { answers } })).status, 204);
    const after = (await person.send(at(card.id, `agreement?calibration=${made.json.id}`))).json;
    assert.equal(after.scores.pairs, before_.json.scores.pairs + 1);
    assert(after.raters.some((x: { first: string; second: string }) => x.first === '' && x.second === review.reviewer), 'the machine with this person');
    assert.equal((await own()).find((c) => c.id === call.id).mine, 'submitted');

    // Somebody else who still reviews it is told nothing of it.
    const analyst = await as('admin', home);
    const open = await analyst.send(`/api/v1/calls/${call.id}/reviews`, { method: 'POST', json: { scorecard: card.id } });
    if (open.status === 201) {
      const kept = (await analyst.send(at(card.id, `agreement?calibration=${made.json.id}`))).json;
      assert.deepEqual([kept.kept_back, kept.scores.pairs], [1, after.scores.pairs - 1]);
      await analyst.send(`/api/v1/reviews/${open.json.id}`, { method: 'DELETE' });
    }
    const human = (await boss.send(`/api/v1/calls/${call.id}/score`)).json;
    if (human.engine === 'human') await boss.send(`/api/v1/scores/${human.id}/void`, { method: 'POST', json: { text: 'The test is over' } });
    isProblem(await (await as('owner', elsewhere)).send(set), 404, 'not_found');
    isProblem(await (await as('agent', home)).send(set), 403, 'forbidden');
  } finally {
    assert.equal((await boss.send(set, { method: 'DELETE' })).status, 204);
  }
  isProblem(await boss.send(set), 404, 'not_found');
  const odd = (json: object): Promise<Answer> => boss.send('/api/v1/calibrations', { method: 'POST', json: { name: 'Odd', scorecard: card.id, ...json } });
  isProblem(await odd({}), 422, 'bad_input');
  assert.match((await odd({ calls: [MISSING] })).json.fields.calls, /Number 1 is no call with a transcript/);
  assert.match((await odd({ calls: [calls[0]!.id], scorecard: MISSING })).json.fields.scorecard, /no such scorecard/);
});
