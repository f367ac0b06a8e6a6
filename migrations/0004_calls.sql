-- How calls come in and what they mean.

create table integration (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  provider text not null,
  name text not null check (length(name) between 1 and 120),
  zone text not null default 'UTC',
  settings jsonb not null default '{}',
  secrets bytea,
  token_hash bytea,
  token_tail text,
  state text not null default 'active' check (state in ('active', 'attention', 'deleted')),
  state_reason text,
  last_delivery_at timestamptz,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create index integration_token on integration (token_hash);
call ground.tenant_table('integration', 'select, insert, update');
call ground.open_to_gate('integration', 'select');

-- Raw deliveries, byte for byte, before anything else. Append-only; nothing refers to it.
create table inbox (
  tenant_id uuid not null,
  id uuid not null,
  integration_id uuid not null,
  received_at timestamptz not null,
  method text not null,
  query text not null,
  source text not null,
  headers bytea not null,
  body bytea not null,
  primary key (tenant_id, id)
) partition by range (id);
call ground.tenant_table('inbox', 'select, insert');
create index inbox_integration on inbox (tenant_id, integration_id, id);

-- What became of a delivery; no row yet means that it waits to be read.
create table delivery (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  integration_id uuid not null,
  state text not null check (state in ('parsed', 'unparsed', 'ignored')),
  reason text,
  parser_version integer not null,
  calls integer not null default 0,
  processed_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, integration_id) references integration (tenant_id, id)
);
create index delivery_integration on delivery (tenant_id, integration_id, id);
create index delivery_unparsed on delivery (tenant_id, id) where state = 'unparsed';
call ground.tenant_table('delivery', 'select, insert, update');

create table call_event (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  integration_id uuid not null,
  call_key text not null,
  event_hash bytea not null,
  event jsonb not null,
  delivery_id uuid,
  primary key (tenant_id, id),
  unique (tenant_id, integration_id, call_key, event_hash),
  foreign key (tenant_id, integration_id) references integration (tenant_id, id)
);
call ground.tenant_table('call_event', 'select, insert');

create table call (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  integration_id uuid not null,
  call_key text not null,
  started_at timestamptz not null,
  answered_at timestamptz,
  ended_at timestamptz,
  direction text not null default 'unknown',
  disposition text not null default 'unknown',
  from_number text not null default '',
  to_number text not null default '',
  customer_number text not null default '',
  customer_name text not null default '',
  agent_id uuid,
  agent_key text not null default '',
  queue text not null default '',
  trunk text not null default '',
  duration_s integer,
  talk_s integer,
  wait_s integer,
  legs integer not null default 0,
  has_recording boolean not null default false,
  state text not null default 'received' check (state in ('received', 'no_recording', 'fetching',
    'decoding', 'transcribing', 'analysing', 'scored', 'not_scorable', 'held', 'failed')),
  state_reason text,
  transcript_id uuid,
  score_bp integer,
  score_state text,
  title text,
  short text,
  sentiment_bp integer,
  agent_share_bp integer,
  breaches text[] not null default '{}',
  scored_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, integration_id, call_key),
  foreign key (tenant_id, integration_id) references integration (tenant_id, id),
  foreign key (tenant_id, agent_id) references agent (tenant_id, id) on delete set null (agent_id)
);
create index call_started on call (tenant_id, started_at desc, id desc);
create index call_agent on call (tenant_id, agent_id, started_at desc, id desc);
create index call_customer on call (tenant_id, customer_number, started_at desc, id desc);
call ground.tenant_table('call', 'select, insert, update, delete');

create table call_leg (
  tenant_id uuid not null references tenant (id),
  call_id uuid not null,
  n integer not null,
  from_number text not null,
  to_number text not null,
  agent_id uuid,
  agent_key text not null,
  action text not null,
  disposition text not null,
  started_at timestamptz,
  answered_at timestamptz,
  ended_at timestamptz,
  talk_s integer,
  primary key (tenant_id, call_id, n),
  foreign key (tenant_id, call_id) references call (tenant_id, id) on delete cascade
);
call ground.tenant_table('call_leg', 'select, insert, update, delete');

create table recording (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  call_id uuid not null,
  name text not null,
  folder text not null default '',
  leg_key text not null default '',
  state text not null default 'waiting' check (state in ('waiting', 'fetched', 'ready', 'failed', 'missing')),
  reason text,
  object_key text,
  bytes bigint,
  sha256 bytea,
  content_type text,
  codec text,
  channels integer,
  duration_ms integer,
  same_channels boolean,
  truncated boolean not null default false,
  peaks bytea,
  peaks_per_second integer,
  silences jsonb,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, call_id, name),
  foreign key (tenant_id, call_id) references call (tenant_id, id) on delete cascade
);
call ground.tenant_table('recording', 'select, insert, update, delete');

