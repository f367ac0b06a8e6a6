/* Which events are one call (EXPECTATIONS.md d1): by tenant, integration and the phone system's own
 * id, in any order, late and doubled (TRUST.md W3, as rows in the database), legs and transfers
 * credited to who spoke. TEST_CALLS=10000 makes W3 as large as TRUST.md says. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { after, before, test } from 'node:test';
import { as, home, keyOf, other, send, until, type Client, type Tenant } from './house.ts';
import { sql } from './queue.ts';

interface Hook { id: string; path: string; tenant: Tenant }
const made: Hook[] = [];
const owners = new Map<string, Client>();
const settings = { ucm: { base_url: 'https://pbx.example.test:8089', username: 'cdrapi', password: 'x', tls: 'ca', zone: 'Europe/London' }, generic: {} };
const CALLS = Number(process.env.TEST_CALLS ?? 40);

async function connect(provider: keyof typeof settings, tenant = other, more: object = {}): Promise<Hook> {
  const answer = await owners.get(tenant.id)!.send('/api/v1/integrations', { method: 'POST',
    json: { provider, name: `identity ${made.length}`, zone: 'Europe/London', settings: { ...settings[provider], ...more } } });
  assert.equal(answer.status, 201, answer.text);
  made.push({ id: answer.json.id, path: new URL(answer.json.hook_url).pathname, tenant });
  return made.at(-1)!;
}
before(async () => { for (const t of [home, other]) owners.set(t.id, await as('owner', t)); });
after(async () => { for (const h of made) await owners.get(h.tenant.id)!.send(`/api/v1/integrations/${h.id}`, { method: 'DELETE' }); });

const agents = Array.from({ length: 3 }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
after(() => agents.forEach((a) => a.destroy()));
let turn = 0;
async function post(hook: Hook, json: unknown): Promise<void> {
  const answer = await send(hook.path, { method: 'POST', json, agent: agents[turn++ % 3]!, headers: { connection: 'keep-alive' } });
  assert.equal(answer.status, 200, answer.text);
}
const shuffled = <T>(list: T[]): T[] => list.map((x) => ({ x, at: Math.random() })).sort((a, b) => a.at - b.at).map(({ x }) => x);
/** All that was posted has been read. */
const read = (hook: Hook, n: number, ms = 60_000) => until(`${n} deliveries are read`, ms, async () =>
  Number((await sql(`select count(*) from delivery where integration_id = '${hook.id}'`))[0]) >= n);
/** Rows of calls and legs as they stand, but for ids and what says when we heard of them. */
const rows = (hook: Hook) => sql(`
  select (to_jsonb(c) - '{id,integration_id,created_at,tenant_id,same_as}'::text[])::text || (select coalesce(jsonb_agg(to_jsonb(l) - '{call_id,tenant_id}'::text[] order by l.n), '[]')
    from call_leg l where l.call_id = c.id)::text from call c where c.integration_id = '${hook.id}' order by c.call_key`);

/** Records of a fixture of tests/providers, one by one, for a call of its own. */
function records(folder: string, n: number): Record<string, string>[] {
  const text = readFileSync(new URL(`../providers/ucm/${folder}/request.http`, import.meta.url), 'utf8');
  const body = JSON.parse(text.slice(text.search(/\r?\n\r?\n/)).trim()) as Record<string, unknown>[];
  const legs = (r: Record<string, unknown>): Record<string, string>[] => ('main_cdr' in r
    ? Object.entries(r).filter(([k]) => k.startsWith('sub_cdr')).flatMap(([, v]) => v as Record<string, string>[])
    : [r as Record<string, string>]);
  const flat = (Array.isArray(body) ? body : [body]).flatMap(legs);
  return flat.map((r, i) => ({ ...r, AcctId: String(900_000 + n * 100 + i), session: `${r.session}-${n}`, recordfiles: '', recordfiles_desc: '' }));
}

