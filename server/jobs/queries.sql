-- name: job_add :one
-- in:  id uuid, kind text, priority int, max_attempts int, args json, dedupe text?, object uuid?, gate text, delay_s int
-- out: added bool, id uuid?
-- A repeated dedupe key of a living job is a no-op and answers that job. Unique index job_dedupe.
with added as (
  insert into job (id, kind, priority, max_attempts, args, dedupe_key, object_id, gate, run_at)
  values ($id, $kind, $priority, $max_attempts, $args, $dedupe, $object, $gate, now() + make_interval(secs => $delay_s))
  on conflict (tenant_key, dedupe_key) where dedupe_key is not null and state <> 'dead' do nothing
  returning id)
select exists (select from added) as added,
       coalesce((select id from added), (
         select j.id from job j
          where j.tenant_key = coalesce(nullif(current_setting('app.tenant', true), ''), '00000000-0000-0000-0000-000000000000')::uuid
            and j.dedupe_key = $dedupe and j.state <> 'dead')) as id;

-- name: job_add_service :one
-- in:  id uuid, kind text, priority int, max_attempts int, args json, object uuid
-- out: added bool
-- For requests without a tenant; see gate.service_job for the kinds that may be.
select gate.service_job($id, $kind, $priority, $max_attempts, $args, $object) as added;

-- name: job_add_after :done
-- in:  id uuid, kind text, priority int, max_attempts int, args json, dedupe text?, object uuid?, gate text, needs uuid[]
-- Blocked while one of `needs` lives. They are locked, so that none ends unseen meanwhile.
with living as (select n.id from job n where n.id = any($needs) and n.state <> 'dead' for share),
added as (
  insert into job (id, kind, priority, max_attempts, args, dedupe_key, object_id, gate, needs, state)
  select $id, $kind, $priority, $max_attempts, $args, $dedupe, $object, $gate, count(*)::int,
         case when count(*) > 0 then 'blocked' else 'queued' end from living
  on conflict (tenant_key, dedupe_key) where dedupe_key is not null and state <> 'dead' do nothing
  returning id)
insert into job_need (job_id, needs_id) select a.id, l.id from added a, living l;

-- name: job_running_of :many
-- in:  kind text, object uuid
-- out: id uuid
-- What runs of this kind for this object, the oldest first. Index job_object.
select id from job where object_id = $object and kind = $kind and state = 'running' order by id;

-- name: job_ask :one
-- in:  id uuid, cancel bool, retry bool
-- out: state text
-- Workers carry it out. Primary key.
update job set cancel_asked = cancel_asked or $cancel, retry_asked = $retry and state = 'dead'
 where id = $id returning state;

-- name: job_claim :many
-- in:  ids uuid[], worker text, lease_s int
-- out: id uuid, tenant_id uuid?, kind text, gate text, priority int, args json, attempt int, max_attempts int,
--      token bigint, created_at timestamptz, verdict text, wait_ms bigint
-- Primary key; see ground.job_claim.
select id, tenant_id, kind, gate, priority::int as priority, args, attempt, max_attempts, token, created_at, verdict, wait_ms
  from ground.job_claim($ids, $worker, $lease_s);

-- name: job_take :many
-- in:  kinds text[], rooms text[], limit int, worker text, lease_s int
-- out: id uuid, tenant_id uuid?, kind text, gate text, priority int, args json, attempt int, max_attempts int,
--      token bigint, created_at timestamptz, verdict text, wait_ms bigint
-- The same turns without Redis. Index job_turns; see ground.job_take.
select id, tenant_id, kind, gate, priority::int as priority, args, attempt, max_attempts, token, created_at, verdict, wait_ms
  from ground.job_take($kinds, $rooms::integer[], $limit, $worker, $lease_s);

-- name: job_hints :many
-- in:  from timestamptz, after_id uuid?, to timestamptz, limit int
-- out: id uuid, tenant_key uuid, kind text, priority int, gate text, run_at timestamptz, delay_ms bigint
-- Waiting jobs by when they are due. Index job_waiting.
select id, tenant_key, kind, priority::int as priority, gate, run_at,
       (extract(epoch from run_at - now()) * 1000)::bigint as delay_ms
  from job where state = 'queued' and (run_at, id) > ($from, coalesce($after_id, '00000000-0000-0000-0000-000000000000'::uuid)) and run_at <= $to
 order by run_at, id limit $limit;

