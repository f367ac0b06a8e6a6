-- Invitations and new passwords. Of each link only the SHA-256 of its 256 random bits is kept.

-- Whose account it is alone: one who signs in by a user name, "name@tenant", which no mail address can be
-- (its host has no dot). Null: an account of its own, with an address, which tenants may not touch.
alter table account add column home_id uuid references tenant (id);
create index account_home on account (home_id);
grant select (home_id) on account to ringsight_app;

create table invitation (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  sign_in text not null check (sign_in = lower(sign_in) and length(sign_in) between 3 and 254),
  by_mail boolean not null,
  role_id uuid not null,
  token_hash bytea not null check (length(token_hash) = 32),
  by_id uuid not null,
  by_name text not null,
  sends integer not null default 1,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  accepted_at timestamptz,
  account_id uuid references account (id),
  revoked_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, token_hash),
  foreign key (tenant_id, role_id) references role (tenant_id, id)
);
create index invitation_hash on invitation (token_hash);
create unique index invitation_open on invitation (tenant_id, sign_in) where accepted_at is null and revoked_at is null;
create index invitation_waiting on invitation (tenant_id, id desc) where accepted_at is null and revoked_at is null;
create index invitation_role on invitation (tenant_id, role_id);
create index invitation_account on invitation (account_id);
call ground.tenant_table('invitation', 'select, insert, update');
call ground.open_to_gate('invitation', 'select, update');

-- Who asked for a new password: any address, whether an account has it or not.
create table password_ask (
  id uuid primary key,
  address text not null check (length(address) <= 254),
  client text not null,
  at timestamptz not null default now()
);
comment on table password_ask is 'class: directory';
create index password_ask_address on password_ask (address, at);
create index password_ask_client on password_ask (client, at);
alter table password_ask enable row level security, force row level security;
call ground.open_to_gate('password_ask', 'select, insert, delete');

create table password_reset (
  id uuid primary key,
  token_hash bytea not null unique check (length(token_hash) = 32),
  account_id uuid not null references account (id),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz
);
comment on table password_reset is 'class: directory';
create index password_reset_account on password_reset (account_id);
alter table password_reset enable row level security, force row level security;
call ground.open_to_gate('password_reset', 'select, insert, update, delete');
grant update (password_hash) on account to ringsight_gate;
grant select, delete on mail to ringsight_gate;
create policy gate on mail to ringsight_gate using (true) with check (true);

reset role;
set local role ringsight_gate;

-- The invitation that a link opens, while it holds.
create function gate.invitation(hash bytea)
returns table (tenant_id uuid, id uuid, tenant_name text, sign_in text, by_mail boolean, role_name text, by_name text,
               expires_at timestamptz, known boolean)
language sql stable security definer set search_path = public, pg_temp
as $$
  select i.tenant_id, i.id, t.name, i.sign_in, i.by_mail, r.name, i.by_name, i.expires_at,
         exists (select from account a where a.email = i.sign_in)
    from invitation i
    join tenant t on t.id = i.tenant_id and t.state = 'active'
    join role r on r.tenant_id = i.tenant_id and r.id = i.role_id
   where i.token_hash = hash and i.accepted_at is null and i.revoked_at is null and i.expires_at > now()
$$;