create table transcript (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  call_id uuid not null,
  recording_id uuid not null,
  engine text not null,
  engine_version text not null,
  language text not null,
  state text not null check (state in ('ok', 'no_speech', 'uncertain')),
  reason text,
  attribution text not null,
  confidence_bp integer not null,
  words integer not null,
  duration_ms integer not null,
  hash bytea not null,
  turns jsonb not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, call_id) references call (tenant_id, id) on delete cascade,
  foreign key (tenant_id, recording_id) references recording (tenant_id, id) on delete cascade
);
create index transcript_call on transcript (tenant_id, call_id, id desc);
create index transcript_recording on transcript (tenant_id, recording_id);
call ground.tenant_table('transcript', 'select, insert, update, delete');

create table analysis (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  call_id uuid not null,
  transcript_id uuid not null,
  engine text not null,
  engine_version text not null,
  body jsonb not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, call_id) references call (tenant_id, id) on delete cascade,
  foreign key (tenant_id, transcript_id) references transcript (tenant_id, id) on delete cascade
);
create index analysis_call on analysis (tenant_id, call_id, id desc);
create index analysis_transcript on analysis (tenant_id, transcript_id);
call ground.tenant_table('analysis', 'select, insert, delete');

create table scorecard (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  name text not null check (length(name) between 1 and 120),
  version integer not null,
  state text not null default 'published' check (state in ('draft', 'published', 'archived')),
  body jsonb not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, name, version)
);
call ground.tenant_table('scorecard', 'select, insert');

create table score (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  call_id uuid not null,
  transcript_id uuid not null,
  scorecard_id uuid not null,
  state text not null check (state in ('scored', 'not_scorable', 'no_speech', 'held')),
  reason text,
  score_bp integer,
  auto_fail boolean not null default false,
  engine text not null,
  engine_version text not null,
  transcript_hash bytea not null,
  raw jsonb not null,
  body jsonb not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, call_id) references call (tenant_id, id) on delete cascade,
  foreign key (tenant_id, transcript_id) references transcript (tenant_id, id) on delete cascade,
  foreign key (tenant_id, scorecard_id) references scorecard (tenant_id, id)
);
create index score_call on score (tenant_id, call_id, id desc);
create index score_transcript on score (tenant_id, transcript_id);
create index score_scorecard on score (tenant_id, scorecard_id);
call ground.tenant_table('score', 'select, insert, delete');

create table upload (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  account_id uuid not null,
  metadata jsonb not null,
  length bigint not null check (length between 1 and 536870912),
  received bigint not null default 0,
  state text not null default 'open' check (state in ('open', 'complete')),
  call_id uuid,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
call ground.tenant_table('upload', 'select, insert, update, delete');

create table upload_part (
  tenant_id uuid not null references tenant (id),
  upload_id uuid not null,
  first_byte bigint not null,
  bytes bigint not null,
  object_key text not null,
  primary key (tenant_id, upload_id, first_byte),
  foreign key (tenant_id, upload_id) references upload (tenant_id, id) on delete cascade
);
call ground.tenant_table('upload_part', 'select, insert, delete');

create or replace function ground.keep_all_partitions() returns bigint
language sql volatile security definer set search_path = public, pg_temp
as $$
  select ground.keep_partitions('job_history', '7 days', '30 days')
       + ground.keep_partitions('live_event', '1 day', '2 days')
       + ground.keep_partitions('inbox', '7 days', '90 days')
$$;
select ground.keep_all_partitions();

-- The hook directory's question: whose address is this?
reset role;
set local role ringsight_gate;
create function gate.hook(hash bytea)
returns table (tenant_id uuid, id uuid, provider text, zone text, settings jsonb, secrets bytea, version integer)
language plpgsql stable security definer set search_path = public, pg_temp
as $$ begin return query
  select i.tenant_id, i.id, i.provider, i.zone, i.settings, i.secrets, i.version
    from integration i join tenant t on t.id = i.tenant_id and t.state = 'active'
   where i.token_hash = hash and i.state <> 'deleted';
end $$;
revoke execute on function gate.hook(bytea) from public;
grant execute on function gate.hook(bytea) to ringsight_app;
