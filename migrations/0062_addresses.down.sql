reset role;
set local role ringsight_gate;
create or replace function gate.sweep_expired() returns bigint
language sql volatile security definer set search_path = public, pg_temp
as $$
  with s as (delete from session where expires_at < now() returning 1),
       t as (delete from live_ticket where expires_at < now() - interval '1 minute' returning 1),
       i as (delete from idempotency where created_at < now() - interval '24 hours' returning 1),
       p as (delete from password_ask where at < now() - interval '1 day' returning 1),
       r as (delete from password_reset where expires_at < now() - interval '1 day' returning 1),
       m as (delete from mail where created_at < now() - interval '90 days' and state <> 'waiting' returning 1),
       w as (delete from sign_in_step where expires_at < now() returning 1),
       f as (delete from totp_factor where confirmed_at is null and started_at < now() - interval '1 hour' returning 1)
  select (select count(*) from s) + (select count(*) from t) + (select count(*) from i)
       + (select count(*) from p) + (select count(*) from r) + (select count(*) from m)
       + (select count(*) from w) + (select count(*) from f)
$$;

create or replace function gate.service_job(id uuid, kind text, priority integer, max_attempts integer, args jsonb, object uuid)
returns boolean
language sql volatile security definer set search_path = public, pg_temp
as $$
  with added as (
    insert into job (id, tenant_id, kind, priority, max_attempts, args, object_id)
    select service_job.id, null, service_job.kind, service_job.priority, service_job.max_attempts, service_job.args, object
     where service_job.kind in ('passwords.ask', 'passwords.changed', 'factors.changed')
    returning 1)
  select exists (select from added)
$$;
drop function gate.address_done(uuid), gate.address_withdraw(uuid), gate.address_state(uuid), gate.address_stop(bytea, bytea),
  gate.address_confirm(bytea), gate.address_look(bytea), gate.address_mails(uuid, bytea, bytea),
  gate.address_ask(uuid, uuid, text), gate.address_may(uuid);
reset role;
set local role ringsight_owner;
revoke update (email) on account from ringsight_gate;
drop table address_change;
