/* What a rule has due goes, with its objects and all derived rows, and nothing else; what a legal hold names stays;
 * a worker that is killed leaves nothing half done; the record tells what went without telling of whom. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { comes, SHORT_TALK, spoken, ended, type Call } from './audio.ts';
import { as, demo, isProblem, keyOf, MISSING, other, until, type Client } from './house.ts';
import { sql, worker } from './queue.ts';
import { store } from './store.ts';
import { noise, upload } from './upload.ts';

const RULES = '/api/v1/retention-rules', HOLDS = '/api/v1/legal-holds';
let owner: Client;
const made: string[] = [];

/** Only calls of these tests may go: each rule is of a direction that nothing else of this tenant has. */
const DIRECTION = 'internal';
async function call(facts: Record<string, string> = {}, days = 400, bytes?: Buffer): Promise<string> {
  const id = await upload(owner, bytes ?? noise(), { analyse: 'no', ...facts });
  await comes(id, 240_000, (c: Call) => (bytes ? ended(c) : c.state === 'stored' && c.recordings[0]?.state === 'ready'), other);
  await sql(`update call set direction = '${DIRECTION}', started_at = now() - interval '${days} days' where id = '${id}'`);
  made.push(id);
  return id;
}
/** The same recording a second time would not be analysed. */
const unheard = () => `${SHORT_TALK} My number is ${[...String(Date.now()).slice(-6)].join(' ')}.`;
const keys = (ids: string[]) => sql(`select object_key from recording where call_id = any('{${ids.join()}}') and object_key is not null
  union select opus_key from recording where call_id = any('{${ids.join()}}') and opus_key is not null`);
const is = async (id: string) => (await owner.send(`/api/v1/calls/${id}`)).status;
const rule = async (json: object): Promise<string> => (await owner.post(RULES, { direction: DIRECTION, ...json } as never) as { id: string }).id;
const end = (id: string) => owner.send(`${RULES}/${id}`, { method: 'DELETE' });
const records = async () => (await owner.get('/api/v1/deletions', { query: { limit: 100 } })).items;
const recordOf = async (ruleId: string) => {
  const [id] = await sql(`select id from deletion where rule_id = '${ruleId}' order by id desc limit 1`);
  return (await records()).find((d) => d.id === id);
};
/** Runs what is due to its end: no job and no file is left. */
async function run(): Promise<void> {
  const answer = await owner.send(`${RULES}/run`, { method: 'POST', json: {} });
  assert.equal(answer.status, 204, answer.text);
  await rest();
}
const rest = () => until('all that is due has gone', 120_000, async () =>
  (await sql(`select (select count(*) from job where tenant_id = '${other.id}' and kind = 'retention.run' and state <> 'dead')
    + (select count(*) from deletion_file where tenant_id = '${other.id}' and object_key is not null)`))[0] === '0');
const dump = () => execFileSync('pg_dump', ['--data-only', '--no-comments', demo.owner_database_url], { maxBuffer: 1 << 30 }).toString('latin1');

before(async () => { owner = await as('owner', other); });
after(async () => {
  for (const r of (await owner.get(RULES, { query: { limit: 100 } })).items) await end(r.id);
  await sql(`update call set direction = 'inbound', started_at = now() where id = any('{${made.join()}}')`);
});

