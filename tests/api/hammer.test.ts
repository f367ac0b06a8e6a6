/* T3: requests of two tenants turn by turn over few pooled connections, while some clients go away amid the answer and
 * backends of PostgreSQL are killed under them: whatever comes back is of who asked, or an honest 5xx. Tried with
 * the other tenant set in one of a hundred units of db/bind.c, and failed: foreign rows. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { Agent, request } from 'node:http';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { base, demo, home, keyOf, other, port, someCalls, type Tenant } from './house.ts';
import { sql } from './queue.ts';

const TIMES = process.env.RINGSIGHT_TEST_LARGE ? 100_000 : 2_000;
const agent = new Agent({ keepAlive: true, maxSockets: 10 });
const lists = ['/api/v1/calls?limit=5', '/api/v1/agents?limit=5', '/api/v1/integrations', '/api/v1/contacts?limit=5', '/api/v1/scorecards'];

/** One GET on one of ten connections; `away`: the client leaves as soon as something comes. */
function get(path: string, tenant: Tenant, away: boolean): Promise<{ status: number; text: string }> {
  return new Promise((ok) => {
    let text = '';
    const one = request({ host: '127.0.0.1', port, path, agent, headers: keyOf(tenant).headers, timeout: 30_000 }, (answer) => {
      if (away) { one.destroy(); ok({ status: 0, text: '' }); return; }
      answer.on('data', (part: Buffer) => { text += part; });
      answer.on('end', () => ok({ status: answer.statusCode!, text }));
      answer.on('error', () => ok({ status: 0, text: '' }));
    });
    one.on('error', () => ok({ status: 0, text: '' }));
    one.on('timeout', () => one.destroy());
    one.end();
  });
}

const killAll = (): Promise<unknown> => promisify(execFile)('psql', ['-XqAt', '-d', demo.database_url, '-c',
  "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'ringsight_app' and datname = current_database() and pid <> pg_backend_pid()"]);

test('T3: of thousands of requests of two tenants over few connections none gets a foreign row', { timeout: 600_000 }, async () => {
  assert(base);
  await Promise.all([someCalls(home), someCalls(other)]);
  const seen = new Map<string, Set<string>>([[home.id, new Set()], [other.id, new Set()]]);
  let next = 0, good = 0, left = 0, failed = 0;
  const odd: string[] = [];
  const lane = async (): Promise<void> => {
    for (let i = next++; i < TIMES; i = next++) {
      const tenant = i % 2 ? home : other;
      const answer = await get(lists[i % lists.length]!, tenant, i % 17 === 0);
      if (answer.status === 0) { left++; continue; }
      if (answer.status !== 200) {
        failed++;
        if (![500, 502, 503, 429].includes(answer.status)) odd.push(`${answer.status} ${answer.text}`);
        continue;
      }
      good++;
      for (const item of JSON.parse(answer.text).items as { id: string }[]) seen.get(tenant.id)!.add(item.id);
    }
  };
  let going = true;
  const killer = (async () => {
    while (going) { await killAll(); await new Promise((ok) => { setTimeout(ok, 2_000); }); }
  })();
  await Promise.all(Array.from({ length: 20 }, lane));
  going = false;
  await killer;
  agent.destroy();
  assert.deepEqual(odd, []);
  // Whose an id is, the tables say, read by who sees all tenants.
  const owner = new Map<string, string>();
  for (const table of await sql(`select c.table_name from information_schema.columns c join information_schema.columns i
      on i.table_schema = c.table_schema and i.table_name = c.table_name and i.column_name = 'id' and i.data_type = 'uuid'
      where c.table_schema = 'public' and c.column_name = 'tenant_id' and c.table_name in (select tablename from pg_tables)`))
    for (const id of seen.keys())
      for (const row of await sql(`select id from ${table} where tenant_id = '${id}' and id = any('{${[...seen.values()].flatMap((s) => [...s]).join()}}')`)) owner.set(row, id);
  const foreign = [...seen].flatMap(([id, set]) => [...set].filter((row) => owner.has(row) && owner.get(row) !== id));
  assert.deepEqual(foreign, []);
  assert([...seen.values()].every((s) => s.size > 5 && [...s].some((row) => owner.has(row))), 'rows were seen and known');
  assert(good > TIMES / 4, `${good} of ${TIMES} were answered`);
  console.log(`# T3 figure: ${TIMES} requests over 10 connections, ${good} answered, ${left} left, ${failed} refused while backends were killed, 0 foreign rows`);
});
