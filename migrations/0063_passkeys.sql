-- Passkeys (WebAuthn), a second kind of second factor beside the codes of an app. account.factor_at says since when there
-- is one of either kind; recovery codes are for both.

-- public_key: as COSE has it, without its wrapping: x and y of P-256, or n and e of an RSA key of 2048 bits.
-- sign_count: the highest that the authenticator has shown; 0 for one that does not count.
create table passkey (
  id uuid primary key,
  account_id uuid not null references account (id),
  credential_id bytea not null unique check (length(credential_id) between 1 and 1023),
  algorithm integer not null check (algorithm in (-7, -257)),
  public_key bytea not null check (length(public_key) in (64, 259)),
  sign_count bigint not null check (sign_count between 0 and 4294967295),
  name text not null check (length(name) between 1 and 60),
  created_at timestamptz not null default now(),
  used_at timestamptz
);
comment on table passkey is 'class: directory';
create index passkey_account on passkey (account_id);
alter table passkey enable row level security, force row level security;
call ground.open_to_gate('passkey', 'select, insert, update, delete');

-- One being added: what the authenticator's answer must quote, for five minutes and once, in the session it was asked in.
create table passkey_set_up (
  account_id uuid primary key references account (id),
  session_hash bytea not null check (length(session_hash) = 32),
  challenge_hash bytea not null check (length(challenge_hash) = 32),
  expires_at timestamptz not null
);
comment on table passkey_set_up is 'class: directory';
alter table passkey_set_up enable row level security, force row level security;
call ground.open_to_gate('passkey_set_up', 'select, insert, update, delete');

-- The same of a sign-in's second step, which lives no longer than five minutes itself.
alter table sign_in_step add column challenge_hash bytea check (length(challenge_hash) = 32);

reset role;
set local role ringsight_gate;

create function gate.factor_app(account uuid) returns timestamptz
language sql stable security definer set search_path = public, pg_temp as $$
  select f.confirmed_at from totp_factor f where f.account_id = account
$$;

