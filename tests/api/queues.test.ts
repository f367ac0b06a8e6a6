/* Jobs as people see and steer them (Q10, Q11): a tenant its own, the operator all of them. The kind
 * that only waits stands for work; failed ones are put there by the database's owner. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, test } from 'node:test';
import { MISSING, address, as, home, isProblem, other, until, type Client, type Tenant } from './house.ts';
import { sql } from './queue.ts';

const owner = await as('owner');
const stranger = await as('owner', other);
const operator = await as('super');
const KIND = 'platform.probe';

const probe = async (tenant: Tenant, ms: number, count = 1): Promise<void> => {
  const answer = await operator.send('/api/v1/platform/queues/probe', { method: 'POST', json: { tenant: tenant.id, ms, count } });
  assert.equal(answer.status, 204, answer.text);
};
const jobs = async (who: Client, state: string) =>
  (await who.get('/api/v1/jobs', { query: { kind: KIND, state, limit: 100 } })).items;
const job = (who: Client, id: string) => who.get('/api/v1/jobs/{job}', { params: { job: id } });
const change = (who: Client, method: string, path: string, json?: unknown) =>
  who.send(`/api/v1${path}`, json === undefined ? { method } : { method, json });
const idle = () => until('no probe is left', 20_000, async () =>
  !(await Promise.all([jobs(owner, 'running'), jobs(owner, 'waiting'), jobs(stranger, 'waiting')])).some((l) => l.length));

/** Failed jobs of a tenant, all with this reason. */
const failed = (tenant: Tenant, reason: string, count: number) => sql(
  `insert into job (id, tenant_id, kind, state, max_attempts, attempt, args, error)
   select (left(ground.uuid_at(now())::text, 13) || right(gen_random_uuid()::text, 23))::uuid, '${tenant.id}', '${KIND}', 'dead', 3, 3, '{"ms":0}', '${reason}'
     from generate_series(1, ${count}) n returning id`);

after(async () => {
  for (const p of (await operator.get('/api/v1/platform/pauses')).items.filter((x) => x.kind === KIND))
    await change(operator, 'DELETE', `/platform/pauses/${p.id}`);
  for (const w of (await operator.get('/api/v1/platform/workers')).items.filter((x) => x.draining))
    await change(operator, 'POST', `/platform/workers/${encodeURIComponent(w.name)}/resume`);
  await operator.post('/api/v1/platform/queues/dead/retry', { kind: KIND });
});

test('a job is seen waiting or running with its progress, then ended; by its tenant alone', async () => {
  await probe(home, 3_000);
  const running = await until('it runs and tells how far it is', 20_000, async () =>
    (await jobs(owner, 'running')).find((j) => j.progress > 0 && j.progress < 100));
  assert.equal(running.finished_at, null);
  assert(running.started_at);
  isProblem(await change(stranger, 'GET', `/jobs/${running.id}`), 404, 'not_found');
  isProblem(await change(stranger, 'POST', `/jobs/${running.id}/cancel`), 404, 'not_found');
  const { counts } = await owner.get('/api/v1/jobs/summary');
  assert.equal(counts.find((c) => c.kind === KIND && c.state === 'running')?.jobs, 1);
  const ended = await until('it ends', 20_000, async () => (await jobs(owner, 'done')).find((j) => j.id === running.id));
  assert(ended.finished_at! > ended.started_at!);
  assert.equal((await job(owner, running.id)).state, 'done');
  assert.equal((await jobs(stranger, 'ended')).some((j) => j.id === running.id), false);
});

test('pages of jobs go on where the one before ended, over all states of the living', async () => {
  await change(owner, 'POST', '/jobs/pauses', { kind: KIND });
  await probe(home, 0, 7);
  const all = (await jobs(owner, 'waiting')).map((j) => j.id);
  assert.equal(all.length, 7);
  const seen: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: { items: { id: string }[]; next: string | null } = await owner.get('/api/v1/jobs', { query: { kind: KIND, limit: 3, ...(cursor ? { cursor } : {}) } });
    seen.push(...page.items.map((j) => j.id));
    cursor = page.next;
  }
  assert.deepEqual(seen, all);
  await change(owner, 'DELETE', `/jobs/pauses/${(await owner.get('/api/v1/jobs/pauses')).items[0]!.id}`);
  await idle();
});