test('whole calls: rows, objects, deliveries and people known from nothing else go; a word of theirs is nowhere left', { timeout: 420_000 }, async () => {
  const canary = `zq${randomBytes(6).toString('hex')}`;
  const audio = await spoken(unheard());
  const old = await call({ analyse: 'yes', filename: `${canary}.wav` }, 400, audio);
  const young = await call({}, 5);
  await owner.post('/api/v1/calls/{call}/notes', { body: `note ${canary}` }, { params: { call: old } });
  await sql(`update call set customer_number = '+4915${canary}', customer_e164 = null, title = '${canary}' where id = '${old}'`);
  const contact = (await sql(`with c as (insert into contact (tenant_id, id, name) values ('${other.id}', gen_random_uuid(), '${canary}') returning id)
    insert into contact_number (tenant_id, number, contact_id) select '${other.id}', '+4915${canary}', id from c returning contact_id`))[0]!;
  const objects = await keys([old]);
  assert(objects.length && (await Promise.all(objects.map(store.get))).every(Boolean));
  assert(dump().includes(canary), 'the word is there before');

  const shown = await owner.post(`${RULES}/preview`, { kind: 'calls', days: 365, direction: DIRECTION }) as { due: number; by_this: number; held: number };
  assert.deepEqual([shown.due, shown.by_this, shown.held], [1, 1, 0]);
  assert.equal(await is(old), 200, 'looking deletes nothing');
  const id = await rule({ kind: 'calls', days: 365 });
  await run();
  await end(id);

  assert.deepEqual([await is(old), await is(young)], [404, 200]);
  for (const key of objects) assert.equal(await store.get(key), undefined, `object ${key}`);
  assert.deepEqual(await sql(`select count(*) from contact where id = '${contact}'`), ['0']);
  for (const table of ['recording', 'transcript', 'analysis', 'score', 'call_leg', 'call_note', 'upload', 'task'])
    assert.deepEqual(await sql(`select count(*) from ${table} where call_id = '${old}'`), ['0'], table);
  const left = dump().split('\n').filter((line) => line.includes(canary));
  assert.deepEqual(left.map((l) => l.slice(0, 200)), [], 'the dump has the word nowhere');

  const record = (await recordOf(id))!;
  assert.deepEqual([record.kind, record.calls, record.recordings, record.contacts, record.rule.days, record.files_waiting], ['calls', 1, 1, 1, 365, 0]);
  assert(record.files >= objects.length && record.bytes > 0);
  const { items } = await owner.get('/api/v1/deletions/{deletion}/files', { params: { deletion: record.id } });
  const hashes = items.map((f) => f.key_sha256);
  for (const key of objects) assert(hashes.includes(createHash('sha256').update(key).digest('hex')));
  assert(items.every((f) => f.gone_at));
});

test('recordings: the sound goes, the call stays and says why; it is not fetched again', { timeout: 120_000 }, async () => {
  const old = await call(), recent = await call({}, 20), objects = await keys([old]);
  const wide = await rule({ kind: 'recordings', days: 30 });
  await run();
  await end(wide);
  const now = await comes(old, 10_000, (c) => !c.has_recording, other);
  assert.deepEqual([now.recordings[0]!.has_audio, now.recordings[0]!.state], [false, 'missing']);
  assert.match(now.recordings[0]!.reason ?? '', /retention rule/);
  for (const key of objects) assert.equal(await store.get(key), undefined);
  isProblem(await owner.send(`/api/v1/calls/${old}/recordings/${now.recordings[0]!.id}`), 404);
  assert((await owner.send(`/api/v1/calls/${old}/recordings/${now.recordings[0]!.id}/retry`, { method: 'POST' })).status >= 400);
  assert.equal((await comes(recent, 10_000, () => true, other)).recordings[0]!.has_audio, true);
});

test('transcripts: what was said goes with all that was made of it, the sound and the score stay', { timeout: 420_000 }, async () => {
  const old = await call({ analyse: 'yes' }, 400, await spoken(unheard()));
  const score = (await comes(old, 10_000, () => true, other)).score_bp;
  assert.equal((await owner.send(`/api/v1/calls/${old}/transcript`)).status, 200);
  const id = await rule({ kind: 'transcripts', days: 30 });
  await run();
  await end(id);
  isProblem(await owner.send(`/api/v1/calls/${old}/transcript`), 404);
  const now = await comes(old, 10_000, () => true, other);
  assert.deepEqual([now.score_bp, now.title, now.recordings[0]!.has_audio], [score, null, true]);
  for (const table of ['transcript', 'analysis', 'score', 'tracker_hit', 'task']) assert.deepEqual(await sql(`select count(*) from ${table} where call_id = '${old}'`), ['0'], table);
});

