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
       f as (delete from totp_factor where confirmed_at is null and started_at < now() - interval '1 hour' returning 1),
       c as (delete from address_change where asked_at < now() - interval '3 days' returning 1)
  select (select count(*) from s) + (select count(*) from t) + (select count(*) from i)
       + (select count(*) from p) + (select count(*) from r) + (select count(*) from m)
       + (select count(*) from w) + (select count(*) from f) + (select count(*) from c)
$$;
create or replace function gate.step_look(hash bytea, most integer)
returns table (account_id uuid, kind text, email text, name text, device_known boolean)
language sql stable security definer set search_path = public, pg_temp as $$
  select a.id, a.kind, a.email, a.name, s.device_known
    from sign_in_step s join account a on a.id = s.account_id and a.disabled_at is null
   where s.token_hash = hash and s.expires_at > now() and s.tries < most
$$;
drop function gate.step_asked(bytea);
drop function gate.step_challenge(bytea, bytea, integer);
create or replace function gate.totp_confirm(account uuid, step bigint, keep bytea) returns boolean
language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
  update totp_factor f set confirmed_at = now(), last_step = step
   where f.account_id = account and f.confirmed_at is null and f.started_at > now() - interval '30 minutes';
  if not found then return false; end if;
  update account a set factor_at = now() where a.id = account;
  delete from session s where s.account_id = account and s.token_hash <> keep;
  delete from live_ticket t where t.account_id = account;
  return true;
end $$;
drop function gate.totp_drop(uuid);
drop function gate.passkey_drop(uuid, uuid);
create or replace function gate.factor_drop(account uuid) returns boolean
language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
  update account a set factor_at = null where a.id = account and a.factor_at is not null;
  if not found then return false; end if;
  delete from totp_factor f where f.account_id = account;
  delete from recovery_code c where c.account_id = account;
  delete from sign_in_step s where s.account_id = account;
  return true;
end $$;
drop function gate.passkey_use(uuid, uuid, bigint);
drop function gate.passkey_add(uuid, uuid, bytea, integer, bytea, bigint, text, bytea, integer);
drop function gate.passkey_asked(uuid, bytea);
drop function gate.passkey_ask(uuid, bytea, bytea, interval);
drop function gate.passkeys(uuid);
drop function gate.factor_app(uuid);
-- Whoever has passkeys alone has no second factor that the earlier program could ask for, and would stand outside.
do $$
declare
  who uuid;
begin
  for who in select distinct p.account_id from passkey p
              where not exists (select from totp_factor f where f.account_id = p.account_id and f.confirmed_at is not null) loop
    perform gate.factor_drop(who);
  end loop;
end $$;
reset role;
set local role ringsight_owner;
alter table sign_in_step drop column challenge_hash;
drop table passkey_set_up, passkey;