test('d1-11 W3: each event three times, shuffled, over several connections, gives the rows that order gives, byte for byte', { timeout: 1_200_000 }, async () => {
  const calls = Array.from({ length: CALLS }, (_, n) => records('007-queue-with-attempts', n));
  const [ordered, mixed] = [await connect('ucm'), await connect('ucm')];
  for (const r of calls.flat()) await post(ordered, r);
  const lot = shuffled([...calls.flat(), ...calls.flat(), ...calls.flat()]);
  const lanes = [0, 1, 2].map((k) => lot.filter((_, i) => i % 3 === k));
  await Promise.all(lanes.map(async (lane) => { for (const r of lane) await post(mixed, r); }));
  await read(ordered, calls.flat().length, 300_000);
  await read(mixed, lot.length, 300_000);
  const [want, got] = [await rows(ordered), await rows(mixed)];
  assert.equal(want.length, CALLS, 'as many calls as were made');
  assert.deepEqual(got, want);
});

test('d1-17 a queue, ring-all, a transfer and a parked call are each what happened, with the agent who spoke', async () => {
  const hook = await connect('ucm');
  const folders = ['007-queue-with-attempts', '008-ring-all', '009-transfer-group', '011-parked-call'];
  const lot = shuffled(folders.flatMap((folder, n) => records(folder, n)));
  for (const r of lot) await post(hook, r);
  await read(hook, lot.length);
  const found = await sql(`select disposition || ' ' || agent_key || ' ' || legs || ' ' || coalesce(talk_s, -1) from call where integration_id = '${hook.id}' order by started_at`);
  assert.deepEqual(found, ['answered 1003 4 300', 'answered 1004 5 600', 'answered 1005 2 240', 'no_answer  1 0', 'answered 1003 2 30']);
});

test('d1-19 one id of a phone system in two tenants, and in two systems of one, is three calls', async () => {
  const call_id = randomUUID(), started_at = '2026-08-02T10:00:00Z';
  const hooks = [await connect('generic', home), await connect('generic', other), await connect('generic', other)];
  for (const [i, hook] of hooks.entries()) await post(hook, { call_id, direction: 'inbound', from: `+44770090${1000 + i}`, to: '1', started_at });
  for (const hook of hooks) await read(hook, 1);
  const found = await sql(`select tenant_id::text || ' ' || from_number from call where call_key = '${call_id}' order by from_number`);
  assert.deepEqual(found, [`${home.id} +447700901000`, `${other.id} +447700901001`, `${other.id} +447700901002`]);
});

test('d1-20 a call of three hours and the next of the same two people, a second later, are two with their own lengths', async () => {
  const hook = await connect('generic'), from = `+4479${Math.floor(Math.random() * 1e8)}`;
  const at = (s: number): string => new Date(Date.parse('2026-08-02T09:00:00Z') + 1000 * s).toISOString();
  const one = (start: number, end: number) => ({ call_id: randomUUID(), direction: 'inbound', disposition: 'answered', from, to: '1', agent: '2001', started_at: at(start), answered_at: at(start + 5), ended_at: at(end) });
  for (const call of [one(10_801, 10_861), one(0, 10_800)]) await post(hook, call);
  await read(hook, 2);
  assert.deepEqual(await sql(`select talk_s || ' ' || duration_s || ' ' || (same_as is null) from call where integration_id = '${hook.id}' order by started_at`), ['10795 10800 true', '55 60 true']);
});

test('d1-18 what a new version adds is passed over; what it leaves out is said loudly, and nothing comes up empty', async () => {
  const hook = await connect('ucm');
  const [record] = records('001-answered-inbound', 7);
  await post(hook, { ...record, a_field_of_next_year: '1', another: '' });
  await read(hook, 1);
  assert.equal((await sql(`select count(*) from call where integration_id = '${hook.id}' and talk_s = 180 and agent_key <> ''`))[0], '1');
  const { start: _start, uniqueid: _id, ...without } = record!;
  await post(hook, { ...without, AcctId: '900799', session: 'another-1', start_time: record!.start });
  await read(hook, 2);
  const delivery = (await keyOf(other).get('/api/v1/deliveries', { query: { integration: hook.id, limit: 1 } })).items[0]!;
  const calls = await sql(`select count(*) from call where integration_id = '${hook.id}'`);
  if (delivery.state === 'unparsed') { assert(delivery.reason); assert.equal(calls[0], '1'); } else
    assert.equal((await sql(`select count(*) from call where integration_id = '${hook.id}' and (ended_at is null or started_at > now())`))[0], '0', 'its time is known another way');
});