-- name: job_heartbeat :many
-- in:  ids uuid[], tokens text[], percents text[], lease_s int
-- out: id uuid, cancel_asked bool
-- The jobs that are still ours; one that somebody is just changing is left out, so that no heartbeat
-- waits. Primary key: the words about the state are such that no planner reads job_leased for it.
with mine as (
  select j.id, m.percent from unnest($ids, $tokens, $percents) as m (id, token, percent)
    join job j on j.id = m.id and j.token = m.token::bigint and j.state not in ('blocked', 'queued', 'dead')
     for update of j skip locked)
update job j set lease_until = now() + make_interval(secs => $lease_s), progress = mine.percent::smallint
  from mine where j.id = mine.id
returning j.id, j.cancel_asked;

-- name: job_progressed :done
-- in:  id uuid, object uuid
-- A notice for open pages: how far it is stands in the job.
insert into live_event (id, kind, object_id) values ($id, 'job.progress', $object);

-- name: job_finish :one
-- in:  id uuid, token bigint, outcome text, error text?
-- out: ended int, freed json
-- Ends the job under our token: none ended means that another worker took over. Answers the jobs that
-- waited for it and are due now. Primary keys (as in job_heartbeat), index job_need_of.
with gone as (
  delete from job where id = $id and token = $token and state not in ('blocked', 'queued', 'dead')
  returning id, tenant_id, kind, attempt, created_at, started_at, object_id, deaths, worker),
kept as (
  insert into job_history (id, tenant_id, kind, outcome, attempt, error, created_at, started_at, object_id, deaths, worker)
  select id, tenant_id, kind, $outcome, attempt, $error, created_at, started_at, object_id, deaths, worker from gone),
needs as (delete from job_need where needs_id in (select id from gone) returning job_id),
freed as (
  update job j set needs = j.needs - n.n, state = case when j.needs <= n.n then 'queued' else j.state end
    from (select job_id, count(*)::int as n from needs group by job_id) n
   where j.id = n.job_id and j.state = 'blocked' returning j.id, j.tenant_key, j.kind, j.priority, j.gate, j.state)
select (select count(*) from gone)::int as ended,
       (select coalesce(json_agg(json_build_object('id', id, 'tenant', tenant_key, 'kind', kind, 'priority', priority, 'gate', gate))
          filter (where state = 'queued'), '[]') from freed) as freed;

-- name: job_finish_all :many
-- in:  ids uuid[], tokens text[], outcomes text[]
-- out: id uuid, freed json?
-- The same for many jobs at once; answers those that were ended under their token.
with gone as (
  delete from job j using unnest($ids, $tokens, $outcomes) as m (id, token, outcome)
   where j.id = m.id and j.token = m.token::bigint and j.state not in ('blocked', 'queued', 'dead')
  returning j.id, j.tenant_id, j.kind, m.outcome, j.attempt, j.created_at, j.started_at, j.object_id, j.deaths, j.worker),
kept as (
  insert into job_history (id, tenant_id, kind, outcome, attempt, created_at, started_at, object_id, deaths, worker)
  select id, tenant_id, kind, outcome, attempt, created_at, started_at, object_id, deaths, worker from gone),
needs as (delete from job_need where exists (select from job_need) and needs_id in (select id from gone) returning job_id, needs_id),
freed as (
  update job j set needs = j.needs - n.n, state = case when j.needs <= n.n then 'queued' else j.state end
    from (select job_id, count(*)::int as n from needs group by job_id) n
   where j.id = n.job_id and j.state = 'blocked' returning j.id, j.tenant_key, j.kind, j.priority, j.gate, j.state)
select g.id, (
  select json_agg(json_build_object('id', f.id, 'tenant', f.tenant_key, 'kind', f.kind, 'priority', f.priority, 'gate', f.gate))
    from freed f where f.state = 'queued' and f.id in (select n.job_id from needs n where n.needs_id = g.id)) as freed
  from gone g;

