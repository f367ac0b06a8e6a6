-- What somebody is shown of his sessions, ending them one by one, and a member's within a tenant.

-- id: what a session is called by, in place of its token. device: the browser in words; way: what opened it.
-- barred: tenants whose administrator ended it, though it was in another; it comes into none of them any more.
alter table session
  add column id uuid not null default gen_random_uuid(),
  add column device text,
  add column address text,
  add column way text check (way in ('password', 'code', 'recovery', 'provider', 'passkey')),
  add column barred uuid[] not null default '{}';
create unique index session_id on session (id);

-- Moves with each session that ends, so that the sockets of all processes are looked at then. Only a hint: it moves
-- before the end is committed.
create sequence ground.session_end;
grant usage on sequence ground.session_end to ringsight_gate;
grant select on sequence ground.session_end to ringsight_app;

reset role;
set local role ringsight_gate;

create function gate.session_ended() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$ begin
  perform nextval('ground.session_end');
  return null;
end $$;

-- The session, and that it is in use, to the minute.
create function gate.session_used(hash bytea) returns setof gate.identity
language plpgsql volatile security definer set search_path = public, pg_temp
as $$ begin
  update session s set seen_at = now()
   where s.token_hash = hash and s.expires_at > now() and s.seen_at < now() - interval '1 minute';
  return query select * from gate.session(hash);
end $$;

create function gate.session_describe(hash bytea, device_words text, from_address text, by_way text) returns void
language sql volatile security definer set search_path = public, pg_temp
as $$ update session s set device = device_words, address = from_address, way = by_way where s.token_hash = hash $$;

-- The sessions of the account that one of them belongs to. One that a tenant's provider opened sees only those.
create function gate.session_list(hash bytea)
returns table (id uuid, device text, address text, way text, tenant_name text, created_at timestamptz, seen_at timestamptz,
               current boolean)
language sql stable security definer set search_path = public, pg_temp
as $$
  select s.id, s.device, s.address, s.way, t.name, s.created_at, s.seen_at, s.token_hash = hash
    from session me
    join session s on s.account_id = me.account_id and s.expires_at > now()
     and (me.oidc_tenant is null or s.oidc_tenant = me.oidc_tenant)
    left join tenant t on t.id = s.tenant_id
   where me.token_hash = hash and me.expires_at > now()
   order by s.token_hash = hash desc, s.seen_at desc, s.id limit 100
$$;

-- Ends one of them, or all but the one of the token where none is named. How many; what waits for a code or a socket
-- goes with all.
create function gate.session_end(hash bytea, which uuid) returns integer
language plpgsql volatile security definer set search_path = public, pg_temp
as $$
declare
  me public.session%rowtype;
  ended integer;
begin
  select s.* into me from session s where s.token_hash = hash and s.expires_at > now();
  if not found then return 0; end if;
  with gone as (
    delete from session s
     where s.account_id = me.account_id and s.token_hash <> hash and (which is null or s.id = which)
       and (me.oidc_tenant is null or s.oidc_tenant = me.oidc_tenant)
    returning s.token_hash),
  tickets as (delete from live_ticket t using gone g where t.bearer = g.token_hash)
  select count(*) into ended from gone;
  if which is null and me.oidc_tenant is null then
    delete from sign_in_step w where w.account_id = me.account_id;
  end if;
  return ended;
end $$;

-- Of a member of the current tenant: what is in the tenant or in none ends; what is in another stays there, and does
-- not come in here. How many; null: no such member.
create function gate.member_sessions_end(member uuid) returns integer
language plpgsql volatile security definer set search_path = public, pg_temp
as $$
declare
  here constant uuid := nullif(current_setting('app.tenant', true), '')::uuid;
  who uuid;
  ended integer;
begin
  select m.account_id into who from membership m where m.tenant_id = here and m.id = member;
  if not found then return null; end if;
  delete from live_ticket t where t.account_id = who and t.tenant_id = here;
  delete from sign_in_step w where w.account_id = who;
  delete from session s where s.account_id = who and (s.tenant_id is null or s.tenant_id = here);
  get diagnostics ended = row_count;
  update session s set barred = array_append(s.barred, here) where s.account_id = who and here <> all (s.barred);
  return ended;
end $$;

-- The same session under another token, from when it may more than before. When it ends.
create function gate.session_renew(hash bytea, fresh bytea) returns timestamptz
language plpgsql volatile security definer set search_path = public, pg_temp
as $$
declare
  until timestamptz;
begin
  update session s set token_hash = fresh where s.token_hash = hash and s.expires_at > now() returning s.expires_at into until;
  if found then delete from live_ticket t where t.bearer = hash; end if;
  return until;
end $$;

-- As before; and one that was ended in a tenant does not come in again.
create or replace function gate.session_stays() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$ begin
  if new.oidc_tenant is not null then
    return case when new.tenant_id = new.oidc_tenant then new end;
  end if;
  if new.tenant_id = any (new.barred) then return null; end if;
  if new.tenant_id is null or not gate.oidc_only(new.account_id, new.tenant_id) then return new; end if;
  if tg_op = 'UPDATE' then return null; end if;
  new.tenant_id := null;
  return new;
end $$;

create function gate.session_barred(hash bytea, chosen uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp
as $$ select exists (select from session s where s.token_hash = hash and chosen = any (s.barred)) $$;

revoke execute on function gate.session_ended(), gate.session_used(bytea), gate.session_describe(bytea, text, text, text),
  gate.session_list(bytea), gate.session_end(bytea, uuid), gate.member_sessions_end(uuid), gate.session_renew(bytea, bytea),
  gate.session_barred(bytea, uuid) from public;
grant execute on function gate.session_used(bytea) to ringsight_app, ringsight_platform;
grant execute on function gate.session_describe(bytea, text, text, text),
  gate.session_list(bytea), gate.session_end(bytea, uuid), gate.member_sessions_end(uuid), gate.session_renew(bytea, bytea),
  gate.session_barred(bytea, uuid) to ringsight_app;
grant execute on function gate.session_ended() to ringsight_owner;

reset role;
set local role ringsight_owner;
create trigger session_ended after delete or update of token_hash on session for each statement execute function gate.session_ended();