test('d1-02 proof that is switched on for one integration refuses nothing of those without', async () => {
  const [plain, proved] = [await connect('ucm'), await connect('ucm', other, { hook_username: 'pbx', hook_password: 'secret' })];
  const [record] = records('001-answered-inbound', 8);
  await post(plain, record);
  const refused = await send(proved.path, { method: 'POST', json: record });
  assert(refused.status === 401 || refused.status === 403, refused.text);
  const ok = await send(proved.path, { method: 'POST', json: record, headers: { authorization: `Basic ${Buffer.from('pbx:secret').toString('base64')}` } });
  assert.equal(ok.status, 200, ok.text);
  await read(plain, 1);
  await read(proved, 1);
});

/** What the integration's page shows. */
const shown = (hook: Hook) => owners.get(hook.tenant.id)!.get('/api/v1/integrations/{integration}', { params: { integration: hook.id } });
const change = async (hook: Hook, json: object) => owners.get(hook.tenant.id)!.send(`/api/v1/integrations/${hook.id}`, {
  method: 'PATCH', json, headers: { 'if-match': `"${(await shown(hook)).version}"` } });

test('d1-02 proof switched on while hooks come in is watched first: nothing is refused until it is demanded', async () => {
  const hook = await connect('ucm'), [first] = records('001-answered-inbound', 20);
  const record = (i: number) => ({ ...first, AcctId: `77${i}`, session: `watch-${i}` });
  const right = { authorization: `Basic ${Buffer.from('pbx:secret').toString('base64')}` };
  const call = (i: number, headers = {}) => send(hook.path, { method: 'POST', json: record(i), headers });
  await post(hook, record(1));
  assert.equal((await shown(hook)).demands_proof, false);
  const saved = await change(hook, { settings: { hook_username: 'pbx', hook_password: 'secret' }, unproven_days: 7 });
  assert.equal(saved.status, 200, saved.text);
  assert(saved.json.demands_proof && new Date(saved.json.unproven_until).getTime() > Date.now() + 6 * 86_400_000, saved.text);
  await until('who proves himself is seen', 20_000, async () => (await call(2, right)).status === 200 && (await shown(hook)).secret_used_at !== null);
  await until('those without proof and with a wrong one are taken and counted', 20_000, async () => {
    assert.equal((await call(3)).status, 200, 'without proof');
    assert.equal((await call(4, { authorization: 'Basic d3Jvbmc6d3Jvbmc=' })).status, 200, 'with a wrong one');
    return (await shown(hook)).refusals.some((r) => r.reason === 'unproven' && r.count >= 2 && r.last_detail);
  });
  await until('their deliveries say so', 60_000, async () =>
    Number((await sql(`select count(*) from delivery where integration_id = '${hook.id}' and verdict = 'unproven'`))[0]) >= 2);
  assert.deepEqual((await sql(`select verdict from delivery where integration_id = '${hook.id}' order by id limit 1`)), ['address']);
  assert.equal((await change(hook, { unproven_days: 31 })).status, 422);
  assert.equal((await change(hook, { unproven_days: 0 })).status, 200);
  await until('it is demanded', 20_000, async () => (await call(5)).status === 401);
  assert.equal((await call(6, right)).status, 200);
  assert.equal((await shown(hook)).unproven_until, null);
});

test('d1-02 a time of watching that is over refuses by itself', async () => {
  const hook = await connect('ucm', other, { hook_username: 'pbx', hook_password: 'secret' });
  const [record] = records('001-answered-inbound', 21);
  assert.equal((await change(hook, { unproven_days: 1 })).status, 200);
  await until('it is taken', 20_000, async () => (await send(hook.path, { method: 'POST', json: record })).status === 200);
  await sql(`update integration set unproven_until = now(), version = version + 1 where id = '${hook.id}'`);
  await until('it is refused', 20_000, async () => (await send(hook.path, { method: 'POST', json: record })).status === 401);
});

