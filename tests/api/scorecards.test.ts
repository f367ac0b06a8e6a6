/* Scorecards from the first draft to the archive: what is refused, that what is published stays,
 * and that a draft is tried without a trace. All is made in the demo's second tenant. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, test } from 'node:test';
import { as, home, isProblem, keyOf, other, until, MISSING, type Answer, type Client } from './house.ts';

let owner: Client;
before(async () => { owner = await as('owner', other); });

interface Question { key: string; text: string; weight: number; [more: string]: unknown }
const sorry: Question = { key: 'sorry', text: 'Says sorry', weight: 10, rule: { said: ['sorry|apologise'] } };
const card = (questions: Question[], name = `Card ${randomUUID().slice(0, 8)}`): object =>
  ({ name, sections: [{ name: 'Only', questions }] });

async function draft(questions: Question[] = [sorry]): Promise<string> {
  const answer = await owner.send('/api/v1/scorecards', { method: 'POST', json: { body: card(questions) } });
  assert.equal(answer.status, 201, answer.text);
  return answer.json.id;
}
const at = (id: string, rest = ''): string => `/api/v1/scorecards/${id}${rest}`;
const show = async (id: string): Promise<any> => (await owner.send(at(id))).json; // eslint-disable-line
const save = (id: string, body: object, revision: number): Promise<Answer> =>
  owner.send(at(id), { method: 'PATCH', json: { body }, headers: { 'if-match': `"${revision}"` } });
const publish = (id: string, revision = 1): Promise<Answer> =>
  owner.send(at(id, '/publish'), { method: 'POST', headers: { 'if-match': `"${revision}"` } });
const retire = (id: string): Promise<Answer> => owner.send(at(id, '/archive'), { method: 'POST' });

test('a card is drafted, saved, published and archived; versions follow one another', async () => {
  const id = await draft();
  const first = await show(id);
  assert.deepEqual([first.state, first.version, first.revision, first.draft_id], ['draft', 1, 1, id]);
  const better = { ...first.body, sections: [{ name: 'Only', questions: [{ ...sorry, weight: 7 }] }] };
  isProblem(await owner.send(at(id), { method: 'PATCH', json: { body: better } }), 428, 'precondition_required');
  assert.equal((await save(id, better, 1)).status, 204);
  isProblem(await save(id, better, 1), 412, 'stale');
  isProblem(await publish(id, 1), 412, 'stale');
  assert.equal((await publish(id, 2)).status, 204);
  isProblem(await save(id, better, 2), 409, 'not_draft');
  isProblem(await owner.send(at(id), { method: 'DELETE' }), 409, 'not_draft');
  isProblem(await publish(id, 2), 409, 'not_draft');

  const next = await owner.send(at(id, '/draft'), { method: 'POST' });
  assert.equal(next.status, 201, next.text);
  const again = await owner.send(at(id, '/draft'), { method: 'POST' });
  assert.equal(again.json.id, next.json.id, 'a card has one draft');
  assert.equal((await show(next.json.id)).version, 2);
  assert.equal((await publish(next.json.id)).status, 204);
  const { items } = (await owner.send(at(id, '/versions'))).json;
  assert.deepEqual(items.map((v: { version: number; state: string }) => [v.version, v.state]), [[2, 'published'], [1, 'archived']]);
  assert.deepEqual((await show(id)).body, better, 'an archived version is what it was');
  isProblem(await retire(id), 409, 'not_published');
  assert.equal((await retire(next.json.id)).status, 204);
});

test('the list shows each card once, whatever its state', async () => {
  const drafted = await draft(), live = await draft(), dead = await draft();
  assert.equal((await publish(live)).status, 204);
  assert.equal((await publish(dead)).status, 204);
  assert.equal((await retire(dead)).status, 204);
  const change = (await owner.send(at(live, '/draft'), { method: 'POST' })).json.id;
  const items: { id: string; state: string; draft_id: string | null }[] = [];
  let cursor: string | null = null;
  do {
    const page: any = await owner.get('/api/v1/scorecards', { query: { limit: 2, ...(cursor ? { cursor } : {}) } }); // eslint-disable-line
    items.push(...page.items);
    cursor = page.next;
  } while (cursor);
  const of = (id: string) => items.filter((c) => c.id === id);
  assert.deepEqual([drafted, live, dead].map((id) => of(id).map((c) => c.state)), [['draft'], ['published'], ['archived']]);
  assert.equal(of(live)[0]!.draft_id, change);
  assert.equal(of(change).length, 0, 'not beside what is published');
  assert.equal((await retire(live)).status, 204);
});

test('what is wrong with a card stands at its field', async () => {
  const bad: [Question[], string, string?][] = [
    [[{ ...sorry, weight: -1 }], 'sections[0].questions[0].weight'],
    [[sorry, { ...sorry }], 'sections[0].questions[1].key'],
    [[{ ...sorry, rule: { said: [] } }], 'sections[0].questions[0].rule.said'],
    [[{ ...sorry, if: { question: 'nothing', is: ['yes'] } }], 'sections[0].questions[0].if.question'],
    [[{ ...sorry, if: { question: 'sorry', is: ['yes'] } }], 'sections[0].questions[0].if', 'card_cycle'],
  ];
  for (const [questions, field, code] of bad) {
    const answer = await owner.send('/api/v1/scorecards', { method: 'POST', json: { body: card(questions) } });
    isProblem(answer, 422, code ?? 'bad_input');
    assert(field in (answer.json.fields ?? {}), `${field}: ${answer.text}`);
  }
  isProblem(await owner.send('/api/v1/scorecards', { method: 'POST', json: {} }), 422, 'bad_input');
  isProblem(await owner.send('/api/v1/scorecards', { method: 'POST', json: { template: '../../config/x' } }), 422, 'bad_input');
});

test('a question that says nothing to be heard is drafted but not published', async () => {
  const id = await draft([{ key: 'empathy', text: 'Shows empathy', weight: 1 }]);
  const answer = await publish(id);
  isProblem(answer, 422, 'bad_input');
  assert.match(answer.json.fields['sections[0].questions[0].help'], /describe it/);
  assert.equal((await show(id)).state, 'draft');
  assert.equal((await owner.send(at(id), { method: 'DELETE' })).status, 204);
  isProblem(await owner.send(at(id)), 404, 'not_found');
});

test('two published cards do not share a name', async () => {
  const one = await draft(), name = (await show(one)).name as string;
  assert.equal((await publish(one)).status, 204);
  const two = await owner.send('/api/v1/scorecards', { method: 'POST', json: { body: card([sorry], name.toUpperCase()) } });
  const answer = await publish(two.json.id);
  isProblem(answer, 409, 'conflict');
  assert('name' in answer.json.fields);
  assert.equal((await retire(one)).status, 204);
  assert.equal((await publish(two.json.id)).status, 204);
  assert.equal((await retire(two.json.id)).status, 204);
});

test('templates all make a draft that can be published', async () => {
  const { items } = await owner.get('/api/v1/scorecard-templates');
  assert(items.length >= 1);
  for (const t of items) {
    const made = await owner.send('/api/v1/scorecards', { method: 'POST', json: { template: t.slug, name: `Mine ${randomUUID().slice(0, 8)}` } });
    assert.equal(made.status, 201, made.text);
    assert.match((await show(made.json.id)).name, /^Mine /);
    assert.equal((await publish(made.json.id)).status, 204, t.slug);
    assert.equal((await retire(made.json.id)).status, 204);
  }
});

test('a try-out shows what the draft would say, with its evidence, and stores nothing', async () => {
  const key = keyOf(home), person = await as('owner');
  const call = await until('a scored call', 110_000, async () =>
    (await key.get('/api/v1/calls', { query: { limit: 5, score_below: 10_000 } })).items[0]?.id);
  const kept = await key.send(`/api/v1/calls/${call}/score`);
  const { body } = await key.get('/api/v1/scorecards/{scorecard}', { params: { scorecard: kept.json.scorecard.id } });
  const trial = await person.send('/api/v1/scorecard-tries', { method: 'POST', json: { call, body } });
  assert.equal(trial.status, 200, trial.text);
  assert.equal(trial.json.score_bp, kept.json.score_bp, 'd3-04: the same call and card, the same score');
  assert.deepEqual(trial.json.criteria, kept.json.criteria);
  const changed = { ...body, sections: [{ name: 'Mood', questions: [
    { key: 'hold', text: 'Longest silence', weight: 1, type: 'number', bands: [{ from: 0, to: 600_000, points: 55 }], rule: { measure: 'longest_silence_ms', min: 0 } }] }] };
  const other_ = await person.send('/api/v1/scorecard-tries', { method: 'POST', json: { call, body: changed } });
  assert.equal(other_.json.score_bp, 5500);
  assert.match(other_.json.criteria[0].value, /^\d+$/);
  assert.equal((await key.send(`/api/v1/calls/${call}/score`)).json.id, kept.json.id);
  isProblem(await person.send('/api/v1/scorecard-tries', { method: 'POST', json: { call: MISSING, body } }), 422, 'bad_input');
  isProblem(await owner.send('/api/v1/scorecard-tries', { method: 'POST', json: { call, body } }), 422, 'bad_input');
});

test('a card goes out as a file and comes in again as it was', async () => {
  const { items } = await owner.get('/api/v1/scorecard-templates');
  const of = await owner.send('/api/v1/scorecards', { method: 'POST', json: { template: items[0]!.slug } });
  const { body } = await show(of.json.id);
  for (const format of ['yaml', 'json', 'csv']) {
    const file = await owner.send(at(of.json.id, `/file?format=${format}`));
    assert.equal(file.status, 200, file.text);
    assert.match(String(file.headers['content-disposition']), new RegExp(`^attachment; .*\\.${format}"$`));
    const back = await owner.send('/api/v1/scorecard-imports', { method: 'POST', json: { format, text: file.text } });
    assert.equal(back.status, 201, back.text);
    assert.deepEqual((await show(back.json.id)).body, body, format);
    await owner.send(at(back.json.id), { method: 'DELETE' });
  }
  const sheet = await owner.send(at(of.json.id, '/file?format=xlsx'));
  assert.equal(sheet.bytes.subarray(0, 2).toString(), 'PK');
  isProblem(await owner.send(at(of.json.id, '/file?format=pdf')), 422, 'bad_input');
  await owner.send(at(of.json.id), { method: 'DELETE' });
});

test('no cell of an exported table runs as a formula', async () => {
  const id = await draft([{ ...sorry, text: '=HYPERLINK("http://evil.example")', help: '@SUM(1)+long enough' }]);
  const { text } = await owner.send(at(id, '/file?format=csv'));
  assert.match(text, /"'=HYPERLINK\(""http/);
  assert.doesNotMatch(text, /(^|,)"?[=@]/m);
  await owner.send(at(id), { method: 'DELETE' });
});

test('a file that is no card is refused with its line or field', async () => {
  const send = (format: string, text: string) => owner.send('/api/v1/scorecard-imports', { method: 'POST', json: { format, text } });
  const alias = await send('yaml', 'a: &x [1]\nb: [*x, *x]\n');
  isProblem(alias, 422, 'bad_input');
  assert.match(alias.json.fields.text, /^Line 1: /);
  const cell = await send('csv', 'section,key,question,weight,na\nA,b,c,1,perhaps\n');
  assert.match(cell.json.fields.text, /^Row 2, column na/);
  const field = await send('csv', 'section,key,question,weight\nA,b,c,many\n');
  isProblem(field, 422, 'bad_input');
  assert('sections[0].questions[0].weight' in field.json.fields, field.text);
});

// ---- which calls get which card ----

const assignment = async (id: string): Promise<any> => (await owner.send(at(id, '/assignment'))).json; // eslint-disable-line
async function assign(id: string, rules: object[], mode = 'decide'): Promise<void> {
  const { version } = await assignment(id);
  const answer = await owner.send(at(id, '/assignment'), { method: 'PUT', json: { mode, rules }, headers: { 'if-match': `"${version}"` } });
  assert.equal(answer.status, 204, answer.text);
}
async function published(name: string): Promise<string> {
  const made = await owner.send('/api/v1/scorecards', { method: 'POST', json: { body: card([{ ...sorry, rule: { not_said: ['xylophone'] } }], `${name} ${randomUUID().slice(0, 8)}`) } });
  assert.equal((await publish(made.json.id)).status, 204);
  return made.json.id;
}
const scoresOf = async (call: string): Promise<any[]> => (await owner.send(`/api/v1/calls/${call}/scores`)).json.items; // eslint-disable-line
/** Scores the call again and waits for what comes of it. */
async function again(call: string): Promise<any[]> { // eslint-disable-line
  const before = new Set((await scoresOf(call)).map((s) => s.id));
  assert.equal((await owner.send(`/api/v1/calls/${call}/score`, { method: 'POST' })).status, 204);
  return until('new scores', 30_000, async () => {
    const now = await scoresOf(call);
    return now.some((s) => !before.has(s.id)) && now;
  });
}
const heard = (): Promise<any[]> => until('scored calls', 110_000, async () => { // eslint-disable-line
  const { items } = await keyOf(other).get('/api/v1/calls', { query: { limit: 50, score_below: 10_000 } });
  const done = items.filter((c) => c.agent_id);
  return done.length >= 2 && done;
});

