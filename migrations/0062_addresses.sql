-- Another address of an account: asked for signed in, and confirmed from the old address and from the new one.

-- Open while ended_at is null. What the links hold is known by its SHA-256 alone.
create table address_change (
  id uuid primary key,
  account_id uuid not null references account (id),
  old_email text not null,
  new_email text not null,
  old_hash bytea unique check (length(old_hash) = 32),
  new_hash bytea unique check (length(new_hash) = 32),
  old_at timestamptz,
  new_at timestamptz,
  asked_at timestamptz not null default now(),
  expires_at timestamptz not null default now() + interval '24 hours',
  ended_at timestamptz
);
comment on table address_change is 'class: directory';
create index address_change_account on address_change (account_id, asked_at);
create index address_change_new on address_change (new_email, asked_at);
alter table address_change enable row level security, force row level security;
call ground.open_to_gate('address_change', 'select, insert, update, delete');
grant update (email) on account to ringsight_gate;

reset role;
set local role ringsight_gate;

-- Why an account cannot ask: 'user_name' (it has no address), 'provider' (a tenant's provider speaks for its address,
-- which would not hold any more); 'may' otherwise.
create function gate.address_may(account uuid) returns text
language sql stable security definer set search_path = public, pg_temp as $$
  select case
    when a.home_id is not null or a.kind <> 'person' then 'user_name'
    when exists (select from membership m join oidc o on o.tenant_id = m.tenant_id and o.active
                  where m.account_id = a.id and split_part(a.email, '@', 2) = any (o.domains)) then 'provider'
    else 'may' end
    from account a where a.id = account and a.disabled_at is null
$$;

-- 'done', what gate.address_may says, or 'limit': five in a day. Takes the place of an earlier one that is open. Nothing
-- here depends on whether the wanted address is another account's.
create function gate.address_ask(change uuid, account uuid, wanted text) returns text
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
  present text;
  may text;
begin
  select a.email into present from account a where a.id = account for update;
  may := gate.address_may(account);
  if may is distinct from 'may' then return coalesce(may, 'user_name'); end if;
  if (select count(*) from address_change c where c.account_id = account and c.asked_at > now() - interval '1 day') >= 5 then return 'limit'; end if;
  update address_change c set ended_at = now() where c.account_id = account and c.ended_at is null;
  insert into address_change (id, account_id, old_email, new_email) values (change, account, present, wanted);
  return 'done';
end $$;

-- For the job that follows: whom to write to. new_name null: the new address is nobody's yet, and gets new_hash's link;
-- else it is that person's, who is told. quiet: the new address was written to often enough for a day.
create function gate.address_mails(change uuid, hash_old bytea, hash_new bytea)
returns table (account_id uuid, name text, old_email text, new_email text, new_name text, quiet boolean)
language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
  update address_change c set old_hash = hash_old, new_hash = hash_new where c.id = change and c.ended_at is null;
  return query
    select c.account_id, a.name, c.old_email, c.new_email, o.name,
           (select count(*) from address_change p where p.new_email = c.new_email and p.asked_at > now() - interval '1 day') > 3
      from address_change c join account a on a.id = c.account_id and a.disabled_at is null
      left join account o on o.email = c.new_email
     where c.id = change and c.ended_at is null;
end $$;

create function gate.address_look(hash bytea)
returns table (account_id uuid, name text, side text, new_email text, other_confirmed boolean)
language sql stable security definer set search_path = public, pg_temp as $$
  select c.account_id, a.name, case when c.old_hash = hash then 'old' else 'new' end, c.new_email,
         case when c.old_hash = hash then c.new_at is not null else c.old_at is not null end
    from address_change c join account a on a.id = c.account_id and a.disabled_at is null and a.email = c.old_email
   where (c.old_hash = hash or c.new_hash = hash) and c.ended_at is null and c.expires_at > now()
$$;

-- 'waiting' for the other side, 'done', 'taken' (somebody has the address meanwhile), or 'gone'. With the new address, links for
-- new passwords that went to the old one are void.
create function gate.address_confirm(hash bytea, out outcome text, out change uuid)
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
  c public.address_change%rowtype;
