-- Of whom a tenant asks a second factor. Whoever lacks one may, signed in there, do nothing but set one up.

create table sign_in_policy (
  tenant_id uuid primary key references tenant (id),
  second_factor text not null default 'nobody' check (second_factor in ('nobody', 'admins', 'everyone')),
  version integer not null default 1,
  changed_by text not null,
  changed_at timestamptz not null default now()
);
call ground.tenant_table('sign_in_policy', 'select, insert, update');
call ground.open_to_gate('sign_in_policy', 'select');

reset role;
set local role ringsight_gate;

-- Admins: owners, admins, and whoever else may manage people.
create function gate.lacks_factor(account uuid, tenant uuid, role text, permissions text[]) returns boolean
language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  return coalesce((
    select p.second_factor = 'everyone' or p.second_factor = 'admins' and (role in ('owner', 'admin') or 'people.write' = any (permissions))
      from sign_in_policy p where p.tenant_id = tenant), false)
    and not exists (select from account a where a.id = account and a.factor_at is not null);
end $$;
-- The socket of one who lacks it hears nothing.
create or replace function gate.live_standing(bearers text[], accounts uuid[], tenants uuid[])
returns table (place integer, sight uuid[], scope text)
language sql stable security definer set search_path = public, pg_temp
as $$
  select a.place::integer, gate.sight(i.account_id, i.tenant_id, i.agent_id, i.scope), i.scope
    from unnest(bearers, accounts, tenants) with ordinality as a (bearer, account, tenant, place)
   cross join lateral (
     select s.account_id, s.tenant_id, s.permissions, s.scope, s.agent_id from gate.session(decode(a.bearer, 'hex')) s
      where not gate.lacks_factor(s.account_id, s.tenant_id, s.role, s.permissions)
     union all
     select null, k.tenant_id, k.permissions, k.scope, k.agent_id from gate.api_key(decode(a.bearer, 'hex')) k
     union all
     (select s.account_id, s.tenant_id, s.permissions, s.scope, s.agent_id
        from session o cross join lateral gate.session(o.token_hash) s
       where a.bearer = '' and o.account_id = a.account and o.tenant_id = a.tenant and o.expires_at > now()
         and not gate.lacks_factor(s.account_id, s.tenant_id, s.role, s.permissions)
       limit 1)
   ) i
   where i.tenant_id = a.tenant and 'calls.read' = any (i.permissions)
$$;

revoke execute on function gate.lacks_factor(uuid, uuid, text, text[]) from public;
grant execute on function gate.lacks_factor(uuid, uuid, text, text[]) to ringsight_app, ringsight_platform;