-- name: job_again :one
-- in:  id uuid, token bigint, attempt int, delay_ms bigint, error text?
-- out: priority int, gate text
-- Back to the queue: a retry (attempt one higher), a snooze or a hand-back (attempt as it was).
update job set state = 'queued', attempt = $attempt, lease_until = null, worker = null, error = $error,
       run_at = now() + $delay_ms * interval '1 millisecond'
 where id = $id and token = $token and state = 'running'
returning priority, gate;

-- name: job_die :done
-- in:  id uuid, token bigint, error text
update job set state = 'dead', lease_until = null, worker = null, error = $error, retry_asked = false, cancel_asked = false
 where id = $id and token = $token and state = 'running';

-- name: job_sweep :many
-- in:  deaths_max int, lease_s int
-- out: id uuid, tenant_id uuid?, kind text, args json, token bigint, deaths int, priority int, gate text, delay_ms bigint
-- Leases that ran out: the worker died or hung. Infrastructure death uses up no attempt. When PostgreSQL
-- itself was away, the living first have a lease's time to say that they live. A job that died once keeps
-- its place before those that came after it. Jobs that died together
-- twice come back one after the other, so that the one that kills its workers dies the third time alone.
-- Jobs that have died too often are answered still running under a new token, for their end is a
-- transaction of its own. Index job_leased.
with lost as (
  select id, row_number() over (partition by deaths > 0 order by lease_until, id) as nth from (
    select id, deaths, lease_until from job
     where state = 'running' and lease_until < now() and pg_postmaster_start_time() < now() - make_interval(secs => $lease_s)
     order by lease_until limit 100 for update skip locked) l)
update job j set deaths = j.deaths + 1, token = j.token + 1,
       state = case when j.deaths + 1 >= $deaths_max then 'running' else 'queued' end,
       lease_until = case when j.deaths + 1 >= $deaths_max then now() + interval '30 seconds' end,
       worker = null, run_at = case when j.deaths > 0 then now() + least(lost.nth - 1, 40) * interval '50 milliseconds' else j.run_at end
  from lost where j.id = lost.id
returning j.id, j.tenant_id, j.kind, j.args, j.token, j.deaths, j.priority, j.gate,
          (extract(epoch from j.run_at - now()) * 1000)::bigint as delay_ms;

-- name: job_asked :many
-- in:  lease_s int
-- out: id uuid, tenant_id uuid?, kind text, args json, attempt int, token bigint, cancel bool, priority int, gate text
-- What somebody asked to cancel or to try again and nobody runs: under a new token, as if claimed, so
-- that its object can be told in the same transaction. A dead one waits while another job has its
-- place. Index job_asked.
with asked as (
  select j.id, j.cancel_asked from job j where (j.cancel_asked or j.retry_asked) and j.state in ('queued', 'blocked', 'dead')
     and not (j.state = 'dead' and exists (
       select from job o where o.tenant_key = j.tenant_key and o.dedupe_key = j.dedupe_key and o.state <> 'dead'))
   order by j.id limit 50 for update skip locked)
update job j set token = j.token + 1, state = 'running', started_at = now(), lease_until = now() + make_interval(secs => $lease_s),
       attempt = 0, deaths = 0, retry_asked = false
  from asked a where j.id = a.id
returning j.id, j.tenant_id, j.kind, j.args, j.attempt, j.token, a.cancel_asked as cancel, j.priority, j.gate;

-- name: job_unblock :one
-- out: freed int
-- The net under job_finish: what was added while the job it needs was ending. Index job_need_of.
select count(*)::int as freed from ground.job_ended(array(
  select distinct n.needs_id from job_need n
   where not exists (select from job j where j.id = n.needs_id and j.state <> 'dead') limit 1000));

-- name: jobs_state :one
-- out: waiting_us bigint, dead bigint
-- Age of the oldest due job that nobody runs and no pause holds. Indexes job_waiting, job_dead.
select coalesce((extract(epoch from now() - (
         select j.run_at from job j where j.state = 'queued' and j.run_at <= now()
            and not exists (select from job_pause p where (p.tenant_id is null or p.tenant_id = j.tenant_id) and (p.kind is null or p.kind = j.kind))
          order by j.run_at limit 1)) * 1000000)::bigint, 0) as waiting_us,
       (select count(*) from job where state = 'dead') as dead;

