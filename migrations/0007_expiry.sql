-- Sessions and tickets whose time is over are swept by the workers once an hour.
create index session_expires on session (expires_at);
create index live_ticket_expires on live_ticket (expires_at);

reset role;
set local role ringsight_gate;
create function gate.sweep_expired() returns bigint
language sql volatile security definer set search_path = public, pg_temp
as $$
  with s as (delete from session where expires_at < now() returning 1),
       t as (delete from live_ticket where expires_at < now() - interval '1 minute' returning 1)
  select (select count(*) from s) + (select count(*) from t)
$$;
revoke execute on function gate.sweep_expired() from public;
grant execute on function gate.sweep_expired() to ringsight_jobs;