-- Makes the invited a member: an account of before (`own`, which must have the invited address) or a new
-- one. 'done', 'gone', 'other' (not the account's invitation), 'known' (it has an account), 'member'.
create function gate.invitation_accept(hash bytea, own uuid, fresh uuid, person text, password text, member uuid)
returns text
language plpgsql volatile security definer set search_path = public, pg_temp
as $$
declare
  i invitation;
  who uuid := own;
begin
  select v.* into i from invitation v join tenant t on t.id = v.tenant_id and t.state = 'active'
   where v.token_hash = hash and v.accepted_at is null and v.revoked_at is null and v.expires_at > now()
     for update of v;
  if not found then return 'gone'; end if;
  if own is not null then
    perform from account a where a.id = own and a.email = i.sign_in and a.kind = 'person' and a.disabled_at is null;
    if not found then return 'other'; end if;
  else
    insert into account (id, email, name, password_hash, kind, home_id)
    values (fresh, i.sign_in, person, password, 'person', case when not i.by_mail then i.tenant_id end)
    on conflict (email) do nothing;
    if not found then return 'known'; end if;
    who := fresh;
  end if;
  insert into membership (tenant_id, id, account_id, role_id) values (i.tenant_id, member, who, i.role_id)
  on conflict (tenant_id, account_id) do nothing;
  if not found then return 'member'; end if;
  update invitation v set accepted_at = now(), account_id = who where v.tenant_id = i.tenant_id and v.id = i.id;
  return 'done';
end $$;

-- False: this network (an address, or the /64 it lies in) asked too often. For one mail address no more than
-- three an hour are taken, which is not told. Neither depends on whether an account has the address.
create function gate.password_ask(ask uuid, asked text, from_client text, out allowed boolean, out taken boolean)
language plpgsql volatile security definer set search_path = public, pg_temp
as $$
declare
  network constant text := case when from_client like '%:%' then network(set_masklen(from_client::inet, 64))::text else from_client end;
begin
  perform pg_advisory_xact_lock(hashtextextended('password_ask', 0));
  allowed := (select count(*) from password_ask p where p.client = network and p.at > now() - interval '1 hour') < 20;
  taken := allowed and (select count(*) from password_ask p where p.address = asked and p.at > now() - interval '1 hour') < 3;
  if allowed then
    insert into password_ask (id, address, client) values (ask, asked, network);
  end if;
end $$;

-- For the job that follows: a link's hash, if an account has the address. Super admins and those who sign in
-- by a user name have no way by mail.
create function gate.password_reset_make(ask uuid, reset uuid, hash bytea)
returns table (email text, name text)
language sql volatile security definer set search_path = public, pg_temp
as $$
  with found as (
    select a.id, a.email, a.name from password_ask p join account a on a.email = p.address
     where p.id = ask and a.kind = 'person' and a.disabled_at is null and a.home_id is null),
  made as (
    insert into password_reset (id, token_hash, account_id, expires_at)
    select reset, hash, id, now() + interval '30 minutes' from found returning 1)
  select email, name from found where exists (select from made)
$$;

-- A link to hand over, for one whose account is this tenant's alone. Earlier ones are void.
create function gate.password_link(reset uuid, hash bytea, member uuid) returns boolean
language sql volatile security definer set search_path = public, pg_temp
as $$
  with found as (
    select a.id from membership m join account a on a.id = m.account_id
     where m.tenant_id = nullif(current_setting('app.tenant', true), '')::uuid and m.id = member
       and a.home_id = m.tenant_id and a.disabled_at is null),
  void as (update password_reset p set used_at = now() from found f where p.account_id = f.id and p.used_at is null),
  made as (
    insert into password_reset (id, token_hash, account_id, expires_at)
    select reset, hash, id, now() + interval '24 hours' from found returning 1)
  select exists (select from made)
$$;

create function gate.password_reset(hash bytea) returns table (account_id uuid, sign_in text, name text)
language sql stable security definer set search_path = public, pg_temp
as $$
  select a.id, a.email, a.name from password_reset p join account a on a.id = p.account_id and a.disabled_at is null
   where p.token_hash = hash and p.used_at is null and p.expires_at > now()
$$;

-- The new password stands, every link and every session of the account ends.
create function gate.password_reset_use(hash bytea, password text) returns uuid
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

-- Where an account's owner is written to; nothing for one without an address.
create function gate.account_address(account uuid) returns table (email text, name text)
language sql stable security definer set search_path = public, pg_temp
as $$ select a.email, a.name from account a where a.id = account and a.home_id is null and a.disabled_at is null $$;

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

revoke execute on function gate.invitation(bytea), gate.invitation_accept(bytea, uuid, uuid, text, text, uuid),
  gate.password_ask(uuid, text, text), gate.password_reset_make(uuid, uuid, bytea), gate.password_link(uuid, bytea, uuid),
  gate.password_reset(bytea), gate.password_reset_use(bytea, text), gate.account_address(uuid) from public;
grant execute on function gate.invitation(bytea), gate.invitation_accept(bytea, uuid, uuid, text, text, uuid),
  gate.password_ask(uuid, text, text), gate.password_link(uuid, bytea, uuid), gate.password_reset(bytea),
  gate.password_reset_use(bytea, text) to ringsight_app;
grant execute on function gate.password_reset_make(uuid, uuid, bytea), gate.account_address(uuid) to ringsight_jobs;
