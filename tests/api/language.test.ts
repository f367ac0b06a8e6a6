/* Language engines of a tenant against the stand-in that checks every request against the documented
 * forms (tests/providers/sim/models.mjs): connecting, the test button, questions that no rule decides,
 * order and fall-back, what each error means, cut answers, long calls, injection, and what it costs.
 * All in the second tenant, with cards that only suggest. With RINGSIGHT_TEST_OPENAI_KEY or
 * RINGSIGHT_TEST_ANTHROPIC_KEY the test button is pressed against the real service too. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { Models, type Fault } from '../providers/sim/models.mjs';
import { as, facts, home, isProblem, other, someCalls, until, type Client } from './house.ts';
import { sql } from './queue.ts';

type Json = any; // eslint-disable-line
const path = '/api/v1/language-engines';
let owner: Client, sim: Models, call = '', was: Json;
const get = async (url: string): Promise<Json> => (await owner.send(url)).json;
const engines = async (): Promise<Json[]> => (await get(path)).items;
const engine = async (id: string): Promise<Json> => (await engines()).find((e) => e.id === id)!;
const cap = async (json: object): Promise<void> => {
  const answer = await owner.send('/api/v1/spend-cap', { method: 'PUT', json, headers: { 'if-match': `"${(await get('/api/v1/spend')).version}"` } });
  assert.equal(answer.status, 204, answer.text);
};
const NO_CAP = { currency: 'USD' };
const cards: string[] = [];

async function clear(): Promise<void> {
  for (const e of await engines()) await owner.send(`${path}/${e.id}`, { method: 'DELETE' });
  for (const id of cards.splice(0)) await owner.send(`/api/v1/scorecards/${id}/archive`, { method: 'POST' });
  sim.reset();
}

before(async () => {
  owner = await as('owner', other);
  sim = await new Models().start();
  await clear();
  was = await get('/api/v1/spend');
  await cap(NO_CAP);
  await until('a call has a transcript', 120_000, async () => {
    for (const { id } of await someCalls(other)) {
      const t = await owner.send(`/api/v1/calls/${id}/transcript`);
      if (t.status === 200 && t.json.state === 'ok' && t.json.turns.length > 3) call = id;
    }
    return call;
  });
});
after(async () => {
  await clear();
  await cap({ currency: was.currency ?? 'USD', day_micro: was.day_micro ?? -1, month_micro: was.month_micro ?? -1, call_micro: was.call_micro ?? -1 });
  await owner.send(`/api/v1/calls/${call}/score`, { method: 'POST' });
  await sim.stop();
});

afterEach(clear);

const connect = async (kind: string, more: object = {}): Promise<string> => {
  const answer = await owner.send(path, { method: 'POST', json: { kind, name: `Test ${kind}`, base_url: kind === 'openai' ? `${sim.base}/v1` : sim.base, key: sim.key, ...more } });
  assert.equal(answer.status, 201, answer.text);
  return answer.json.id;
};
const price = async (id: string, micro_in: number, micro_out: number, currency = 'USD'): Promise<void> => {
  const answer = await owner.send(`${path}/${id}/prices`, { method: 'POST', json: { valid_from: '2026-01-01', micro_in, micro_out, currency } });
  assert.equal(answer.status, 201, answer.text);
};

async function pressed(id: string): Promise<Json> {
  const before = (await engine(id)).test?.at;
  assert.equal((await owner.send(`${path}/${id}/test`, { method: 'POST' })).status, 204);
  return until('the test is over', 60_000, async () => {
    const { test: t } = await engine(id);
    return t && t.at !== before && t;
  });
}

/** A published card of questions for the model, which suggests; its name is in every request about it. */
async function asking(n = 2): Promise<{ id: string; tag: string }> {
  const tag = `tag${randomUUID().slice(0, 8)}`;
  const questions = Array.from({ length: n }, (_, i) => ({ key: `q${i}`, text: `Is the agent friendly (${tag} ${i})?`, weight: 10, decided_by: 'model', help: 'Kind words to the customer' }));
  const made = await owner.send('/api/v1/scorecards', { method: 'POST', json: { body: { name: `Model ${tag}`, sections: [{ name: 'Only', questions }] } } });
  assert.equal(made.status, 201, made.text);
  const { id } = made.json;
  cards.push(id);
  const publish = await owner.send(`/api/v1/scorecards/${id}/publish`, { method: 'POST', headers: { 'if-match': '"1"' } });
  assert.equal(publish.status, 204, publish.text);
  const { version } = await get(`/api/v1/scorecards/${id}/assignment`);
  const rules = await owner.send(`/api/v1/scorecards/${id}/assignment`, { method: 'PUT', json: { mode: 'suggest', rules: [{ min_s: 1 }] }, headers: { 'if-match': `"${version}"` } });
  assert.equal(rules.status, 204, rules.text);
  return { id, tag };
}

