-- Reports that go out by mail: what of whom, when and to whom; each time they went out, and what became of it for
-- each reader. What a report says is never kept: it is made anew for each reader, of the calls that he may see then.

-- on_day: of the week (1 Monday .. 7 Sunday) or of the month; zone: null is the tenant's. Its clock is a row of schedule.
create table report_plan (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  name text not null check (length(name) between 1 and 80),
  agent_id uuid,
  team_id uuid,
  every text not null check (every in ('day', 'week', 'month')),
  on_day integer not null check (on_day between 1 and 28),
  hour integer not null check (hour between 0 and 23),
  zone text check (length(zone) between 1 and 60),
  format text not null check (format in ('pdf', 'xlsx', 'csv')),
  attach boolean not null,
  active boolean not null,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, agent_id) references agent (tenant_id, id) on delete cascade,
  foreign key (tenant_id, team_id) references team (tenant_id, id) on delete cascade,
  check (agent_id is null or team_id is null),
  check (every <> 'week' or on_day <= 7)
);
create index report_plan_agent on report_plan (tenant_id, agent_id);
create index report_plan_team on report_plan (tenant_id, team_id);
call ground.tenant_table('report_plan', 'select, insert, update, delete');

-- off_at: since when this reader asks to get no more.
create table report_reader (
  tenant_id uuid not null references tenant (id),
  plan_id uuid not null,
  account_id uuid not null,
  off_at timestamptz,
  primary key (tenant_id, plan_id, account_id),
  foreign key (tenant_id, plan_id) references report_plan (tenant_id, id) on delete cascade,
  foreign key (tenant_id, account_id) references membership (tenant_id, account_id) on delete cascade
);
create index report_reader_account on report_reader (tenant_id, account_id);
call ground.tenant_table('report_reader', 'select, insert, update, delete');

-- Its id is that of the job that was due: whatever is run again, a plan goes out once for each time.
create table report_run (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  plan_id uuid not null,
  since timestamptz not null,
  until timestamptz not null,
  by_hand boolean not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, plan_id) references report_plan (tenant_id, id) on delete cascade,
  check (since < until)
);
create index report_run_plan on report_run (tenant_id, plan_id, id);
create unique index report_run_due on report_run (tenant_id, plan_id, until) where not by_hand;
call ground.tenant_table('report_run', 'select, insert, delete');

create table report_mail (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  run_id uuid not null,
  account_id uuid not null,
  name text not null,
  state text not null default 'waiting' check (state in ('waiting', 'sent', 'skipped', 'failed')),
  reason text check (length(reason) <= 500),
  attached boolean not null default false,
  ended_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, run_id, account_id),
  foreign key (tenant_id, run_id) references report_run (tenant_id, id) on delete cascade
);
call ground.tenant_table('report_mail', 'select, insert, update, delete');
