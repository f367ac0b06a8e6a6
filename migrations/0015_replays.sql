-- Reading stored deliveries again: what is asked for, how far it has come, what it changed.

create table replay (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  integration_id uuid,
  delivery_id uuid,
  from_at timestamptz,
  to_at timestamptz,
  only_state text check (only_state in ('parsed', 'unparsed', 'ignored')),
  only_reason text,
  older_than integer,
  reached_id uuid not null default '00000000-0000-0000-0000-000000000001',
  state text not null default 'running' check (state in ('running', 'done', 'failed', 'stopped')),
  reason text,
  total integer,
  done integer not null default 0,
  changed integer not null default 0,
  unparsed integer not null default 0,
  account_id uuid,
  by_name text not null,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  primary key (tenant_id, id),
  check (delivery_id is not null or account_id is not null or by_name <> ''),
  foreign key (tenant_id, integration_id) references integration (tenant_id, id)
);
create index replay_integration on replay (tenant_id, integration_id, id desc);
-- One walk over many at a time; single deliveries may be read again beside it.
create unique index replay_one on replay (tenant_id) where state = 'running' and delivery_id is null;
call ground.tenant_table('replay', 'select, insert, update');

-- Which other deliveries told an event that was known already: it stays while one of them does.
create table call_event_again (
  tenant_id uuid not null references tenant (id),
  event_id uuid not null,
  delivery_id uuid not null,
  primary key (tenant_id, event_id, delivery_id),
  foreign key (tenant_id, event_id) references call_event (tenant_id, id) on delete cascade
);
create index call_event_again_delivery on call_event_again (tenant_id, delivery_id);
call ground.tenant_table('call_event_again', 'select, insert, delete');

drop index call_event_polled;
create index call_event_delivery on call_event (tenant_id, delivery_id) where delivery_id is not null;
grant delete on call_event to ringsight_app;
grant update (delivery_id) on call_event to ringsight_app;

-- How the sender was known, and with which settings the delivery was read.
alter table delivery add column verdict text check (verdict in ('proved', 'address', 'asked'));
alter table delivery add column settings_version integer;
create index delivery_reason on delivery (tenant_id, id) where reason is not null;
