/* Reading deliveries again (W5): the same rows byte for byte while parser and settings are the same,
 * what they tell now in place of what they told before once something was mended, nothing doubled. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { as, isProblem, send, until, type Client } from './house.ts';
import { sql } from './queue.ts';

type Map = Record<string, unknown>;
const ROOT = '/api/v1/integrations';
const made: string[] = [];
let owner: Client;
before(async () => { owner = await as('owner'); });
after(async () => { for (const id of made) await owner.send(`${ROOT}/${id}`, { method: 'DELETE' }); });

async function connect(name: string): Promise<{ id: string; hook: string }> {
  const answer = await owner.send(ROOT, { method: 'POST', json: { provider: 'generic', name, settings: {} } });
  assert.equal(answer.status, 201, answer.text);
  made.push(answer.json.id);
  return { id: answer.json.id, hook: new URL(answer.json.hook_url).pathname };
}
async function deliver(hook: string, json: unknown): Promise<void> {
  const answer = await send(hook, { method: 'POST', json });
  assert.equal(answer.status, 200, answer.text);
}
const read = (id: string, n: number): Promise<unknown> => until(`${n} deliveries are read`, 60_000, async () =>
  Number((await sql(`select count(*) from delivery where integration_id = '${id}'`))[0]) >= n);
/** Every row that deliveries make, as text. */
const rows = async (id: string): Promise<string[]> => (await Promise.all([
  `select row_to_json(c)::text from call c where integration_id = '${id}' order by call_key`,
  `select row_to_json(l)::text from call_leg l join call c on c.tenant_id = l.tenant_id and c.id = l.call_id where c.integration_id = '${id}' order by c.call_key, l.n`,
  `select row_to_json(r)::text from recording r join call c on c.tenant_id = r.tenant_id and c.id = r.call_id where c.integration_id = '${id}' order by r.id`,
  `select row_to_json(e)::text from call_event e where integration_id = '${id}' order by call_key, event_hash`,
].map(sql))).flat();
async function replay(json: object, path = '/api/v1/replays') {
  const answer = await owner.send(path, { method: 'POST', json });
  assert.equal(answer.status, 201, answer.text);
  return until('the replay ends', 90_000, async () => {
    const r = await owner.get('/api/v1/replays/{replay}', { params: { replay: answer.json.id } });
    return r.state !== 'running' && r;
  });
}
async function setMap(id: string, map: Map): Promise<void> {
  const { version } = await owner.get('/api/v1/integrations/{integration}/map', { params: { integration: id } });
  const answer = await owner.send(`${ROOT}/${id}/map`, { method: 'PUT', json: { map }, headers: { 'if-match': `"${version}"` } });
  assert.equal(answer.status, 200, answer.text);
}
const call = (n: number, more: object = {}) => ({
  call_id: `r-${n}`, direction: 'inbound', from: `+4420794600${String(n % 90 + 10)}`, to: '+442079460100', agent: '7001',
  started_at: '2026-08-03T09:15:00Z', answered_at: '2026-08-03T09:15:09Z', ended_at: '2026-08-03T09:18:09Z', ...more });

test('W5 all of an integration read again gives the same rows byte for byte', async () => {
  const { id, hook } = await connect('Replay the same');
  for (let n = 0; n < 120; n++) await deliver(hook, call(n));
  for (let n = 0; n < 20; n++) await deliver(hook, call(n)); // told twice
  await deliver(hook, call(3, { ended_at: '2026-08-03T09:19:09Z', queue: 'support' })); // and once more of one
  await deliver(hook, { call_id: 'x' }); // unreadable
  await read(id, 142);
  const before = await rows(id);
  assert.equal(before.length, 120 + 120 + 0 + 121);
  const done = await replay({ integration: id });
  assert.deepEqual([done.state, done.total, done.done, done.changed, done.unparsed], ['done', 142, 142, 0, 1]);
  assert.match(done.by_name, /\S/);
  assert.deepEqual(await rows(id), before);
  const one = (await owner.get('/api/v1/deliveries', { query: { integration: id, limit: 1 } })).items[0]!;
  const again = await replay({}, `/api/v1/deliveries/${one.id}/replay`);
  assert.deepEqual([again.state, again.total, again.done, again.changed], ['done', 1, 1, 0]);
  assert.deepEqual(await rows(id), before);
});

