-- A second factor for accounts: codes of an authenticator app (RFC 6238) and recovery codes. They belong to the
-- account, as its password does, so all is behind the gate; a tenant sees of its people whether they have one.

alter table account add column factor_at timestamptz;
grant select (factor_at) on account to ringsight_app;
grant update (factor_at) on account to ringsight_gate;

-- seed: sealed by a key of the service, bound to the account. last_step: the latest 30 s step whose code was taken;
-- a code of it or of an earlier one is not taken again.
create table totp_factor (
  account_id uuid primary key references account (id),
  seed bytea not null,
  started_at timestamptz not null default now(),
  confirmed_at timestamptz,
  last_step bigint not null default 0
);
comment on table totp_factor is 'class: directory';
alter table totp_factor enable row level security, force row level security;
call ground.open_to_gate('totp_factor', 'select, insert, update, delete');

-- SHA-256 over account and code; a code has 120 random bits.
create table recovery_code (
  account_id uuid not null references account (id),
  code_hash bytea not null check (length(code_hash) = 32),
  used_at timestamptz,
  primary key (account_id, code_hash)
);
comment on table recovery_code is 'class: directory';
alter table recovery_code enable row level security, force row level security;
call ground.open_to_gate('recovery_code', 'select, insert, update, delete');

-- Whose password was right and whose code is waited for. Not a session: gate.session knows nothing of it.
create table sign_in_step (
  token_hash bytea primary key check (length(token_hash) = 32),
  account_id uuid not null references account (id),
  device_known boolean not null,
  tries integer not null default 0,
  expires_at timestamptz not null
);
comment on table sign_in_step is 'class: directory';
create index sign_in_step_account on sign_in_step (account_id);
alter table sign_in_step enable row level security, force row level security;
call ground.open_to_gate('sign_in_step', 'select, insert, update, delete');

reset role;
set local role ringsight_gate;

-- True: the account has a second factor, and whoever holds the token may present it. False: it has none.
create function gate.step_open(hash bytea, account uuid, known boolean, lifetime interval) returns boolean
language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
  if not exists (select from account a where a.id = account and a.factor_at is not null) then return false; end if;
  insert into sign_in_step (token_hash, account_id, device_known, expires_at) values (hash, account, known, now() + lifetime);
  return true;
end $$;

-- Nothing where no try is left.
create function gate.step_look(hash bytea, most integer)
returns table (account_id uuid, kind text, email text, name text, device_known boolean)
language sql stable security definer set search_path = public, pg_temp as $$
  select a.id, a.kind, a.email, a.name, s.device_known
    from sign_in_step s join account a on a.id = s.account_id and a.disabled_at is null
   where s.token_hash = hash and s.expires_at > now() and s.tries < most
$$;

-- One more try, counted before the code is looked at; how many are left after it, or null: there is none.
create function gate.step_try(hash bytea, most integer) returns integer
language sql volatile security definer set search_path = public, pg_temp as $$
  update sign_in_step s set tries = s.tries + 1
   where s.token_hash = hash and s.expires_at > now() and s.tries < most
  returning most - s.tries
$$;

create function gate.step_close(hash bytea) returns boolean
language sql volatile security definer set search_path = public, pg_temp as $$
  with gone as (delete from sign_in_step s where s.token_hash = hash and s.expires_at > now() returning 1)
  select exists (select from gone)
$$;

-- A set-up that nobody confirmed within half an hour is none.
create function gate.totp_seed(account uuid) returns table (seed bytea, confirmed boolean)
language sql stable security definer set search_path = public, pg_temp as $$
  select f.seed, f.confirmed_at is not null from totp_factor f
   where f.account_id = account and (f.confirmed_at is not null or f.started_at > now() - interval '30 minutes')
$$;

-- False: a code of this step or a later one was taken already.
create function gate.totp_use(account uuid, step bigint) returns boolean
language sql volatile security definer set search_path = public, pg_temp as $$
  with used as (
    update totp_factor f set last_step = step
     where f.account_id = account and f.confirmed_at is not null and f.last_step < step returning 1)
  select exists (select from used)
$$;

create function gate.recovery_use(account uuid, hash bytea) returns boolean
language sql volatile security definer set search_path = public, pg_temp as $$
  with used as (
    update recovery_code c set used_at = now()
     where c.account_id = account and c.code_hash = hash and c.used_at is null returning 1)
  select exists (select from used)