test('hooks as they came: those of a rule go when they were read, those that wait or are of a held call stay', { timeout: 120_000 }, async () => {
  const told = await call();
  const [integration, key] = (await sql(`select integration_id, call_key from call where id = '${told}'`))[0]!.split('|') as [string, string];
  const hook = async (days: number, read: boolean): Promise<string> => {
    const [id] = await sql(`select left(ground.uuid_at(now() - interval '${days} days')::text, 14) || '7' || substr(gen_random_uuid()::text, 16)`);
    await sql(`insert into inbox (tenant_id, id, integration_id, received_at, method, query, source, headers, body)
      values ('${other.id}', '${id}', '${integration}', now() - interval '${days} days', 'POST', '', '', '', 'x')`);
    if (read) await sql(`insert into delivery (tenant_id, id, integration_id, state, parser_version) values ('${other.id}', '${id}', '${integration}', 'ignored', 1)`);
    return id!;
  };
  const old = await hook(40, true), young = await hook(2, true), waits = await hook(40, false), held = await hook(40, true);
  await sql(`insert into call_event (tenant_id, id, integration_id, call_key, event_hash, event, delivery_id)
    values ('${other.id}', gen_random_uuid(), '${integration}', '${key}', '\\x00', '{}', '${held}')`);
  const hold = (await owner.post(HOLDS, { kind: 'call', call: told, reason: 'Az. 2 O 2/26' }) as { id: string }).id;
  const id = (await owner.post(RULES, { kind: 'hooks', days: 30, integration }) as { id: string }).id;
  try {
    const there = () => sql(`select id from inbox where id = any('{${[old, young, waits, held].join()}}') order by id`);
    await run();
    assert.deepEqual(await there(), [young, waits, held].sort());
    assert.equal((await owner.send(`${HOLDS}/${hold}`, { method: 'DELETE' })).status, 204);
    await run();
    assert.deepEqual(await there(), [young, waits].sort());
    assert.equal((await recordOf(id))!.hooks, 2);
  } finally {
    await end(id);
    await sql(`delete from inbox where id = any('{${[young, waits].join()}}')`);
    await sql(`delete from delivery where id = any('{${[old, young, held].join()}}')`);
    await sql(`delete from call_event where delivery_id = '${held}'`);
  }
});

test('a rule with more conditions counts, whether it keeps longer or for ever', { timeout: 120_000 }, async () => {
  const plain = await call(), busy = await call();
  await sql(`update call set disposition = 'busy' where id = '${busy}'`);
  const wide = await rule({ kind: 'calls', days: 30 }), narrow = await rule({ kind: 'calls', forever: true, disposition: 'busy' });
  const shown = await owner.post(`${RULES}/preview`, { kind: 'calls', days: 10, direction: DIRECTION, disposition: 'voicemail' }) as { due: number; by_this: number };
  assert.equal(shown.by_this, 0, 'none of them is voicemail');
  await run();
  assert.deepEqual([await is(plain), await is(busy)], [404, 200]);
  await end(narrow);
  await run();
  await end(wide);
  assert.equal(await is(busy), 404, 'nothing keeps it any more');
});

test('nothing under a legal hold goes: of a call, a number, an agent, the tenant; what is released does', { timeout: 180_000 }, async () => {
  const [byCall, byNumber, byAgent, free] = [await call(), await call(), await call(), await call()];
  const number = `+49301${String(Date.now()).slice(-7)}`;
  await sql(`update call set customer_number = '${number}', customer_e164 = '${number}' where id = '${byNumber}'`);
  const agent = (await owner.post('/api/v1/agents', { name: 'Held', extension: `h${Date.now()}` } as never) as { id: string }).id;
  await sql(`update call set agent_id = '${agent}' where id = '${byAgent}'`);
  const hold = async (json: object) => (await owner.post(HOLDS, { reason: 'Az. 1 O 1/26', ...json } as never) as { id: string }).id;
  const holds = [await hold({ kind: 'call', call: byCall }), await hold({ kind: 'number', number: `${number.slice(0, 3)} ${number.slice(3)}` }), await hold({ kind: 'agent', agent })];
  const all = await hold({ kind: 'tenant' });
  const id = await rule({ kind: 'calls', days: 30 });
  try {
    await run();
    for (const c of [byCall, byNumber, byAgent, free]) assert.equal(await is(c), 200, 'the whole tenant is held');
    assert.equal((await owner.send(`${HOLDS}/${all}`, { method: 'DELETE' })).status, 204);
    isProblem(await owner.send(`${HOLDS}/${all}`, { method: 'DELETE' }), 404);
    const shown = await owner.post(`${RULES}/preview`, { kind: 'recordings', days: 30, direction: DIRECTION }) as { due: number; held: number };
    assert.deepEqual([shown.due, shown.held], [1, 3]);
    await run();
    assert.deepEqual(await Promise.all([byCall, byNumber, byAgent, free].map(is)), [200, 200, 200, 404]);
    await sql(`update legal_hold set until = now() where id = '${holds[0]}'`); // its day has come
    for (const h of holds.slice(1)) await owner.send(`${HOLDS}/${h}`, { method: 'DELETE' });
    await run();
    assert.deepEqual(await Promise.all([byCall, byNumber, byAgent].map(is)), [404, 404, 404]);
  } finally {
    await end(id);
    await sql(`update legal_hold set released_at = coalesce(released_at, now()) where tenant_id = '${other.id}'`);
  }
  const { items } = await owner.get(HOLDS);
  assert(items.length >= 4 && items.every((h) => !h.in_force && h.by_name), 'they stay to be read');
});