test('after a mended map calls are what they are now, and nothing is doubled', async () => {
  const { id, hook } = await connect('Replay mended');
  const field = (from: string, more: object = {}) => ({ from, ...more });
  const map = (key: string): Map => ({ zone: 'UTC', fields: {
    call_id: field(key), direction: { const: 'inbound' }, from: field('caller'), to: field('did'), started_at: field('start') } });
  const sent = (n: number, leg: number) => ({ call: `c${n}`, leg: `c${n}.${leg}`, caller: `0207946${1000 + n}`, did: '0207', start: '2026-08-03 10:15:00' });
  for (let n = 0; n < 30; n++) for (const leg of [1, 2]) await deliver(hook, sent(n, leg));
  await read(id, 60);
  const unparsed = await owner.get('/api/v1/deliveries', { query: { integration: id, state: 'unparsed', limit: 100 } });
  assert.equal(unparsed.items.length, 60);
  const reason = unparsed.items[0]!.reason!;
  const half = unparsed.items[30]!.received_at;
  assert.match(reason, /is no field of this form/);

  // Dead letters by a part of their reason, and by time: half of them first, wrongly by leg.
  await setMap(id, map('leg'));
  const first = await replay({ integration: id, state: 'unparsed', reason: 'NO FIELD of this', to: half });
  assert(first.done > 0 && first.done < 60, `${first.done} of 60`);
  const second = await replay({ integration: id, state: 'unparsed' });
  assert.equal(first.done + second.done, 60);
  const keys = () => sql(`select call_key from call where integration_id = '${id}' order by 1`);
  assert.equal((await keys()).length, 60, 'one call for each leg: the map was wrong');
  const wrong = (await sql(`select id from call where integration_id = '${id}'`));

  await setMap(id, map('call'));
  const mended = await replay({ integration: id });
  assert.deepEqual([mended.done, mended.changed, mended.unparsed], [60, 60, 0]);
  assert.deepEqual(await keys(), Array.from({ length: 30 }, (_, n) => `c${n}`).sort());
  const left = await sql(`select id from call where integration_id = '${id}'`);
  assert(!left.some((c) => wrong.includes(c)), 'the wrong calls are gone');
  assert.equal(Number((await sql(`select count(*) from call_event where integration_id = '${id}'`))[0]), 30, 'both legs told the same');
  const d = await owner.get('/api/v1/deliveries/{delivery}', { params: { delivery: unparsed.items[0]!.id } });
  assert.deepEqual([d.state, d.call_links.length, d.verdict, d.parser_version], ['parsed', 1, 'address', 2]);
  assert(d.settings_version! >= 3);
  assert.equal((await replay({ integration: id })).changed, 0);
});

test('an event that two deliveries told stays while one of them still tells it', async () => {
  const { id, hook } = await connect('Replay shared');
  await deliver(hook, call(1));
  await deliver(hook, [call(1), call(2)]);
  await read(id, 2);
  // The first is changed under our hands, as a mended parser would read it.
  const [first] = await sql(`select id from inbox where integration_id = '${id}' order by id limit 1`);
  await sql(`update inbox set body = convert_to('${JSON.stringify(call(9))}', 'UTF8') where id = '${first}'`);
  const done = await replay({}, `/api/v1/deliveries/${first}/replay`);
  assert.equal(done.changed, 1);
  assert.deepEqual(await sql(`select call_key from call where integration_id = '${id}' order by 1`), ['r-1', 'r-2', 'r-9']);
  const [second] = await sql(`select id from inbox where integration_id = '${id}' order by id desc limit 1`);
  await sql(`update inbox set body = convert_to('${JSON.stringify(call(2))}', 'UTF8') where id = '${second}'`);
  await replay({}, `/api/v1/deliveries/${second}/replay`);
  assert.deepEqual(await sql(`select call_key from call where integration_id = '${id}' order by 1`), ['r-2', 'r-9']);
});

test('headers that carry a secret are kept, not shown', async () => {
  const { id, hook } = await connect('Secret headers');
  const headers = { Cookie: 'ringsight_session=private-1', authorization: 'Basic private-2', 'Proxy-Authorization': 'private-3', 'x-note': 'shown' };
  assert.equal((await send(hook, { method: 'POST', json: call(1), headers })).status, 200);
  await read(id, 1);
  const [delivery] = await sql(`select id from inbox where integration_id = '${id}'`);
  const shown = (await owner.get('/api/v1/deliveries/{delivery}', { params: { delivery: delivery! } })).headers;
  for (const name of ['cookie', 'authorization', 'proxy-authorization']) assert.match(shown, new RegExp(`^${name}: \\(hidden\\)\r$`, 'im'));
  assert.match(shown, /x-note: shown/);
  assert.doesNotMatch(shown, /private/);
  assert.equal((await sql(`select position('private-1' in convert_from(headers, 'UTF8')) > 0 from inbox where id = '${delivery}'`))[0], 't');
});

