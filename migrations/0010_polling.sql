-- Asking phone systems for their call lists, and which calls only that brought to light.

create table poll_run (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  integration_id uuid not null,
  mode text not null check (mode in ('count', 'backfill', 'nightly')),
  from_at timestamptz not null,
  to_at timestamptz not null check (to_at > from_at),
  window_at timestamptz not null,
  cursor text not null default '',
  state text not null default 'running' check (state in ('running', 'done', 'failed', 'stopped')),
  reason text,
  pages integer not null default 0,
  calls integer not null default 0,
  new_calls integer not null default 0,
  recorded_s bigint not null default 0,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, integration_id) references integration (tenant_id, id)
);
create index poll_run_integration on poll_run (tenant_id, integration_id, id desc);
create unique index poll_run_one on poll_run (tenant_id, integration_id) where state = 'running';
call ground.tenant_table('poll_run', 'select, insert, update');

-- The deliveries that a run stored.
create table poll_page (
  tenant_id uuid not null references tenant (id),
  run_id uuid not null,
  delivery_id uuid not null,
  primary key (tenant_id, run_id, delivery_id),
  foreign key (tenant_id, run_id) references poll_run (tenant_id, id)
);
call ground.tenant_table('poll_page', 'select, insert');

-- One access token of a phone system, shared by all processes: some systems let only the last one
-- live. Sealed under the tenant's key. leased_until: somebody is fetching a new one.
create table provider_token (
  tenant_id uuid not null references tenant (id),
  integration_id uuid not null,
  settings_version integer not null,
  token bytea,
  expires_at timestamptz,
  lease uuid,
  leased_until timestamptz,
  primary key (tenant_id, integration_id),
  foreign key (tenant_id, integration_id) references integration (tenant_id, id)
);
call ground.tenant_table('provider_token', 'select, insert, update');

-- An event that a phone system sent by itself is not polled, whoever told it first.
alter table call_event add column polled boolean not null default false;
create index call_event_polled on call_event (tenant_id, delivery_id) where polled;
grant update (polled) on call_event to ringsight_app;
alter table call add column found_by_poll boolean not null default false;

-- What a phone system itself made of a recording, kept as it came.
alter table recording add column provider_transcript text;

-- Whose CDR lines come in at which port: for the role that listens, which serves all tenants.
reset role;
set local role ringsight_gate;
create function gate.cdr_sockets()
returns table (tenant_id uuid, id uuid, port text, source text)
language plpgsql stable security definer set search_path = public, pg_temp
as $$ begin return query
  select i.tenant_id, i.id, i.settings ->> 'cdr_port', i.settings ->> 'cdr_source'
    from integration i join tenant t on t.id = i.tenant_id and t.state = 'active'
   where i.state <> 'deleted' and i.provider = '3cx' and i.settings ->> 'calls_from' = 'cdr'
     and i.settings ->> 'cdr_port' is not null and i.settings ->> 'cdr_source' is not null;
end $$;
revoke execute on function gate.cdr_sockets() from public;
grant execute on function gate.cdr_sockets() to ringsight_jobs;