/** The call is scored again; the score by this card. */
async function scored(card: string): Promise<Json> {
  const again = await owner.send(`/api/v1/calls/${call}/score`, { method: 'POST' });
  assert.equal(again.status, 204, again.text);
  return until('a score by the card', 90_000, async () => {
    const answer = await owner.send(`/api/v1/calls/${call}/score?card=${card}`);
    return answer.status === 200 && answer.json;
  });
}
const askedAbout = (tag: string): Json[] => sim.asked.filter((a: Json) => a.text.includes(tag));
const clean = (): void => assert.deepEqual(sim.complaints, []);

test('a key goes in and never comes out; what is missing is named with its cure', async () => {
  const id = await connect('openai');
  const list = await owner.send(path);
  assert(!list.text.includes(sim.key));
  assert.equal((await engine(id)).key_set, true);
  const refused = async (json: object, field: string, why: RegExp): Promise<void> => {
    const answer = await owner.send(path, { method: 'POST', json: { kind: 'openai', name: 'x', ...json } });
    isProblem(answer, 422, 'bad_input');
    assert.match(answer.json.fields[field], why, answer.text);
  };
  await refused({ kind: 'nothing' }, 'kind', /none called so/);
  await refused({ base_url: 'ftp://x' }, 'base_url', /https/);
  await refused({ kind: 'anthropic' }, 'key', /needs a key/);
  await refused({ context_tokens: 10 }, 'context_tokens', /at least/);
  const moved = await owner.send(`${path}/${id}`, { method: 'PATCH', headers: { 'if-match': '"1"' }, json: { base_url: 'https://elsewhere.example' } });
  isProblem(moved, 422, 'bad_input');
  assert.match(moved.json.fields.key, /again/);
  isProblem(await (await as('owner', home)).send(`${path}/${id}/test`, { method: 'POST' }), 404, 'not_found');
  isProblem(await owner.send('/api/v1/spend-cap', { method: 'PUT', json: { currency: 'USD' }, headers: { 'if-match': '"77777"' } }), 412, 'stale');
  await clear();
});

for (const kind of ['openai', 'anthropic'])
  test(`the test button asks ${kind} the real way, and a wrong key says what to do`, async () => {
    const t = await pressed(await connect(kind));
    assert.equal(t.ok, true, JSON.stringify(t));
    assert(t.status === 200 && t.in_tokens > 0 && t.out_tokens > 0 && /works/.test(t.sentence));
    clean();
    const bad = await pressed(await connect(kind, { key: 'sk-wrong' }));
    assert.equal(bad.ok, false);
    assert.match(bad.sentence, /status 401.*key/s);
    assert(!bad.sentence.includes('sk-wrong'));
    await clear();
  });

for (const kind of ['openai', 'anthropic'])
  test(`${kind} decides what no rule decides; the score pins model, prompt and raw answer, and asks once`, async () => {
    await connect(kind, { model: 'a-model' });
    const { id, tag } = await asking();
    const s = await scored(id);
    clean();
    assert.equal(s.engine, kind);
    assert.match(s.engine_version, /a-model/);
    assert.deepEqual(s.criteria.map((c: Json) => c.answer), ['yes', 'yes']);
    assert(s.criteria.every((c: Json) => c.spans.length > 0));
    assert.equal(s.score_bp, 10_000);
    assert.deepEqual([s.asked.kind, s.asked.prompt, s.asked.passed], [kind, '2', []]);
    assert.equal(s.asked.params.temperature, 0);
    const [raw] = await sql(`select answer from language_answer where encode(piece, 'hex') = '${s.asked.answers[0]}'`);
    assert.equal(JSON.parse(raw!).q0.answer, 'yes');
    assert.equal(askedAbout(tag).length, 1);
    await owner.send(`/api/v1/calls/${call}/score`, { method: 'POST' });
    const again = await until('it is scored again', 60_000, async () => {
      const x = await get(`/api/v1/calls/${call}/score?card=${id}`);
      return x.id !== s.id && x;
    });
    assert.equal(again.score_bp, s.score_bp);
    assert.equal(askedAbout(tag).length, 1, 'the kept answer is used: neither sent nor paid twice');
    await clear();
  });

