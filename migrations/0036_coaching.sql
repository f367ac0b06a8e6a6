-- What an agent is to practise, why, and until when. The verdict it rests on is kept as it was, for scores are
-- made anew; the call may go, the plan stays.

create table coaching_plan (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  agent_id uuid not null,
  call_id uuid,
  scorecard_id uuid,
  criterion text check (length(criterion) <= 200),
  why jsonb,
  what text not null check (length(what) between 1 and 2000),
  due date not null,
  state text not null default 'open' check (state in ('open', 'acknowledged', 'done', 'cancelled')),
  note text check (length(note) <= 2000),
  account_id uuid references account (id),
  created_at timestamptz not null default now(),
  acknowledged_at timestamptz,
  ended_at timestamptz,
  primary key (tenant_id, id),
  check ((criterion is null) = (scorecard_id is null)),
  foreign key (tenant_id, agent_id) references agent (tenant_id, id) on delete cascade,
  foreign key (tenant_id, call_id) references call (tenant_id, id) on delete set null (call_id),
  foreign key (tenant_id, scorecard_id) references scorecard (tenant_id, id)
);
create index coaching_plan_agent on coaching_plan (tenant_id, agent_id, id);
create index coaching_plan_call on coaching_plan (tenant_id, call_id);
create index coaching_plan_scorecard on coaching_plan (tenant_id, scorecard_id);
create index coaching_plan_account on coaching_plan (account_id);
call ground.tenant_table('coaching_plan', 'select, insert, update, delete');
