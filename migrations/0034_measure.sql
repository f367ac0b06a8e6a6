-- Scores pin the gate they were derived under, so that another gate later leaves them as they are.
-- Calls that several people score by one card, scores that people gave elsewhere, and how far the
-- machine must agree with people before a card is published.

alter table score add column gate_bp integer not null default 5000 check (gate_bp between 0 and 10000);
-- Who has listened was never held back.
reset role;
update score set gate_bp = 0 where engine = 'human';
set local role ringsight_owner;

create index score_human on score (tenant_id, scorecard_id, id desc) where engine = 'human';

create table calibration (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  name text not null check (length(name) between 1 and 120),
  scorecard_id uuid not null,
  account_id uuid references account (id),
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, scorecard_id) references scorecard (tenant_id, id) on delete cascade
);
create index calibration_scorecard on calibration (tenant_id, scorecard_id);
create index calibration_account on calibration (account_id) where account_id is not null;
call ground.tenant_table('calibration', 'select, insert, delete');

create table calibration_call (
  tenant_id uuid not null references tenant (id),
  calibration_id uuid not null,
  call_id uuid not null,
  primary key (tenant_id, calibration_id, call_id),
  foreign key (tenant_id, calibration_id) references calibration (tenant_id, id) on delete cascade,
  foreign key (tenant_id, call_id) references call (tenant_id, id) on delete cascade
);
create index calibration_call_call on calibration_call (tenant_id, call_id);
call ground.tenant_table('calibration_call', 'select, insert, delete');

-- answers: claims by a person, as a score's raw. Of a card, not of a version: what people found
-- stays true of the call.
create table past_score (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  card_id uuid not null,
  call_id uuid not null,
  rater text not null check (length(rater) between 1 and 120),
  score_bp integer check (score_bp between 0 and 10000),
  answers jsonb not null,
  account_id uuid references account (id),
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, card_id, call_id, rater),
  foreign key (tenant_id, call_id) references call (tenant_id, id) on delete cascade
);
create index past_score_call on past_score (tenant_id, call_id);
create index past_score_account on past_score (account_id) where account_id is not null;
call ground.tenant_table('past_score', 'select, insert, update, delete');

-- within_bp: share of calls on which card and people must be within ten points of each other.
create table publish_gate (
  tenant_id uuid not null references tenant (id),
  card_id uuid not null,
  within_bp integer not null check (within_bp between 0 and 10000),
  calls integer not null check (calls between 1 and 200),
  version integer not null default 1,
  primary key (tenant_id, card_id)
);
call ground.tenant_table('publish_gate', 'select, insert, update');