const FAULTS: [string, Fault, RegExp][] = [
  ['d3-13 an exhausted account (429 insufficient_quota)', { kind: 'status', status: 429, body: { error: { message: 'You exceeded your current quota', code: 'insufficient_quota' } } }, /top it up/],
  ['402', { kind: 'status', status: 402, body: { type: 'error', error: { type: 'billing_error', message: 'no credit' } } }, /top it up/],
  ['a refusal', { kind: 'refuse' }, /refused/],
  ['an answer that is no object', { kind: 'wrong' }, /no JSON object/],
  ['a page of HTML', { kind: 'html' }, /./],
  ['a server that fails (500)', { kind: 'status', status: 500, times: 3 }, /500/],
  ['d3-01 an answer cut whatever the room', { kind: 'cut', times: 20 }, /cut off/],
];
for (const [name, fault, why] of FAULTS)
  test(`${name}: the next engine takes it, and the reason stands with the score`, async () => {
    const first = await connect('openai', { name: 'First' });
    await connect('anthropic', { name: 'Second' });
    const { id, tag } = await asking(1);
    sim.fault({ match: new RegExp(`^(?=.*${tag})(?=.*chat|.*response_format)`, 's'), ...fault });
    const s = await scored(id);
    assert.equal(s.engine, 'anthropic');
    assert.equal(s.asked.passed[0].engine, 'First');
    assert.match(s.asked.passed[0].reason, why);
    assert.equal((await engine(first)).state, /top it up/.test(String(why)) ? 'attention' : 'active');
    await clear();
  });

for (const kind of ['openai', 'anthropic'])
  test(`${kind}: a model that takes no temperature is asked without, and the score says so`, async () => {
    await connect(kind);
    const { id, tag } = await asking(1);
    sim.reasons = true;
    const s = await scored(id);
    clean();
    assert.deepEqual([s.engine, s.asked.params, s.asked.passed], [kind, {}, []]);
    assert.equal(askedAbout(tag).length, 2);
    await clear();
  });

test('d3-04 judged again, the engine is asked anew each time and named; what wavers is found', async () => {
  await connect('openai', { name: 'House model' });
  const { id, tag } = await asking(2);
  await scored(id);
  const reruns = `/api/v1/scorecards/${id}/reruns`;
  const again = async (): Promise<Json> => {
    const asked = await owner.send(reruns, { method: 'POST', json: { times: 3, calls: 1, call, most_micro: 10 ** 12 } });
    assert.equal(asked.status, 201, asked.text);
    return until('the rerun', 90_000, async () => {
      const row = (await get(reruns)).items.find((r: Json) => r.id === asked.json.id);
      return row.state !== 'queued' && row;
    });
  };
  const calm = await again();
  assert.deepEqual([calm.state, calm.body?.engine, calm.body?.calls, calm.body?.unstable], ['done', 'House model', 1, 0], JSON.stringify(calm));
  assert.equal(askedAbout(tag).length, 1 + 3, 'what it answered before is no answer');
  let turn = 0;
  sim.value = (ask) => {
    const out = (sim as Json).verdicts(ask, ask.data.call.turns);
    if (turn++ % 2) out.q0.answer = 'no';
    return out;
  };
  const wavers = await again();
  assert.equal(wavers.body.unstable, 1, JSON.stringify(wavers));
  assert.deepEqual(wavers.body.questions.map((q: Json) => q.unstable), [1, 0]);
  clean();
  sim.value = undefined;
  sim.fault({ match: new RegExp(tag), kind: 'refuse', times: 9 });
  const refused = await again();
  assert.equal(refused.state, 'failed', 'no other engine answers in its place');
  assert.match(refused.reason, /refused/);
  await clear();
});

test('529 and a 429 of speed are waited for, with Retry-After, and use up no attempt', async () => {
  const first = await connect('anthropic', { name: 'First' });
  const { id, tag } = await asking(1);
  sim.fault({ match: new RegExp(tag), kind: 'status', status: 429, headers: { 'retry-after': '2' }, body: { type: 'error', error: { type: 'rate_limit_error', message: 'slow down' } } });
  sim.fault({ match: new RegExp(tag), kind: 'status', status: 529, times: 1, body: { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } } });
  const s = await scored(id);
  assert.equal(s.engine, 'anthropic');
  assert.deepEqual(s.asked.passed, []);
  assert(askedAbout(tag).length >= 3);
  assert.equal((await engine(first)).failures, 0);
  await clear();
});