-- name: jobs_drift :one
-- out: drift bigint
-- What the ledger lacks or has too many, over all tenants, in one snapshot.
select coalesce(sum(abs(drift)), 0)::bigint as drift from job_balance;

-- name: jobs_lead :one
-- out: ours bool
-- One worker at a time does the chores of all, until its transaction ends.
select pg_try_advisory_xact_lock(hashtext('ringsight.keeper')) as ours;

-- name: jobs_tally :done
select ground.tally_up();

-- name: job_shares :many
-- out: tenant_id uuid, weight int, max_running int?
select tenant_id, weight, max_running from job_share where weight <> 1 or max_running is not null;

-- name: gate_told :done
-- in:  name text, ok bool, retry_after_s int, why text?
select ground.gate_told($name, $ok, $retry_after_s, $why);

-- name: worker_seen :one
-- in:  name text, slots int, running int, kinds text, done bigint, last_done timestamptz?, redis bool
-- out: drain_asked bool
insert into worker as w (name, slots, running, kinds, done, last_done_at, redis)
values ($name, $slots, $running, $kinds, $done, $last_done, $redis)
on conflict (name) do update set running = excluded.running, done = excluded.done, last_done_at = excluded.last_done_at,
  redis = excluded.redis, seen_at = now()
returning drain_asked;

-- name: worker_gone :done
-- in:  name text?
-- Ours at the stop; all that were not seen for ten minutes.
delete from worker where name = $name or seen_at < now() - interval '10 minutes';

-- name: jobs_partitions :one
-- out: strays bigint
select ground.keep_all_partitions() as strays;

-- name: jobs_expired :one
-- out: gone bigint
-- Sessions and tickets whose time is over.
select gate.sweep_expired() as gone;

-- name: schedule_clock :one
-- out: now timestamptz, zone text
select now() as now,
       coalesce((select zone from tenant where id = nullif(current_setting('app.tenant', true), '')::uuid), 'UTC') as zone;

-- name: schedule_put :done
-- in:  id uuid, name text, kind text, cron text, zone text?, args json, next_at timestamptz
-- A tick that is due already is still to come when a worker starts anew.
insert into schedule as s (id, name, kind, cron, zone, args, next_at)
values ($id, $name, $kind, $cron, $zone, $args, $next_at)
on conflict (tenant_id, name) do update set kind = excluded.kind, cron = excluded.cron, zone = excluded.zone, args = excluded.args,
  next_at = case when s.cron = excluded.cron and s.zone is not distinct from excluded.zone
                 then coalesce(s.next_at, excluded.next_at) else excluded.next_at end;

-- name: schedule_drop :done
-- in:  name text
delete from schedule where name = $name
   and tenant_id is not distinct from nullif(current_setting('app.tenant', true), '')::uuid;

-- name: schedule_due :many
-- in:  kinds text[]
-- out: id uuid, tenant_id uuid?
-- Due, or from a time when the clock was hours ahead: put back less than that, what has been is not
-- repeated and the schedule waits; put back more, the new time counts, as with cron.
select id, tenant_id from schedule
 where (next_at <= now() or last_at > now() + interval '3 hours') and kind = any($kinds)
 order by next_at limit 100;

-- name: schedule_take :one
-- in:  id uuid
-- out: name text, kind text, cron text, zone text, args json, now timestamptz, due bool
-- One worker's. Primary key.
select s.name, s.kind, s.cron, coalesce(s.zone, (select t.zone from tenant t where t.id = s.tenant_id), 'UTC') as zone,
       s.args, now() as now, coalesce(s.next_at <= now(), false) as due
  from schedule s
 where s.id = $id and (s.next_at <= now() or s.last_at > now() + interval '3 hours') for update of s skip locked;

-- name: schedule_next :done
-- in:  id uuid, next_at timestamptz?, ran bool
-- Primary key.
update schedule set next_at = $next_at, last_at = case when $ran then now() else least(last_at, now()) end where id = $id;
