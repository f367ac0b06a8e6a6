-- name: queues_state :one
-- out: answer json
-- All living jobs by kind and what ended in the last hour (index job_history_finished), and what is wrong
-- with the whole. Progress is judged, not being there: what waits, and neither pause nor closed gate holds,
-- against what is being done and was finished last.
with working as (
  select * from worker where seen_at > now() - interval '30 seconds'),
living as (
  select kind, count(*) filter (where state = 'blocked') as blocked,
         count(*) filter (where state = 'queued' and run_at <= now()) as waiting,
         count(*) filter (where state = 'queued' and run_at > now()) as later,
         count(*) filter (where state = 'running') as running, count(*) filter (where state = 'dead') as dead,
         min(run_at) filter (where state = 'queued' and run_at <= now()) as oldest_at
    from job group by kind),
ended as (
  select kind, count(*) filter (where finished_at > now() - interval '1 minute') as minute, count(*) as hour,
         round(extract(epoch from avg(finished_at - started_at)), 1) as average_s
    from job_history where finished_at > now() - interval '1 hour' group by kind),
kinds as (
  select n.kind, jsonb_build_object('kind', n.kind, 'blocked', coalesce(l.blocked, 0), 'waiting', coalesce(l.waiting, 0),
           'later', coalesce(l.later, 0), 'running', coalesce(l.running, 0), 'dead', coalesce(l.dead, 0),
           'oldest_at', l.oldest_at, 'done_minute', coalesce(e.minute, 0), 'done_hour', coalesce(e.hour, 0), 'average_s', e.average_s,
           'paused', exists (select from job_pause p where p.tenant_id is null and (p.kind is null or p.kind = n.kind))) as row
    from (select kind from living union select kind from ended) n left join living l using (kind) left join ended e using (kind)),
facts as (
  select (select count(*) from working) as workers, (select count(*) from working where not drain_asked) as taking,
         (select coalesce(sum(slots), 0) from working) as slots, (select coalesce(sum(running), 0) from working) as running,
         (select count(*) from working where redis) as with_redis,
         (select max(last_done_at) from worker) as last_done_at,
         coalesce((select sum(abs(drift)) from job_balance), 0) as drift,
         (select count(*) from job where state = 'running') as busy,
         (select j.run_at from job j where j.state = 'queued' and j.run_at <= now()
             and not exists (select from job_gate g where g.name = j.gate and g.closed_until > now())
             and not exists (select from job_pause p where (p.tenant_id is null or p.tenant_id = j.tenant_id) and (p.kind is null or p.kind = j.kind))
           order by j.run_at limit 1) as oldest_at),
problems as (
  select array_remove(array[
    case when workers = 0 then 'No worker is running.' when taking = 0 then 'Every worker is being drained.' end,
    case when workers > 0 and busy = 0 and oldest_at < now() - interval '1 minute' and coalesce(last_done_at, '-infinity') < now() - interval '1 minute'
      then 'Jobs wait, none is being done, and none was finished for a minute.' end,
    case when drift > 0 then format('The ledger is off by %s.', drift) end], null) as list from facts)
select jsonb_build_object('healthy', cardinality(p.list) = 0, 'problems', to_jsonb(p.list), 'workers', f.workers, 'slots', f.slots,
         'running', f.running, 'redis', case when f.with_redis = 0 then 'away' when f.with_redis < f.workers then 'partly' else 'in use' end,
         'oldest_at', f.oldest_at, 'last_done_at', f.last_done_at, 'drift', f.drift,
         'kinds', coalesce((select jsonb_agg(k.row order by k.kind) from kinds k), '[]')) as answer
  from facts f, problems p;

-- name: queues_tenants :one
-- in:  cursor text?, limit int
-- out: answer json
-- Who has most to do first. The cursor is the last one's amount and id.
with living as (
  select tenant_id, count(*) filter (where state in ('blocked', 'queued')) as waiting, count(*) filter (where state = 'running') as running,
         count(*) filter (where state = 'dead') as dead, min(run_at) filter (where state = 'queued' and run_at <= now()) as oldest_at
    from job group by tenant_id),
all_of as (
  select t.id, t.slug, t.name, coalesce(l.waiting, 0) as waiting, coalesce(l.running, 0) as running, coalesce(l.dead, 0) as dead,
         coalesce(l.waiting + l.running + l.dead, 0) as amount, l.oldest_at
    from tenant t left join living l on l.tenant_id = t.id where t.state <> 'deleted'),
page as (
  select a.*, row_number() over (order by amount desc, id desc) as n from all_of a
   where true [[cursor: and (amount, id) < (split_part($cursor, '.', 1)::bigint, split_part($cursor, '.', 2)::uuid)]]
   order by amount desc, id desc limit $limit + 1)
select jsonb_build_object(
  'items', coalesce((select jsonb_agg(jsonb_build_object('id', p.id, 'slug', p.slug, 'name', p.name, 'waiting', p.waiting, 'running', p.running,
             'dead', p.dead, 'oldest_at', p.oldest_at, 'weight', coalesce(s.weight, 1), 'max_running', s.max_running,
             'drift', coalesce((select b.drift from job_balance b where b.tenant_id = p.id), 0)) order by p.n)
     from page p left join job_share s on s.tenant_id = p.id where p.n <= $limit), '[]'),
  'next', (select amount || '.' || id from page where n = $limit and exists (select from page where n > $limit))) as answer;

