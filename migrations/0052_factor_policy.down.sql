reset role;
set local role ringsight_gate;
create or replace function gate.live_standing(bearers text[], accounts uuid[], tenants uuid[])
returns table (place integer, sight uuid[], scope text)
language sql stable security definer set search_path = public, pg_temp
as $$
  select a.place::integer, gate.sight(i.account_id, i.tenant_id, i.agent_id, i.scope), i.scope
    from unnest(bearers, accounts, tenants) with ordinality as a (bearer, account, tenant, place)
   cross join lateral (
     select s.account_id, s.tenant_id, s.permissions, s.scope, s.agent_id from gate.session(decode(a.bearer, 'hex')) s
     union all
     select null, k.tenant_id, k.permissions, k.scope, k.agent_id from gate.api_key(decode(a.bearer, 'hex')) k
     union all
     (select s.account_id, s.tenant_id, s.permissions, s.scope, s.agent_id
        from session o cross join lateral gate.session(o.token_hash) s
       where a.bearer = '' and o.account_id = a.account and o.tenant_id = a.tenant and o.expires_at > now()
       limit 1)
   ) i
   where i.tenant_id = a.tenant and 'calls.read' = any (i.permissions)
$$;
drop function gate.lacks_factor(uuid, uuid, text, text[]);
reset role;
set local role ringsight_owner;
drop table sign_in_policy;
