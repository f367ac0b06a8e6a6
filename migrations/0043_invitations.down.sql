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
drop function gate.account_address(uuid);
drop function gate.password_reset_use(bytea, text);
drop function gate.password_reset(bytea);
drop function gate.password_link(uuid, bytea, uuid);
drop function gate.password_reset_make(uuid, uuid, bytea);
drop function gate.password_ask(uuid, text, text);
drop function gate.invitation_accept(bytea, uuid, uuid, text, text, uuid);
drop function gate.invitation(bytea);
reset role;
set local role ringsight_owner;
drop policy gate on mail;
revoke select, delete on mail from ringsight_gate;
revoke update (password_hash) on account from ringsight_gate;
drop table password_reset, password_ask, invitation;
alter table account drop column home_id;
