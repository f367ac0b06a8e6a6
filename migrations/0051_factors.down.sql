reset role;
set local role ringsight_gate;
create or replace function gate.service_job(id uuid, kind text, priority integer, max_attempts integer, args jsonb, object uuid)
returns boolean
language sql volatile security definer set search_path = public, pg_temp
as $$
  with added as (
    insert into job (id, tenant_id, kind, priority, max_attempts, args, object_id)
    select service_job.id, null, service_job.kind, service_job.priority, service_job.max_attempts, service_job.args, object
     where service_job.kind in ('passwords.ask', 'passwords.changed')
    returning 1)
  select exists (select from added)
$$;
create or replace function gate.sweep_expired() returns bigint
language sql volatile security definer set search_path = public, pg_temp
as $$
  with s as (delete from session where expires_at < now() returning 1),
       t as (delete from live_ticket where expires_at < now() - interval '1 minute' returning 1),
       i as (delete from idempotency where created_at < now() - interval '24 hours' returning 1),
       p as (delete from password_ask where at < now() - interval '1 day' returning 1),
       r as (delete from password_reset where expires_at < now() - interval '1 day' returning 1),
       m as (delete from mail where created_at < now() - interval '90 days' and state <> 'waiting' returning 1)
  select (select count(*) from s) + (select count(*) from t) + (select count(*) from i)
       + (select count(*) from p) + (select count(*) from r) + (select count(*) from m)
$$;
create or replace function gate.password_reset_use(hash bytea, password text) returns uuid
language plpgsql volatile security definer set search_path = public, pg_temp
as $$
declare
  who uuid;
begin
  select p.account_id into who from password_reset p
   where p.token_hash = hash and p.used_at is null and p.expires_at > now() for update;
  if not found then return null; end if;
  update account a set password_hash = password where a.id = who and a.disabled_at is null;
  if not found then return null; end if;
  update password_reset p set used_at = now() where p.account_id = who and p.used_at is null;
  delete from live_ticket t where t.account_id = who;
  delete from session s where s.account_id = who;
  return who;
end $$;
create or replace function gate.sign_in_done(account uuid, of_account bytea, of_network bytea, of_all bytea, device bytea,
                                  device_known boolean, fresh bytea, all_rate integer)
returns boolean
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
  ours constant boolean := exists (select from known_device d where d.device_hash = device);
begin
  if device_known then
    delete from sign_in_count c where c.whose = device;
  else
    update sign_in_count c set closed_until = c.closed_until - interval '1 minute' / all_rate
     where c.whose = of_all and all_rate > 0;
    update sign_in_count c set failures = greatest(c.failures - 1, 0), closed_until = '-infinity' where c.whose = of_network;
    delete from sign_in_count c where c.whose = of_account;
  end if;
  insert into known_device (device_hash, account_id) values (case when ours then device else fresh end, account)
  on conflict (device_hash, account_id) do update set seen_at = now();
  delete from known_device d where d.account_id = account and d.device_hash in (
    select o.device_hash from known_device o where o.account_id = account order by o.seen_at desc offset 20);
  return ours;
end $$;
drop function gate.member_factor_drop(uuid);
drop function gate.factor_drop(uuid);
drop function gate.totp_confirm(uuid, bigint, bytea);
drop function gate.recovery_put(uuid, text[]);
drop function gate.totp_begin(uuid, bytea);
drop function gate.factor_state(uuid);
drop function gate.recovery_use(uuid, bytea);
drop function gate.totp_use(uuid, bigint);
drop function gate.totp_seed(uuid);
drop function gate.step_close(bytea);
drop function gate.step_try(bytea, integer);
drop function gate.step_look(bytea, integer);
drop function gate.step_open(bytea, uuid, boolean, interval);
reset role;
set local role ringsight_owner;
drop table sign_in_step, recovery_code, totp_factor;
revoke update (factor_at) on account from ringsight_gate;
revoke select (factor_at) on account from ringsight_app;
alter table account drop column factor_at;
