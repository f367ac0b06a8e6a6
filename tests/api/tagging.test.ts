/* Tags of many calls in one act, in a tenant of this file's own: what it changes, what it costs in statements, what
 * follows, and what it refuses. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, test } from 'node:test';
import { as, isProblem, until, MISSING, type Answer, type Client } from './house.ts';
import { spoken, stereo } from './audio.ts';
import { sql } from './queue.ts';
import { ownAgent, ownCall, ownPerson, ownTenant, type OwnTenant } from './tenant.ts';

type Row = any; // eslint-disable-line
let own: OwnTenant, ann: string;
let bare: string[] = []; // calls without sound

const many = (calls: string[], tags: string[], act = 'put', who: Client = own.owner): Promise<Answer> =>
  who.send('/api/v1/call-tags', { method: 'POST', json: { calls, tags, act } });
const label = (): string => `tag ${randomUUID().slice(0, 6)}`;
const show = async (id: string): Promise<Row> => (await own.owner.send(`/api/v1/calls/${id}`)).json;
const having = async (tag: string): Promise<number> =>
  Number((await sql(`select count(*) from call where tenant_id = '${own.id}' and '${tag}' = any(tags)`))[0]);

before(async () => {
  own = await ownTenant();
  for (const c of (await own.owner.get('/api/v1/scorecards')).items) await own.owner.send(`/api/v1/scorecards/${c.id}/archive`, { method: 'POST' });
  ann = await ownAgent(own, 'Ann', '501');
  const json = { direction: 'inbound', from_number: '+441632960000', started_at: '2026-01-01T00:00:00Z' };
  const first = (await own.owner.send('/api/v1/calls', { method: 'POST', json })).json.id;
  // A thousand and one of it, for the limit.
  const columns = (await sql(`select string_agg(quote_ident(attname), ', ') from pg_attribute where attrelid = 'call'::regclass and attnum > 0 and not attisdropped and attgenerated = '' and attname <> 'id'`))[0]!;
  const copied = columns.split(', ').map((c) => (c === 'provider_id' || c === 'provider_call_id' || c === 'provider_key' || c === 'call_key' ? `c.${c} || n` : `c.${c}`)).join(', ');
  await sql(`insert into call (id, ${columns}) select ground.uuid_now(), ${copied} from call c, generate_series(1, 1000) n where c.id = '${first}'`);
  bare = await sql(`select id from call where tenant_id = '${own.id}' order by id`);
  assert.equal(bare.length, 1001);
});

test('a thousand calls are tagged in one act, which tells whom it changed; the opposite act undoes it', async () => {
  const tag = label(), calls = bare.slice(0, 1000);
  await many(calls.slice(0, 3), [tag]);
  const marked = (await sql(`select coalesce(max(written_in::text::bigint), 0) from live_event where tenant_id = '${own.id}'`))[0]!;
  const done = await many(calls, [`  ${tag.toUpperCase().replace(' ', '   ')} `]);
  assert.equal(done.status, 200, done.text);
  assert.deepEqual([done.json.found, done.json.changed.length], [1000, 997], 'three had it');
  assert.equal(await having(tag), 1000);
  // One transaction, one notice for each that changed, and one entry in the audit log, with the count.
  const told = await sql(`select count(*) || ' ' || count(distinct written_in) from live_event where tenant_id = '${own.id}' and written_in::text::bigint > ${marked} and kind = 'call.changed'`);
  assert.deepEqual(told, ['997 1']);
  const entries = (await own.owner.send('/api/v1/audit?limit=5')).json.items.filter((x: Row) => x.act === 'POST /call-tags');
  assert.deepEqual(entries[0].given, { calls: '1000', tags: `  ${tag.toUpperCase().replace(' ', '   ')} `, act: 'put' });
  assert.equal(entries.filter((x: Row) => x.given.calls === '1000').length, 1);
  const undone = await many(done.json.changed, [tag], 'take_off');
  assert.equal(undone.json.changed.length, 997);
  assert.equal(await having(tag), 3);
  assert.equal((await many(calls, [tag], 'take_off')).json.changed.length, 3);
  isProblem(await many(bare, [tag]), 422, 'bad_input');
});

test('several tags at once; a call named twice, or gone, is no fault; their order in a call stays by name', async () => {
  const [a, b, c] = ['c ', 'a ', 'b '].map((x) => x + label()) as [string, string, string];
  const done = await many([bare[0]!, bare[0]!, bare[1]!, MISSING], [a, b, c, a]);
  assert.deepEqual([done.json.found, done.json.changed.length], [2, 2], done.text);
  assert.deepEqual((await show(bare[0]!)).tags, [b, c, a]);
  assert((await own.owner.get('/api/v1/tags')).items.some((t: Row) => t.name === c));
  await many(bare.slice(0, 2), [a, c], 'take_off');
  assert.deepEqual((await show(bare[1]!)).tags, [b]);
  await many(bare.slice(0, 2), [b], 'take_off');
});

test('what cannot be done for all is done for none, and says what to do', async () => {
  const full = Array.from({ length: 20 }, (_, i) => `full ${i}`), tag = label();
  assert.equal((await many([bare[2]!], full)).status, 200);
  const refused = await many(bare.slice(0, 5), [tag]);
  isProblem(refused, 422, 'bad_input');
  assert.match(refused.json.fields.calls, /1 of the calls would have more than 20 tags/);
  assert.equal(await having(tag), 0);
  await many([bare[2]!], full, 'take_off');
  for (const [calls, tags, act, field] of [[[], [tag], 'put', 'calls'], [['x'], [tag], 'put', 'calls'], [[MISSING], [tag], 'put', 'calls'],
    [[bare[0]!], [], 'put', 'tags'], [[bare[0]!], [' '], 'put', 'tags'], [[bare[0]!], ['é'.repeat(41)], 'put', 'tags'],
    [[bare[0]!], [tag], 'paint', 'act']] as [string[], string[], string, string][]) {
    const answer = await many(calls, tags, act);
    isProblem(answer, 422, 'bad_input');
    assert(answer.json.fields[field], answer.text);
  }
  await sql(`insert into tag (tenant_id, name) select '${own.id}', 'list ' || x from generate_series(1, 500) x on conflict do nothing`);
  const over = await many([bare[0]!], [tag]);
  isProblem(over, 422, 'bad_input');
  assert.match(over.json.fields.tags, /500 tags/);
  assert.equal(await having(tag), 0);
  await sql(`delete from tag where tenant_id = '${own.id}' and name like 'list %'`);
});

test('two who tag the same calls in opposite order do not stop each other', async () => {
  const [a, b] = [label(), label()], calls = bare.slice(0, 300);
  const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => many(i % 2 ? calls : [...calls].reverse(), [i % 2 ? a : b])));
  assert(answers.every((x) => x.status === 200), answers.map((x) => x.text).join());
  assert.deepEqual([await having(a), await having(b)], [300, 300]);
  await many(calls, [a, b], 'take_off');
});

test('another tenant, and who may not, change nothing', async () => {
  const tag = label();
  isProblem(await many([bare[0]!], [tag], 'put', await ownPerson(own, 'viewer')), 403, 'forbidden');
  const abroad = await many([bare[0]!], [tag], 'put', await as('owner')), missing = await many([MISSING], [tag], 'put', await as('owner'));
  isProblem(abroad, 422, 'bad_input');
  assert.deepEqual(abroad.json.fields, missing.json.fields);
  assert.equal(await having(tag), 0);
});

test('calls that a card takes by the tag are judged then, the others are not, and a rule\'s other conditions hold', async () => {
  const tag = label(), said = await spoken('Good morning, thank you for calling. This call is recorded. How can I help you today?'),
    answered = await spoken('Hello, my internet is very slow since Monday. Please send somebody to look at it.');
  const [one, two] = [await ownCall(own, stereo(said, answered), { agent: ann }), await ownCall(own, stereo(said, answered, 2), { agent: ann, direction: 'outbound' })];
  const body = { name: `Card ${label()}`, sections: [{ name: 'Only', questions: [{ key: 'q', text: 'Is it so', weight: 10, rule: { not_said: ['xylophone'] } }] }] };
  const card = (await own.owner.send('/api/v1/scorecards', { method: 'POST', json: { body } })).json.id, at = `/api/v1/scorecards/${card}`;
  assert.equal((await own.owner.send(`${at}/publish`, { method: 'POST', headers: { 'if-match': '"1"' } })).status, 204);
  assert.equal((await own.owner.send(`${at}/assignment`, { method: 'PUT', json: { mode: 'decide', rules: [{ tags: [tag], directions: ['inbound'] }] }, headers: { 'if-match': '"0"' } })).status, 204);
  const jobs = async (kind: string, id?: string): Promise<number> =>
    Number((await sql(`select count(*) from (select kind, object_id from job union all select kind, object_id from job_history where tenant_id = '${own.id}') j where kind = '${kind}'${id ? ` and object_id = '${id}'` : ''}`))[0]);
  const had = await jobs('scores.run', two);
  assert.equal((await many([one, two, bare[0]!], [tag])).json.changed.length, 3);
  await until('the card judges the first', 120_000, async () => (await own.owner.send(`/api/v1/calls/${one}/scores`)).json.items.some((s: Row) => s.card_id === card));
  assert.equal((await own.owner.send(`/api/v1/calls/${two}/scores`)).json.items.length, 0);
  assert.equal(await jobs('scores.run', two), had, 'the other is not even asked for');
});
