/* What judging again would cost is said before anything is asked: over the API and by `ringsight admin rerun`, in a tenant
 * of this file's own whose engine is the stand-in that checks every request (tests/providers/sim/models.mjs). */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Models } from '../providers/sim/models.mjs';
import { as, isProblem, until, MISSING, type Answer } from './house.ts';
import { spoken, stereo } from './audio.ts';
import { ownCommand } from './server.ts';
import { ownAgent, ownCall, ownPerson, ownTenant, type OwnTenant } from './tenant.ts';

type Json = any; // eslint-disable-line
let own: OwnTenant, sim: Models, card = '', call = '', engine = '';
const reruns = (): string => `/api/v1/scorecards/${card}/reruns`;
const estimate = async (times = 3): Promise<Json> => {
  const answer = await own.owner.send(`${reruns()}/estimate?times=${times}&calls=10`);
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
};
const ask = (more: object = {}): Promise<Answer> => own.owner.send(reruns(), { method: 'POST', json: { times: 3, calls: 10, ...more } });
const done = (id: string): Promise<Json> => until('the rerun', 90_000, async () => {
  const row = (await own.owner.send(reruns())).json.items.find((r: Json) => r.id === id);
  return row.state !== 'queued' && row;
});
const cap = async (json: object): Promise<void> => {
  const { version } = (await own.owner.send('/api/v1/spend')).json;
  assert.equal((await own.owner.send('/api/v1/spend-cap', { method: 'PUT', json, headers: { 'if-match': `"${version}"` } })).status, 204);
};
const command = (...more: string[]) => ownCommand(['admin', 'rerun', '--tenant', own.slug, '--scorecard', card, '--times', '3', '--calls', '5', ...more], {}).ended;

before(async () => {
  sim = await new Models().start();
  own = await ownTenant();
  const ann = await ownAgent(own, 'Ann', '501');
  const body = { name: `Model ${randomUUID().slice(0, 8)}`, sections: [{ name: 'Only', questions: [
    { key: 'kind', text: 'Is the agent friendly?', weight: 10, decided_by: 'model', help: 'Kind words to the customer' },
    { key: 'rule', text: 'Is it so?', weight: 1, rule: { not_said: ['xylophone'] } }] }] };
  card = (await own.owner.send('/api/v1/scorecards', { method: 'POST', json: { body } })).json.id;
  const at = `/api/v1/scorecards/${card}`;
  assert.equal((await own.owner.send(`${at}/publish`, { method: 'POST', headers: { 'if-match': '"1"' } })).status, 204);
  assert.equal((await own.owner.send(`${at}/assignment`, { method: 'PUT', json: { mode: 'decide', rules: [{}] }, headers: { 'if-match': '"0"' } })).status, 204);
  call = await ownCall(own, stereo(await spoken('Good morning, thank you for calling. This call is recorded. How can I help you today?'),
    await spoken('Hello, my internet is very slow since Monday. Please send somebody to look at it.')), { agent: ann });
});
after(() => sim.stop());

test('the built-in engine costs nothing, and nobody has to agree to that', async () => {
  const x = await estimate();
  assert.deepEqual([x.engine, x.calls, x.requests, x.micro, x.fits], [null, 1, 0, 0, true]);
  assert.match(x.text, /built-in engine: this costs nothing/);
  assert(x.seconds > 3);
  const asked = await ask();
  assert.equal(asked.status, 201, asked.text);
  assert.equal((await done(asked.json.id)).state, 'done');
  assert.equal((await command()).code, 0);
});

test('an engine without a price is told of as such, and must be agreed to', async () => {
  const made = await own.owner.send('/api/v1/language-engines', { method: 'POST', json: { kind: 'openai', name: 'Far', base_url: `${sim.base}/v1`, key: sim.key } });
  assert.equal(made.status, 201, made.text);
  engine = made.json.id;
  const x = await estimate();
  assert.deepEqual([x.engine, x.requests, x.micro, x.price_since], ['Far', 3, null, null]);
  assert(x.in_tokens > 3 * 100 && x.out_tokens > 0);
  assert.match(x.text, /Far is asked 3 times.*What that costs is not known: it has no price/);
  const refused = await ask();
  isProblem(refused, 422, 'bad_input');
  assert.match(refused.json.fields.most_micro, /no price.*To go ahead, send most_micro/);
  const { code, err } = await command();
  assert.equal(code, 1);
  assert.match(err, /no price[\s\S]*--yes[\s\S]*--offline/);
  assert.equal(sim.asked.length, 0, 'nothing was asked');
});

