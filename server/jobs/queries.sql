-- name: job_add :done
-- in:  id uuid, kind text, priority int, max_attempts int, args json, dedupe text?, delay_s int
-- A repeated dedupe key of a living job is a no-op. Unique index job_dedupe.
insert into job (id, kind, priority, max_attempts, args, dedupe_key, run_at)
values ($id, $kind, $priority, $max_attempts, $args, $dedupe, now() + make_interval(secs => $delay_s))
on conflict (tenant_id, dedupe_key) where dedupe_key is not null and state <> 'dead' do nothing;

-- name: job_claim :many
-- in:  kinds text[], worker text, lease_s int, limit int
-- out: id uuid, tenant_id uuid?, kind text, args json, attempt int, max_attempts int, token bigint,
--      created_at timestamptz
-- Index job_due.
with due as (
  select id from job
   where state = 'queued' and run_at <= now() and kind = any($kinds)
   order by priority, run_at, id
   limit $limit for update skip locked)
update job j set state = 'running', token = j.token + 1, worker = $worker, started_at = now(), progress = 0,
       lease_until = now() + make_interval(secs => $lease_s)
  from due where j.id = due.id
returning j.id, j.tenant_id, j.kind, j.args, j.attempt, j.max_attempts, j.token, j.created_at;

-- name: job_heartbeat :many
-- in:  ids uuid[], tokens text[], percents text[], lease_s int
-- out: id uuid
-- The jobs that are still ours. Primary key.
update job j set lease_until = now() + make_interval(secs => $lease_s), progress = mine.percent::smallint
  from unnest($ids, $tokens, $percents) as mine (id, token, percent)
 where j.id = mine.id and j.token = mine.token::bigint and j.state = 'running'
returning j.id;

-- name: job_finish :done
-- in:  id uuid, token bigint, outcome text, error text?
-- Ends the job under our token: no row means that another worker took over. Primary key.
with gone as (
  delete from job where id = $id and token = $token and state = 'running'
  returning id, tenant_id, kind, attempt, created_at, started_at)
insert into job_history (id, tenant_id, kind, outcome, attempt, error, created_at, started_at)
select id, tenant_id, kind, $outcome, attempt, $error, created_at, started_at from gone;

-- name: job_again :done
-- in:  id uuid, token bigint, attempt int, delay_ms bigint, error text?
-- Back to the queue: a retry (attempt one higher), a snooze or a hand-back (attempt as it was).
update job set state = 'queued', attempt = $attempt, lease_until = null, worker = null, error = $error,
       run_at = now() + $delay_ms * interval '1 millisecond'
 where id = $id and token = $token and state = 'running';

-- name: job_die :done
-- in:  id uuid, token bigint, error text
update job set state = 'dead', lease_until = null, worker = null, error = $error
 where id = $id and token = $token and state = 'running';

-- name: job_sweep :many
-- in:  deaths_max int
-- out: id uuid, tenant_id uuid?, kind text, args json, token bigint, deaths int
-- Leases that ran out: the worker died or hung. Infrastructure death uses up no attempt. Jobs that
-- have died too often are answered still running under a new token, for their end is a transaction
-- of its own. Index job_leased.
with lost as (
  select id from job where state = 'running' and lease_until < now()
   order by lease_until limit 100 for update skip locked)
update job j set deaths = j.deaths + 1, token = j.token + 1,
       state = case when j.deaths + 1 >= $deaths_max then 'running' else 'queued' end,
       lease_until = case when j.deaths + 1 >= $deaths_max then now() + interval '30 seconds' end,
       worker = null, run_at = now()
  from lost where j.id = lost.id
returning j.id, j.tenant_id, j.kind, j.args, j.token, j.deaths;

-- name: jobs_oldest :one
-- out: waiting_us bigint
-- Age of the oldest due job that nobody runs. Index job_due.
select coalesce((extract(epoch from now() - min(run_at)) * 1000000)::bigint, 0) as waiting_us
  from job where state = 'queued' and run_at <= now();

-- name: jobs_partitions :one
-- out: strays bigint
select ground.keep_all_partitions() as strays;

-- name: jobs_expired :one
-- out: gone bigint
-- Sessions and tickets whose time is over.
select gate.sweep_expired() as gone;
