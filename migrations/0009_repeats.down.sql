reset role;
set local role ringsight_gate;
create or replace function gate.sweep_expired() returns bigint
language sql volatile security definer set search_path = public, pg_temp
as $$
  with s as (delete from session where expires_at < now() returning 1),
       t as (delete from live_ticket where expires_at < now() - interval '1 minute' returning 1)
  select (select count(*) from s) + (select count(*) from t)
$$;
reset role;
set local role ringsight_owner;
drop table idempotency;