test('a call gets every card that takes it; the rule is kept, and a suggestion does not count', async () => {
  const [call] = await heard();
  const mine = await published('Taken'), hint = await published('Hint'), never = await published('Never'), people = await published('People');
  await assign(mine, [{ directions: ['nowhere'] }, { min_s: 1 }]);
  await assign(hint, [{}], 'suggest');
  await assign(never, [{ queues: ['no such queue'] }]);
  await assign(people, [{}], 'manual');
  const was = call.score_bp;
  const scores = await again(call.id);
  const of = (id: string) => scores.find((s) => s.card_id === id);
  assert.equal(of(mine)?.score_bp, 10_000);
  assert.deepEqual([of(hint)?.mode, of(hint)?.score_bp], ['suggest', 10_000]);
  assert.equal(of(never), undefined);
  assert.equal(of(people), undefined, 'the machine leaves to people what is theirs');
  const own = (await owner.send(`/api/v1/calls/${call.id}/score?card=${mine}`)).json;
  assert.deepEqual([own.assignment, own.scorecard.card_id, own.mode], [{ min_s: 1 }, mine, 'decide']);
  const shown = (await owner.send(`/api/v1/calls/${call.id}`)).json;
  assert.equal(shown.score_bp, was, 'the oldest card that decides is the one of the call');
  for (const id of [mine, hint, never, people]) await retire(id);
  const rest = await again(call.id);
  assert.equal(rest.find((s) => s.card_id === mine)?.id, of(mine)?.id, 'an archived card scores no more; its score stays');
});