test('d1-10 the calls of an integration are counted beside their recordings', async () => {
  const hook = await connect('generic');
  const day = new Date(Date.now() - 86_400_000).toISOString();
  const told = (more: object) => post(hook, { call_id: randomUUID(), direction: 'inbound', from: '+447700911234', to: '1', started_at: day, ...more });
  for (let i = 0; i < 3; i++) await told({ answered_at: day, ended_at: new Date(Date.parse(day) + 60_000).toISOString(), disposition: 'answered' });
  await told({ disposition: 'no_answer' });
  await read(hook, 4);
  const counted = await owners.get(other.id)!.get('/api/v1/integrations/{integration}/recordings', { params: { integration: hook.id } });
  assert.deepEqual([counted.calls, counted.answered, counted.untold, counted.heard, counted.lost], [4, 3, 3, 0, 0]);
  const [call] = await sql(`select id from call where integration_id = '${hook.id}' and disposition = 'answered' limit 1`);
  await sql(`insert into recording (tenant_id, id, call_id, name, state, reason) values ('${other.id}', gen_random_uuid(), '${call}', 'a.wav', 'missing', 'It never came.')`);
  const after = await owners.get(other.id)!.get('/api/v1/integrations/{integration}/recordings', { params: { integration: hook.id } });
  assert.deepEqual([after.untold, after.lost, after.reason], [2, 1, 'It never came.']);
});

test('d1-22 a hook is answered before anything is made of it: fifty while nothing is read, none waits for it', { timeout: 120_000 }, async () => {
  const hook = await connect('generic'), owner = owners.get(other.id)!;
  const paused = await owner.send('/api/v1/jobs/pauses', { method: 'POST', json: { kind: 'inbox.fold', reason: 'd1-22' } });
  assert(paused.status < 300, paused.text);
  try {
    for (let i = 0; i < 50; i++) {
      const began = Date.now();
      await post(hook, { call_id: randomUUID(), direction: 'inbound', from: `+44770091${1000 + i}`, to: '1', started_at: '2026-08-02T10:00:00Z' });
      assert(Date.now() - began < 5_000, `answered after ${Date.now() - began} ms`);
    }
    assert.equal((await sql(`select count(*) from call where integration_id = '${hook.id}'`))[0], '0');
  } finally {
    for (const p of (await owner.get('/api/v1/jobs/pauses')).items.filter((x) => x.kind === 'inbox.fold'))
      await owner.send(`/api/v1/jobs/pauses/${p.id}`, { method: 'DELETE' });
  }
  await read(hook, 50);
  assert.equal((await sql(`select count(*) from call where integration_id = '${hook.id}'`))[0], '50');
});

test('d1-13 a bulk of work of one company, and of one\'s own at low priority, holds up no live call', { timeout: 240_000 }, async () => {
  const hooks = [await connect('generic', home), await connect('generic', other)];
  const operator = await as('super');
  const bulk = await operator.send('/api/v1/platform/queues/probe', { method: 'POST', json: { tenant: other.id, ms: 300, count: 100 } });
  assert.equal(bulk.status, 204, bulk.text);
  try {
    for (const hook of hooks) {
      const began = Date.now();
      await post(hook, { call_id: randomUUID(), direction: 'inbound', from: '+447700920000', to: '1', started_at: '2026-08-02T10:00:00Z' });
      await read(hook, 1, 10_000);
      assert(Date.now() - began < 10_000);
    }
    const left = Number((await sql(`select count(*) from job where tenant_id = '${other.id}' and kind = 'platform.probe'`))[0]);
    assert(left > 20, `the bulk was still there: ${left}`);
  } finally {
    await sql(`update job set cancel_asked = true where kind = 'platform.probe'`);
  }
});
