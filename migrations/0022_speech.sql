-- A tenant's speech engines, what they cost, what they are to expect and how they are corrected.

create table speech_engine (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  kind text not null,
  name text not null check (length(name) between 1 and 120),
  base_url text not null default '',
  model text not null default '',
  language text not null default '',
  key_sealed bytea,
  place integer not null,
  state text not null default 'active' check (state in ('active', 'off', 'attention', 'deleted')),
  state_reason text,
  test jsonb,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create index speech_engine_order on speech_engine (tenant_id, place, id) where state <> 'deleted';
call ground.tenant_table('speech_engine', 'select, insert, update');

-- Prices hold from a day on, until the next row's.
create table speech_price (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  engine_id uuid not null,
  valid_from date not null,
  micro_per_minute bigint not null check (micro_per_minute between 0 and 1000000000000),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  primary key (tenant_id, id),
  unique (tenant_id, engine_id, valid_from),
  foreign key (tenant_id, engine_id) references speech_engine (tenant_id, id)
);
call ground.tenant_table('speech_price', 'select, insert, delete');

-- What a provider answered, or under which name it works, until the transcript is stored: a job
-- that is done again neither sends nor pays twice.
create table speech_answer (
  tenant_id uuid not null references tenant (id),
  recording_id uuid not null,
  engine_id uuid not null,
  piece bytea not null,
  remote_id text,
  answer bytea,
  created_at timestamptz not null default now(),
  primary key (tenant_id, recording_id, engine_id, piece),
  foreign key (tenant_id, recording_id) references recording (tenant_id, id) on delete cascade,
  foreign key (tenant_id, engine_id) references speech_engine (tenant_id, id)
);
create index speech_answer_engine on speech_answer (tenant_id, engine_id);
call ground.tenant_table('speech_answer', 'select, insert, update, delete');

-- Words to expect (hints) are not what was misheard: an engine that is told a misspelling learns it.
create table speech_word (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  word text not null check (length(word) between 1 and 80),
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create unique index speech_word_once on speech_word (tenant_id, lower(word));
call ground.tenant_table('speech_word', 'select, insert, delete');

create table speech_correction (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  heard text not null check (length(heard) between 1 and 120),
  written text not null check (length(written) between 1 and 120),
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create unique index speech_correction_once on speech_correction (tenant_id, lower(heard));
call ground.tenant_table('speech_correction', 'select, insert, delete');