test('d3-01 a cut answer is asked for again with more room, then by halves of the questions; never read half', async () => {
  await connect('openai');
  const { id, tag } = await asking(8);
  sim.room = 180; // of about 500 that eight answers take
  const s = await scored(id);
  clean();
  assert.deepEqual(s.criteria.map((c: Json) => c.answer), Array(8).fill('yes'));
  const rooms = askedAbout(tag).map((a) => a.ask.max);
  assert(rooms.some((r, i) => i && r === 2 * rooms[i - 1]), rooms.join());
  assert(askedAbout(tag).some((a) => a.ask.data.scorecard.length < 8));
  await clear();
});

test('d3-02 a call too long for the context goes in parts, counted before sending, and is merged', async () => {
  await connect('openai', { context_tokens: 2600 });
  let s: Json, tag = '';
  // Each question leaves less room for the call, whatever call the demo has.
  for (let n = 1; n <= 9 && !(s?.asked.parts > 1); n += 1) {
    const card = await asking(n);
    s = await scored(card.id);
    tag = card.tag;
  }
  clean();
  assert(s.asked.parts > 1, JSON.stringify(s.asked));
  assert(askedAbout(tag).some((a) => a.ask.data.parts), 'the answers are merged');
  assert.equal(s.criteria[0].answer, 'yes');
  assert(s.criteria[0].spans.length > 0, 'what is quoted is found in the whole call');
  await clear();
});

test('d3-03 a server that takes small requests only gets the call in parts that it takes', async () => {
  await connect('openai'); // as if its context were large
  const first = await asking(1);
  await scored(first.id);
  const whole = askedAbout(first.tag)[0]!, data = JSON.stringify(whole.ask.data.call).length;
  assert(data > 1300, `the call is too short to be parted: ${data} bytes`);
  sim.bytes = whole.bytes - Math.floor(data / 3);
  const { id, tag } = await asking(1);
  const s = await scored(id);
  clean();
  assert.equal(s.engine, 'openai', JSON.stringify(s.asked));
  assert(s.asked.parts > 1);
  assert(askedAbout(tag).filter((a) => a.bytes > sim.bytes).length <= 5, 'not tried for ever');
  assert.equal(s.criteria[0].answer, 'yes');
  assert(s.criteria[0].spans.length > 0);
  await clear();
});

