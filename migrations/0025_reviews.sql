-- People who score calls, blind to what the machine said; and what agents say to their scores.

create table review (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  call_id uuid not null,
  transcript_id uuid not null,
  scorecard_id uuid not null,
  account_id uuid not null references account (id),
  state text not null default 'open' check (state in ('open', 'submitted', 'cancelled')),
  score_id uuid,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  primary key (tenant_id, id),
  -- once a person has seen the score there is no second blind look
  unique (tenant_id, call_id, account_id, scorecard_id),
  foreign key (tenant_id, call_id) references call (tenant_id, id) on delete cascade,
  foreign key (tenant_id, transcript_id) references transcript (tenant_id, id) on delete cascade,
  foreign key (tenant_id, scorecard_id) references scorecard (tenant_id, id),
  foreign key (tenant_id, score_id) references score (tenant_id, id) on delete set null (score_id)
);
create index review_transcript on review (tenant_id, transcript_id);
create index review_scorecard on review (tenant_id, scorecard_id);
create index review_score on review (tenant_id, score_id);
create index review_account on review (account_id);
call ground.tenant_table('review', 'select, insert, update, delete');

alter table score add column account_id uuid references account (id);
alter table score add column voided_at timestamptz;
alter table score add column void_reason text;
create index score_account on score (account_id) where account_id is not null;
grant update (voided_at, void_reason) on score to ringsight_app;

create table dispute (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  score_id uuid not null,
  call_id uuid not null,
  account_id uuid not null references account (id),
  body text not null check (length(body) between 1 and 4000),
  state text not null default 'open' check (state in ('open', 'upheld', 'rejected')),
  resolution text,
  resolved_by uuid references account (id),
  created_at timestamptz not null default now(),
  resolved_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, score_id),
  foreign key (tenant_id, score_id) references score (tenant_id, id) on delete cascade,
  foreign key (tenant_id, call_id) references call (tenant_id, id) on delete cascade
);
create index dispute_call on dispute (tenant_id, call_id);
create index dispute_account on dispute (account_id);
create index dispute_resolved_by on dispute (resolved_by);
call ground.tenant_table('dispute', 'select, insert, update, delete');

create table acknowledgement (
  tenant_id uuid not null references tenant (id),
  score_id uuid not null,
  account_id uuid not null references account (id),
  created_at timestamptz not null default now(),
  primary key (tenant_id, score_id),
  foreign key (tenant_id, score_id) references score (tenant_id, id) on delete cascade
);
create index acknowledgement_account on acknowledgement (account_id);
call ground.tenant_table('acknowledgement', 'select, insert, delete');

-- Its owner does not see rows of tenants, the migrator does.
reset role;
update role set permissions = permissions || '{reviews.write}' where slug in ('owner', 'admin', 'manager', 'supervisor', 'qa_analyst') and not permissions @> '{reviews.write}';
update role set permissions = permissions || '{reviews.resolve}' where slug in ('owner', 'admin', 'manager') and not permissions @> '{reviews.resolve}';
update role set permissions = permissions || '{reviews.answer}' where slug <> 'viewer' and not permissions @> '{reviews.answer}';