test('a worker killed while it deletes: what is left goes later, nothing else and nothing twice', { timeout: 420_000 }, async () => {
  const source = await call();
  // 450 more of it, without sound, and four with sound
  await sql(`insert into call (tenant_id, id, integration_id, call_key, started_at, direction, state)
    select tenant_id, gen_random_uuid(), integration_id, 'retention-' || n || '-${source}', started_at, direction, 'no_recording'
      from call, generate_series(1, 450) n where id = '${source}'`);
  const ids = [source, await call(), await call(), await call()], objects = await keys(ids);
  const before = Number((await sql(`select count(*) from call where tenant_id = '${other.id}' and direction <> '${DIRECTION}'`))[0]);
  const id = await rule({ kind: 'calls', days: 30 });
  await owner.send(`${RULES}/run`, { method: 'POST', json: {} });
  const kill = async (least: number) => {
    await until(`${least} are gone`, 60_000, async () => Number((await sql(`select coalesce(sum(calls), 0) from deletion where rule_id = '${id}'`))[0]) >= least);
    const w = worker();
    if (w) process.kill(w.pid, 'SIGKILL');
    await until('another worker', 60_000, async () => { const now = worker(); return now && now.pid !== w?.pid; });
  };
  await kill(1);
  await kill(100);
  await until('all calls are gone', 120_000, async () => (await sql(`select count(*) from call where tenant_id = '${other.id}' and direction = '${DIRECTION}' and started_at < now() - interval '30 days'`))[0] === '0');
  await rest();
  await end(id);
  for (const key of objects) assert.equal(await store.get(key), undefined);
  assert.deepEqual(await sql(`select sum(calls), sum(recordings) from deletion where rule_id = '${id}'`).then((r) => r[0]!.split(/[|\t,]/)), ['454', '4']);
  assert.equal(Number((await sql(`select count(*) from call where tenant_id = '${other.id}' and direction <> '${DIRECTION}'`))[0]), before);
});

test('what cannot be meant is refused by field; others see and change nothing', { timeout: 60_000 }, async () => {
  const bad: [object, string][] = [
    [{ kind: 'calls' }, 'days'], [{ kind: 'calls', days: 0 }, 'days'], [{ kind: 'calls', days: 5, forever: true }, 'days'],
    [{ kind: 'calls', forever: true }, 'forever'], [{ kind: 'hooks', days: 5, direction: 'inbound' }, 'direction'],
    [{ kind: 'people', days: 5 }, 'kind'], [{ kind: 'calls', days: 5, integration: MISSING }, 'integration'],
  ];
  for (const [json, field] of bad) {
    const answer = await owner.send(RULES, { method: 'POST', json });
    assert.equal(answer.status, 422, `${JSON.stringify(json)}: ${answer.text}`);
    assert(field in (answer.json as { fields: object }).fields, answer.text);
  }
  for (const [json, field] of [[{ kind: 'call' }, 'call'], [{ kind: 'tenant', number: '1' }, 'number'], [{ kind: 'call', call: MISSING }, 'call'], [{ kind: 'tenant', until: '2020-01-01T00:00:00Z' }, 'until']] as [object, string][]) {
    const answer = await owner.send(HOLDS, { method: 'POST', json: { reason: 'x', ...json } });
    assert(field in ((answer.json as { fields?: object }).fields ?? {}), answer.text);
  }
  const id = await rule({ kind: 'calls', days: 30_000 });
  isProblem(await owner.send(RULES, { method: 'POST', json: { kind: 'calls', days: 5, direction: DIRECTION } }), 409, 'in_use');
  assert.equal((await end(id)).status, 204);
  const manager = await as('manager');
  for (const path of [RULES, HOLDS, '/api/v1/deletions']) assert.equal((await manager.send(path)).status, 403);
  assert(!(await keyOf(other).send(RULES)).text.includes('secret'));
  const audit = (await owner.get('/api/v1/audit', { query: { limit: 100 } })).items.map((e) => e.act);
  assert(audit.some((a) => a.startsWith('POST /retention-rules')) && audit.some((a) => a.startsWith('POST /legal-holds')));
});