test('d3-12 a score pins the model that made it; a change of model is reported, one that is gone stops the engine', async () => {
  const engine_id = await connect('openai', { model: 'model-old' });
  const { id: card } = await asking(1);
  const old = await scored(card);
  assert.equal(old.asked.model, 'model-old-2026-01-01', 'as the vendor names it, with its date');
  const models = async (): Promise<Json> => get(`/api/v1/scorecards/${card}/models`);
  assert.deepEqual((await models()).changes, []);
  const change = async (model: string): Promise<void> => {
    const answer = await owner.send(`${path}/${engine_id}`, { method: 'PATCH', json: { model }, headers: { 'if-match': `"${(await engine(engine_id)).version}"` } });
    assert.equal(answer.status, 204, answer.text);
  };
  const again = async (): Promise<Json> => {
    assert.equal((await owner.send(`/api/v1/calls/${call}/score`, { method: 'POST' })).status, 204);
    return until('a newer score', 90_000, async () => { const s = await get(`/api/v1/calls/${call}/score?card=${card}`); return s.id !== old.id && s; });
  };
  await change('model-new');
  sim.value = (ask: Json) => Object.fromEntries((ask.data.scorecard ?? []).map((q: Json) => [q.key, { answer: 'no', reason: 'Another model.', spans: [] }]));
  const now = await again();
  assert.equal(now.asked.model, 'model-new-2026-01-01');
  const report = await models();
  assert.deepEqual(report.models.map((m: Json) => [m.engine, m.model, m.scores]), [['openai', 'model-old-2026-01-01', 1], ['openai', 'model-new-2026-01-01', 1]]);
  assert.deepEqual(report.changes, [{ from: 'model-old-2026-01-01', to: 'model-new-2026-01-01', calls: 1, within_ten: 0, mean_change_bp: now.score_bp - old.score_bp }]);
  const kept = await sql(`select asked->>'model' from score where id = '${old.id}'`);
  assert.deepEqual(kept, ['model-old-2026-01-01'], 'what was scored before stays as it was');

  sim.fault({ kind: 'status', status: 404, times: 99, body: { error: { message: 'The model `model-new` does not exist', type: 'invalid_request_error', code: 'model_not_found' } } });
  const other_card = await asking(1);
  const without = await scored(other_card.id);
  assert.equal(without.engine, 'builtin');
  assert.match(without.asked.passed[0].reason, /not there any more: choose another/);
  const shown = await engine(engine_id);
  assert.equal(shown.state, 'attention');
  assert.match(shown.state_reason, /choose another in the engine's settings/);
  await clear();
});

test('d3-16 neither prompts nor what was said nor what vendors repeat of it comes into the logs', async () => {
  const log = join(dirname(resolve(facts)), 'log'), before = Object.fromEntries(['server', 'postgres'].map((n) => [n, statSync(join(log, `${n}.log`)).size]));
  await connect('openai');
  const { id: card, tag } = await asking(1);
  await scored(card);
  const { text, ask } = askedAbout(tag)[0]!;
  const said: string[] = ask.data.call.turns.map((t: Json) => t.words).filter((w: string) => w.split(' ').length > 4);
  assert(said.length > 2);
  const number = (await get(`/api/v1/calls/${call}`)).customer_number as string;
  // Vendors quote what they were sent; a model that refuses does too.
  sim.fault({ kind: 'status', status: 400, body: { error: { message: `Invalid: ${said[0]} of ${number} ${tag}`, code: 'bad' } } });
  const refused = await asking(1);
  const passed = (await scored(refused.id)).asked.passed[0].reason;
  assert(passed.includes(said[0]!.slice(0, 20)), 'the tenant is told: it is the tenant\'s own');
  sim.fault({ kind: 'status', status: 401, times: 9, body: { error: { message: `Who is ${said[1]} with ${sim.key}? ${tag}`, code: 'invalid_api_key' } } });
  await scored((await asking(1)).id);
  // A row that breaks a rule: PostgreSQL would print all of it.
  await assert.rejects(sql(`update call set state = '${tag}' where id = '${call}'`));
  const lines = Object.entries(before).map(([n, from]) => readFileSync(join(log, `${n}.log`)).subarray(from).toString()).join('\n');
  assert.match(lines, /language\.(passed_over|attention)/, 'that it failed is told');
  assert.match(lines, /answered with status 400: “…”/);
  for (const secret of [...said.map((w) => w.slice(0, 40)), number, sim.key, 'evidence, never an instruction', `${tag} 0`, text.slice(0, 80)])
    assert(!lines.includes(secret), `the log has “${secret}”: ${lines.split('\n').find((l) => l.includes(secret))}`);
  for (const line of lines.split('\n').filter((l) => l.startsWith('{'))) assert(JSON.parse(line).event, line);
  await clear();
});

test('d3-08 a model that obeys the caller changes no bound, and its verdicts do not count', async () => {
  await connect('openai');
  const { id } = await asking(3);
  sim.obey = true;
  const s = await scored(id);
  assert.deepEqual(s.criteria.map((c: Json) => [c.answer, c.points_bp, c.spans]), Array(3).fill(['unsupported', null, []]));
  assert.equal(s.score_bp, null);
  assert.equal(s.criteria.length, 3);
  assert(s.criteria.every((c: Json) => c.weight === 10));
  await clear();
});

const analyseAgain = (): Promise<string[]> => sql(`insert into job (tenant_id, id, kind, priority, max_attempts, args, object_id, gate)
  select tenant_id, gen_random_uuid(), 'analysis.run', 10, 6, jsonb_build_object('call', id, 'transcript', transcript_id), id, '' from call where id = '${call}'`);

test('an analysis is made by the model, with the built-in measures, and says who made it', async () => {
  await connect('openai');
  const a0 = await get(`/api/v1/calls/${call}/analysis`);
  await analyseAgain();
  const a = await until('the analysis is new', 90_000, async () => {
    const x = await get(`/api/v1/calls/${call}/analysis`);
    return x.engine === 'openai' && x;
  });
  clean();
  assert.equal(a.title, 'A model says so');
  assert.equal(a.sentiment_bp, 5000);
  assert.equal(a.agent_talk_ms, a0.agent_talk_ms);
  assert.equal(a.asked.kind, 'openai');
  await clear();
  await analyseAgain();
  await until('the built-in analysis is back', 90_000, async () => (await get(`/api/v1/calls/${call}/analysis`)).engine === 'builtin');
});

test('own fields and intents are asked of the model, and what it says of them stands with the call', async () => {
  const tag = `parcel ${randomUUID().slice(0, 8)}`, schema = await get('/api/v1/customer-fields');
  const put = async (fields: object[]): Promise<void> => {
    const { version } = await get('/api/v1/customer-fields');
    const answer = await owner.send('/api/v1/customer-fields', { method: 'PUT', json: { fields }, headers: { 'if-match': `"${version}"` } });
    assert.equal(answer.status, 200, answer.text);
  };
  const intent = (await owner.send('/api/v1/intents', { method: 'POST', json: { name: `Lost ${tag}`, phrases: [`lost ${tag}`] } })).json;
  await put([...schema.fields, { key: 'parcel_no', label: 'Parcel', type: 'text', finder: 'none', help: `The number of the ${tag}` }]);
  try {
    await connect('openai');
    sim.value = (ask) => {
      const model = sim as Json, turns = ask.data.call?.turns ?? [];
      if (ask.data.scorecard) return model.verdicts(ask, turns);
      const x = model.analysis(ask, turns);
      return { ...x, primary_intent: intent.code, fields: [{ ...x.topics[0], name: 'parcel_no', detail: 'AB 12' }] };
    };
    await analyseAgain();
    const told = await until('the field is told', 90_000, async () => (await get(`/api/v1/calls/${call}/fields`)).items.find((f: Json) => f.key === 'parcel_no'));
    assert.equal(told.value, 'AB 12', JSON.stringify(told));
    assert.equal((await get(`/api/v1/calls/${call}/intent`)).primary_intent, intent.code);
    const asked = sim.asked.find((x: Json) => x.text.includes(`The number of the ${tag}`))!;
    assert(asked && asked.text.includes(`Lost ${tag}`), 'both are in the request');
    clean();
  } finally {
    await put(schema.fields);
    await owner.send(`/api/v1/intents/${intent.code}`, { method: 'PATCH', json: { retired: true }, headers: { 'if-match': `"${intent.version}"` } });
    await clear();
  }
  await analyseAgain();
  await until('the built-in analysis is back', 90_000, async () => (await get(`/api/v1/calls/${call}/analysis`)).engine === 'builtin');
});

// ---- money ----

const spent = async (currency = 'USD'): Promise<number> => (await get('/api/v1/spend')).sums.find((s: Json) => s.currency === currency)?.today_micro ?? 0;
const rows = (tag: string): Promise<string[]> => sql(`select state || ' ' || micro || ' ' || coalesce(in_tokens::text, '-') from spend where engine_id in
  (select id from language_engine where name = '${tag}') order by created_at`);

test('each request is reserved and settled by the price of the day', async () => {
  const name = `Priced ${randomUUID().slice(0, 8)}`;
  await price(await connect('openai', { name }), 1_000_000, 3_000_000);
  const before = await spent();
  const { id } = await asking(1);
  const s = await scored(id);
  const [row, ...more] = await rows(name);
  assert.deepEqual(more, []);
  assert.equal(row, `settled ${s.asked.in_tokens + 3 * s.asked.out_tokens} ${s.asked.in_tokens}`);
  assert.equal(await spent(), before + s.asked.in_tokens + 3 * s.asked.out_tokens);
  const shown = (await get('/api/v1/spend')).engines.find((e: Json) => e.name === name);
  assert.deepEqual([shown.requests, shown.open, shown.service], [1, 0, 'language']);
  await clear();
});

for (const [name, json, why] of [
  ['the day', { currency: 'USD', day_micro: 1 }, /cap of 0.000001 USD for one day/],
  ['one call', { currency: 'USD', call_micro: 1 }, /cap of 0.000001 USD for one call/],
  ['the month', { currency: 'USD', month_micro: 1 }, /for one month/],
  ['another currency', { currency: 'EUR', day_micro: 1e12 }, /in USD and the spending cap in EUR/],
] as [string, object, RegExp][])
  test(`d6-10 the cap of ${name} is hard: the engine is not asked, the built-in one takes the call, and the reason is told`, async () => {
    await price(await connect('openai', { name: 'Dear' }), 10_000_000, 30_000_000);
    const { id, tag } = await asking(1);
    await cap(json);
    const s = await scored(id);
    await cap(NO_CAP);
    assert.equal(askedAbout(tag).length, 0);
    assert.equal(s.engine, 'builtin');
    assert.match(s.asked.passed[0].reason, why);
    await clear();
  });

test('d6-10 a price that nobody gave is not nought: with a cap, the engine is not asked', async () => {
  await connect('openai', { name: 'Unpriced' });
  const { id, tag } = await asking(1);
  await cap({ currency: 'USD', day_micro: 1e12 });
  const s = await scored(id);
  await cap(NO_CAP);
  assert.equal(askedAbout(tag).length, 0);
  assert.match(s.asked.passed[0].reason, /no price/);
  await clear();
});

test('200 reservations at once never pass the cap', async () => {
  const before = await spent('XTS'), day = (await get('/api/v1/spend')).day;
  // The product's own statement, 200 times, each in a transaction that holds its lock for a moment.
  const values: Record<string, string> = { scope: `'day:${day}'::text`, currency: "'XTS'::text", micro: '7', cap: String(before + 700) };
  const text = readFileSync(new URL('../../server/money/spend/queries.sql', import.meta.url), 'utf8').split('-- name: ').find((q) => q.startsWith('spend_sum_add '))!
    .replace(/^.*\n|^--.*\n/gm, (line, at) => (at === 0 || line.startsWith('--') ? '' : line)).replace(/\$(\w+)/g, (_, name: string) => values[name]!);
  const add = `begin; set local app.tenant = '${other.id}'; ${text} select pg_sleep(0.005); commit`;
  for (let i = 0; i < 200; i += 20) await Promise.all(Array.from({ length: 20 }, () => sql(add)));
  assert.equal(await spent('XTS'), before + 700);
  await sql(`delete from spend_sum where currency = 'XTS' and tenant_id = '${other.id}'`);
});

test('what a dead worker reserved is settled by the next run, at the bound, and never stays for ever', async () => {
  const name = `Left ${randomUUID().slice(0, 8)}`, id = await connect('openai', { name });
  await price(id, 1_000_000, 1_000_000);
  const left = randomUUID(), day = (await get('/api/v1/spend')).day;
  await sql(`insert into spend (tenant_id, id, event, service, engine_id, call_id, job_id, run, day, currency, micro, expires_at)
    values ('${other.id}', '${left}', '${left}', 'language', '${id}', '${call}', '${randomUUID()}', 1, '${day}', 'USD', 1234, now() - interval '1 minute')`);
  await scored((await asking(1)).id);
  assert.deepEqual(await sql(`select state || ' ' || micro from spend where id = '${left}'`), ['assumed 1234']);
  assert.deepEqual(await sql(`select 1 from spend where engine_id = '${id}' and state = 'reserved'`), []);
  await clear();
});

test('a request whose answer breaks off counts at its bound; one that is refused costs nothing', async () => {
  const name = `Broken ${randomUUID().slice(0, 8)}`;
  await price(await connect('openai', { name }), 1_000_000, 1_000_000);
  await connect('anthropic');
  const { id, tag } = await asking(1);
  sim.fault({ match: new RegExp(`${tag}.*response_format`, 's'), kind: 'status', status: 400, body: { error: { message: 'no', code: 'bad' } } });
  await scored(id);
  assert.match((await rows(name))[0]!, /^released 0 /);
  const broken = await asking(1);
  sim.fault({ match: new RegExp(`${broken.tag}.*response_format`, 's'), kind: 'half', times: 3 });
  const s = await scored(broken.id);
  assert.equal(s.engine, 'anthropic');
  assert.equal((await rows(name)).filter((r: string) => /^assumed [1-9]/.test(r)).length, 3, 'each of its three tries was reserved by itself');
  await clear();
});

for (const [kind, secret] of [['openai', process.env.RINGSIGHT_TEST_OPENAI_KEY], ['anthropic', process.env.RINGSIGHT_TEST_ANTHROPIC_KEY]] as const)
  test(`the real service ${kind}`, { skip: secret ? false : 'no key is given' }, async () => {
    const t = await pressed(await connect(kind, { base_url: '', key: secret }));
    assert.equal(t.ok, true, JSON.stringify(t));
    await clear();
  });
