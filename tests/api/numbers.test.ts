/* Customers' numbers in one form, and one call that two phone systems told of: linked in whatever
 * order they come, counted once, taken apart by hand. In the demo's second tenant. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { as, home, isProblem, keyOf, other, send, until, MISSING, type Client } from './house.ts';
import { sql } from './queue.ts';

const key = keyOf(other);
const hooks: Record<string, { id: string; path: string }> = {};
let owner: Client;
before(async () => {
  owner = await as('owner', other);
  for (const name of ['front', 'pbx', 'third']) {
    const answer = await owner.send('/api/v1/integrations', { method: 'POST', json: { provider: 'generic', name, settings: {} } });
    assert.equal(answer.status, 201, answer.text);
    hooks[name] = { id: answer.json.id, path: new URL(answer.json.hook_url).pathname };
  }
});
after(async () => {
  for (const { id } of Object.values(hooks)) await owner.send(`/api/v1/integrations/${id}`, { method: 'DELETE' });
  await owner.send('/api/v1/numbers', { method: 'PUT', json: { region: '' } });
});

const START = Date.parse('2026-07-01T10:00:00Z') + Math.floor(Math.random() * 20) * 86_400_000;
const at = (s: number): string => new Date(START + s * 1000).toISOString().replace('.000', '');
const digits = (n: number): string => String(Math.floor(Math.random() * 10 ** n)).padStart(n, '0');

async function tell(hook: string, from: string, span: [number, number], more: { call_id?: string; [field: string]: string | undefined } = {}): Promise<string> {
  const call_id = more.call_id ?? randomUUID();
  const body = { call_id, direction: 'inbound', disposition: 'answered', from, to: '02079460100', started_at: at(span[0]), answered_at: at(span[0] + 1), ended_at: at(span[1]), ...more };
  const answer = await send(hooks[hook]!.path, { method: 'POST', json: body });
  assert.equal(answer.status, 200, answer.text);
  return until('the call is there', 20_000, async () => (await sql(`select id from call where call_key = '${call_id}'`))[0]);
}
const call = (id: string) => key.get('/api/v1/calls/{call}', { params: { call: id } });
const listed = async (number: string) => (await key.get('/api/v1/calls', { query: { number } })).items;
const counted = async (number: string) => (await key.get('/api/v1/calls/summary', { query: { number } })).count;
const linked = (id: string, to: string | null) => until(`${id} stands beneath ${to}`, 20_000, async () => ((await call(id)).same_as === to));
/** No look at a call of ours waits or runs any more. */
const looked = () => until('all looks are done', 20_000, async () => (await sql("select count(*) from job where kind = 'numbers.link' and state in ('queued', 'running')"))[0] === '0');

test('a number is found as it was sent and in E.164, and then however it was sent', async () => {
  const rest = digits(8);
  await owner.send('/api/v1/numbers', { method: 'PUT', json: { region: 'IN' } });
  const ways = [`098${rest}`, `98${rest}`, `+91 98${rest}`, `0091-98${rest}`];
  const ids = [];
  for (const [i, way] of ways.entries()) ids.push(await tell('pbx', way, [i * 4000, i * 4000 + 60]));
  for (const number of [`+9198${rest}`, ...ways]) {
    const rows = await listed(number);
    assert.deepEqual(rows.map((c) => c.id).sort(), [...ids].sort(), number);
    assert.equal(await counted(number), 4, number);
  }
  for (const [i, id] of ids.entries()) {
    const row = await call(id);
    assert.deepEqual([row.customer_number, row.customer_e164], [ways[i], `+9198${rest}`], 'the number as sent stands beside the other');
  }
});

test('what has no country survives as it was sent', async () => {
  for (const from of ['anonymous', 'Restricted', '+266696687', '1001', 'sip:ann@example.com']) {
    const id = await tell('pbx', from, [50_000, 50_060]);
    const row = await call(id);
    assert.deepEqual([row.customer_number, row.customer_e164, row.same_as], [from, '', null]);
    assert((await listed(from)).some((c) => c.id === id), from);
  }
});

test('the region is that of the zone until somebody says otherwise; then stored calls are read anew', async () => {
  const national = `020794${digits(5)}`;
  const put = async (region: string) => (await owner.send('/api/v1/numbers', { method: 'PUT', json: { region } }));
  assert.equal((await put('GB')).json.used, 'GB');
  const id = await tell('pbx', national, [60_000, 60_030]);
  assert.equal((await call(id)).customer_e164, `+44${national.slice(1)}`);
  assert.equal((await put('US')).status, 200);
  await until('it is read as of the United States', 60_000, async () => (await call(id)).customer_e164 !== `+44${national.slice(1)}`);
  const back = await put('');
  assert.deepEqual([back.json.region, back.json.used], ['', back.json.of_zone]);
  for (const region of ['in', 'XX', '1', 'IND']) isProblem(await put(region), 422, 'bad_input');
  isProblem(await (await as('agent', other)).send('/api/v1/numbers', { method: 'PUT', json: { region: 'GB' } }), 403);
});

