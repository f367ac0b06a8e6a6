-- Signing in by a provider of the tenant's own (OpenID Connect).

-- domains: of whose addresses the provider may speak. group_roles: [{"group","role"}], the first that fits counts.
-- only_way: members of those domains but owners have no way in by password. provider: what it publishes, as last read.
-- vouched, by_owner: what whoever saved may himself: the provider lets nobody in who may more. heard_at: last logout token.
create table oidc (
  tenant_id uuid primary key references tenant (id),
  active boolean not null default false,
  name text not null check (length(name) between 1 and 60),
  issuer text not null,
  client_id text not null,
  secret_sealed bytea,
  domains text[] not null,
  default_role text not null,
  group_claim text not null default '',
  group_roles jsonb not null default '[]',
  make_members boolean not null default true,
  only_way boolean not null default false,
  vouched text[] not null,
  by_owner boolean not null,
  provider jsonb,
  checked_at timestamptz,
  fault text,
  heard_at timestamptz,
  version integer not null default 1,
  changed_at timestamptz not null default now()
);
call ground.tenant_table('oidc', 'select, insert, update');
call ground.open_to_gate('oidc', 'select');

-- Of each domain one tenant speaks, so that nobody is led to another's provider.
create table oidc_domain (
  domain text primary key check (domain = lower(domain) and length(domain) between 3 and 253),
  tenant_id uuid not null references tenant (id)
);
comment on table oidc_domain is 'class: directory';
create index oidc_domain_tenant on oidc_domain (tenant_id);
alter table oidc_domain enable row level security, force row level security;
call ground.open_to_gate('oidc_domain', 'select, insert, delete');

-- A sign-in under way, for ten minutes. sealed: nonce, verifier and, once it came back, the code.
create table oidc_flow (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  state_hash bytea not null check (length(state_hash) = 32),
  cookie_hash bytea not null check (length(cookie_hash) = 32),
  sealed bytea,
  redirect_uri text not null,
  next text not null,
  state text not null default 'started' check (state in ('started', 'asking', 'ready', 'failed', 'done')),
  reason text,
  account_id uuid references account (id),
  person_id uuid,
  sid text,
  refresh_sealed bytea,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create index oidc_flow_state on oidc_flow (state_hash);
create index oidc_flow_cookie on oidc_flow (cookie_hash);
create index oidc_flow_account on oidc_flow (account_id);
create index oidc_flow_created on oidc_flow (tenant_id, created_at);
call ground.tenant_table('oidc_flow', 'select, insert, update, delete');
call ground.open_to_gate('oidc_flow', 'select, update');

-- Who came by the provider. An address that it gives to another person later opens nothing.
create table oidc_person (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  account_id uuid not null references account (id),
  issuer text not null,
  subject text not null check (length(subject) between 1 and 255),
  last_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, issuer, subject),
  unique (tenant_id, account_id)
);
create index oidc_person_account on oidc_person (account_id);
call ground.tenant_table('oidc_person', 'select');
call ground.open_to_gate('oidc_person', 'select, insert, update');

-- oidc_tenant: whose provider opened this session; it holds in that tenant alone, for the word of one tenant's
-- provider must not open another tenant.
alter table session
  add column oidc_tenant uuid,
  add column oidc_person uuid,
  add column oidc_sid text,
  add column oidc_refresh bytea,
  add column oidc_checked_at timestamptz;
create index session_oidc on session (oidc_tenant, oidc_person) where oidc_tenant is not null;
grant update (role_id) on membership to ringsight_gate;

reset role;
set local role ringsight_gate;

