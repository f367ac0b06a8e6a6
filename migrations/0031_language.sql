-- A tenant's language engines, what they cost, and what they answered. The built-in engine is no row:
-- it stands behind the last of them.

create table language_engine (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  kind text not null,
  name text not null check (length(name) between 1 and 120),
  base_url text not null default '',
  model text not null default '',
  context_tokens integer not null default 0 check (context_tokens between 0 and 10000000),
  key_sealed bytea,
  place integer not null,
  state text not null default 'active' check (state in ('active', 'off', 'attention', 'deleted')),
  state_reason text,
  -- Failures in a row, and until when it is passed over: the breaker, or a Retry-After.
  failures integer not null default 0,
  closed_until timestamptz,
  test jsonb,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create index language_engine_order on language_engine (tenant_id, place, id) where state <> 'deleted';
call ground.tenant_table('language_engine', 'select, insert, update');

-- Millionths of the currency for a million tokens; prices hold from a day on, until the next row's.
create table language_price (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  engine_id uuid not null,
  valid_from date not null,
  micro_in bigint not null check (micro_in between 0 and 1000000000000),
  micro_out bigint not null check (micro_out between 0 and 1000000000000),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  primary key (tenant_id, id),
  unique (tenant_id, engine_id, valid_from),
  foreign key (tenant_id, engine_id) references language_engine (tenant_id, id)
);
call ground.tenant_table('language_price', 'select, insert, delete');

-- Raw answers, kept as long as the transcript: `piece` names request, address and model, so a job
-- that is done again neither sends nor pays twice.
create table language_answer (
  tenant_id uuid not null references tenant (id),
  transcript_id uuid not null,
  engine_id uuid not null,
  piece bytea not null,
  model text not null,
  prompt_version text not null,
  request_id text,
  in_tokens bigint not null,
  out_tokens bigint not null,
  answer text not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, transcript_id, engine_id, piece),
  foreign key (tenant_id, transcript_id) references transcript (tenant_id, id) on delete cascade,
  foreign key (tenant_id, engine_id) references language_engine (tenant_id, id)
);
create index language_answer_engine on language_answer (tenant_id, engine_id);
call ground.tenant_table('language_answer', 'select, insert');