test('a call through two systems is there once, whichever told first, and both rows are kept', async () => {
  await owner.send('/api/v1/numbers', { method: 'PUT', json: { region: 'IN' } });
  const agent = (await key.get('/api/v1/agents', { query: { limit: 1 } })).items[0]!;
  for (const first of ['front', 'pbx']) {
    const number = `+9197${digits(8)}`, national = `0${number.slice(3)}`;
    const front = () => tell('front', number, [70_000, 70_180]);
    const pbx = () => tell('pbx', national, [70_020, 70_178], { agent: agent.extension });
    const [a, b] = first === 'front' ? [await front(), await pbx()] : await Promise.all([pbx(), front()]).then(([p, f]) => [f, p]);
    await linked(a!, b!);
    const rows = await listed(number);
    assert.deepEqual(rows.map((c) => c.id), [b]);
    assert.deepEqual(rows[0]!.also.map((c) => [c.id, c.integration_name]), [[a, 'front']]);
    assert.equal(await counted(number), 1);
    const [whole, beneath] = [await call(b!), await call(a!)];
    assert.deepEqual([whole.same_as, whole.also.length, beneath.also.length], [null, 1, 0]);
    assert.equal(beneath.customer_number, number, 'linked, not merged');

    isProblem(await (await as('agent', other)).send(`/api/v1/calls/${a}/link`, { method: 'DELETE' }), 403);
    isProblem(await (await as('owner', home)).send(`/api/v1/calls/${a}/link`, { method: 'DELETE' }), 404);
    isProblem(await owner.send(`/api/v1/calls/${b}/link`, { method: 'DELETE' }), 404);
    assert.equal((await owner.send(`/api/v1/calls/${a}/link`, { method: 'DELETE' })).status, 204);
    assert.equal(await counted(number), 2);
    await looked();
    assert.deepEqual([(await call(a!)).same_as, (await call(a!)).stands_alone], [null, true], 'by hand is for good');
    assert.equal((await owner.send(`/api/v1/calls/${a}/link`, { method: 'POST' })).status, 204);
    await linked(a!, b!);
  }
  isProblem(await owner.send(`/api/v1/calls/${MISSING}/link`, { method: 'POST' }), 404);
});

test('an agent counts a call once, and what only looks alike is two calls', async () => {
  const agent = (await key.get('/api/v1/agents', { query: { limit: 1 } })).items[0]!;
  const number = `+9196${digits(8)}`;
  const now = Math.round((Date.now() - START) / 1000);
  const before = (await key.get('/api/v1/agents', { query: { limit: 1 } })).items[0]!.calls_30d;
  const a = await tell('front', number, [now - 3000, now - 2900], { agent: agent.extension });
  const b = await tell('pbx', number, [now - 2990, now - 2900], { agent: agent.extension });
  await until('one of them stands beneath the other', 20_000, async () => (await call(a)).same_as === b || (await call(b)).same_as === a);
  assert.equal((await key.get('/api/v1/agents', { query: { limit: 1 } })).items[0]!.calls_30d, before + 1);
  const again = await tell('pbx', number, [now - 2800, now - 2700]); // rang again
  const out = await tell('third', number, [now - 2950, now - 2900], { direction: 'outbound', from: '1001', to: number });
  await looked();
  assert.deepEqual([(await call(again)).same_as, (await call(out)).same_as], [null, null]);
  assert.equal(await counted(number), 3);
});

test('when a late event shows that the call was another one, the link is undone', async () => {
  const number = `+9195${digits(8)}`, call_id = randomUUID();
  const a = await tell('front', number, [80_000, 80_100], { call_id });
  const told = await sql(`select call_key from call where id = '${a}'`);
  const b = await tell('pbx', number, [80_010, 80_090]);
  const beneath = await until('linked', 20_000, async () => { const [x, y] = [await call(a), await call(b)]; return x.same_as ? [a, b] : y.same_as ? [b, a] : undefined; });
  assert.equal(await counted(number), 1);
  const body = { call_id: told[0], direction: 'outbound', disposition: 'answered', from: '1001', to: number, started_at: at(80_000), ended_at: at(80_101) };
  assert.equal((await send(hooks.front!.path, { method: 'POST', json: body })).status, 200);
  await linked(beneath[0]!, null);
  assert.equal(await counted(number), 2);
});
