-- The queue: fair turns, dependencies, gates, shares, pauses, the ledger, schedules, workers.
-- These tables are the service's own: workers see all of them, a tenant its own rows.

create procedure ground.queue_table(relation regclass, of_tenants text, of_platform text)
language plpgsql as $$
begin
  execute format('comment on table %s is ''class: system''', relation);
  execute format('alter table %s enable row level security, force row level security', relation);
  execute format('create policy jobs on %s to ringsight_jobs using (true) with check (true)', relation);
  execute format('grant select, insert, update, delete on %s to ringsight_jobs', relation);
  if of_tenants <> '' then
    execute format('create policy tenant on %s to ringsight_app
      using (tenant_id = nullif(current_setting(''app.tenant'', true), '''')::uuid)
      with check (tenant_id = nullif(current_setting(''app.tenant'', true), '''')::uuid)', relation);
    execute format('grant %s on %s to ringsight_app', of_tenants, relation);
  end if;
  if of_platform <> '' then
    execute format('create policy platform on %s to ringsight_platform using (true) with check (true)', relation);
    execute format('grant %s on %s to ringsight_platform', of_platform, relation);
  end if;
end $$;

-- object_id: what the job works for, mostly a call. gate: the engine or phone system whose limits it
-- is under. needs: how many of the jobs it waits for still live. tenant_key: jobs of the service
-- itself take turns as if they were one more tenant's.
alter table job
  add column object_id uuid,
  add column gate text not null default '' check (length(gate) <= 120),
  add column needs integer not null default 0,
  add column cancel_asked boolean not null default false,
  add column retry_asked boolean not null default false,
  add column tenant_key uuid not null generated always as (coalesce(tenant_id, '00000000-0000-0000-0000-000000000000'::uuid)) stored,
  drop constraint job_state_check,
  add constraint job_state_check check (state in ('blocked', 'queued', 'running', 'dead'));
alter table job_history add column object_id uuid, add column deaths integer not null default 0, add column worker text;
drop index job_due, job_dedupe;
create index job_turns on job (tenant_key, kind, gate, priority, run_at, id) where state = 'queued';
create index job_waiting on job (run_at, id) where state = 'queued';
create unique index job_dedupe on job (tenant_key, dedupe_key) where dedupe_key is not null and state <> 'dead';
create index job_object on job (tenant_id, object_id) where object_id is not null;
create index job_gated on job (gate) where state = 'running' and gate <> '';
create index job_dead on job (kind, id) where state = 'dead';
create policy platform on job to ringsight_platform using (true) with check (true);
create policy platform on job_history for select to ringsight_platform using (true);
grant select (id, tenant_id, kind, state, priority, run_at, attempt, max_attempts, deaths, lease_until, worker, gate, progress, error,
  created_at, started_at, cancel_asked, retry_asked, tenant_key) on job to ringsight_platform;
grant select (id, tenant_id, kind, outcome, attempt, error, created_at, started_at, finished_at, deaths, worker) on job_history to ringsight_platform;

-- A blocked job becomes due when the last job it needs has ended, however that ended.
create table job_need (
  tenant_id uuid,
  job_id uuid not null references job (id) on delete cascade,
  needs_id uuid not null,
  primary key (job_id, needs_id)
);
alter table job_need alter tenant_id set default nullif(current_setting('app.tenant', true), '')::uuid;
create index job_need_of on job_need (needs_id);
call ground.queue_table('job_need', 'select, insert', '');

-- What one tenant may use: its weight in the ring and how many of its jobs may run at a time.
create table job_share (
  tenant_id uuid primary key references tenant (id),
  weight integer not null default 1 check (weight between 1 and 100),
  max_running integer check (max_running between 1 and 10000)
);
call ground.queue_table('job_share', 'select', 'select, insert, update, delete');

-- Where a tenant stands in the turns that PostgreSQL alone gives while Redis is away.
create table job_turn (
  tenant_key uuid primary key,
  at double precision not null
);
comment on table job_turn is 'class: system';
grant select, insert, update, delete on job_turn to ringsight_jobs;

-- Nothing of this tenant, or of this kind, or (both null) nothing at all is claimed.
create table job_pause (
  id uuid primary key,
  tenant_id uuid references tenant (id),
  kind text,
  reason text not null default '' check (length(reason) <= 500),
  by_name text not null default '',
  created_at timestamptz not null default now(),
  unique nulls not distinct (tenant_id, kind)
);
call ground.queue_table('job_pause', 'select, insert, delete', 'select, insert, delete');
create index job_pause_tenant on job_pause (tenant_id);

-- An engine's or phone system's limits, shared over all workers. Closed until: a Retry-After, or the
-- circuit breaker; with `failures` at the breaker's mark one job at a time tries it.
create table job_gate (
  name text primary key check (length(name) between 1 and 120),
  max_running integer check (max_running between 1 and 10000),
  per_minute integer check (per_minute between 1 and 1000000),
  next_at timestamptz,
  closed_until timestamptz,
  failures integer not null default 0,
  reason text,
  changed_at timestamptz not null default now()
);
comment on table job_gate is 'class: system';
grant select, insert, update, delete on job_gate to ringsight_jobs;
grant select, insert, update, delete on job_gate to ringsight_platform;

create table schedule (
  id uuid primary key,
  tenant_id uuid references tenant (id),
  name text not null check (length(name) between 1 and 120),
  kind text not null,
  cron text not null check (length(cron) between 1 and 200),
  zone text,
  args jsonb not null default '{}',
  next_at timestamptz,
  last_at timestamptz,
  created_at timestamptz not null default now(),
  unique nulls not distinct (tenant_id, name)
);
alter table schedule alter tenant_id set default nullif(current_setting('app.tenant', true), '')::uuid;
create index schedule_next on schedule (next_at);
call ground.queue_table('schedule', 'select, insert, update, delete', 'select');

-- Who works, and whether it gets on: judged by what it finished, not by being there.
create table worker (
  name text primary key,
  slots integer not null,
  running integer not null default 0,
  kinds text not null default '',
  started_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  last_done_at timestamptz,
  done bigint not null default 0,
  drain_asked boolean not null default false,
  redis boolean not null default false
);
comment on table worker is 'class: system';
grant select, insert, update, delete on worker to ringsight_jobs;
grant select, update (drain_asked) on worker to ringsight_platform;

-- ---- The ledger: created = queued + running + done + dead + cancelled, for each tenant, always ----

-- One row a statement that made or ended jobs; added up into job_ledger every few seconds, so that
-- no two hooks ever touch one row.
create table job_tally (
  tenant_id uuid,
  id uuid primary key default gen_random_uuid(),
  created integer not null default 0,
  done integer not null default 0,
  cancelled integer not null default 0
);
call ground.queue_table('job_tally', 'insert', 'select');
create table job_ledger (
  tenant_id uuid,
  tenant_key uuid primary key,
  created bigint not null default 0,
  done bigint not null default 0,
  cancelled bigint not null default 0
);
call ground.queue_table('job_ledger', 'select', 'select');

create function ground.tally_born() returns trigger language plpgsql as $$
begin
  insert into job_tally (tenant_id, created) select tenant_id, count(*) from born group by tenant_id;
  return null;
end $$;
create function ground.tally_ended() returns trigger language plpgsql as $$
begin
  insert into job_tally (tenant_id, done, cancelled)
  select tenant_id, count(*) filter (where outcome <> 'cancelled'), count(*) filter (where outcome = 'cancelled')
    from ended group by tenant_id;
  return null;
end $$;
create trigger tally after insert on job referencing new table as born
  for each statement execute function ground.tally_born();
create trigger tally after insert on job_history referencing new table as ended
  for each statement execute function ground.tally_ended();
-- What was there before the ledger began; the owner does not see tenants' rows, the migrator does.
reset role;
insert into job_tally (tenant_id, created) select tenant_id, count(*) from job group by tenant_id;
set local role ringsight_owner;

-- Adds the tallies up. One at a time; a second caller leaves it to the first.
create function ground.tally_up() returns void language plpgsql as $$
begin
  if not pg_try_advisory_xact_lock(hashtext('ringsight.tally')) then return; end if;
  with moved as (delete from job_tally returning tenant_id, created, done, cancelled),
       sums as (
    select tenant_id, sum(created) as created, sum(done) as done, sum(cancelled) as cancelled from moved group by tenant_id)
  insert into job_ledger as l (tenant_id, tenant_key, created, done, cancelled)
  select tenant_id, coalesce(tenant_id, '00000000-0000-0000-0000-000000000000'), created, done, cancelled from sums
  on conflict (tenant_key) do update set created = l.created + excluded.created,
    done = l.done + excluded.done, cancelled = l.cancelled + excluded.cancelled;
end $$;

-- Each tenant's account in one snapshot; drift is what the identity lacks: always 0.
create view job_balance with (security_invoker = true) as
with counted as (
  select tenant_id, created, done, cancelled, 0 as waiting, 0 as running, 0 as dead from job_ledger
  union all
  select tenant_id, created, done, cancelled, 0, 0, 0 from job_tally
  union all
  select tenant_id, 0, 0, 0, count(*) filter (where state in ('blocked', 'queued')), count(*) filter (where state = 'running'),
         count(*) filter (where state = 'dead')
    from job group by tenant_id)
select tenant_id, sum(created)::bigint as created, sum(waiting)::bigint as queued, sum(running)::bigint as running,
       sum(done)::bigint as done, sum(dead)::bigint as dead, sum(cancelled)::bigint as cancelled,
       sum(created - waiting - running - done - dead - cancelled)::bigint as drift
  from counted group by tenant_id;
grant select on job_balance to ringsight_jobs, ringsight_platform;

-- ---- Claiming ----

-- Claims what may be claimed of the given jobs and says of the others why not and when to ask again.
-- A job that is not answered is gone: running, ended, or another worker's. Claims under a cap or gate
-- go one after the other, so that no limit is ever passed; all others do not wait for each other.
create function ground.job_claim(ids uuid[], for_worker text, lease_s integer)
returns table (id uuid, tenant_id uuid, kind text, gate text, priority smallint, args jsonb, attempt integer,
               max_attempts integer, token bigint, created_at timestamptz, verdict text, wait_ms bigint)
language plpgsql as $$
#variable_conflict use_column
declare
  j record;
  g job_gate;
  mine uuid[] := '{}';
  limited boolean := false;
  pauses boolean := exists (select from job_pause);
begin
  for j in
    select q.*, s.max_running
      from job q left join job_share s on s.tenant_id = q.tenant_id
     where q.id = any(ids) and q.state = 'queued'
     order by q.priority, q.run_at, q.id for update of q skip locked
  loop
    id := j.id; tenant_id := j.tenant_id; kind := j.kind; gate := j.gate; priority := j.priority; args := j.args;
    attempt := j.attempt; max_attempts := j.max_attempts; token := j.token + 1; created_at := j.created_at;
    verdict := 'claimed';
    wait_ms := 0;
    if j.run_at > now() then
      verdict := 'early';
      wait_ms := greatest(ceil(extract(epoch from j.run_at - clock_timestamp()) * 1000), 1);
    elsif j.cancel_asked then
      verdict := 'cancelled';
    elsif pauses and exists (select from job_pause p where (p.tenant_id is null or p.tenant_id = j.tenant_id)
                                                       and (p.kind is null or p.kind = j.kind)) then
      verdict := 'paused';
      wait_ms := 1000;
    elsif j.max_running is not null or j.gate <> '' then
      if not limited then
        perform pg_advisory_xact_lock(hashtext('ringsight.claim'));
        limited := true;
      end if;
      if j.max_running <= (select count(*) from job r where r.tenant_id = j.tenant_id and r.state = 'running') then
        verdict := 'capped';
        wait_ms := 2000;
      elsif j.gate <> '' then
        select * into g from job_gate o where o.name = j.gate;
        if found then
          select v.verdict, v.wait_ms into verdict, wait_ms from ground.gate_pass(g) v;
        end if;
      end if;
      if verdict = 'claimed' then
        -- At once, for the counts of the next one must see it.
        perform ground.job_start(array[j.id], for_worker, lease_s);
      end if;
    else
      mine := mine || j.id;
    end if;
    return next;
  end loop;
  perform ground.job_start(mine, for_worker, lease_s);
end $$;

create function ground.job_start(ids uuid[], for_worker text, lease_s integer) returns void
language sql volatile as $$
  update job set state = 'running', token = token + 1, worker = for_worker, started_at = now(), progress = 0,
         lease_until = now() + make_interval(secs => lease_s) where id = any(ids)
$$;

-- May one more job pass this gate now? Counts it if so. Five failures in a row make the breaker open;
-- when its time is over one job at a time tries, until one succeeds. The rate is kept as GCRA: next_at
-- is when the next job is due if they come evenly, and six seconds' worth may come early.
create function ground.gate_pass(g job_gate, out verdict text, out wait_ms bigint)
language plpgsql as $$
declare
  running bigint;
  step interval;
  room interval;
begin
  verdict := 'gate';
  if g.closed_until > now() then
    wait_ms := least(greatest(ceil(extract(epoch from g.closed_until - clock_timestamp()) * 1000), 1), 60000);
    return;
  end if;
  running := (select count(*) from job r where r.gate = g.name and r.state = 'running');
  if (g.failures >= 5 and running >= 1) or running >= g.max_running then
    wait_ms := 1000;
    return;
  end if;
  if g.per_minute is not null then
    step := interval '1 minute' / g.per_minute;
    room := greatest(interval '6 seconds' - step, interval '0');
    if g.next_at > now() + room then
      wait_ms := greatest(ceil(extract(epoch from g.next_at - room - clock_timestamp()) * 1000), 1);
      return;
    end if;
    update job_gate o set next_at = greatest(g.next_at, now()) + step where o.name = g.name;
  end if;
  verdict := 'claimed';
  wait_ms := 0;
end $$;

-- What became of a call to an engine or phone system. Success closes the breaker; a failure counts,
-- and from the fifth on the gate stays closed for 30 s, doubling up to ten minutes; a Retry-After
-- closes it for as long as was asked, and is no failure.
create function ground.gate_told(gate_name text, ok boolean, retry_after_s integer, why text) returns void
language plpgsql as $$
begin
  if ok then
    update job_gate o set failures = 0, closed_until = null, reason = null, changed_at = now()
     where o.name = gate_name and (o.failures > 0 or o.reason is not null) and not (o.closed_until > now() and o.failures = 0);
  elsif retry_after_s > 0 then
    insert into job_gate as o (name, closed_until, reason) values (gate_name, now() + make_interval(secs => retry_after_s), why)
    on conflict (name) do update set closed_until = greatest(o.closed_until, excluded.closed_until), reason = excluded.reason, changed_at = now();
  else
    insert into job_gate as o (name, failures, reason) values (gate_name, 1, why)
    on conflict (name) do update set failures = o.failures + 1, reason = excluded.reason, changed_at = now(),
      closed_until = case when o.failures + 1 >= 5
        then greatest(o.closed_until, now() + least(interval '30 seconds' * power(2, least(o.failures - 4, 10)), interval '10 minutes'))
        else o.closed_until end;
  end if;
end $$;

-- The next jobs in turn by PostgreSQL alone, for the time without Redis: by priority, then by tenants'
-- turns, then by age. Walks from tenant to tenant, kind to kind and gate to gate by index, so that ten
-- thousand jobs of one cost no more than ten. Of each kind at most its room. `turn` is the tenant's
-- virtual time at its start.
create function ground.job_next(kinds text[], rooms integer[], wanted integer)
returns table (id uuid, tenant_key uuid, weight integer, turn double precision)
language sql stable as $$
  with recursive pair as (
    (select tenant_key, kind, gate from job where state = 'queued' order by tenant_key, kind, gate limit 1)
    union all
    select n.tenant_key, n.kind, n.gate from pair p cross join lateral (
      select q.tenant_key, q.kind, q.gate from job q
       where q.state = 'queued' and (q.tenant_key, q.kind, q.gate) > (p.tenant_key, p.kind, p.gate)
       order by q.tenant_key, q.kind, q.gate limit 1) n),
  open as (
    select p.*, coalesce(s.weight, 1) as weight, k.room
      from pair p join unnest(kinds, rooms) k (kind, room) on k.kind = p.kind left join job_share s on s.tenant_id = p.tenant_key left join job_gate g on g.name = p.gate and p.gate <> ''
     where not exists (select from job_pause x where (x.tenant_id is null or x.tenant_id = p.tenant_key) and (x.kind is null or x.kind = p.kind))
       and (g.closed_until is null or g.closed_until <= now())
       and (g.per_minute is null or g.next_at is null or g.next_at <= now() + interval '6 seconds')
       and (g.name is null or (g.max_running is null and g.failures < 5)
            or (select count(*) from job r where r.gate = g.name and r.state = 'running')
               < least(coalesce(g.max_running, 1000000), case when g.failures >= 5 then 1 else 1000000 end))
       and (s.max_running is null or (select count(*) from job r where r.tenant_id = p.tenant_key and r.state = 'running') < s.max_running)),
  due as (
    select j.*, o.tenant_key, o.weight, o.kind, o.room from open o cross join lateral (
      select q.id, q.priority, q.run_at from job q
       where q.state = 'queued' and q.tenant_key = o.tenant_key and q.kind = o.kind and q.gate = o.gate and q.run_at <= now()
       order by q.priority, q.run_at, q.id limit least(wanted, o.room)) j),
  turns as (
    select d.*, greatest(coalesce(t.at, 0), coalesce((select c.at from job_turn c where c.tenant_key = 'ffffffff-ffff-ffff-ffff-ffffffffffff'), 0))
           + (row_number() over (partition by d.tenant_key order by d.priority, d.run_at, d.id) - 1) / d.weight::double precision as turn
      from due d left join job_turn t on t.tenant_key = d.tenant_key),
  ranked as (select *, row_number() over (partition by kind order by priority, turn, run_at, id) as nth from turns)
  select id, tenant_key, weight, turn from ranked where nth <= room order by priority, turn, run_at, id limit wanted
$$;

-- Picks and claims in one step, one worker at a time; what is not claimed does not count as a turn. The
-- row of the highest key is the clock: tenants that were away do not save turns up.
create function ground.job_take(kinds text[], rooms integer[], wanted integer, for_worker text, lease_s integer)
returns table (id uuid, tenant_id uuid, kind text, gate text, priority smallint, args jsonb, attempt integer,
               max_attempts integer, token bigint, created_at timestamptz, verdict text, wait_ms bigint)
language plpgsql as $$
#variable_conflict use_column
declare
  picked uuid[];
  keys uuid[];
  weights integer[];
  turns double precision[];
  claimed uuid[] := '{}';
begin
  perform pg_advisory_xact_lock(hashtext('ringsight.take'));
  select array_agg(n.id), array_agg(n.tenant_key), array_agg(n.weight), array_agg(n.turn) into picked, keys, weights, turns
    from ground.job_next(kinds, rooms, wanted) n;
  for id, tenant_id, kind, gate, priority, args, attempt, max_attempts, token, created_at, verdict, wait_ms in
    select c.* from ground.job_claim(picked, for_worker, lease_s) c
  loop
    if verdict = 'claimed' then
      claimed := claimed || id;
    end if;
    return next;
  end loop;
  with won as (
    select w.* from unnest(picked, keys, weights, turns) w (id, key, weight, turn) where w.id = any(claimed))
  insert into job_turn as t (tenant_key, at)
  select key, max(turn) + 1 / max(weight)::double precision from won group by key
  union all
  select 'ffffffff-ffff-ffff-ffff-ffffffffffff', max(turn) from won having count(*) > 0
  on conflict (tenant_key) do update set at = greatest(t.at, excluded.at);
end $$;

-- Lets go of the jobs that waited for these; those that wait for nothing any more become due.
create function ground.job_ended(ids uuid[]) returns setof uuid
language sql volatile as $$
  with gone as (delete from job_need where needs_id = any(ids) returning job_id),
       freed as (select job_id, count(*) as n from gone group by job_id)
  update job j set needs = j.needs - f.n::integer,
         state = case when j.needs <= f.n and j.state = 'blocked' then 'queued' else j.state end
    from freed f where j.id = f.job_id returning j.id
$$;

do $$
declare f record;
begin
  for f in select p.oid::regprocedure as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
            where n.nspname = 'ground' and p.proname in ('job_claim', 'job_start', 'gate_pass', 'gate_told', 'job_next', 'job_take', 'job_ended', 'tally_up') loop
    execute format('revoke execute on function %s from public', f.name);
    execute format('grant execute on function %s to ringsight_jobs', f.name);
  end loop;
end $$;

-- Asking that a job be cancelled, or that a dead one be tried again, is a tenant's and the operator's to
-- do; the workers carry it out within two seconds, telling what the job works for.
create index job_asked on job (id) where cancel_asked or retry_asked;
grant update (cancel_asked, retry_asked) on job to ringsight_app, ringsight_platform;
