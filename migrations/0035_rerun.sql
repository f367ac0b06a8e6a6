-- The same calls judged several times by the same card: does the answer stay?

create table score_rerun (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  scorecard_id uuid not null,
  call_id uuid,
  times integer not null check (times between 2 and 20),
  calls integer not null check (calls between 1 and 20),
  state text not null default 'queued' check (state in ('queued', 'done', 'failed')),
  reason text,
  body jsonb,
  account_id uuid references account (id),
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, scorecard_id) references scorecard (tenant_id, id) on delete cascade,
  foreign key (tenant_id, call_id) references call (tenant_id, id) on delete cascade
);
create index score_rerun_scorecard on score_rerun (tenant_id, scorecard_id, id desc);
create index score_rerun_call on score_rerun (tenant_id, call_id) where call_id is not null;
create index score_rerun_account on score_rerun (account_id) where account_id is not null;
call ground.tenant_table('score_rerun', 'select, insert, update, delete');