test('d3-15: a card that is changed while calls are scored never mixes its versions', async () => {
  const [call] = await heard();
  const first = await published('Versions');
  await assign(first, [{}]);
  await again(call.id);
  const second = (await owner.send(at(first, '/draft'), { method: 'POST' })).json.id;
  const { body } = await show(second);
  body.sections[0].questions[0].rule = { said: ['xylophone'] };
  assert.equal((await save(second, body, 1)).status, 204);
  assert.equal((await publish(second, 2)).status, 204);
  const scores = await again(call.id);
  assert.deepEqual(scores.filter((s) => s.card_id === first).map((s) => [s.version, s.score_bp]), [[2, 0]]);
  const spread = async (id: string) => (await owner.send(at(id, '/spread'))).json;
  assert.deepEqual([(await spread(first)).mean_bp, (await spread(second)).mean_bp], [10_000, 0]);
  assert.deepEqual([(await spread(first)).scores, (await spread(second)).scores], [1, 1]);
  assert.deepEqual((await spread(second)).histogram, [1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  await retire(second);
});

test('so many of each agent, and not one more', async () => {
  const calls = await heard();
  const agent = calls[0].agent_id;
  const own = (await keyOf(other).get('/api/v1/calls', { query: { limit: 50, agent, score_below: 10_000 } })).items.slice(0, 3);
  if (own.length < 2) return;
  const id = await published('Quota');
  await assign(id, [{ per_agent: { n: 1, per: 'month' }, agents: [agent] }]);
  await Promise.all(own.map((c) => again(c.id)));
  const by = (await Promise.all(own.map((c) => scoresOf(c.id)))).flat().filter((s) => s.card_id === id);
  assert.equal(by.length, 1);
  const taken = (await Promise.all(own.map(async (c) => ((await scoresOf(c.id)).some((s) => s.card_id === id) ? c.id : '')))).find(Boolean)!;
  const more = await again(taken);
  assert(more.some((s) => s.card_id === id), 'a call that has its place keeps it');
  await retire(id);
});

test('rules that cannot be followed are refused at their field, and stale ones too', async () => {
  const id = await draft();
  const put = (json: object, version = 0) => owner.send(at(id, '/assignment'), { method: 'PUT', json, headers: { 'if-match': `"${version}"` } });
  const bad = await put({ mode: 'decide', rules: [{ percent: 101 }] });
  isProblem(bad, 422, 'bad_input');
  assert('rules[0].percent' in bad.json.fields, bad.text);
  assert.equal((await put({ mode: 'decide', rules: [{ percent: 10 }] })).status, 204);
  isProblem(await put({ mode: 'decide', rules: [] }), 412, 'stale');
  assert.deepEqual((await assignment(id)).rules, [{ percent: 10 }]);
  isProblem(await owner.send(`/api/v1/scorecards/${MISSING}/assignment`), 404, 'not_found');
  isProblem(await owner.send(`/api/v1/scorecards/${MISSING}/spread`), 404, 'not_found');
  await owner.send(at(id), { method: 'DELETE' });
});
