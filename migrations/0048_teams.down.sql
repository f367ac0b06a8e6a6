reset role;
set local role ringsight_gate;
drop function gate.live_standing(text[], uuid[], uuid[]);
create function gate.live_standing(bearers text[], accounts uuid[], tenants uuid[])
returns table (place integer, agent_id uuid, scope text)
language sql stable security definer set search_path = public, pg_temp
as $$
  select a.place::integer, i.agent_id, i.scope
    from unnest(bearers, accounts, tenants) with ordinality as a (bearer, account, tenant, place)
   cross join lateral (
     select s.tenant_id, s.permissions, s.scope, s.agent_id from gate.session(decode(a.bearer, 'hex')) s
     union all
     select k.tenant_id, k.permissions, k.scope, k.agent_id from gate.api_key(decode(a.bearer, 'hex')) k
     union all
     (select s.tenant_id, s.permissions, s.scope, s.agent_id
        from session o cross join lateral gate.session(o.token_hash) s
       where a.bearer = '' and o.account_id = a.account and o.tenant_id = a.tenant and o.expires_at > now()
       limit 1)
   ) i
   where i.tenant_id = a.tenant and 'calls.read' = any (i.permissions)
$$;
revoke execute on function gate.live_standing(text[], uuid[], uuid[]) from public;
grant execute on function gate.live_standing(text[], uuid[], uuid[]) to ringsight_app, ringsight_platform;

create or replace function gate.session(hash bytea) returns setof gate.identity
language plpgsql stable security definer set search_path = public, pg_temp
as $$ begin return query
  select a.id, a.kind, a.name, a.email, s.csrf, t.id, t.slug, t.name, t.zone, t.state,
         r.slug, r.permissions, r.scope, g.id
    from session s
    join account a on a.id = s.account_id and a.disabled_at is null
    left join membership m on m.account_id = a.id and m.tenant_id = s.tenant_id
    left join tenant t on t.id = m.tenant_id and t.state <> 'deleted'
    left join role r on r.tenant_id = m.tenant_id and r.id = m.role_id
    left join agent g on g.tenant_id = m.tenant_id and g.account_id = a.id
   where s.token_hash = hash and s.expires_at > now()
   limit 1;
end $$;
drop function gate.sight(uuid, uuid, uuid, text);
reset role;
set local role ringsight_owner;
drop table tag;
alter table call drop column tags;
alter table membership drop column own_teams;
drop table team_lead, team_agent, team;
