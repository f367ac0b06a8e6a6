-- Teams: agents, and the people who lead them. Who is held to the teams he leads sees the calls of their agents
-- and his own; nobody is until it is said of him, so no one sees less than before. Tags: words that people put
-- on calls.
create table team (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  name text not null check (length(name) between 1 and 80),
  version integer not null default 1,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create unique index team_name on team (tenant_id, lower(name));
call ground.tenant_table('team', 'select, insert, update, delete');

create table team_agent (
  tenant_id uuid not null references tenant (id),
  team_id uuid not null,
  agent_id uuid not null,
  primary key (tenant_id, team_id, agent_id),
  foreign key (tenant_id, team_id) references team (tenant_id, id) on delete cascade,
  foreign key (tenant_id, agent_id) references agent (tenant_id, id) on delete cascade
);
create index team_agent_agent on team_agent (tenant_id, agent_id);
call ground.tenant_table('team_agent', 'select, insert, delete');
call ground.open_to_gate('team_agent', 'select');

create table team_lead (
  tenant_id uuid not null references tenant (id),
  team_id uuid not null,
  account_id uuid not null,
  primary key (tenant_id, team_id, account_id),
  foreign key (tenant_id, team_id) references team (tenant_id, id) on delete cascade,
  foreign key (tenant_id, account_id) references membership (tenant_id, account_id) on delete cascade
);
create index team_lead_account on team_lead (tenant_id, account_id);
call ground.tenant_table('team_lead', 'select, insert, delete');
call ground.open_to_gate('team_lead', 'select');

alter table membership add column own_teams boolean not null default false;

alter table call add column tags text[] not null default '{}' check (cardinality(tags) <= 20);
create table tag (
  tenant_id uuid not null references tenant (id),
  name text not null check (name = lower(name) and length(name) between 1 and 40),
  created_at timestamptz not null default now(),
  primary key (tenant_id, name)
);
call ground.tenant_table('tag', 'select, insert, delete');

reset role;
set local role ringsight_gate;
-- Whose calls somebody may see; null: all of the tenant's.
create function gate.sight(account uuid, tenant uuid, agent uuid, scope text) returns uuid[]
language plpgsql stable security definer set search_path = public, pg_temp
as $$ begin
  if scope = 'all' then return null; end if;
  return array(
    select agent where agent is not null
    union
    select a.agent_id from team_lead l join team_agent a on a.tenant_id = l.tenant_id and a.team_id = l.team_id
     where scope = 'team' and l.tenant_id = tenant and l.account_id = account
    order by 1);
end $$;

create or replace function gate.session(hash bytea) returns setof gate.identity
language plpgsql stable security definer set search_path = public, pg_temp
as $$ begin return query
  select a.id, a.kind, a.name, a.email, s.csrf, t.id, t.slug, t.name, t.zone, t.state,
         r.slug, r.permissions, case when m.own_teams and r.scope = 'all' and r.slug <> 'owner' then 'team' else r.scope end, g.id
    from session s
    join account a on a.id = s.account_id and a.disabled_at is null
    left join membership m on m.account_id = a.id and m.tenant_id = s.tenant_id
    left join tenant t on t.id = m.tenant_id and t.state <> 'deleted'
    left join role r on r.tenant_id = m.tenant_id and r.id = m.role_id
    left join agent g on g.tenant_id = m.tenant_id and g.account_id = a.id
   where s.token_hash = hash and s.expires_at > now()
   limit 1;
end $$;

drop function gate.live_standing(text[], uuid[], uuid[]);
create function gate.live_standing(bearers text[], accounts uuid[], tenants uuid[])
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
revoke execute on function gate.live_standing(text[], uuid[], uuid[]), gate.sight(uuid, uuid, uuid, text) from public;
grant execute on function gate.live_standing(text[], uuid[], uuid[]), gate.sight(uuid, uuid, uuid, text) to ringsight_app, ringsight_platform;
reset role;
set local role ringsight_owner;
