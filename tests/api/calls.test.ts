/* The list of calls: filters, pages, bad input; one call. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { as, home, isProblem, keyOf, other, someCalls, MISSING } from './house.ts';

const key = keyOf(home);
let all: Awaited<ReturnType<typeof someCalls>>;
before(async () => { all = await someCalls(); });

type Query = Record<string, string | number | boolean>;
const known = (id: string): boolean => all.some((c) => c.id === id); // more may come meanwhile
const list = async (query: Query): Promise<string[]> =>
  (await key.get('/api/v1/calls', { query: { limit: 100, ...query } })).items.map((c) => c.id).filter(known);
const ids = (keep: (c: (typeof all)[number]) => boolean): string[] => all.filter(keep).map((c) => c.id);

test('newest first, times in UTC, numbers as numbers', () => {
  const order = [...all].sort((a, b) => (a.started_at === b.started_at ? (a.id < b.id ? 1 : -1) : a.started_at < b.started_at ? 1 : -1));
  assert.deepEqual(all.map((c) => c.id), order.map((c) => c.id));
  for (const c of all) {
    assert.match(c.started_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    assert(Array.isArray(c.breaches));
    assert(c.score_bp === null || (Number.isInteger(c.score_bp) && c.score_bp >= 0 && c.score_bp <= 10_000));
  }
});

test('pages without gaps or doubles, of any size', async () => {
  for (const limit of [1, 3, 5]) {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: { items: { id: string }[]; next: string | null } =
        await key.get('/api/v1/calls', { query: { limit, ...(cursor ? { cursor } : {}) } });
      assert(page.items.length <= limit);
      assert(page.next === null || page.items.length === limit, 'only the last page is short');
      seen.push(...page.items.map((c) => c.id));
      cursor = page.next;
    } while (cursor);
    assert.deepEqual(seen.filter(known), all.map((c) => c.id), `pages of ${limit}`);
  }
});

test('a cursor goes on under the same filter, in its own list', async () => {
  const inbound = ids((c) => c.direction === 'inbound');
  const first = await key.get('/api/v1/calls', { query: { limit: 1, direction: 'inbound' } });
  assert(first.next);
  const second = await key.get('/api/v1/calls', { query: { limit: 1, direction: 'inbound', cursor: first.next } });
  assert.equal(inbound.indexOf(second.items[0]!.id), inbound.indexOf(first.items[0]!.id) + 1);
  isProblem(await key.send(`/api/v1/agents?cursor=${first.next}`), 422, 'bad_input');
});

test('filters choose what they say', async () => {
  for (const direction of ['inbound', 'outbound', 'internal'] as const)
    assert.deepEqual(await list({ direction }), ids((c) => c.direction === direction));
  for (const recording of [true, false])
    assert.deepEqual(await list({ recording }), ids((c) => c.has_recording === recording));
  const agent = all.find((c) => c.agent_id)!.agent_id!;
  assert.deepEqual(await list({ agent }), ids((c) => c.agent_id === agent));
  const number = all.find((c) => c.customer_number)!.customer_number;
  assert.deepEqual(await list({ number }), ids((c) => c.customer_number === number));
  const [newer, older] = [all[1]!.started_at, all[all.length - 2]!.started_at];
  assert.deepEqual(await list({ from: older, to: newer }), ids((c) => c.started_at >= older && c.started_at < newer));
  assert.deepEqual(await list({ direction: 'inbound', recording: true, agent }),
    ids((c) => c.direction === 'inbound' && c.has_recording && c.agent_id === agent));
  assert.deepEqual(await list({ number: 'nobody' }), []);
  assert.deepEqual(await list({ agent: MISSING }), []);
  assert.deepEqual(await list({ score_below: 0 }), []);
});

test('the summary counts what the list shows', async () => {
  for (const query of [{}, { direction: 'inbound' }, { recording: false }, { number: 'nobody' }] as Query[]) {
    const summary = await key.get('/api/v1/calls/summary', { query });
    const shown = await key.get('/api/v1/calls', { query: { limit: 100, ...query } });
    assert(Math.abs(summary.count - shown.items.length) <= 1, 'a call may have come between');
    assert.equal(summary.more, false);
  }
});

test('an agent sees only calls of their own, in list, summary and by id', async () => {
  const agent = await as('agent');
  const { items } = await agent.get('/api/v1/calls', { query: { limit: 100 } });
  const me = new Set(items.map((c) => c.agent_id));
  assert.equal(me.size, 1, 'one agent alone');
  assert.deepEqual(items.map((c) => c.id).filter(known), ids((c) => me.has(c.agent_id)));
  const foreign = all.find((c) => !me.has(c.agent_id))!;
  isProblem(await agent.send(`/api/v1/calls/${foreign.id}`), 404, 'not_found');
  assert.deepEqual((await agent.get('/api/v1/calls', { query: { agent: foreign.agent_id ?? MISSING } })).items, []);
  const summary = await agent.get('/api/v1/calls/summary');
  assert(summary.count < all.length);
});

test('one call has its legs and recordings', async () => {
  for (const short of all.slice(0, 8)) {
    const call = await key.get('/api/v1/calls/{call}', { params: { call: short.id } });
    assert.equal(call.id, short.id);
    assert.equal(call.call_legs.length, short.legs);
    assert.equal(call.recordings.length > 0, short.has_recording);
    assert.match(call.provider, /^(ucm|generic|upload)$/);
  }
});

test('another tenant has calls of its own', async () => {
  const theirs = (await someCalls(other)).map((c) => c.id);
  assert(!theirs.some((id) => all.some((c) => c.id === id)));
});

test('what is wrong with a query is said, field by field and all at once', async () => {
  const cases: [string, string[]][] = [
    ['colour=red', ['colour']],
    ['direction=sideways', ['direction']],
    ['direction=', ['direction']],
    ['agent=7', ['agent']],
    ['from=yesterday', ['from']],
    ['from=2026-13-01T00:00:00Z', ['from']],
    ['score_below=10001', ['score_below']],
    ['score_below=-1', ['score_below']],
    ['score_below=1e3', ['score_below']],
    ['score_below=99999999999999999999', ['score_below']],
    ['breach=maybe', ['breach']],
    ['limit=0', ['limit']],
    ['limit=101', ['limit']],
    ['limit=ten', ['limit']],
    [`number=${'9'.repeat(65)}`, ['number']],
    ['number=%ff', ['number']],
    ['number=%00', ['number']],
    ['number=%zz', ['query']],
    ['colour=red&agent=7&limit=0', ['agent', 'colour', 'limit']],
  ];
  for (const [query, fields] of cases) {
    const answer = await key.send(`/api/v1/calls?${query}`);
    isProblem(answer, 422, 'bad_input');
    assert.deepEqual(Object.keys(answer.json.fields).sort(), fields, query);
    for (const sentence of Object.values<string>(answer.json.fields)) assert.match(sentence, /^[A-Z].+\.$/);
  }
});

test('a cursor of somebody else\'s making is refused, never a fault of ours', async () => {
  const hex = (s: string): string => Buffer.from(s).toString('hex');
  const made = ['x', 'abc', hex('x'), hex('x|y'), hex(`${all[0]!.started_at}|x`), hex('|'), hex(`infinity|${MISSING}`), hex(`now|${MISSING}`),
    hex(`2026-01-01T00:00:00Z|${MISSING}|more`), hex("2026-01-01'; select 1|x"), 'ff', '00', '7c'.repeat(4000)];
  for (const cursor of made) {
    const answer = await key.send(`/api/v1/calls?cursor=${cursor}`);
    assert(answer.status === 422 || answer.status === 400 || answer.status === 200, `${cursor.slice(0, 80)}: ${answer.status} ${answer.text.slice(0, 200)}`);
    if (answer.status !== 200) isProblem(answer, answer.status);
  }
});

test('HEAD answers like GET, without the body', async () => {
  const path = `/api/v1/calls/${all[0]!.id}`;
  const [get, head] = [await key.send(path), await key.send(path, { method: 'HEAD' })];
  assert.equal(head.status, 200);
  assert.equal(head.bytes.length, 0);
  assert.equal(head.headers['content-type'], get.headers['content-type']);
  assert.equal(head.headers['content-length'], String(get.bytes.length));
});

test('ids that are none, or nobody\'s, are missing', async () => {
  for (const id of [MISSING, '1', 'null', `${MISSING}0`, MISSING.toUpperCase(), '%2e%2e', '..%2fagents', `{${MISSING}}`]) {
    const answer = await key.send(`/api/v1/calls/${id}`);
    isProblem(answer, 404, 'not_found');
  }
});
