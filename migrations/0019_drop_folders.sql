-- Folders that recordings are dropped into: on this machine, on an SFTP server, in a bucket.

create table drop_folder (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  integration_id uuid,
  name text not null check (length(name) between 1 and 120),
  kind text not null check (kind in ('local', 'sftp', 's3')),
  settings jsonb not null default '{}',
  secrets bytea,
  pattern text not null default '',
  zone text not null default 'UTC',
  after_taking text not null default 'move' check (after_taking in ('move', 'keep')),
  stable_s integer not null default 30 check (stable_s between 1 and 3600),
  state text not null default 'active' check (state in ('active', 'paused', 'attention', 'deleted')),
  state_reason text,
  looked_at timestamptz,
  look jsonb,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, integration_id) references integration (tenant_id, id)
);
create index drop_folder_integration on drop_folder (tenant_id, integration_id);
call ground.tenant_table('drop_folder', 'select, insert, update');

-- What was seen there. A file is taken once: by name, size and time of change, and its content by hash.
create table drop_file (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  folder_id uuid not null,
  name text not null,
  size bigint not null,
  stamp text not null,
  modified_at timestamptz,
  old boolean not null,
  since timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  state text not null default 'seen' check (state in ('seen', 'queued', 'done', 'duplicate', 'failed')),
  reason text,
  moved_to text,
  sha256 bytea,
  call_id uuid,
  ended_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, folder_id, name),
  foreign key (tenant_id, folder_id) references drop_folder (tenant_id, id),
  foreign key (tenant_id, call_id) references call (tenant_id, id) on delete set null (call_id)
);
create index drop_file_folder on drop_file (tenant_id, folder_id, id desc);
create index drop_file_state on drop_file (tenant_id, folder_id, state, id desc);
create index drop_file_call on drop_file (tenant_id, call_id) where call_id is not null;
call ground.tenant_table('drop_file', 'select, insert, update, delete');

-- Its bytes came as a file and cannot be asked for again.
alter table recording add column by_file boolean not null default false;
create index recording_sha256 on recording (tenant_id, sha256) where sha256 is not null;