-- Whether a member has no way in but the provider.
create function gate.oidc_only(account uuid, tenant uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp
as $$
  select exists (
    select from oidc o
      join account a on a.id = account and split_part(a.email, '@', 2) = any (o.domains)
      join membership m on m.tenant_id = o.tenant_id and m.account_id = a.id
      join role r on r.tenant_id = m.tenant_id and r.id = m.role_id and r.slug <> 'owner'
     where o.tenant_id = tenant and o.active and o.only_way)
$$;

-- The provider's name where no tenant of an account is open to its password.
create function gate.oidc_password_refused(account uuid) returns text
language sql stable security definer set search_path = public, pg_temp
as $$
  select case when bool_and(gate.oidc_only(account, m.tenant_id)) then min(o.name) end
    from membership m join tenant t on t.id = m.tenant_id and t.state <> 'deleted'
    left join oidc o on o.tenant_id = m.tenant_id
   where m.account_id = account
$$;

create function gate.oidc_bound(hash bytea) returns uuid
language sql stable security definer set search_path = public, pg_temp
as $$ select oidc_tenant from session where token_hash = hash $$;

-- A session that a provider opened stays in its tenant; one by password comes into none that wants the provider.
create function gate.session_stays() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$ begin
  if new.oidc_tenant is not null then
    return case when new.tenant_id = new.oidc_tenant then new end;
  end if;
  if new.tenant_id is null or not gate.oidc_only(new.account_id, new.tenant_id) then return new; end if;
  if tg_op = 'UPDATE' then return null; end if;
  new.tenant_id := null;
  return new;
end $$;

create function gate.oidc_offer(host text, domain_of text)
returns table (slug text, tenant_name text, name text)
language sql stable security definer set search_path = public, pg_temp
as $$
  select t.slug, t.name, o.name from oidc o join tenant t on t.id = o.tenant_id and t.state = 'active'
   where o.active and (t.slug = host or (host is null and exists (
     select from oidc_domain d where d.domain = domain_of and d.tenant_id = o.tenant_id)))
   limit 1
$$;

create function gate.oidc_tenant(short text) returns uuid
language sql stable security definer set search_path = public, pg_temp
as $$ select t.id from tenant t join oidc o on o.tenant_id = t.id where t.slug = short and t.state = 'active' and o.active $$;

-- Takes domains for the transaction's tenant and lets go of its others; the first that is another's, if one is.
create function gate.oidc_domains(wanted text[]) returns text
language plpgsql volatile security definer set search_path = public, pg_temp
as $$
declare
  own constant uuid := nullif(current_setting('app.tenant', true), '')::uuid;
  taken text;
begin
  delete from oidc_domain d where d.tenant_id = own and d.domain <> all (wanted);
  insert into oidc_domain (domain, tenant_id) select w, own from unnest(wanted) w on conflict (domain) do nothing;
  select min(d.domain) into taken from oidc_domain d where d.domain = any (wanted) and d.tenant_id <> own;
  return taken;
end $$;

-- The sign-in that a callback belongs to: by its state and by the browser's cookie, once.
create function gate.oidc_flow(state_of bytea, cookie_of bytea) returns table (tenant_id uuid, id uuid)
language sql stable security definer set search_path = public, pg_temp
as $$
  select f.tenant_id, f.id from oidc_flow f join tenant t on t.id = f.tenant_id and t.state = 'active'
   where f.state_hash = state_of and f.cookie_hash = cookie_of and f.state = 'started'
     and f.created_at > now() - interval '10 minutes'
$$;

create function gate.oidc_flow_state(cookie_of bytea)
returns table (tenant_id uuid, id uuid, state text, reason text, next text)
language sql stable security definer set search_path = public, pg_temp
as $$
  select f.tenant_id, f.id, f.state, f.reason, f.next from oidc_flow f
   where f.cookie_hash = cookie_of and f.created_at > now() - interval '10 minutes'
   order by f.created_at desc limit 1
$$;

-- Finds or makes account, membership and person for what the provider of the transaction's tenant says.
-- 'done', or why not: 'other' (the address is another person's), 'closed' (disabled, or no person's account),
-- 'stranger' (not a member, and none is made), 'role' (the role is gone), 'more' (may more than who set this up).
create function gate.oidc_join(of_issuer text, of_subject text, address text, person_name text, unusable text,
                               fresh uuid, member uuid, fresh_person uuid, wanted text, regroup boolean,
                               out verdict text, out account uuid, out person uuid)
language plpgsql volatile security definer set search_path = public, pg_temp
as $$
declare
  own constant uuid := nullif(current_setting('app.tenant', true), '')::uuid;
  o public.oidc%rowtype;
  has public.role%rowtype;
  gets public.role%rowtype;
begin
  select * into strict o from oidc c where c.tenant_id = own;
  perform pg_advisory_xact_lock(hashtextextended('oidc ' || own::text || ' ' || of_subject, 0));
  select p.account_id, p.id into account, person from oidc_person p
   where p.tenant_id = own and p.issuer = of_issuer and p.subject = of_subject;
  if account is null then
    select a.id into account from account a where a.email = address;
    if account is not null and exists (select from oidc_person p where p.tenant_id = own and p.account_id = account and p.issuer = of_issuer)
      then verdict := 'other'; return; end if;
  end if;
  if account is not null then
    perform from account a where a.id = account and a.kind = 'person' and a.disabled_at is null and a.home_id is null;
    if not found then verdict := 'closed'; return; end if;
  end if;
  select r.* into has from membership m join role r on r.tenant_id = m.tenant_id and r.id = m.role_id
   where m.tenant_id = own and m.account_id = account;
  if has.id is not null and not (has.permissions <@ o.vouched and (o.by_owner or has.slug <> 'owner'))
    then verdict := 'more'; return; end if;
  if has.id is null and not o.make_members then verdict := 'stranger'; return; end if;
  if has.id is null or (regroup and has.slug <> 'owner') then
    select r.* into gets from role r where r.tenant_id = own and r.slug = wanted and r.slug <> 'owner' and r.retired_at is null;
    if gets.id is null then verdict := 'role'; return; end if;
    if not gets.permissions <@ o.vouched then verdict := 'more'; return; end if;
  end if;
  if account is null then
    account := fresh;
    insert into account (id, email, name, password_hash, kind) values (fresh, address, person_name, unusable, 'person');
  end if;
  if has.id is null then
    insert into membership (tenant_id, id, account_id, role_id) values (own, member, account, gets.id);
  elsif gets.id is not null and gets.id <> has.id then
    update membership m set role_id = gets.id where m.tenant_id = own and m.account_id = oidc_join.account;
  end if;
  insert into oidc_person as p (tenant_id, id, account_id, issuer, subject)
  values (own, coalesce(person, fresh_person), account, of_issuer, of_subject)
  on conflict on constraint oidc_person_tenant_id_account_id_key do update
     set issuer = of_issuer, subject = of_subject, last_at = now()
  returning p.id into person;
  verdict := 'done';
end $$;

-- Opens the session of a sign-in that is ready, once, for the browser that began it.
create function gate.oidc_session_open(flow uuid, cookie_of bytea, hash bytea, csrf_token text, lifetime interval)
returns table (account_id uuid, name text)
language plpgsql volatile security definer set search_path = public, pg_temp
as $$
declare
  own constant uuid := nullif(current_setting('app.tenant', true), '')::uuid;
  f public.oidc_flow%rowtype;
begin
  update oidc_flow v set state = 'done', sealed = null, refresh_sealed = null from (
      select w.* from oidc_flow w where w.tenant_id = own and w.id = flow and w.state = 'ready' for update) before
   where v.tenant_id = own and v.id = flow and v.cookie_hash = cookie_of and v.state = 'ready'
     and v.created_at > now() - interval '10 minutes'
  returning before.* into f;
  if not found then return; end if;
  return query
    with who as (
      select a.id, a.name from account a join membership m on m.tenant_id = own and m.account_id = a.id
        join tenant t on t.id = own and t.state <> 'deleted'
       where a.id = f.account_id and a.disabled_at is null),
    made as (
      insert into session (token_hash, account_id, csrf, expires_at, tenant_id, oidc_tenant, oidc_person, oidc_sid, oidc_refresh, oidc_checked_at)
      select hash, w.id, csrf_token, now() + lifetime, own, own, f.person_id, f.sid, f.refresh_sealed, now() from who w
      returning session.account_id)
    select w.id, w.name from who w join made on made.account_id = w.id;
end $$;

-- Ends sessions of a person, of one session of the provider's, or both; none that was opened after the token was made.
create function gate.oidc_logout(of_issuer text, of_subject text, of_sid text, made_at timestamptz) returns integer
language plpgsql volatile security definer set search_path = public, pg_temp
as $$
declare
  own constant uuid := nullif(current_setting('app.tenant', true), '')::uuid;
  who uuid[];
  ended integer;
begin
  with gone as (
    delete from session s using oidc_person p
     where s.oidc_tenant = own and p.tenant_id = own and p.id = s.oidc_person and p.issuer = of_issuer
       and (of_subject is null or p.subject = of_subject)
       and (of_sid is null or s.oidc_sid = of_sid or (s.oidc_sid is null and of_subject is not null))
       and s.created_at < made_at + interval '1 second'
    returning s.account_id)
  select array_agg(g.account_id), count(*) into who, ended from gone g;
  delete from live_ticket t where t.account_id = any (who) and t.tenant_id = own;
  return ended;
end $$;

create function gate.oidc_due(most integer) returns table (hash bytea, person_id uuid, refresh_sealed bytea)
language sql stable security definer set search_path = public, pg_temp
as $$
  select s.token_hash, s.oidc_person, s.oidc_refresh from session s
   where s.oidc_tenant = nullif(current_setting('app.tenant', true), '')::uuid and s.oidc_refresh is not null
     and s.oidc_checked_at < now() - interval '14 minutes' and s.expires_at > now()
   order by s.oidc_checked_at limit most
$$;

create function gate.oidc_known(of_hash bytea, refresh bytea) returns void
language sql volatile security definer set search_path = public, pg_temp
as $$
  update session set oidc_checked_at = now(), oidc_refresh = refresh
   where token_hash = of_hash and oidc_tenant = nullif(current_setting('app.tenant', true), '')::uuid
$$;

-- The provider does not know the person of a session any more: all of the person's here end.
create function gate.oidc_unknown(person uuid) returns integer
language plpgsql volatile security definer set search_path = public, pg_temp
as $$
declare
  own constant uuid := nullif(current_setting('app.tenant', true), '')::uuid;
  ended integer;
begin
  delete from live_ticket t using oidc_person p where p.tenant_id = own and p.id = person and t.account_id = p.account_id and t.tenant_id = own;
  delete from session s where s.oidc_tenant = own and s.oidc_person = person;
  get diagnostics ended = row_count;
  return ended;
end $$;

-- Of whoever came by a provider it is the provider that asks for a second factor.
create or replace function gate.live_standing(bearers text[], accounts uuid[], tenants uuid[])
returns table (place integer, sight uuid[], scope text)
language sql stable security definer set search_path = public, pg_temp
as $$
  select a.place::integer, gate.sight(i.account_id, i.tenant_id, i.agent_id, i.scope), i.scope
    from unnest(bearers, accounts, tenants) with ordinality as a (bearer, account, tenant, place)
   cross join lateral (
     select s.account_id, s.tenant_id, s.permissions, s.scope, s.agent_id from gate.session(decode(a.bearer, 'hex')) s
      where not (gate.lacks_factor(s.account_id, s.tenant_id, s.role, s.permissions) and gate.oidc_bound(decode(a.bearer, 'hex')) is null)
     union all
     select null, k.tenant_id, k.permissions, k.scope, k.agent_id from gate.api_key(decode(a.bearer, 'hex')) k
     union all
     (select s.account_id, s.tenant_id, s.permissions, s.scope, s.agent_id
        from session o cross join lateral gate.session(o.token_hash) s
       where a.bearer = '' and o.account_id = a.account and o.tenant_id = a.tenant and o.expires_at > now()
         and not (gate.lacks_factor(s.account_id, s.tenant_id, s.role, s.permissions) and o.oidc_tenant is null)
       limit 1)
   ) i
   where i.tenant_id = a.tenant and 'calls.read' = any (i.permissions)
$$;

revoke execute on function gate.oidc_only(uuid, uuid), gate.oidc_password_refused(uuid), gate.oidc_bound(bytea), gate.session_stays(),
  gate.oidc_offer(text, text), gate.oidc_tenant(text), gate.oidc_domains(text[]), gate.oidc_flow(bytea, bytea),
  gate.oidc_flow_state(bytea), gate.oidc_join(text, text, text, text, text, uuid, uuid, uuid, text, boolean),
  gate.oidc_session_open(uuid, bytea, bytea, text, interval), gate.oidc_logout(text, text, text, timestamptz),
  gate.oidc_due(integer), gate.oidc_known(bytea, bytea), gate.oidc_unknown(uuid) from public;
grant execute on function gate.oidc_only(uuid, uuid), gate.oidc_password_refused(uuid), gate.oidc_bound(bytea),
  gate.oidc_offer(text, text), gate.oidc_tenant(text), gate.oidc_domains(text[]), gate.oidc_flow(bytea, bytea),
  gate.oidc_flow_state(bytea), gate.oidc_join(text, text, text, text, text, uuid, uuid, uuid, text, boolean),
  gate.oidc_session_open(uuid, bytea, bytea, text, interval), gate.oidc_logout(text, text, text, timestamptz),
  gate.oidc_due(integer), gate.oidc_known(bytea, bytea), gate.oidc_unknown(uuid) to ringsight_app;
grant execute on function gate.session_stays() to ringsight_owner;

reset role;
set local role ringsight_owner;
create trigger session_stays before insert or update of tenant_id on session for each row execute function gate.session_stays();