test('deliveries are found by time and reason; wrong asks say what is wrong', async () => {
  const { id, hook } = await connect('Replay filters');
  await deliver(hook, call(1));
  await deliver(hook, { call_id: '' });
  await read(id, 2);
  const list = async (query: Record<string, string>) => (await owner.get('/api/v1/deliveries', { query: { integration: id, ...query } })).items.length;
  assert.equal(await list({ reason: 'CALL_ID' }), 1);
  assert.equal(await list({ reason: 'nothing like it' }), 0);
  assert.equal(await list({ from: new Date(Date.now() - 600_000).toISOString() }), 2);
  assert.equal(await list({ from: new Date(Date.now() + 600_000).toISOString() }), 0);
  assert.equal(await list({ to: new Date(Date.now() - 600_000).toISOString() }), 0);
  const ask = (json: object, by: Client = owner) => by.send('/api/v1/replays', { method: 'POST', json });
  isProblem(await ask({ older: true }), 422);
  isProblem(await ask({ from: '2026-08-02T00:00:00Z', to: '2026-08-01T00:00:00Z' }), 422);
  isProblem(await ask({ integration: '01900000-0000-7000-8000-000000000001' }), 422);
  isProblem(await ask({}, await as('viewer')), 403);
  assert.equal((await replay({ integration: id, older: true })).total, 0, 'today\'s parser has read them all');
});

test('one replay of many at a time, and it can be stopped', async () => {
  const { id, hook } = await connect('Replay stopped');
  for (let n = 0; n < 5; n++) await deliver(hook, call(n));
  await read(id, 5);
  const pause = await owner.send('/api/v1/jobs/pauses', { method: 'POST', json: { kind: 'inbox.replay' } });
  assert.equal(pause.status, 201, pause.text);
  const state = async (of: string) => (await owner.get('/api/v1/replays/{replay}', { params: { replay: of } })).state;
  const ask = () => owner.send('/api/v1/replays', { method: 'POST', json: { integration: id } });
  const first = await ask();
  assert.equal(first.status, 201, first.text);
  try {
    isProblem(await ask(), 409);
    assert.deepEqual(await sql(`select priority from job where object_id = '${first.json.id}'`), ['30'], 'low priority');
    assert.equal(await state(first.json.id), 'running');
    assert.equal((await owner.send(`/api/v1/replays/${first.json.id}`, { method: 'DELETE' })).status, 204);
    assert.equal((await owner.send(`/api/v1/replays/${first.json.id}`, { method: 'DELETE' })).status, 404);
  } finally {
    const { items } = await owner.get('/api/v1/jobs/pauses');
    await owner.send(`/api/v1/jobs/pauses/${items.find((p) => p.kind === 'inbox.replay')!.id}`, { method: 'DELETE' });
  }
  assert.equal((await replay({ integration: id })).done, 5, 'another may begin');
  assert.equal(await state(first.json.id), 'stopped');
});

test('W5 with an older version of the parser, of those that are kept', async () => {
  const { id, hook } = await connect('Replay by an older parser');
  await deliver(hook, call(1));
  await read(id, 1);
  await setMap(id, { zone: 'UTC', fields: { call_id: { from: 'call_id' }, direction: { const: 'outbound' }, from: { from: 'from' }, to: { from: 'to' }, started_at: { from: 'started_at' } } });
  const direction = () => sql(`select c.direction || ' ' || d.parser_version from call c join delivery d on d.tenant_id = c.tenant_id and d.integration_id = c.integration_id where c.integration_id = '${id}'`);
  await replay({ integration: id });
  assert.deepEqual(await direction(), ['outbound 2'], 'by the map');
  const old = await replay({ integration: id, parser: 1 });
  assert.deepEqual([old.state, old.parser, old.done], ['done', 1, 1]);
  assert.deepEqual(await direction(), ['inbound 1'], 'version 1 knew no map');
  assert.equal((await replay({ integration: id, older: true })).done, 1, 'what an older one read is found');
  assert.deepEqual(await direction(), ['outbound 2']);
  const [one] = await sql(`select id from inbox where integration_id = '${id}'`), path = `/api/v1/deliveries/${one}/replay`;
  const alone = await replay({ parser: 1 }, path);
  assert.deepEqual([alone.state, alone.parser, alone.delivery_id, alone.done], ['done', 1, one, 1]);
  assert.deepEqual(await direction(), ['inbound 1'], 'one delivery alone too');
  assert.equal((await replay({}, path)).parser, null);
  assert.deepEqual(await direction(), ['outbound 2'], 'by the newest where none is named');
  const unknown = await owner.send(path, { method: 'POST', json: { parser: 3 } });
  isProblem(unknown, 422, 'bad_input');
  assert.match(unknown.json.fields.parser, /give 1 or 2, or leave it out/);
  const kept = (slug: string) => owner.get('/api/v1/providers').then((x) => x.items.find((p) => p.slug === slug)!.parsers.map((p) => p.version));
  assert.deepEqual([await kept('generic'), await kept('ucm')], [[2, 1], [1]]);
  for (const json of [{ integration: id, parser: 3 }, { integration: id, parser: 0 }, { parser: 1 }]) {
    const refused = await owner.send('/api/v1/replays', { method: 'POST', json });
    isProblem(refused, 422, 'bad_input');
    assert.match(refused.json.fields.parser, /\S/);
  }
  assert.match((await owner.send('/api/v1/replays', { method: 'POST', json: { integration: id, parser: 3 } })).json.fields.parser, /give 1 or 2/);
});
