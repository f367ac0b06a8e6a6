/* Which card judges which call, by the call's tags and by the teams of its agent: in a tenant of this file's own, with
 * calls that are spoken, written down and scored for real. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { before, test } from 'node:test';
import { as, demo, isProblem, until, MISSING, type Answer, type Client } from './house.ts';
import { spoken, stereo } from './audio.ts';
import { sql } from './queue.ts';
import { callEnds, ownAgent, ownCall, ownPerson, ownTenant, type OwnTenant } from './tenant.ts';

type Row = any; // eslint-disable-line
let own: OwnTenant, agents: Client;
let ann: string, ben: string, call: string, teamless: string;

const AGENT = 'Good morning, thank you for calling. This call is recorded. How can I help you today? I will send an engineer tomorrow.';
const CUSTOMER = 'Hello, my internet is very slow since Monday. Please send somebody to look at it. Thank you very much.';
const put = (id: string, tag: string, who: Client = own.owner): Promise<Answer> => who.send(`/api/v1/calls/${id}/tags`, { method: 'POST', json: { tag } });
const off = (id: string, tag: string, who: Client = own.owner): Promise<Answer> => who.send(`/api/v1/calls/${id}/tags/${encodeURIComponent(tag)}`, { method: 'DELETE' });
const show = async (id: string): Promise<Row> => (await own.owner.send(`/api/v1/calls/${id}`)).json;
const scores = async (id: string): Promise<Row[]> => (await own.owner.send(`/api/v1/calls/${id}/scores`)).json.items;
const known = async (): Promise<string[]> => (await own.owner.get('/api/v1/tags')).items.map((t: Row) => t.name);
const bare = async (id: string): Promise<void> => { for (const tag of (await show(id)).tags) await off(id, tag); };
const stamp = async (id: string): Promise<string> => (await sql(`select scored_at from call where id = '${id}'`))[0]!;
const label = (): string => `tag ${randomUUID().slice(0, 6)}`;

/** A published card that these rules assign: it gives the points for "thank you" of the talk. */
async function card(rules: object[], good = true, mode = 'decide'): Promise<string> {
  const body = { name: `Card ${randomUUID().slice(0, 8)}`, sections: [{ name: 'Only', questions: [
    { key: 'q', text: 'Is it so', weight: 10, rule: good ? { not_said: ['xylophone'] } : { said: ['xylophone'] } }] }] };
  const made = await own.owner.send('/api/v1/scorecards', { method: 'POST', json: { body } });
  assert.equal(made.status, 201, made.text);
  const at = `/api/v1/scorecards/${made.json.id}`;
  assert.equal((await own.owner.send(`${at}/publish`, { method: 'POST', headers: { 'if-match': '"1"' } })).status, 204);
  const assigned = await own.owner.send(`${at}/assignment`, { method: 'PUT', json: { mode, rules }, headers: { 'if-match': '"0"' } });
  assert.equal(assigned.status, 204, assigned.text);
  return made.json.id;
}
const retire = async (id: string): Promise<void> => { assert.equal((await own.owner.send(`/api/v1/scorecards/${id}/archive`, { method: 'POST' })).status, 204); };
const judges = (id: string, by: string): Promise<Row> => until('the card judges the call', 60_000, async () => (await scores(id)).find((s) => s.card_id === by));
async function again(id: string): Promise<Row[]> {
  const had = new Set((await scores(id)).map((s) => s.id)), at = await stamp(id);
  assert.equal((await own.owner.send(`/api/v1/calls/${id}/score`, { method: 'POST' })).status, 204);
  return until('it is scored again', 60_000, async () => {
    const now = await scores(id);
    return (now.some((s) => !had.has(s.id)) || (await stamp(id)) !== at) && now;
  });
}

before(async () => {
  own = await ownTenant();
  // The card that every tenant starts with takes every call: here it stands back, so that each test says what takes what.
  const [first] = (await own.owner.get('/api/v1/scorecards')).items;
  await retire(first!.id);
  [ann, ben] = [await ownAgent(own, 'Ann', '501'), await ownAgent(own, 'Ben', '502')];
  agents = await ownPerson(own, 'viewer');
  const [said, answered] = [await spoken(AGENT), await spoken(CUSTOMER)];
  [call, teamless] = [await ownCall(own, stereo(said, answered), { agent: ann }), await ownCall(own, stereo(said, answered, 2), { agent: ben })];
});