$$;

create function gate.factor_state(account uuid) returns table (since timestamptz, recovery_left integer)
language sql stable security definer set search_path = public, pg_temp as $$
  select a.factor_at, (select count(*)::integer from recovery_code c where c.account_id = a.id and c.used_at is null)
    from account a where a.id = account
$$;

-- False: there is one already, which goes first.
create function gate.totp_begin(account uuid, sealed bytea) returns boolean
language sql volatile security definer set search_path = public, pg_temp as $$
  with begun as (
    insert into totp_factor as f (account_id, seed) values (account, sealed)
    on conflict (account_id) do update set seed = excluded.seed, started_at = now(), last_step = 0
     where f.confirmed_at is null
    returning 1)
  select exists (select from begun)
$$;

-- codes: hashes in hex, which take the place of all earlier ones. False: the account has no second factor.
create function gate.recovery_put(account uuid, codes text[]) returns boolean
language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
  perform from account a where a.id = account and a.factor_at is not null for share;
  if not found then return false; end if;
  delete from recovery_code c where c.account_id = account;
  insert into recovery_code (account_id, code_hash) select account, decode(h, 'hex') from unnest(codes) h;
  return true;
end $$;

-- The factor holds from now on: what was opened without it ends, save the session it is set up in.
create function gate.totp_confirm(account uuid, step bigint, keep bytea) returns boolean
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

create function gate.factor_drop(account uuid) returns boolean
language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
  update account a set factor_at = null where a.id = account and a.factor_at is not null;
  if not found then return false; end if;
  delete from totp_factor f where f.account_id = account;
  delete from recovery_code c where c.account_id = account;
  delete from sign_in_step s where s.account_id = account;
  return true;
end $$;

-- Of a member of the current tenant, unless the account belongs to other tenants too, whose business it is as well. Who has
-- lost a phone may have left it signed in: every session ends.
create function gate.member_factor_drop(member uuid) returns text
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
  here constant uuid := nullif(current_setting('app.tenant', true), '')::uuid;
  who uuid;
begin
  select m.account_id into who from membership m where m.tenant_id = here and m.id = member;
  if not found then return 'nobody'; end if;
  if exists (select from membership m join tenant t on t.id = m.tenant_id and t.state <> 'deleted'
              where m.account_id = who and m.tenant_id <> here) then return 'elsewhere'; end if;
  if not gate.factor_drop(who) then return 'none'; end if;
  delete from session s where s.account_id = who;
  delete from live_ticket t where t.account_id = who;
  return 'done';
end $$;

-- fresh null: the password was right and the code is still to come, so the device is not known by it yet.
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
  if fresh is null then return ours; end if;
  insert into known_device (device_hash, account_id) values (case when ours then device else fresh end, account)
  on conflict (device_hash, account_id) do update set seen_at = now();
  delete from known_device d where d.account_id = account and d.device_hash in (
    select o.device_hash from known_device o where o.account_id = account order by o.seen_at desc offset 20);
  return ours;
end $$;

-- With a new password the second factor stays, and a sign-in that waits for its code ends like every session.
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
  delete from sign_in_step s where s.account_id = who;
  return who;
end $$;

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

revoke execute on function gate.step_open(bytea, uuid, boolean, interval), gate.step_look(bytea, integer), gate.step_try(bytea, integer),
  gate.step_close(bytea), gate.totp_seed(uuid), gate.totp_use(uuid, bigint), gate.recovery_use(uuid, bytea),
  gate.factor_state(uuid), gate.totp_begin(uuid, bytea), gate.recovery_put(uuid, text[]), gate.totp_confirm(uuid, bigint, bytea),
  gate.factor_drop(uuid), gate.member_factor_drop(uuid) from public;
grant execute on function gate.step_open(bytea, uuid, boolean, interval), gate.step_look(bytea, integer), gate.step_try(bytea, integer),
  gate.step_close(bytea), gate.totp_seed(uuid), gate.totp_use(uuid, bigint), gate.recovery_use(uuid, bytea),
  gate.factor_state(uuid), gate.totp_begin(uuid, bytea), gate.recovery_put(uuid, text[]), gate.totp_confirm(uuid, bigint, bytea),
  gate.factor_drop(uuid), gate.member_factor_drop(uuid) to ringsight_app;
grant execute on function gate.factor_drop(uuid) to ringsight_owner;