-- name: queues_dead :one
-- in:  kind text?, tenant uuid?, cursor text?, limit int
-- out: answer json
-- What failed, by kind and reason, most first. The cursor is the last one's count, kind and reason. Index job_dead.
with groups as (
  select kind, coalesce(error, '') as reason, count(*) as jobs, count(distinct tenant_key) as tenants, min(created_at) as oldest_at
    from job where state = 'dead' [[kind: and kind = $kind]] [[tenant: and tenant_id = $tenant]] group by 1, 2),
page as (
  select g.*, row_number() over (order by jobs desc, kind desc, reason desc) as n from groups g
   where true [[cursor: and (jobs, kind, reason) < (select (c ->> 0)::bigint, c ->> 1, c ->> 2 from (select convert_from(decode($cursor, 'hex'), 'UTF8')::jsonb as c) x)]]
   order by jobs desc, kind desc, reason desc limit $limit + 1)
select jsonb_build_object(
  'items', coalesce((select jsonb_agg(jsonb_build_object('kind', kind, 'reason', reason, 'jobs', jobs, 'tenants', tenants, 'oldest_at', oldest_at) order by n)
     from page where n <= $limit), '[]'),
  'next', (select encode(convert_to(jsonb_build_array(jobs, kind, reason)::text, 'UTF8'), 'hex') from page
            where n = $limit and exists (select from page where n > $limit))) as answer;

-- name: queues_retry_dead :one
-- in:  kind text, reason text?, tenant uuid?, limit int
-- out: asked int
-- Index job_dead.
with due as (
  select id from job where state = 'dead' and not retry_asked and kind = $kind
   [[reason: and coalesce(error, '') = $reason]] [[tenant: and tenant_id = $tenant]]
   order by id limit $limit for update skip locked),
asked as (update job j set retry_asked = true from due where j.id = due.id returning j.id)
select count(*)::int as asked from asked;

-- name: queues_workers :one
-- out: answer json
-- A few rows.
select jsonb_build_object('items', coalesce(jsonb_agg(jsonb_build_object('name', name, 'slots', slots, 'running', running, 'kinds', kinds,
         'started_at', started_at, 'seen_at', seen_at, 'last_done_at', last_done_at, 'done', done, 'redis', redis, 'draining', drain_asked,
         'away', seen_at < now() - interval '30 seconds') order by name), '[]')) as answer
  from worker;

-- name: queues_drain :done
-- in:  name text, drain bool
-- Primary key. The worker sees it within a second.
update worker set drain_asked = $drain where name = $name;

-- name: queues_pauses :one
-- out: answer json
-- A few rows.
select jsonb_build_object('items', coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'tenant', p.tenant_id, 'tenant_name', t.name, 'kind', p.kind,
         'reason', p.reason, 'by', p.by_name, 'created_at', p.created_at) order by p.created_at, p.id), '[]')) as answer
  from job_pause p left join tenant t on t.id = p.tenant_id;

-- name: queues_pause_over :done
-- in:  tenant uuid, kind text?
-- A tenant's own pause of the same: from now on it is the operator's. Unique key.
delete from job_pause where tenant_id = $tenant and kind is not distinct from $kind and by_name <> '';

-- name: queues_pause_add :done
-- in:  id uuid, tenant uuid?, kind text?, reason text
insert into job_pause (id, tenant_id, kind, reason, by_name) values ($id, $tenant, $kind, $reason, '');

-- name: queues_pause_remove :done
-- in:  pause uuid
-- Primary key.
delete from job_pause where id = $pause;

-- name: queues_share_set :done
-- in:  tenant uuid, weight int, max_running int?
-- Primary key.
insert into job_share (tenant_id, weight, max_running) values ($tenant, $weight, $max_running)
on conflict (tenant_id) do update set weight = excluded.weight, max_running = excluded.max_running;

-- name: queues_gates :one
-- out: answer json
-- Gates with limits or trouble, and those that jobs are under. Index job_gated for the running ones.
with seen as (
  select gate as name, count(*) filter (where state = 'running') as running, count(*) filter (where state = 'queued') as waiting
    from job where gate <> '' group by gate)
select jsonb_build_object('items', coalesce(jsonb_agg(jsonb_build_object('name', name, 'running', coalesce(s.running, 0),
         'waiting', coalesce(s.waiting, 0), 'max_running', g.max_running, 'per_minute', g.per_minute,
         'closed_until', case when g.closed_until > now() then g.closed_until end, 'failures', coalesce(g.failures, 0), 'reason', g.reason) order by name), '[]')) as answer
  from job_gate g full join seen s using (name);

-- name: queues_gate_set :done
-- in:  name text, max_running int?, per_minute int?
-- Primary key.
insert into job_gate (name, max_running, per_minute) values ($name, $max_running, $per_minute)
on conflict (name) do update set max_running = excluded.max_running, per_minute = excluded.per_minute, next_at = null, changed_at = now();

-- name: queues_gate_reset :done
-- in:  name text
-- Primary key.
update job_gate set closed_until = null, failures = 0, reason = null, next_at = null, changed_at = now() where name = $name;