test('a call that no card takes is told so; a tag that a card asks for has it judged, with the rule kept', async () => {
  assert.deepEqual([(await show(call)).state, (await show(call)).state_reason], ['not_scorable', 'No scorecard takes this call.']);
  const tag = label(), by = await card([{ tags: [tag] }]), never = await card([{ tags: [`${tag} no`] }]);
  assert.equal((await put(call, 'something else')).status, 204);
  assert.equal((await put(call, `  ${tag.toUpperCase().replace(' ', '   ')} `)).status, 204, 'in any letters and blanks');
  assert.equal((await judges(call, by)).score_bp, 10_000);
  assert.deepEqual((await show(call)).tags, ['something else', tag]);
  const full = (await own.owner.send(`/api/v1/calls/${call}/score?card=${by}`)).json;
  assert.deepEqual([full.assignment, full.mode], [{ tags: [tag] }, 'decide']);
  assert.equal((await scores(call)).find((s) => s.card_id === never), undefined);
  assert.equal((await scores(teamless)).length, 0, 'the other call is nobody\'s business');
  const ended = await show(call);
  assert.deepEqual([ended.state, ended.score_bp], ['scored', 10_000]);

  // Taking it off takes back no verdict; who asks for a new score then gets none by this card.
  assert.equal((await off(call, tag)).status, 204);
  isProblem(await off(call, tag), 404, 'not_found');
  assert.equal((await scores(call)).length, 1);
  await again(call);
  assert.equal((await scores(call)).length, 1, 'no second verdict');
  await off(call, 'something else');
  await retire(by);
  await retire(never);
});

test('a rule matches its tags however they were written', async () => {
  const tag = label(), by = await card([{ tags: [` ${tag.toUpperCase().replace(' ', '  ')} `] }]);
  assert.equal((await put(call, tag)).status, 204);
  await judges(call, by);
  await off(call, tag);
  await retire(by);
});

test('a tag that is put on while the call is being scored is not missed', async () => {
  const tag = label(), all = await card([{}]), by = await card([{ tags: [tag] }]);
  const psql = spawn('psql', ['-XqAt', '-v', 'ON_ERROR_STOP=1', '-d', demo.owner_database_url], { stdio: ['pipe', 'ignore', 'inherit'] });
  const left = new Promise<void>((ok) => psql.on('exit', () => ok()));
  const waiting = async (): Promise<boolean> => (await sql('select 1 from pg_locks where not granted')).length > 0;
  try {
    // The tag is on its way in another transaction; the job reads its cards without it and then waits for the call's row.
    psql.stdin.write(`begin; update call set tags = array_append(tags, '${tag}') where id = '${call}';\n`);
    await until('the row is locked', 10_000, async () => (await sql(`select 1 from pg_stat_activity where state = 'idle in transaction' and query like '%${tag}%' and pid <> pg_backend_pid()`)).length > 0);
    assert.equal((await own.owner.send(`/api/v1/calls/${call}/score`, { method: 'POST' })).status, 204);
    await until('the job waits for the row', 30_000, waiting);
  } finally {
    psql.stdin.end('commit;\n');
    await left;
  }
  await judges(call, all);
  await judges(call, by);
  await off(call, tag);
  for (const id of [all, by]) await retire(id);
});

test('of several cards the oldest that decides is the call\'s own, whoever takes it: by team, by tag, or all calls', async () => {
  const tag = label();
  const team = (await own.owner.post('/api/v1/teams', { name: `Team ${label()}`, agents: [ann] })).id;
  const hint = await card([{}], true, 'suggest');
  const byTeam = await card([{ teams: [team] }], true);
  const byTag = await card([{ tags: [tag] }], false);
  const everybody = await card([{}], false);
  assert.equal((await put(call, tag)).status, 204);
  for (const id of [hint, byTeam, byTag, everybody]) await judges(call, id);
  const seen = await callEnds(own, call);
  assert.equal(seen.score_bp, 10_000, 'by the team\'s card: a suggestion is none, and those after it are younger');
  const shown = (await own.owner.send(`/api/v1/calls/${call}/score`)).json;
  assert.deepEqual([shown.scorecard.card_id, shown.assignment], [byTeam, { teams: [team] }]);

  // Nobody's team, no tag: only what takes every call judges it.
  await again(teamless);
  await judges(teamless, everybody);
  assert.deepEqual((await scores(teamless)).map((s) => s.card_id).sort(), [hint, everybody].sort());
  assert.equal((await show(teamless)).score_bp, 0);

  // The team's card archived, the next oldest decides.
  await retire(byTeam);
  await again(call);
  await until('the tag\'s card decides', 60_000, async () => (await show(call)).score_bp === 0);
  assert.equal((await own.owner.send(`/api/v1/calls/${call}/score`)).json.scorecard.card_id, byTag);

  // An agent who joins the team is judged by its card from then on; one who leaves is not.
  const second = await card([{ teams: [team] }]);
  const change = async (ids: string[]) => {
    const { headers } = await own.owner.send(`/api/v1/teams/${team}`);
    assert.equal((await own.owner.send(`/api/v1/teams/${team}`, { method: 'PATCH', json: { agents: ids }, headers: { 'if-match': String(headers.etag) } })).status, 200);
  };
  await change([ben]);
  await again(teamless);
  await judges(teamless, second);
  await again(call);
  assert.equal((await scores(call)).some((s) => s.card_id === second), false);
  // Both conditions of one rule must hold; the team gone, its rule takes nobody.
  const both = await card([{ teams: [team], tags: [tag] }]);
  await again(call);
  assert.equal((await scores(call)).some((s) => s.card_id === both), false, 'tagged, but not of the team');
  assert.equal((await put(teamless, tag)).status, 204);
  await judges(teamless, both);
  assert.equal((await own.owner.send(`/api/v1/teams/${team}`, { method: 'DELETE' })).status, 204);
  const last = (await scores(teamless)).find((s) => s.card_id === second)!.id;
  await again(teamless);
  assert.equal((await scores(teamless)).find((s) => s.card_id === second)!.id, last, 'no new one');
  await off(call, tag);
  await off(teamless, tag);
  for (const id of [hint, byTag, everybody, second, both]) await retire(id);
});