test('cancelling a running job is seen within two seconds', async () => {
  await probe(home, 120_000);
  const running = await until('it runs', 20_000, async () => (await jobs(owner, 'running'))[0]);
  assert.equal((await change(owner, 'POST', `/jobs/${running.id}/cancel`)).status, 204);
  await until('it is cancelled', 15_000, async () => (await job(owner, running.id)).state === 'cancelled');
  isProblem(await change(owner, 'POST', `/jobs/${running.id}/cancel`), 409, 'conflict');
  isProblem(await change(owner, 'POST', `/jobs/${running.id}/retry`), 409, 'conflict');
  isProblem(await change(owner, 'POST', `/jobs/${MISSING}/cancel`), 404, 'not_found');
});

test('a pause stops what is begun from then on, and no other tenant', async () => {
  assert.equal((await change(owner, 'POST', '/jobs/pauses', { kind: KIND, reason: 'Trying' })).status, 201);
  isProblem(await change(owner, 'POST', '/jobs/pauses', { kind: KIND }), 409, 'conflict');
  isProblem(await change(owner, 'POST', '/jobs/pauses', { kind: 'no.such' }), 422, 'bad_input');
  await probe(home, 0);
  await probe(other, 0);
  await until('the other tenant goes on', 20_000, async () => !(await jobs(stranger, 'waiting')).length);
  const [held] = await jobs(owner, 'waiting');
  assert.equal(held?.started_at, null);
  const { pauses } = await owner.get('/api/v1/jobs/summary');
  assert.deepEqual(pauses.map((p) => [p.kind, p.reason, p.by]), [[KIND, 'Trying', owner.session.user.name]]);
  assert.deepEqual((await stranger.get('/api/v1/jobs/pauses')).items, []);
  isProblem(await change(stranger, 'DELETE', `/jobs/pauses/${pauses[0]!.id}`), 404, 'not_found');
  assert.equal((await change(owner, 'DELETE', `/jobs/pauses/${pauses[0]!.id}`)).status, 204);
  await until('it goes on', 20_000, async () => (await job(owner, held!.id)).state === 'done');
});

test('what the operator paused the tenant sees and cannot let go on', async () => {
  const made = await operator.post('/api/v1/platform/pauses', { tenant: home.id, kind: KIND, reason: 'Repair' });
  const [seen] = (await owner.get('/api/v1/jobs/pauses')).items;
  assert.deepEqual([seen?.id, seen?.by, seen?.reason], [made.id, '', 'Repair']);
  isProblem(await change(owner, 'DELETE', `/jobs/pauses/${made.id}`), 404, 'not_found');
  assert.equal((await change(operator, 'DELETE', `/platform/pauses/${made.id}`)).status, 204);
  const all = await operator.post('/api/v1/platform/pauses', { kind: KIND });
  await probe(home, 0);
  const { kinds } = await operator.get('/api/v1/platform/queues');
  assert.deepEqual(kinds.filter((k) => k.paused).map((k) => k.kind), [KIND]);
  assert.equal((await jobs(owner, 'waiting')).length, 1);
  assert.equal((await change(operator, 'DELETE', `/platform/pauses/${all.id}`)).status, 204);
  await idle();
});

