/* The reports of many calls as one archive: that it is whole, and that however many there are the server's memory holds
 * one at a time. In a tenant of this file's own. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { as, isProblem, MISSING } from './house.ts';
import { children, server, sql } from './queue.ts';
import { ownPerson, ownTenant, type OwnTenant } from './tenant.ts';

const MANY = 500;
let own: OwnTenant, ids: string[];

before(async () => {
  own = await ownTenant();
  const made = await own.owner.send('/api/v1/calls', { method: 'POST', json: { direction: 'inbound', from_number: '+441632960011', started_at: '2026-01-01T00:00:00Z', notes: 'x' } });
  assert.equal(made.status, 201, made.text);
  const columns = (await sql(`select string_agg(quote_ident(column_name), ', ') from information_schema.columns
    where table_name = 'call' and column_name not in ('id', 'call_key', 'started_at') and is_generated = 'NEVER'`))[0]!;
  await sql(`insert into call (id, call_key, started_at, ${columns}) select gen_random_uuid(), 'copy-' || n, started_at + n * interval '1 minute', ${columns}
    from call, generate_series(1, ${MANY}) n where id = '${made.json.id}'`);
  ids = await sql(`select id from call where tenant_id = '${own.id}' order by id`);
  assert.equal(ids.length, MANY + 1);
});
/** The processes that answer requests. */
const webs = () => [server(), ...children(server()).map((p) => p.pid)].filter((pid) => !/ worker\b/.test(readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ')));
const kb = (pid: number, what: string): number => Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(new RegExp(`^${what}:\\s+(\\d+) kB`, 'm'))?.[1] ?? 0);

for (const format of ['md', 'pdf'] as const)
  test(`${MANY} reports as ${format}: every one is in it, and memory grows by what one takes`, { timeout: 400_000 }, async () => {
    await own.owner.send('/api/v1/call-reports', { method: 'POST', json: { calls: ids.slice(0, 2), format } }); // fonts are loaded once
    const pids = webs();
    for (const pid of pids) writeFileSync(`/proc/${pid}/clear_refs`, '5'); // the peak begins anew
    const had = new Map(pids.map((pid) => [pid, kb(pid, 'VmRSS')]));
    const answer = await own.owner.send('/api/v1/call-reports', { method: 'POST', json: { calls: ids.slice(0, MANY), format }, timeout: 300_000 });
    assert.equal(answer.status, 200, answer.text.slice(0, 500));
    assert.equal(answer.headers['content-type'], 'application/zip');
    const grown = Math.max(...pids.map((pid) => kb(pid, 'VmHWM') - had.get(pid)!));
    const folder = mkdtempSync(join(tmpdir(), 'ringsight-batch-'));
    try {
      writeFileSync(join(folder, 'all.zip'), answer.bytes);
      const listed = execFileSync('unzip', ['-Z1', join(folder, 'all.zip')], { encoding: 'utf8' }).trim().split('\n');
      assert.deepEqual(listed, ids.slice(0, MANY).map((id) => `call-${id}.${format}`));
      assert.match(execFileSync('unzip', ['-tq', join(folder, 'all.zip')], { encoding: 'utf8' }), /No errors detected/);
      const bytes = Number(execFileSync('unzip', ['-Zt', join(folder, 'all.zip')], { encoding: 'utf8' }).match(/(\d+) bytes uncompressed/)![1]);
      console.log(`# ${format}: ${Math.round(bytes / 1024)} kB of reports, the server grew by ${grown} kB`);
      if (kb(pids[0]!, 'VmSize') < 1e9) assert(grown < 6 * 1024, `the server grew by ${grown} kB`); // a sanitizer keeps what was freed
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

test('a call too many, one twice, one that is not there: nothing is sent', async () => {
  const post = (calls: string[], who = own.owner) => who.send('/api/v1/call-reports', { method: 'POST', json: { calls, format: 'md' } });
  isProblem(await post(ids), 422, 'bad_input');
  isProblem(await post([]), 422, 'bad_input');
  isProblem(await post([ids[0]!, ids[1]!, ids[0]!]), 422, 'bad_input');
  isProblem(await post(['x']), 422, 'bad_input');
  isProblem(await post([ids[0]!, MISSING]), 404, 'not_found');
  isProblem(await post([ids[0]!], await as('owner')), 404, 'not_found');
  isProblem(await post([ids[0]!], await ownPerson(own, 'agent')), 404, 'not_found');
});
