-- Recordings of the past written as Opus: what a walk over them is to do, how far it has come, what it did.

-- total: recordings there were when it began. beside: no browser plays them; instead: the policy in force keeps
-- them as Opus; release: their Opus file is there already, and by that policy the original goes. *_bytes: of the
-- originals; *_estimate: of their Opus files. made: Opus files written, of originals of so many bytes.
create table conversion (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  mode text not null check (mode in ('count', 'convert')),
  reached_id uuid not null default '00000000-0000-0000-0000-000000000001',
  state text not null default 'running' check (state in ('running', 'done', 'failed', 'stopped')),
  reason text,
  total integer,
  seen integer not null default 0,
  beside integer not null default 0,
  beside_estimate bigint not null default 0,
  instead integer not null default 0,
  instead_bytes bigint not null default 0,
  instead_estimate bigint not null default 0,
  release integer not null default 0,
  release_bytes bigint not null default 0,
  made integer not null default 0,
  made_from_bytes bigint not null default 0,
  made_bytes bigint not null default 0,
  account_id uuid,
  by_name text not null,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  primary key (tenant_id, id)
);
create unique index conversion_one on conversion (tenant_id) where state = 'running';
call ground.tenant_table('conversion', 'select, insert, update');
