-- The ground: helpers for declaring tables, people, sessions, gate functions.
-- Every table declares its class in its comment: tenant, directory, system or platform.

create schema ground;
create schema gate;
grant usage on schema ground, gate to ringsight_app, ringsight_jobs, ringsight_platform, ringsight_gate;
grant usage, create on schema gate to ringsight_gate;

-- The first UUID version 7 of a point in time: bounds of partitions and of time windows over ids.
create function ground.uuid_at(at timestamptz) returns uuid
language sql immutable strict parallel safe
return (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid;

-- A tenant table: row security enabled and forced, one policy, no row without a tenant set.
create procedure ground.tenant_table(relation regclass, privileges text)
language plpgsql as $$
begin
  execute format('alter table %s alter tenant_id set default nullif(current_setting(''app.tenant'', true), '''')::uuid', relation);
  execute format('alter table %s enable row level security, force row level security', relation);
  execute format('create policy tenant on %s to ringsight_app
    using (tenant_id = nullif(current_setting(''app.tenant'', true), '''')::uuid)
    with check (tenant_id = nullif(current_setting(''app.tenant'', true), '''')::uuid)', relation);
  execute format('grant %s on %s to ringsight_app', privileges, relation);
  execute format('comment on table %s is ''class: tenant''', relation);
end $$;

-- Lets the gate functions (and nothing else) see all rows of a table.
create procedure ground.open_to_gate(relation regclass, privileges text)
language plpgsql as $$
begin
  execute format('create policy gate on %s to ringsight_gate using (true) with check (true)', relation);
  execute format('grant %s on %s to ringsight_gate', privileges, relation);
end $$;

create table tenant (
  id uuid primary key,
  slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{1,40}$'),
  name text not null check (length(name) between 1 and 120),
  zone text not null default 'UTC',
  state text not null default 'active' check (state in ('active', 'suspended', 'deleted')),
  created_at timestamptz not null default now()
);
comment on table tenant is 'class: directory';
alter table tenant enable row level security, force row level security;
create policy tenant on tenant to ringsight_app using (id = nullif(current_setting('app.tenant', true), '')::uuid);
create policy platform on tenant to ringsight_platform using (true) with check (true);
grant select on tenant to ringsight_app;
grant select, insert, update on tenant to ringsight_platform;
call ground.open_to_gate('tenant', 'select');

create table account (
  id uuid primary key,
  email text not null unique check (email = lower(email) and length(email) between 3 and 254),
  name text not null check (length(name) between 1 and 120),
  password_hash text not null,
  kind text not null default 'person' check (kind in ('person', 'super')),
  disabled_at timestamptz,
  created_at timestamptz not null default now()
);
comment on table account is 'class: directory';

create table role (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  slug text not null,
  name text not null,
  scope text not null default 'all' check (scope in ('own', 'team', 'all')),
  permissions text[] not null,
  primary key (tenant_id, id),
  unique (tenant_id, slug)
);
call ground.tenant_table('role', 'select, insert, update, delete');
call ground.open_to_gate('role', 'select, insert');

create table membership (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  account_id uuid not null references account (id),
  role_id uuid not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, account_id),
  foreign key (tenant_id, role_id) references role (tenant_id, id)
);
create index membership_account on membership (account_id);
create index membership_role on membership (tenant_id, role_id);
call ground.tenant_table('membership', 'select, insert, update, delete');
call ground.open_to_gate('membership', 'select, insert');

alter table account enable row level security, force row level security;
create policy member on account for select to ringsight_app
  using (exists (select 1 from membership m where m.account_id = account.id
    and m.tenant_id = nullif(current_setting('app.tenant', true), '')::uuid));
grant select (id, email, name, disabled_at, created_at) on account to ringsight_app;
create policy platform on account for select to ringsight_platform using (kind = 'super');
grant select (id, email, name, disabled_at, created_at) on account to ringsight_platform;
call ground.open_to_gate('account', 'select, insert');

-- The people whose calls are judged. An agent need not have an account.
create table agent (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  name text not null check (length(name) between 1 and 120),
  extension text not null check (length(extension) between 1 and 64),
  account_id uuid references account (id),
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, extension)
);
create index agent_account on agent (account_id);
call ground.tenant_table('agent', 'select, insert, update, delete');
call ground.open_to_gate('agent', 'select');

create table session (
  token_hash bytea primary key,
  account_id uuid not null references account (id),
  tenant_id uuid references tenant (id),
  csrf text not null,
  created_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  expires_at timestamptz not null
);
comment on table session is 'class: directory';
create index session_account on session (account_id);
create index session_tenant on session (tenant_id);
alter table session enable row level security, force row level security;
call ground.open_to_gate('session', 'select, insert, update, delete');

create table api_key (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  name text not null check (length(name) between 1 and 120),
  prefix text not null,
  key_hash bytea not null,
  role_id uuid not null,
  created_at timestamptz not null default now(),
  revoked_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, key_hash),
  foreign key (tenant_id, role_id) references role (tenant_id, id)
);
create index api_key_hash on api_key (key_hash);
create index api_key_role on api_key (tenant_id, role_id);
call ground.tenant_table('api_key', 'select, insert, update, delete');
call ground.open_to_gate('api_key', 'select');

create table live_ticket (
  ticket_hash bytea primary key,
  account_id uuid,
  tenant_id uuid not null references tenant (id),
  agent_id uuid,
  scope text not null,
  expires_at timestamptz not null
);
comment on table live_ticket is 'class: directory';
create index live_ticket_tenant on live_ticket (tenant_id);
alter table live_ticket enable row level security, force row level security;
call ground.open_to_gate('live_ticket', 'select, insert, delete');