test('with a price: about how much, since when, and what the caps leave; less than that is not enough', async () => {
  const priced = await own.owner.send(`/api/v1/language-engines/${engine}/prices`, { method: 'POST', json: { valid_from: '2026-01-01', micro_in: 2_000_000, micro_out: 8_000_000, currency: 'USD' } });
  assert.equal(priced.status, 201, priced.text);
  const x = await estimate();
  const reckoned = Math.ceil(x.in_tokens * 2) + Math.ceil(x.out_tokens * 8);
  assert(Math.abs(x.micro - reckoned) <= 3, `${x.micro} ${reckoned}`);
  assert.deepEqual([x.currency, x.price_since, x.fits, x.left_today_micro], ['USD', '2026-01-01', true, null]);
  assert.equal((await estimate(6)).micro > 1.9 * x.micro, true, 'twice as often, twice as dear');
  assert.match(x.text, /at its price since 2026-01-01; to get all done, allow [\d.]+ USD\. No cap is set\./);
  await cap({ currency: 'USD', day_micro: x.micro - 1, month_micro: 50_000_000 });
  const tight = await estimate();
  assert.deepEqual([tight.fits, tight.left_today_micro, tight.left_month_micro], [false, x.micro - 1, 50_000_000]);
  assert.match(tight.text, /The caps leave .* USD today and 50\.00 USD this month: too little/);
  await cap({ currency: 'EUR', day_micro: 50_000_000 });
  assert.equal((await estimate()).fits, false, 'a cap in another currency lets nothing through');
  await cap({ currency: 'USD', day_micro: 50_000_000 });
  assert.equal((await estimate()).fits, true);
  isProblem(await ask({ most_micro: x.micro - 1 }), 422, 'bad_input');
  assert.equal(sim.asked.length, 0);
  const asked = await ask({ most_micro: x.most_micro });
  assert.equal(asked.status, 201, asked.text);
  const row = await done(asked.json.id);
  assert.deepEqual([row.state, row.body.engine], ['done', 'Far'], JSON.stringify(row));
  assert.equal(sim.asked.length, x.requests, 'as often as was said');
  assert.deepEqual(sim.complaints, []);
  const { engines } = (await own.owner.send('/api/v1/spend')).json;
  assert(engines[0].in_tokens <= x.in_tokens, `${engines[0].in_tokens} of ${x.in_tokens} tokens`);
});

test('the command tells the same, waits for --yes, and has the workers ask the tenant\'s engine', { timeout: 300_000 }, async () => {
  sim.reset();
  const said = await command();
  assert.equal(said.code, 1);
  assert.match(said.err, /Far is asked 3 times.*about [\d.]+ USD at its price since 2026-01-01; to get all done, allow [\d.]+ USD\. The caps leave .* today\./);
  const offline = await command('--offline');
  assert.equal(JSON.parse(offline.out).report.engine, 'builtin');
  assert.equal(sim.asked.length, 0);
  const { code, out, err } = await command('--yes', '--call', call);
  assert.equal(code, 0, err);
  const { times, report } = JSON.parse(out);
  assert.deepEqual([times, report.engine, report.calls], [3, 'Far', 1]);
  assert.equal(sim.asked.length, 3);
});

test('what was agreed holds in the middle of a run: it stops, says how far it came, and goes on under a higher bound', async () => {
  sim.reset();
  const x = await estimate(20);
  const pause = await own.owner.send('/api/v1/jobs/pauses', { method: 'POST', json: { kind: 'scores.rerun' } });
  assert(pause.status < 300, pause.text);
  const asked = await ask({ times: 20, most_micro: x.micro });
  assert.equal(asked.status, 201, asked.text);
  // Dearer since: what was reckoned with is not what it costs.
  const day = new Date().toISOString().slice(0, 10);
  const dearer = await own.owner.send(`/api/v1/language-engines/${engine}/prices`, { method: 'POST', json: { valid_from: day, micro_in: 8_000_000, micro_out: 32_000_000, currency: 'USD' } });
  assert.equal(dearer.status, 201, dearer.text);
  isProblem(await ask({ times: 20, most_micro: x.micro }), 422, 'bad_input');
  assert.equal((await own.owner.send(`/api/v1/jobs/pauses/${pause.json.id}`, { method: 'DELETE' })).status, 204);
  const row = await done(asked.json.id);
  assert.equal(row.state, 'stopped', JSON.stringify(row));
  const before = sim.asked.length;
  assert(before > 0 && before < 20, `${before}`);
  assert(row.spent_micro <= x.micro, `${row.spent_micro} of ${x.micro}`);
  assert.match(row.reason, /Asking Far once more could cost [\d.]+ USD, and with it more than the [\d.]+ USD that were agreed\. 0 of 1 calls are judged, for [\d.]+ USD so far\./);
  const on = (most: number, who = own.owner): Promise<Answer> => who.send(`${reruns()}/${asked.json.id}/go-on`, { method: 'POST', json: { most_micro: most } });
  const low = await on(x.micro);
  isProblem(low, 422, 'bad_input');
  assert(low.json.fields.most_micro);
  isProblem(await on(x.micro * 99, await as('owner')), 404, 'not_found');
  assert.equal((await on(x.micro * 20)).status, 204);
  isProblem(await on(x.micro * 40), 409, 'conflict');
  const end = await done(asked.json.id);
  assert.deepEqual([end.state, end.body.calls], ['done', 1], JSON.stringify(end));
  assert.equal(sim.asked.length, 20, 'what was answered is not asked again');
});

test('who may not, and another tenant, are told nothing', async () => {
  const path = `${reruns()}/estimate?times=3&calls=2`;
  isProblem(await (await ownPerson(own, 'viewer')).send(path), 403, 'forbidden');
  isProblem(await (await as('owner')).send(path), 404, 'not_found');
  isProblem(await own.owner.send(`${path}&call=${MISSING}`), 422, 'bad_input');
  isProblem(await own.owner.send(`${reruns()}/estimate?times=99&calls=2`), 422, 'bad_input');
});
