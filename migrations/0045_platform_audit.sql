-- The audit log of the service itself, for what super admins do and what `ringsight admin` does. Such acts are
-- few: each is numbered and chained as it is written. And wrong passwords, which a job writes into the logs of
-- the tenants that the account belongs to, or of the service; so that an attempt takes the same time whether
-- there is such an account or not.

create table platform_audit (
  number bigint primary key check (number > 0),
  id uuid not null unique,
  at timestamptz not null,
  actor_kind text not null check (actor_kind in ('super', 'command')),
  actor_id uuid,
  actor text not null,
  act text not null,
  objects jsonb not null,
  given jsonb not null,
  address text not null,
  request_id uuid,
  hash bytea not null check (length(hash) = 32)
);
comment on table platform_audit is 'class: platform';
create index platform_audit_at on platform_audit (at);
grant select, insert on platform_audit to ringsight_gate;
grant select on platform_audit to ringsight_platform;

create table sign_in_failure (
  id uuid primary key,
  at timestamptz not null default now(),
  account_id uuid references account (id),
  address text not null,
  act text not null,
  request_id uuid not null
);
comment on table sign_in_failure is 'class: system';
create index sign_in_failure_account on sign_in_failure (account_id);
alter table sign_in_failure enable row level security, force row level security;
call ground.open_to_gate('sign_in_failure', 'select, insert, update, delete');

-- What a hash is made over. Times as whole microseconds, so that no setting of the session matters.
create function ground.platform_audit_text(e public.platform_audit) returns bytea
language sql immutable set search_path = pg_catalog, pg_temp
as $$ select convert_to(jsonb_build_array(e.number, e.id, (extract(epoch from e.at) * 1000000)::bigint, e.actor_kind,
  e.actor_id, e.actor, e.act, e.objects, e.given, e.address, e.request_id)::text, 'UTF8') $$;

-- Reads the whole chain again. fault: the first thing that does not fit, or null.
create function ground.platform_audit_verify(out links bigint, out fault text, out head text)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  entry public.platform_audit;
  h bytea := '';
begin
  links := 0;
  for entry in select * from public.platform_audit order by number loop
    links := links + 1;
    if entry.number <> links then
      fault := format('Entry %s is missing.', links);
      exit;
    end if;
    h := sha256(h || ground.platform_audit_text(entry));
    if h <> entry.hash then
      fault := format('Entry %s of %s (%s) is not what was written.', entry.id, to_char(entry.at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS'), links);
      exit;
    end if;
  end loop;
  head := encode(h, 'hex');
end $$;

revoke execute on function ground.platform_audit_text(public.platform_audit), ground.platform_audit_verify() from public;
grant execute on function ground.platform_audit_text(public.platform_audit) to ringsight_platform, ringsight_gate;
grant execute on function ground.platform_audit_verify() to ringsight_platform;

reset role;
set local role ringsight_gate;

create function gate.platform_audit_add(entry_id uuid, kind text, who_id uuid, who text, did text, at_what jsonb,
                                        was_given jsonb, from_address text, request uuid, happened timestamptz default null)
returns void
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
  e platform_audit;
  before bytea;
begin
  perform pg_advisory_xact_lock(hashtextextended('ringsight.platform_audit', 0));
  select p.number, p.hash into e.number, before from platform_audit p order by p.number desc limit 1;
  e.number := coalesce(e.number, 0) + 1;
  e.id := entry_id; e.at := coalesce(happened, clock_timestamp()); e.actor_kind := kind; e.actor_id := who_id; e.actor := who;
  e.act := did; e.objects := at_what; e.given := was_given; e.address := from_address; e.request_id := request;
  e.hash := sha256(coalesce(before, '') || ground.platform_audit_text(e));
  insert into platform_audit select e.*;
end $$;

create function gate.sign_in_failed(entry_id uuid, address text, from_address text, did text, request uuid) returns void
language sql volatile security definer set search_path = public, pg_temp
as $$ insert into sign_in_failure (id, account_id, address, act, request_id)
      select entry_id, (select a.id from account a where a.email = address), from_address, did, request $$;

-- Takes what has failed since: one row for each tenant that the account belongs to, none of a tenant for a super
-- admin. What nobody is behind is dropped.
create function gate.sign_in_failures_take()
returns table (tenant_id uuid, account_id uuid, name text, at timestamptz, address text, act text, request_id uuid)
language sql volatile security definer set search_path = public, pg_temp
as $$
  with taken as (
    delete from sign_in_failure f where f.id in (select o.id from sign_in_failure o order by o.id limit 1000 for update skip locked)
    returning f.account_id, f.at, f.address, f.act, f.request_id)
  select m.tenant_id, a.id, a.name, t.at, t.address, t.act, t.request_id
    from taken t join account a on a.id = t.account_id
    left join membership m on m.account_id = a.id and a.kind = 'person'
   where a.kind = 'super' or m.tenant_id is not null
$$;

revoke execute on function gate.platform_audit_add(uuid, text, uuid, text, text, jsonb, jsonb, text, uuid, timestamptz),
  gate.sign_in_failed(uuid, text, text, text, uuid), gate.sign_in_failures_take() from public;
grant execute on function gate.platform_audit_add(uuid, text, uuid, text, text, jsonb, jsonb, text, uuid, timestamptz)
  to ringsight_app, ringsight_platform, ringsight_owner;
grant execute on function gate.sign_in_failed(uuid, text, text, text, uuid) to ringsight_app;
grant execute on function gate.sign_in_failures_take() to ringsight_jobs;

reset role;
set local role ringsight_owner;

-- Writes them into the logs and chains them there. By a worker, in a transaction without a tenant.
create function ground.audit_failures() returns integer
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  f record;
  n integer := 0;
begin
  for f in select * from gate.sign_in_failures_take() t order by t.tenant_id loop
    n := n + 1;
    if f.tenant_id is null then
      perform gate.platform_audit_add(f.request_id, 'super', f.account_id, f.name, f.act, '{}', '{}', f.address, f.request_id, f.at);
      continue;
    end if;
    perform set_config('app.tenant', f.tenant_id::text, true);
    insert into public.audit_entry (id, actor_kind, actor_id, actor, act, objects, given, address, request_id)
    values (f.request_id, 'person', f.account_id, f.name, f.act, '{}',
            jsonb_build_object('at', to_char(f.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')), f.address, f.request_id);
    perform ground.audit_chain();
  end loop;
  perform set_config('app.tenant', '', true);
  return n;
end $$;
revoke execute on function ground.audit_failures() from public;
grant execute on function ground.audit_failures() to ringsight_app; -- of whom only workers may take failures