create function gate.passkeys(account uuid)
returns table (id uuid, credential_id bytea, algorithm integer, public_key bytea, name text, created_at timestamptz, used_at timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
  select p.id, p.credential_id, p.algorithm, p.public_key, p.name, p.created_at, p.used_at
    from passkey p where p.account_id = account
$$;

create function gate.passkey_ask(account uuid, session bytea, challenge bytea, lifetime interval) returns boolean
language sql volatile security definer set search_path = public, pg_temp as $$
  with asked as (
    insert into passkey_set_up as s (account_id, session_hash, challenge_hash, expires_at)
    values (account, session, challenge, now() + lifetime)
    on conflict (account_id) do update
       set session_hash = excluded.session_hash, challenge_hash = excluded.challenge_hash, expires_at = excluded.expires_at
    returning 1)
  select exists (select from asked)
$$;

-- Whatever becomes of the answer, it is not asked again. Null: nothing was asked, or too long ago.
create function gate.passkey_asked(account uuid, session bytea) returns bytea
language sql volatile security definer set search_path = public, pg_temp as $$
  delete from passkey_set_up s where s.account_id = account and s.session_hash = session and s.expires_at > now()
  returning s.challenge_hash
$$;

-- 'full': there are as many as may be; 'known': somebody has this one; 'first': the account had no second factor; 'added'.
-- As with a code's set-up, every session but `keep` ends.
create function gate.passkey_add(id uuid, account uuid, credential bytea, algorithm integer, public_key bytea, count bigint,
                                 name text, keep bytea, most integer) returns text
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
  since timestamptz;
begin
  select a.factor_at into since from account a where a.id = account for update;
  if (select count(*) from passkey p where p.account_id = account) >= most then return 'full'; end if;
  insert into passkey (id, account_id, credential_id, algorithm, public_key, sign_count, name)
  values (passkey_add.id, account, credential, passkey_add.algorithm, passkey_add.public_key, passkey_add.count, passkey_add.name)
  on conflict (credential_id) do nothing;
  if not found then return 'known'; end if;
  update account a set factor_at = coalesce(a.factor_at, now()) where a.id = account;
  delete from session s where s.account_id = account and s.token_hash <> keep;
  delete from live_ticket t where t.account_id = account;
  return case when since is null then 'first' else 'added' end;
end $$;

-- One of the account's, whose counter rises or which does not count. False: it went back, so there may be a copy.
create function gate.passkey_use(id uuid, account uuid, count bigint) returns boolean
language sql volatile security definer set search_path = public, pg_temp as $$
  with used as (
    update passkey p set sign_count = passkey_use.count, used_at = now()
     where p.id = passkey_use.id and p.account_id = account
       and (passkey_use.count > p.sign_count or passkey_use.count = 0 and p.sign_count = 0)
    returning 1)
  select exists (select from used)
$$;

create or replace function gate.factor_drop(account uuid) returns boolean
language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
  update account a set factor_at = null where a.id = account and a.factor_at is not null;
  if not found then return false; end if;
  delete from totp_factor f where f.account_id = account;
  delete from passkey p where p.account_id = account;
  delete from passkey_set_up p where p.account_id = account;
  delete from recovery_code c where c.account_id = account;
  delete from sign_in_step s where s.account_id = account;
  return true;
end $$;

-- 'none': there is no such passkey; 'last': no second factor is left; 'removed'. A sign-in that waits ends.
create function gate.passkey_drop(id uuid, account uuid) returns text
language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
  perform from account a where a.id = account for update;
  delete from passkey p where p.id = passkey_drop.id and p.account_id = account;
  if not found then return 'none'; end if;
  delete from sign_in_step s where s.account_id = account;
  if exists (select from passkey p where p.account_id = account)
     or exists (select from totp_factor f where f.account_id = account and f.confirmed_at is not null) then return 'removed'; end if;
  perform gate.factor_drop(account);
  return 'last';
end $$;

-- The same of the app.
create function gate.totp_drop(account uuid) returns text
language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
  perform from account a where a.id = account for update;
  delete from totp_factor f where f.account_id = account and f.confirmed_at is not null;
  if not found then return 'none'; end if;
  delete from sign_in_step s where s.account_id = account;
  if exists (select from passkey p where p.account_id = account) then return 'removed'; end if;
  perform gate.factor_drop(account);
  return 'last';
end $$;

create or replace function gate.totp_confirm(account uuid, step bigint, keep bytea) returns boolean
language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
  perform from account a where a.id = account for update;
  update totp_factor f set confirmed_at = now(), last_step = step
   where f.account_id = account and f.confirmed_at is null and f.started_at > now() - interval '30 minutes';
  if not found then return false; end if;
  update account a set factor_at = coalesce(a.factor_at, now()) where a.id = account;
  delete from session s where s.account_id = account and s.token_hash <> keep;
  delete from live_ticket t where t.account_id = account;
  return true;
end $$;

-- Locked first of all, as who enters has it before the counts: two who answer at once wait for each other, not both.
create or replace function gate.step_look(hash bytea, most integer)
returns table (account_id uuid, kind text, email text, name text, device_known boolean)
language sql volatile security definer set search_path = public, pg_temp as $$
  select a.id, a.kind, a.email, a.name, s.device_known
    from sign_in_step s join account a on a.id = s.account_id and a.disabled_at is null
   where s.token_hash = hash and s.expires_at > now() and s.tries < most
     for update of s
$$;

-- Of a sign-in that waits and has tries left. False: there is none.
create function gate.step_challenge(hash bytea, challenge bytea, most integer) returns boolean
language sql volatile security definer set search_path = public, pg_temp as $$
  with asked as (
    update sign_in_step s set challenge_hash = challenge
     where s.token_hash = hash and s.expires_at > now() and s.tries < most returning 1)
  select exists (select from asked)
$$;

-- Its challenge, this once.
create function gate.step_asked(hash bytea) returns bytea
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
  was bytea;
begin
  select s.challenge_hash into was from sign_in_step s where s.token_hash = hash and s.expires_at > now() for update;
  update sign_in_step s set challenge_hash = null where s.token_hash = hash;
  return was;
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
       f as (delete from totp_factor where confirmed_at is null and started_at < now() - interval '1 hour' returning 1),
       c as (delete from address_change where asked_at < now() - interval '3 days' returning 1),
       k as (delete from passkey_set_up where expires_at < now() returning 1)
  select (select count(*) from s) + (select count(*) from t) + (select count(*) from i)
       + (select count(*) from p) + (select count(*) from r) + (select count(*) from m)
       + (select count(*) from w) + (select count(*) from f) + (select count(*) from c)
       + (select count(*) from k)
$$;

revoke execute on function gate.factor_app(uuid), gate.passkeys(uuid), gate.passkey_ask(uuid, bytea, bytea, interval),
  gate.passkey_asked(uuid, bytea), gate.passkey_add(uuid, uuid, bytea, integer, bytea, bigint, text, bytea, integer),
  gate.passkey_use(uuid, uuid, bigint), gate.passkey_drop(uuid, uuid), gate.totp_drop(uuid),
  gate.step_challenge(bytea, bytea, integer), gate.step_asked(bytea) from public;
grant execute on function gate.factor_app(uuid), gate.passkeys(uuid), gate.passkey_ask(uuid, bytea, bytea, interval),
  gate.passkey_asked(uuid, bytea), gate.passkey_add(uuid, uuid, bytea, integer, bytea, bigint, text, bytea, integer),
  gate.passkey_use(uuid, uuid, bigint), gate.passkey_drop(uuid, uuid), gate.totp_drop(uuid),
  gate.step_challenge(bytea, bytea, integer), gate.step_asked(bytea) to ringsight_app;
