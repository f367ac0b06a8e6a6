drop trigger session_stays on session;
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
drop function gate.oidc_unknown(uuid), gate.oidc_known(bytea, bytea), gate.oidc_due(integer),
  gate.oidc_logout(text, text, text, timestamptz), gate.oidc_session_open(uuid, bytea, bytea, text, interval),
  gate.oidc_join(text, text, text, text, text, uuid, uuid, uuid, text, boolean), gate.oidc_flow_state(bytea),
  gate.oidc_flow(bytea, bytea), gate.oidc_domains(text[]), gate.oidc_tenant(text), gate.oidc_offer(text, text),
  gate.session_stays(), gate.oidc_bound(bytea), gate.oidc_password_refused(uuid), gate.oidc_only(uuid, uuid);
reset role;
set local role ringsight_owner;
drop index session_oidc;
alter table session drop column oidc_tenant, drop column oidc_person, drop column oidc_sid, drop column oidc_refresh,
  drop column oidc_checked_at;
drop table oidc_person, oidc_flow, oidc_domain, oidc;
