-- Answers to requests that create and bear an Idempotency-Key, kept for a day: a repeat gets the
-- stored one. No status: the answer showed a secret and is not kept.
create table idempotency (
  tenant_id uuid not null references tenant (id),
  principal_id uuid not null,
  key text not null check (length(key) between 1 and 200),
  request_hash bytea not null,
  status integer,
  headers text,
  body text,
  created_at timestamptz not null default now(),
  primary key (tenant_id, principal_id, key)
);
create index idempotency_created on idempotency (created_at);
call ground.tenant_table('idempotency', 'select, insert, update');
call ground.open_to_gate('idempotency', 'select, delete');

reset role;
set local role ringsight_gate;
create or replace function gate.sweep_expired() returns bigint
language sql volatile security definer set search_path = public, pg_temp
as $$
  with s as (delete from session where expires_at < now() returning 1),
       t as (delete from live_ticket where expires_at < now() - interval '1 minute' returning 1),
       i as (delete from idempotency where created_at < now() - interval '24 hours' returning 1)
  select (select count(*) from s) + (select count(*) from t) + (select count(*) from i)
$$;
