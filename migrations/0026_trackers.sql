-- Words and phrases that tenants watch for, and where they were said.

create table tracker (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  name text not null check (length(name) between 1 and 120),
  kind text not null check (kind in ('phrase', 'pattern')),
  speaker text not null check (speaker in ('anyone', 'agent', 'customer')),
  patterns jsonb not null,
  active boolean not null default true,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, name)
);
create index tracker_active on tracker (tenant_id, id) where active;
call ground.tenant_table('tracker', 'select, insert, update, delete');

-- stopped: a pattern took more work than one may, so what is here may not be all.
create table tracker_hit (
  tenant_id uuid not null references tenant (id),
  call_id uuid not null,
  tracker_id uuid not null,
  transcript_id uuid not null,
  count integer not null,
  stopped boolean not null default false,
  spans jsonb not null,
  primary key (tenant_id, call_id, tracker_id),
  foreign key (tenant_id, call_id) references call (tenant_id, id) on delete cascade,
  foreign key (tenant_id, tracker_id) references tracker (tenant_id, id) on delete cascade
);
create index tracker_hit_tracker on tracker_hit (tenant_id, tracker_id, call_id desc);
call ground.tenant_table('tracker_hit', 'select, insert, update, delete');
