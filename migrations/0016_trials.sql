-- Trying an integration: the steps of a test of its connection or its address, and field maps.

create table trial (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  integration_id uuid not null,
  kind text not null check (kind in ('connection', 'hook')),
  state text not null default 'running' check (state in ('running', 'passed', 'failed')),
  steps jsonb not null default '[]',
  -- Sealed under the tenant's key while the trial runs: the address that the hook is sent to.
  sealed bytea,
  delivery_id uuid,
  call_id uuid,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, integration_id) references integration (tenant_id, id)
);
create index trial_integration on trial (tenant_id, integration_id, id desc);
create unique index trial_one on trial (tenant_id, integration_id) where state = 'running';
call ground.tenant_table('trial', 'select, insert, update');

-- A call that a trial made: shown where the trial is, counted nowhere.
alter table call add column trial boolean not null default false;

-- Every map that an integration has had, by the settings version it came with.
create table field_map (
  tenant_id uuid not null references tenant (id),
  integration_id uuid not null,
  version integer not null,
  map jsonb,
  by_name text not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, integration_id, version),
  foreign key (tenant_id, integration_id) references integration (tenant_id, id)
);
call ground.tenant_table('field_map', 'select, insert');
