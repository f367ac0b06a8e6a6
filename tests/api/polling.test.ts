/* Asking a UCM for its records: what it never sent is found and marked, what it did send is not
 * counted twice, and a firmware that gives the same page again is no endless loop. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, test } from 'node:test';
import { cdr, control } from './audio.ts';
import { as, home, keyOf, until } from './house.ts';
import { sql } from './queue.ts';

const key = keyOf(home);
after(async () => { await control('/faults', 'DELETE'); });

test('d1-10 records that were never sent are found, and sent ones are known again', async () => {
  const owner = await as('owner');
  const ucm = (await owner.get('/api/v1/integrations')).items.find((i) => i.provider === 'ucm')!;
  const told = [cdr('2001', 30), cdr('2002', 40)].map((t) => ({ ...t, record: { ...t.record, recordfiles: '', recordfiles_desc: '' } }));
  const [sent, withheld] = [told[0]!, told[1]!];
  await control('/records', 'POST', { items: [sent.record] });
  await control('/records', 'POST', { items: [withheld.record], push: false });
  const callOf = async (n: string) => (await key.get('/api/v1/calls', { query: { number: n } })).items;
  await until('the one that was sent is there', 30_000, async () => (await callOf(sent.number))[0]);

  const run = async (mode: 'count' | 'backfill') => {
    const from = new Date(Date.now() - 3_600_000).toISOString();
    const answer = await owner.send(`/api/v1/integrations/${ucm.id}/polls`, { method: 'POST', json: { mode, from } });
    assert.equal(answer.status, 201, answer.text);
    return until(`the ${mode} ends`, 60_000, async () =>
      (await owner.get('/api/v1/polls', { query: { integration: ucm.id } })).items.find((p) => p.id === answer.json.id && p.state !== 'running'));
  };
  const counted = await run('count');
  assert.equal(counted.reason, null);
  assert(counted.calls >= 2 && counted.new_calls >= 1 && counted.new_calls < counted.calls, JSON.stringify(counted));
  assert.equal((await callOf(withheld.number)).length, 0, 'counting keeps nothing');

  await control('/faults', 'POST', { kind: 'repeat_page', times: 50 });
  const filled = await run('backfill');
  assert.deepEqual([filled.state, filled.pages], ['done', 2], 'the same page again is the end');
  const [found] = await until('the withheld one is found', 30_000, async () => { const c = await callOf(withheld.number); return c.length ? c : undefined; });
  const whole = async (id: string) => key.get('/api/v1/calls/{call}', { params: { call: id } });
  assert.equal((await whole(found!.id)).found_by_poll, true);
  const known = await callOf(sent.number);
  assert.equal(known.length, 1);
  assert.equal((await whole(known[0]!.id)).found_by_poll, false);
});

test('each phone system that can be asked is asked every night, and no other', async () => {
  const owner = await as('owner');
  const { items: providers } = await owner.get('/api/v1/providers');
  const can = (slug: string): boolean => providers.find((p) => p.slug === slug)?.can_be_polled === true;
  assert(can('ucm') && can('3cx') && !can('generic'));
  const made = await owner.send('/api/v1/integrations', { method: 'POST', json: { provider: '3cx', name: 'By night', settings: { calls_from: 'calllog' } } });
  assert.equal(made.status, 201, made.text);
  const night = await sql(`select cron, kind, args ->> 'integration' from schedule where name = 'integrations.nightly:${made.json.id}'`);
  assert.equal(night.length, 1);
  assert.match(night[0]!, new RegExp(`^\\d{1,2} [2-4] \\* \\* \\*\\|integrations\\.nightly\\|${made.json.id}$`));
  const job = randomUUID(); // the tick, without waiting for the night
  await sql(`insert into job (id, tenant_id, kind, max_attempts, args) values ('${job}', '${home.id}', 'integrations.nightly', 3, '{"integration":"${made.json.id}"}')`);
  await until('a night without credentials is left out', 90_000, async () => (await sql(`select outcome from job_history where id = '${job}'`))[0] === 'done');
  assert.equal((await owner.get('/api/v1/polls', { query: { integration: made.json.id } })).items.length, 0);
  await owner.send(`/api/v1/integrations/${made.json.id}`, { method: 'DELETE' });
});