test('a tag changes nothing where the cards that take the call have judged it already', async () => {
  const by = await card([{}]);
  await again(call);
  const jobs = async (): Promise<number> => Number((await sql(`select count(*) from job where object_id = '${call}' and kind = 'scores.run'`))[0]);
  const [had, n] = [(await judges(call, by)).id, await jobs()];
  const tag = label();
  assert.equal((await put(call, tag)).status, 204);
  assert.equal((await put(call, tag)).status, 204, 'a second time is no fault');
  assert.equal(await jobs(), n, 'nothing is asked, nothing is paid');
  assert.equal((await judges(call, by)).id, had);
  assert.equal((await show(call)).tags.filter((t: string) => t === tag).length, 1);
  await off(call, tag);
  await retire(by);
});

test('calls are found by their tag, and the list of tags is the tenant\'s own', async () => {
  const tag = label();
  await put(call, tag);
  assert.deepEqual((await own.owner.get('/api/v1/calls', { query: { tag } })).items.map((c) => c.id), [call]);
  assert((await known()).includes(tag));
  assert(!(await (await as('owner')).get('/api/v1/tags')).items.some((t: Row) => t.name === tag), 'not in another tenant\'s');
  assert.equal((await own.owner.send(`/api/v1/tags/${encodeURIComponent(tag)}`, { method: 'DELETE' })).status, 204);
  assert(!(await known()).includes(tag));
  assert((await show(call)).tags.includes(tag), 'calls keep it');
  isProblem(await own.owner.send(`/api/v1/tags/${encodeURIComponent(tag)}`, { method: 'DELETE' }), 404, 'not_found');
  await off(call, tag);
});

test('who may not, and another tenant, put no tag on and take none off', async () => {
  await bare(call);
  const tag = label();
  await put(call, tag);
  isProblem(await put(call, 'mine', agents), 403, 'forbidden');
  isProblem(await off(call, tag, agents), 403, 'forbidden');
  const abroad = await as('owner');
  for (const id of [call, MISSING]) {
    isProblem(await put(id, 'mine', abroad), 404, 'not_found');
    isProblem(await off(id, tag, abroad), 404, 'not_found');
  }
  assert(!(await abroad.get('/api/v1/tags')).items.some((t: Row) => t.name === 'mine'), 'nor is it kept in his own list');
  assert.deepEqual((await show(call)).tags, [tag]);
  // An agent sees own calls only: another's is not there.
  const person = await ownPerson(own, 'agent');
  await ownAgent(own, 'Cas', '503', person.login.email);
  const its = await put(call, 'mine', person);
  assert([403, 404].includes(its.status), its.text);
  await off(call, tag);
});

test('what is no tag is refused with its field, and there is an end to them', async () => {
  await bare(call);
  for (const bad of ['', '   ', 'x'.repeat(41), 'é'.repeat(41)]) {
    const answer = await put(call, bad);
    isProblem(answer, 422, 'bad_input');
    assert(answer.json.fields.tag, answer.text);
  }
  assert.equal((await put(call, 'é'.repeat(40))).status, 204, 'letters count, not bytes');
  await off(call, 'é'.repeat(40));
  const many = Array.from({ length: 20 }, (_, i) => `many ${i}`);
  for (const tag of many) assert.equal((await put(call, tag)).status, 204);
  const over = await put(call, 'one more');
  isProblem(over, 422, 'bad_input');
  assert.match(over.json.fields.tag, /20 tags/);
  for (const tag of many) await off(call, tag);
  await sql(`insert into tag (tenant_id, name) select '${own.id}', 'full ' || x from generate_series(1, 500) x on conflict do nothing`);
  const full = await put(call, label());
  isProblem(full, 422, 'bad_input');
  assert.match(full.json.fields.tag, /500 tags/);
  assert.equal((await put(call, 'full 7')).status, 204, 'one of the list may still be put on');
  await sql(`delete from tag where tenant_id = '${own.id}' and name like 'full %'`);
});

test('several put tags on at the same time: none is lost', async () => {
  await bare(teamless);
  const tags = Array.from({ length: 8 }, (_, i) => `race ${i}`);
  const answers = await Promise.all(tags.map((t) => put(teamless, t)));
  assert(answers.every((a) => a.status === 204), answers.map((a) => a.text).join());
  assert.deepEqual((await show(teamless)).tags, tags);
});
