// Runs each test of queue.sql in a transaction of its own that is rolled back. Arguments: the URL of
// ringsight_jobs and that of the superuser, in a database that is thrown away afterwards.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const [, , jobs, owner] = process.argv;
const psql = (url, text) => spawnSync('psql', ['-XqAt', '-v', 'ON_ERROR_STOP=1', '-d', url], { input: text, encoding: 'utf8' });

const tenants = `delete from job; insert into tenant (id, slug, name) values
  ('00000000-0000-7000-8000-000000000001', 'queue-one', 'One'), ('00000000-0000-7000-8000-000000000002', 'queue-two', 'Two') on conflict do nothing;`;
const made = psql(owner, tenants);
if (made.status) throw new Error(made.stderr);

const words = `
create function pg_temp.tenant(n int) returns uuid language sql as $$ select ('00000000-0000-7000-8000-00000000000' || n)::uuid $$;
create function pg_temp.add(of int, kind text, run_in interval default '0', priority int default 20, gate text default '') returns uuid language sql as $$
  insert into job (id, tenant_id, kind, max_attempts, args, run_at, priority, gate)
  values (gen_random_uuid(), pg_temp.tenant(of), kind, 3, '{}', now() + run_in, priority, gate) returning id $$;`;

let failed = 0;
for (const test of readFileSync(new URL('queue.sql', import.meta.url), 'utf8').split(/^-- @ /m).slice(1)) {
  const name = test.slice(0, test.indexOf('\n'));
  const r = psql(jobs, `begin; ${words}\n${test.slice(name.length)}\nrollback;`);
  if (r.status) failed++;
  console.log(r.status ? `not ok ${name}\n${r.stderr}` : `ok ${name}`);
}
const gone = psql(owner, `delete from tenant where slug in ('queue-one', 'queue-two')`);
if (gone.status) throw new Error(gone.stderr);
process.exit(failed ? 1 : 0);