test('a failed job is tried again, one or many, by its tenant or by the operator', async () => {
  const reason = `Made to fail ${randomUUID()}`, another = `Otherwise ${randomUUID()}`;
  const mine = await failed(home, reason, 3);
  const [theirs] = await failed(other, reason, 1);
  assert.equal(mine.length, 3);
  const group = (await operator.get('/api/v1/platform/queues/dead', { query: { kind: KIND } })).items.find((g) => g.reason === reason);
  assert.deepEqual([group?.jobs, group?.tenants], [4, 2]);
  isProblem(await change(stranger, 'POST', `/jobs/${mine[0]}/retry`), 404, 'not_found');

  assert.equal((await change(owner, 'POST', `/jobs/${mine[0]}/retry`)).status, 204);
  await until('it is done now', 20_000, async () => (await job(owner, mine[0]!)).state === 'done');

  assert.deepEqual(await owner.post('/api/v1/jobs/retry', { kind: KIND, reason: another }), { asked: 0, more: false });
  assert.deepEqual(await owner.post('/api/v1/jobs/retry', { kind: KIND, reason }), { asked: 2, more: false });
  await until('all are done', 20_000, async () => !(await jobs(owner, 'dead')).length);
  assert.equal((await job(stranger, theirs!)).state, 'dead', 'another tenant asked for nothing');

  assert.deepEqual(await operator.post('/api/v1/platform/queues/dead/retry', { kind: KIND, reason, tenant: home.id }), { asked: 0, more: false });
  assert.deepEqual(await operator.post('/api/v1/platform/queues/dead/retry', { kind: KIND, reason }), { asked: 1, more: false });
  await until("the other tenant's too", 20_000, async () => (await job(stranger, theirs!)).state === 'done');
});

test('what a failed job works for is back in the state in which the job works', async () => {
  const found = await until('a recording that was decoded', 60_000, async () => (await sql(
    `select r.id, r.call_id from recording r where r.tenant_id = '${home.id}' and r.state = 'ready' order by r.duration_ms limit 1`))[0]);
  const [recording, call] = found.split('|') as [string, string];
  await sql(`update recording set state = 'failed', reason = 'Made to fail' where id = '${recording}'`);
  const [dead] = await sql(`insert into job (id, tenant_id, kind, state, max_attempts, attempt, args, error, object_id)
    values (gen_random_uuid(), '${home.id}', 'recordings.inspect', 'dead', 4, 4, '{"recording":"${recording}"}', 'Made to fail', '${call}') returning id`);
  const shown = await job(owner, dead!);
  assert.deepEqual([shown.state, shown.reason, shown.call_id], ['dead', 'Made to fail', call]);
  const ofCall = (await owner.get('/api/v1/jobs', { query: { call, state: 'dead' } })).items;
  assert(ofCall.some((j) => j.id === dead) && ofCall.every((j) => j.call_id === call));
  assert.equal((await change(owner, 'POST', `/jobs/${dead}/retry`)).status, 204);
  await until('it was decoded again', 30_000, async () =>
    (await owner.get('/api/v1/calls/{call}', { params: { call } })).recordings.find((r) => r.id === recording)?.state === 'ready');
});

test('failures are paged by how many there are of a kind and reason', async () => {
  const reasons = [1, 2, 3].map((n) => `${n} ${randomUUID()}`);
  for (const [n, reason] of reasons.entries()) await failed(n % 2 ? other : home, reason, n + 1);
  const seen: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: { items: { reason: string; jobs: number }[]; next: string | null } =
      await operator.get('/api/v1/platform/queues/dead', { query: { kind: KIND, limit: 2, ...(cursor ? { cursor } : {}) } });
    seen.push(...page.items.map((g) => g.reason));
    cursor = page.next;
  }
  assert.deepEqual(seen.filter((r) => reasons.includes(r)), [...reasons].reverse());
  isProblem(await operator.send(address('/api/v1/platform/queues/dead', { query: { cursor: 'nonsense' } })), 422, 'bad_input');
});

