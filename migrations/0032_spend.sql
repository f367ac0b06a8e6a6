-- What engines of others cost: reserved before each call, settled after it, never above the caps.

-- No row or no figure: no cap. Millionths of the currency.
create table spend_cap (
  tenant_id uuid primary key references tenant (id),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  day_micro bigint check (day_micro between 0 and 1000000000000000),
  month_micro bigint check (month_micro between 0 and 1000000000000000),
  call_micro bigint check (call_micro between 0 and 1000000000000000),
  version integer not null default 1
);
call ground.tenant_table('spend_cap', 'select, insert, update');

-- One row for each request. `micro` is what counts now: the reserved bound, what it cost in the end,
-- or nothing. assumed: nobody knows whether it was billed (no answer came, or the worker died), so
-- the bound counts. `run` is the fencing token of the job's run that made it. No key to the call: what was
-- paid stays when the call goes.
create table spend (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  event text not null,
  service text not null check (service in ('speech', 'language')),
  engine_id uuid not null,
  call_id uuid not null,
  job_id uuid not null,
  run bigint not null,
  day date not null,
  currency text check (currency ~ '^[A-Z]{3}$'),
  state text not null default 'reserved' check (state in ('reserved', 'settled', 'assumed', 'released')),
  micro bigint not null check (micro >= 0),
  in_tokens bigint,
  out_tokens bigint,
  sound_ms bigint,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, event)
);
create index spend_open on spend (tenant_id, expires_at) where state = 'reserved';
create index spend_day on spend (tenant_id, day, engine_id);
create index spend_call on spend (tenant_id, call_id);
call ground.tenant_table('spend', 'select, insert, update');

-- The sums that caps are held against, kept with the rows above in their transactions: "call:<id>",
-- "day:YYYY-MM-DD", "month:YYYY-MM", always locked in this order.
create table spend_sum (
  tenant_id uuid not null references tenant (id),
  scope text not null,
  currency text not null,
  micro bigint not null check (micro >= 0),
  primary key (tenant_id, scope, currency)
);
call ground.tenant_table('spend_sum', 'select, insert, update');
