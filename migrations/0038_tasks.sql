-- What to do after calls: made once for each thing promised in one, or by hand.
-- from_call: an analysis made it; touched: a person changed it since, so no analysis does.
create table task (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  call_id uuid,
  owner_id uuid,
  kind text not null check (kind in ('action', 'follow_up', 'manual')),
  title text not null check (length(title) between 1 and 200),
  detail text not null default '' check (length(detail) <= 2000),
  priority text not null default 'MEDIUM' check (priority in ('LOW', 'MEDIUM', 'HIGH', 'URGENT')),
  due_said text not null default '' check (length(due_said) <= 200),
  due_at timestamptz,
  sort_at timestamptz not null generated always as (coalesce(due_at, '9999-01-01 00:00:00+00'::timestamptz)) stored,
  remind_at timestamptz,
  reminded_at timestamptz,
  done_at timestamptz,
  done_by uuid,
  spans jsonb not null default '[]',
  from_call boolean not null default false,
  touched boolean not null default false,
  dropped boolean not null default false,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, call_id) references call (tenant_id, id) on delete cascade,
  foreign key (tenant_id, owner_id) references agent (tenant_id, id) on delete set null (owner_id)
);
create index task_call on task (tenant_id, call_id);
create index task_owner on task (tenant_id, owner_id, sort_at, id);
create index task_open on task (tenant_id, sort_at, id) where done_at is null and not dropped;
create index task_done on task (tenant_id, done_at desc, id desc) where done_at is not null and not dropped;
call ground.tenant_table('task', 'select, insert, update, delete');
