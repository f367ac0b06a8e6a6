-- name: teams_list :page
-- in:  scope uuid[]?, me uuid?, after_name text?, after_id uuid?, limit int
-- out: id uuid, name text, agents int, leads json:strings, version int
-- key: name, id
-- By name. Who does not see all calls is told of the teams he leads. A tenant has at most 200 teams: primary
-- keys of team, team_agent, team_lead.
select t.id, t.name,
       (select count(*)::int from team_agent a where a.tenant_id = t.tenant_id and a.team_id = t.id) as agents,
       (select coalesce(jsonb_agg(c.name order by c.name, c.id), '[]') from team_lead l join account c on c.id = l.account_id
         where l.tenant_id = t.tenant_id and l.team_id = t.id) as leads,
       t.version
  from team t
 where true
   [[scope: and exists (select from team_lead l where l.tenant_id = t.tenant_id and l.team_id = t.id and l.account_id = $me
                           and $scope::uuid[] is not null)]]
   [[after_id: and (t.name, t.id) > ($after_name, $after_id)]]
 order by t.name, t.id
 limit $limit;

-- name: team_get :one
-- in:  team uuid
-- out: id uuid, name text, agents json:team_people, leads json:team_people, version int
-- Primary keys.
select t.id, t.name,
       (select coalesce(jsonb_agg(jsonb_build_object('id', g.id, 'name', g.name) order by g.name, g.id), '[]')
          from team_agent a join agent g on g.tenant_id = a.tenant_id and g.id = a.agent_id
         where a.tenant_id = t.tenant_id and a.team_id = t.id) as agents,
       (select coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'name', c.name) order by c.name, c.id), '[]')
          from team_lead l join account c on c.id = l.account_id
         where l.tenant_id = t.tenant_id and l.team_id = t.id) as leads,
       t.version
  from team t
 where t.id = $team;

-- name: teams_count :one
-- out: n int
-- At most 200. Primary key of team.
select count(*)::int as n from team;

-- name: team_insert :done
-- in:  id uuid, name text
insert into team (id, name) values ($id, $name);

-- name: team_update :done
-- in:  team uuid, version int, name text?
-- Primary key.
update team set name = coalesce($name, name), version = version + 1 where id = $team and version = $version;

-- name: team_delete :done
-- in:  team uuid
-- Its agents and leads stay what they are. Primary key.
delete from team where id = $team;

-- name: team_agents_unknown :one
-- in:  ids uuid[]
-- out: n int
-- The place of the first that is no agent of the tenant; 0: all are. Primary key of agent.
select coalesce(min(x.n), 0)::int as n from unnest($ids) with ordinality as x (id, n)
 where not exists (select from agent g where g.id = x.id);

-- name: team_agents_put :done
-- in:  team uuid, ids uuid[]
-- Primary keys.
with gone as (delete from team_agent where team_id = $team and agent_id <> all($ids))
insert into team_agent (team_id, agent_id) select distinct $team::uuid, x.id from unnest($ids) x (id)
on conflict do nothing;

-- name: team_leads_unfit :one
-- in:  ids uuid[]
-- out: n int, name text?
-- The first that is no member (without a name), or one whose role sees own calls only. Primary and unique keys.
select coalesce(y.n, 0)::int as n, y.name
  from (select 1) one left join lateral (
    select x.n, a.name from unnest($ids) with ordinality as x (id, n)
      left join membership m on m.account_id = x.id
      left join role r on r.tenant_id = m.tenant_id and r.id = m.role_id
      left join account a on a.id = m.account_id
     where m.id is null or r.scope = 'own' order by x.n limit 1) y on true;

-- name: team_leads_put :done
-- in:  team uuid, ids uuid[]
-- Primary keys.
with gone as (delete from team_lead where team_id = $team and account_id <> all($ids))
insert into team_lead (team_id, account_id) select distinct $team::uuid, x.id from unnest($ids) x (id)
on conflict do nothing;

-- name: team_leads :many
-- out: id uuid, account_id uuid, name text, role text, role_name text, scope text, own_teams bool, teams json:strings
-- Who may lead teams or does, by name, at most 500: members whose role sees more than own calls, owners aside
-- (who always see all). Primary keys, membership_role.
select m.id, m.account_id, a.name, r.slug as role, r.name as role_name, r.scope, m.own_teams,
       (select coalesce(jsonb_agg(t.name order by t.name), '[]') from team_lead l join team t on t.tenant_id = l.tenant_id and t.id = l.team_id
         where l.tenant_id = m.tenant_id and l.account_id = m.account_id) as teams
  from membership m
  join account a on a.id = m.account_id
  join role r on r.tenant_id = m.tenant_id and r.id = m.role_id
 where r.scope <> 'own' and r.slug <> 'owner'
 order by a.name, m.id limit 500;

-- name: member_hold :one
-- in:  member uuid, own_teams bool
-- out: role text, scope text
-- Primary keys.
update membership m set own_teams = $own_teams
  from role r where r.tenant_id = m.tenant_id and r.id = m.role_id and m.id = $member
returning r.slug as role, r.scope;
