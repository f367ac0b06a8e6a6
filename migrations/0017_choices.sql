-- What is done with a call (which recordings are fetched, which calls are analysed), kept with the
-- call; whose call it is where nobody knows the phone system's name for the agent; repeats of uploads.

-- Versions of an integration's policy. None is ever changed: calls name the one they were decided by.
create table policy (
  tenant_id uuid not null references tenant (id),
  integration_id uuid not null,
  version integer not null check (version > 0),
  body jsonb not null,
  account_id uuid,
  created_at timestamptz not null default now(),
  primary key (tenant_id, integration_id, version),
  foreign key (tenant_id, integration_id) references integration (tenant_id, id)
);
call ground.tenant_table('policy', 'select, insert');

-- The policy in force carried back over past calls: counted first, then applied.
create table policy_run (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  integration_id uuid not null,
  version integer not null,
  mode text not null check (mode in ('count', 'apply')),
  from_at timestamptz not null,
  after_at timestamptz not null,
  after_id uuid,
  state text not null default 'running' check (state in ('running', 'done', 'failed', 'stopped')),
  reason text,
  calls integer not null default 0,
  wanted integer not null default 0,
  wanted_s bigint not null default 0,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, integration_id, version) references policy (tenant_id, integration_id, version)
);
create index policy_run_integration on policy_run (tenant_id, integration_id, version, id desc);
create unique index policy_run_one on policy_run (tenant_id, integration_id) where state = 'running';
call ground.tenant_table('policy_run', 'select, insert, update');

-- policy_version: 0 where there was no policy when the call came. chosen: a person (or the upload)
-- said what to do, whatever the policy says. choice_reason: why it is not fetched or analysed.
alter table call
  add column policy_version integer not null default 0,
  add column fetch_wanted boolean not null default true,
  add column analyse_wanted boolean not null default true,
  add column choice_reason text,
  add column chosen boolean not null default false,
  add column duplicate_of uuid,
  add column agent_note text not null default '',
  add column agent_by_hand boolean not null default false,
  add column by_hand boolean not null default false;
alter table call drop constraint call_state_check;
alter table call add constraint call_state_check check (state in ('received', 'no_recording', 'fetching',
  'decoding', 'transcribing', 'analysing', 'scored', 'not_scorable', 'held', 'failed', 'stored')) not valid;
alter table call validate constraint call_state_check;
alter table recording drop constraint recording_state_check;
alter table recording add constraint recording_state_check
  check (state in ('waiting', 'fetched', 'ready', 'failed', 'missing', 'skipped')) not valid;
alter table recording validate constraint recording_state_check;

-- Calls of an integration by time: carrying a policy back, and the calls nobody is named for.
create index call_integration on call (tenant_id, integration_id, started_at desc, id desc);
create index call_unknown on call (tenant_id, integration_id, agent_key, agent_note, started_at desc)
  where agent_id is null and (agent_key <> '' or disposition = 'answered');
create index recording_sha on recording (tenant_id, sha256) where sha256 is not null;
create index upload_open on upload (tenant_id, account_id, id) where state = 'open';

-- What a phone system calls an agent, where that is not the agent's extension.
create table agent_alias (
  tenant_id uuid not null references tenant (id),
  integration_id uuid not null,
  agent_key text not null check (length(agent_key) between 1 and 250),
  agent_id uuid not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, integration_id, agent_key),
  foreign key (tenant_id, integration_id) references integration (tenant_id, id),
  foreign key (tenant_id, agent_id) references agent (tenant_id, id) on delete cascade
);
create index agent_alias_agent on agent_alias (tenant_id, agent_id);
call ground.tenant_table('agent_alias', 'select, insert, update, delete');
