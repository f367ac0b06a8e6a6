-- name: work_list :page
-- in:  scope uuid[]?, state text?, kind text?, call uuid?, after_id uuid?, limit int
-- out: id uuid, kind text, state text, attempt int, max_attempts int?, deaths int, progress int, reason text?,
--      needs int, cancel_asked bool, retry_asked bool, call_id uuid?, call_number text?, created_at timestamptz,
--      run_at timestamptz?, started_at timestamptz?, finished_at timestamptz?
-- key: id
-- Newest first. Living ones state by state, so that each walks job_tenant in order; ended ones, by
-- job_history_tenant, only where $state asks for them.
select j.id, j.kind, j.state, j.attempt, j.max_attempts, j.deaths, j.progress, j.reason, j.needs, j.cancel_asked,
       j.retry_asked, c.id as call_id, c.customer_number as call_number, j.created_at, j.run_at, j.started_at, j.finished_at
  from (
    select w.* from (
      select l.* from unnest(array['running', 'queued', 'blocked', 'dead']) s (state) cross join lateral (
        select id, kind, state, attempt, max_attempts, deaths, progress, error as reason, needs, cancel_asked, retry_asked,
               object_id, created_at, run_at, started_at, null::timestamptz as finished_at
          from job
         where state = s.state and id < case when $after_id::uuid is null then 'ffffffff-ffff-ffff-ffff-ffffffffffff' else $after_id end
           [[kind: and kind = $kind]] [[call: and object_id = $call]]
         order by id desc limit $limit) l
       where case when $state::text is null then true when $state = 'waiting' then s.state in ('queued', 'blocked') else s.state = $state end
      union all (
        select id, kind, outcome, attempt, null, deaths, 0, error, 0, false, false, object_id, created_at, null, started_at, finished_at
          from job_history
         where $state in ('ended', 'done', 'discarded', 'cancelled') and ($state = 'ended' or outcome = $state)
           and id < case when $after_id::uuid is null then 'ffffffff-ffff-ffff-ffff-ffffffffffff' else $after_id end
           [[kind: and kind = $kind]] [[call: and object_id = $call]]
         order by id desc limit $limit)) w
     order by w.id desc limit $limit) j
  left join call c on c.id = j.object_id [[scope: and c.agent_id = any($scope)]]
 order by j.id desc;

-- name: work_get :one
-- in:  job uuid, scope uuid[]?
-- out: id uuid, kind text, state text, attempt int, max_attempts int?, deaths int, progress int, reason text?,
--      needs int, cancel_asked bool, retry_asked bool, call_id uuid?, call_number text?, created_at timestamptz,
--      run_at timestamptz?, started_at timestamptz?, finished_at timestamptz?
-- Primary keys.
select j.id, j.kind, j.state, j.attempt, j.max_attempts, j.deaths, j.progress, j.reason, j.needs, j.cancel_asked,
       j.retry_asked, c.id as call_id, c.customer_number as call_number, j.created_at, j.run_at, j.started_at, j.finished_at
  from (
    select id, kind, state, attempt, max_attempts, deaths, progress, error as reason, needs, cancel_asked, retry_asked,
           object_id, created_at, run_at, started_at, null::timestamptz as finished_at
      from job where id = $job
    union all
    select id, kind, outcome, attempt, null, deaths, 0, error, 0, false, false, object_id, created_at, null, started_at, finished_at
      from job_history where id = $job
     limit 1) j
  left join call c on c.id = j.object_id [[scope: and c.agent_id = any($scope)]];

-- name: work_summary :one
-- out: counts json:job_counts, oldest_waiting_at timestamptz?, pauses json:job_pauses
-- Index job_tenant.
select coalesce(jsonb_agg(jsonb_build_object('kind', k.kind, 'state', k.state, 'jobs', k.n) order by k.kind, k.state), '[]') as counts,
       min(k.oldest) as oldest_waiting_at,
       (select coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'kind', p.kind, 'reason', p.reason, 'by', p.by_name,
               'created_at', p.created_at) order by p.created_at, p.id), '[]') from job_pause p) as pauses
  from (select kind, state, count(*) as n, min(run_at) filter (where state = 'queued' and run_at <= now()) as oldest
          from job group by kind, state) k;

-- name: work_ended :one
-- in:  job uuid
-- out: outcome text
-- Primary key.
select outcome from job_history where id = $job;

-- name: work_retry_dead :one
-- in:  kind text?, reason text?, limit int
-- out: asked int
-- Index job_tenant.
with due as (
  select id from job where state = 'dead' and not retry_asked [[kind: and kind = $kind]] [[reason: and error = $reason]]
   order by id limit $limit for update skip locked),
asked as (update job j set retry_asked = true from due where j.id = due.id returning j.id)
select count(*)::int as asked from asked;

-- name: work_pauses :many
-- out: id uuid, kind text?, reason text, by text, created_at timestamptz
-- Those of the operator have no name.
select id, kind, reason, by_name as by, created_at from job_pause order by created_at, id;

-- name: work_pause_add :done
-- in:  id uuid, kind text?, reason text, by text
insert into job_pause (id, tenant_id, kind, reason, by_name)
values ($id, nullif(current_setting('app.tenant', true), '')::uuid, $kind, $reason, $by);

-- name: work_pause_remove :done
-- in:  pause uuid
-- Primary key. What the operator paused is the operator's to let go on.
delete from job_pause where id = $pause and by_name <> '';