test('a drained worker begins nothing and goes on when asked', async () => {
  const { items } = await operator.get('/api/v1/platform/workers');
  const mine = items.filter((w) => !w.away);
  assert(mine.length > 0 && mine.every((w) => w.slots > 0));
  const steer = (what: string) => Promise.all(mine.map(async (w) =>
    assert.equal((await change(operator, 'POST', `/platform/workers/${encodeURIComponent(w.name)}/${what}`)).status, 204)));
  const seen = async () => (await operator.get('/api/v1/platform/workers')).items.filter((w) => mine.some((m) => m.name === w.name)).map((w) => w.seen_at).sort()[0]!;
  const told = async (times: number) => {
    for (let n = 0; n < times; n++) {
      const before = await seen();
      await until('the workers are seen again', 20_000, async () => (await seen()) > before);
    }
  };
  await steer('drain');
  await told(2);
  assert((await operator.get('/api/v1/platform/queues')).problems.includes('Every worker is being drained.'));
  await probe(home, 0);
  await told(2);
  const [held] = await jobs(owner, 'waiting');
  assert.equal(held?.started_at, null);
  await steer('resume');
  await until('it is done', 20_000, async () => (await job(owner, held!.id)).state === 'done');
});

test('a cap is never passed, and a place is free as soon as its job ends', { timeout: 120_000 }, async () => {
  await idle();
  const [before] = await sql('select clock_timestamp()');
  assert.equal((await change(operator, 'PUT', `/platform/tenants/${home.id}/share`, { weight: 1, max_running: 1 })).status, 204);
  try {
    await probe(home, 100, 9); // one at a time; each took fifteen seconds while its place was not given back
    const mine = `job_history where kind = '${KIND}' and tenant_id = '${home.id}' and started_at > '${before}'`;
    await until('all nine are done', 30_000, async () => (await sql(`select count(*) from ${mine}`))[0] === '9');
    const [together] = await sql(`select count(*) from (select started_at, lag(finished_at) over (order by started_at) as ended from ${mine}) j where started_at < ended`);
    assert.equal(together, '0', 'two ran at the same time');
  } finally {
    await change(operator, 'PUT', `/platform/tenants/${home.id}/share`, { weight: 1 });
  }
});

test('shares and gates are what they were set to', async () => {
  const share = (json: unknown) => change(operator, 'PUT', `/platform/tenants/${home.id}/share`, json);
  const tenant = async () => (await operator.get('/api/v1/platform/queues/tenants')).items.find((t) => t.id === home.id);
  assert.equal((await share({ weight: 3, max_running: 7 })).status, 204);
  assert.deepEqual([(await tenant())?.weight, (await tenant())?.max_running], [3, 7]);
  assert.equal((await share({ weight: 1 })).status, 204);
  assert.equal((await tenant())?.max_running, null);
  isProblem(await share({ weight: 0 }), 422, 'bad_input');
  isProblem(await change(operator, 'PUT', `/platform/tenants/${MISSING}/share`, { weight: 1 }), 404, 'not_found');

  const name = `test:${randomUUID()}/a b`;
  const gate = async () => (await operator.get('/api/v1/platform/gates')).items.find((g) => g.name === name);
  const set = (json: unknown) => change(operator, 'PUT', `/platform/gates/${encodeURIComponent(name)}`, json);
  assert.equal((await set({ max_running: 2, per_minute: 60 })).status, 204);
  await sql(`update job_gate set failures = 5, closed_until = now() + interval '1 hour', reason = 'Down' where name = '${name}'`);
  assert.deepEqual([(await gate())?.max_running, (await gate())?.failures, (await gate())?.reason], [2, 5, 'Down']);
  assert.equal((await set({ per_minute: 60, reset: true })).status, 204);
  assert.deepEqual(await gate(), { name, running: 0, waiting: 0, max_running: null, per_minute: 60, closed_until: null, failures: 0, reason: null });
  await sql(`delete from job_gate where name = '${name}'`);
});

test('the ledger of every tenant is right after all this', async () => {
  await idle();
  const state = await operator.get('/api/v1/platform/queues');
  assert.equal(state.drift, 0);
  assert(state.kinds.find((k) => k.kind === KIND)!.done_hour > 0);
  for (const t of (await operator.get('/api/v1/platform/queues/tenants')).items) assert.equal(t.drift, 0, t.name);
});