begin
  outcome := 'gone';
  perform from address_change v join account a on a.id = v.account_id
   where v.old_hash = hash or v.new_hash = hash for update of a;
  select v.* into c from address_change v join account a on a.id = v.account_id and a.disabled_at is null and a.email = v.old_email
   where (v.old_hash = hash or v.new_hash = hash) and v.ended_at is null and v.expires_at > now() for update of v;
  if not found then return; end if;
  change := c.id;
  update address_change v set old_at = case when v.old_hash = hash then coalesce(v.old_at, now()) else v.old_at end,
                              new_at = case when v.new_hash = hash then coalesce(v.new_at, now()) else v.new_at end
   where v.id = c.id returning v.* into c;
  outcome := 'waiting';
  if c.old_at is null or c.new_at is null then return; end if;
  update address_change v set ended_at = now() where v.id = c.id;
  begin
    update account a set email = c.new_email where a.id = c.account_id;
    outcome := 'done';
  exception when unique_violation then
    outcome := 'taken';
    return;
  end;
  update password_reset p set used_at = now() where p.account_id = c.account_id and p.used_at is null;
end $$;

-- "This was not me", by the link to the old address: nothing changes, and every session but one ends. False: there is nothing to stop.
create function gate.address_stop(hash bytea, keep bytea) returns boolean
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
  who uuid;
begin
  update address_change c set ended_at = now()
   where c.old_hash = hash and c.ended_at is null and c.expires_at > now() returning c.account_id into who;
  if not found then return false; end if;
  delete from live_ticket t where t.account_id = who;
  delete from sign_in_step w where w.account_id = who;
  delete from session s where s.account_id = who and (keep is null or s.token_hash <> keep);
  return true;
end $$;

create function gate.address_state(account uuid)
returns table (may text, email text, expires_at timestamptz, old_confirmed boolean, new_confirmed boolean)
language sql stable security definer set search_path = public, pg_temp as $$
  select gate.address_may(account), c.new_email, c.expires_at, c.old_at is not null, c.new_at is not null
    from (values (1)) one
    left join address_change c on c.account_id = account and c.ended_at is null and c.expires_at > now()
$$;

create function gate.address_withdraw(account uuid) returns boolean
language sql volatile security definer set search_path = public, pg_temp as $$
  with gone as (update address_change c set ended_at = now() where c.account_id = account and c.ended_at is null returning 1)
  select exists (select from gone)
$$;

-- Of a change that is done, for the mails that tell it.
create function gate.address_done(change uuid) returns table (account_id uuid, name text, old_email text, new_email text)
language sql stable security definer set search_path = public, pg_temp as $$
  select c.account_id, a.name, c.old_email, c.new_email from address_change c join account a on a.id = c.account_id
   where c.id = change and c.ended_at is not null and c.old_at is not null and c.new_at is not null
$$;

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

create or replace function gate.service_job(id uuid, kind text, priority integer, max_attempts integer, args jsonb, object uuid)
returns boolean
language sql volatile security definer set search_path = public, pg_temp
as $$
  with added as (
    insert into job (id, tenant_id, kind, priority, max_attempts, args, object_id)
    select service_job.id, null, service_job.kind, service_job.priority, service_job.max_attempts, service_job.args, object
     where service_job.kind in ('passwords.ask', 'passwords.changed', 'factors.changed', 'addresses.ask', 'addresses.changed')
    returning 1)
  select exists (select from added)
$$;

revoke execute on function gate.address_may(uuid), gate.address_ask(uuid, uuid, text), gate.address_mails(uuid, bytea, bytea),
  gate.address_look(bytea), gate.address_confirm(bytea), gate.address_stop(bytea, bytea), gate.address_state(uuid),
  gate.address_withdraw(uuid), gate.address_done(uuid) from public;
grant execute on function gate.address_ask(uuid, uuid, text), gate.address_look(bytea), gate.address_confirm(bytea),
  gate.address_stop(bytea, bytea), gate.address_state(uuid), gate.address_withdraw(uuid) to ringsight_app;
grant execute on function gate.address_mails(uuid, bytea, bytea), gate.address_done(uuid) to ringsight_jobs;
