-- Jobs: the row is the job. Live events: notices for open pages. Both kept short.

create table job (
  id uuid primary key,
  tenant_id uuid references tenant (id),
  kind text not null,
  state text not null default 'queued' check (state in ('queued', 'running', 'dead')),
  priority smallint not null default 20,
  run_at timestamptz not null default now(),
  attempt integer not null default 0,
  max_attempts integer not null,
  deaths integer not null default 0,
  lease_until timestamptz,
  token bigint not null default 0,
  worker text,
  dedupe_key text,
  args jsonb not null,
  progress smallint not null default 0,
  error text,
  created_at timestamptz not null default now(),
  started_at timestamptz
);
comment on table job is 'class: system';
alter table job alter tenant_id set default nullif(current_setting('app.tenant', true), '')::uuid;
create index job_due on job (priority, run_at, id) where state = 'queued';
create index job_leased on job (lease_until) where state = 'running';
create unique index job_dedupe on job (tenant_id, dedupe_key) where dedupe_key is not null and state <> 'dead';
create index job_tenant on job (tenant_id, state);
alter table job enable row level security, force row level security;
create policy tenant on job to ringsight_app
  using (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)
  with check (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid);
create policy jobs on job to ringsight_jobs using (true) with check (true);
grant select, insert on job to ringsight_app;
grant select, insert, update, delete on job to ringsight_jobs;

create table job_history (
  id uuid not null,
  tenant_id uuid,
  kind text not null,
  outcome text not null check (outcome in ('done', 'discarded', 'cancelled')),
  attempt integer not null,
  error text,
  created_at timestamptz not null,
  started_at timestamptz,
  finished_at timestamptz not null default now(),
  primary key (id)
) partition by range (id);
comment on table job_history is 'class: system';
create index job_history_tenant on job_history (tenant_id, id);
alter table job_history enable row level security, force row level security;
create policy tenant on job_history for select to ringsight_app
  using (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid);
create policy jobs on job_history to ringsight_jobs using (true) with check (true);
grant select on job_history to ringsight_app;
grant select, insert on job_history to ringsight_jobs;

create table live_event (
  tenant_id uuid not null,
  id uuid not null,
  kind text not null,
  object_id uuid not null,
  agent_id uuid,
  primary key (tenant_id, id)
) partition by range (id);
call ground.tenant_table('live_event', 'select, insert');

-- Makes the partitions of a table four periods ahead, drops those whose time is over, and answers
-- how many rows ended in the default partition: more than none is an alarm.
create function ground.keep_partitions(parent regclass, period interval, keep interval) returns bigint
language plpgsql as $$
declare
  first timestamptz := date_bin(period, now(), timestamptz '2024-01-01 00:00+00');
  name text;
  old record;
  strays bigint;
begin
  for i in 0..4 loop
    name := parent::text || '_' || to_char(first + i * period, 'YYYYMMDDHH24');
    if to_regclass(name) is null then
      execute format('create table %I partition of %s for values from (%L) to (%L)', name, parent,
        ground.uuid_at(first + i * period), ground.uuid_at(first + (i + 1) * period));
      execute format('alter table %I enable row level security, force row level security', name);
      execute format('comment on table %I is ''class: partition''', name);
    end if;
  end loop;
  if to_regclass(parent::text || '_default') is null then
    execute format('create table %I partition of %s default', parent::text || '_default', parent);
    execute format('alter table %I enable row level security, force row level security', parent::text || '_default');
    execute format('comment on table %I is ''class: partition''', parent::text || '_default');
    -- The owner's row security is forced too: without this the count below would always be none.
    execute format('create policy strays on %I for select to ringsight_owner using (true)', parent::text || '_default');
  end if;
  for old in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = parent and c.relname ~ '_\d{10}$'
       and to_timestamp(right(c.relname, 10), 'YYYYMMDDHH24') + period < now() - keep
  loop
    execute format('drop table %I', old.relname);
  end loop;
  execute format('select count(*) from %I', parent::text || '_default') into strays;
  return strays;
end $$;

-- What the workers' scheduled job calls. Owned by the owner of the tables, who alone may make them.
create function ground.keep_all_partitions() returns bigint
language sql volatile security definer set search_path = public, pg_temp
as $$
  select ground.keep_partitions('job_history', '7 days', '30 days')
       + ground.keep_partitions('live_event', '1 day', '2 days')
$$;
select ground.keep_all_partitions();
revoke execute on function ground.keep_all_partitions(), ground.keep_partitions(regclass, interval, interval) from public;
grant execute on function ground.keep_all_partitions() to ringsight_jobs;
