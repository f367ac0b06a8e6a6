/* What is made of a call: transcript, analysis, score; that they hang together, and that every
 * verdict rests on words that were said. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { as, home, isProblem, keyOf, until, MISSING } from './house.ts';

const key = keyOf(home);
let scored: string[] = [], unscored = '';
before(async () => {
  scored = await until('scored calls', 110_000, async () => {
    const { items } = await key.get('/api/v1/calls', { query: { limit: 1, state: 'no_recording' } });
    unscored = items[0]?.id ?? unscored;
    const done = (await key.get('/api/v1/calls', { query: { limit: 20, score_below: 10_000 } })).items.map((c) => c.id);
    return done.length >= 2 && unscored !== '' && done;
  });
});

const params = (call: string): { params: { call: string } } => ({ params: { call } });

test('a transcript is in order, within the call, and said by somebody', async () => {
  for (const call of scored.slice(0, 4)) {
    const t = await key.get('/api/v1/calls/{call}/transcript', params(call));
    assert.equal(t.state, 'ok');
    assert(t.confidence_bp! >= 0 && t.confidence_bp! <= 10_000);
    assert(t.turns.length > 1);
    t.turns.forEach((turn, i) => {
      assert.equal(turn.n, i);
      assert(turn.start_ms <= turn.end_ms);
      assert(turn.words.length > 0);
      for (const w of turn.words) assert(w.s >= turn.start_ms && w.e <= turn.end_ms && w.s <= w.e && w.t.length > 0, JSON.stringify(w));
    });
  }
});

interface Span { turn: number; first: number; last: number; start_ms: number; end_ms: number; words: string }

test('every span of verdicts and findings is what was said there', async () => {
  for (const call of scored.slice(0, 6)) {
    const t = await key.get('/api/v1/calls/{call}/transcript', params(call));
    const score = await key.get('/api/v1/calls/{call}/score', params(call));
    const analysis = await key.get('/api/v1/calls/{call}/analysis', params(call));
    const spans = [...score.criteria, ...analysis.topics, ...analysis.actions, ...analysis.breaches].flatMap((x) => x.spans as Span[]);
    assert(spans.length > 0, 'something rests on words');
    for (const span of spans) {
      const words = t.turns[span.turn]!.words.slice(span.first, span.last + 1);
      assert.equal(words.map((w) => w.t).join(' '), span.words);
      assert.equal(words[0]!.s, span.start_ms);
      assert.equal(words.at(-1)!.e, span.end_ms);
    }
  }
});

test('the score is the sum of its verdicts, and the list shows the same', async () => {
  for (const call of scored.slice(0, 6)) {
    const score = await key.get('/api/v1/calls/{call}/score', params(call));
    const shown = await key.get('/api/v1/calls/{call}', params(call));
    assert.equal(score.state, 'scored');
    assert.equal(score.score_bp, shown.score_bp);
    assert.equal(score.criteria.length, 10);
    const counted = score.criteria.filter((c) => c.points_bp !== null);
    for (const c of counted) assert(['yes', 'partly', 'no'].includes(c.answer), `${c.key} ${c.answer}`);
    const weight = counted.reduce((sum, c) => sum + c.weight, 0);
    const sum = counted.reduce((total, c) => total + c.points_bp! * c.weight, 0) / weight;
    if (!score.auto_fail) assert(Math.abs(sum - score.score_bp!) <= 1, `${sum} against ${score.score_bp}`);
  }
});

test('an analysis measures the talk', async () => {
  const a = await key.get('/api/v1/calls/{call}/analysis', params(scored[0]!));
  assert(a.title.length > 0 && a.summary.length > 0);
  assert(a.agent_share_bp! >= 0 && a.agent_share_bp! <= 10_000);
  assert(a.agent_talk_ms! > 0);
});

test('a call without a recording has none of it, and says why', async () => {
  for (const what of ['transcript', 'analysis', 'score']) isProblem(await key.send(`/api/v1/calls/${unscored}/${what}`), 404, 'not_found');
  for (const what of ['transcript', 'analysis', 'score']) isProblem(await key.send(`/api/v1/calls/${MISSING}/${what}`), 404, 'not_found');
  isProblem(await (await as('owner')).send(`/api/v1/calls/${unscored}/transcript`, { method: 'POST' }), 409, 'conflict');
});

test('the scorecard is there with its ten questions', async () => {
  const { items } = await key.get('/api/v1/scorecards');
  assert(items.length >= 1);
  const card = await key.get('/api/v1/scorecards/{scorecard}', { params: { scorecard: items[0]!.id } });
  assert.equal(card.name, items[0]!.name);
  assert.equal(card.sections.flatMap((s) => s.questions).length, items[0]!.questions);
});

test('the engines say who they are', async () => {
  const engines = await key.get('/api/v1/engines');
  assert.equal(engines.speech.name, 'pocketsphinx');
  assert.equal(engines.language.name, 'builtin');
});
