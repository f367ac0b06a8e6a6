-- name: unknown_list :page
-- in:  scope uuid[]?, after_integration_id uuid?, after_key text?, after_note text?, limit int
-- out: integration_id uuid, key text, note text, integration_name text, calls int, last_call_at timestamptz, last_call uuid, last_number text
-- key: integration_id, key, note
-- Index call_unknown, in its order.
select g.integration_id, g.key, g.note, i.name as integration_name, g.calls, g.last_call_at, l.id as last_call,
       l.customer_number as last_number
  from (select c.integration_id, c.agent_key as key, c.agent_note as note, count(*)::int as calls, max(c.started_at) as last_call_at
          from call c
         where c.agent_id is null and (c.agent_key <> '' or c.disposition = 'answered') and c.same_as is null and not c.trial
           [[scope: and c.agent_id = any($scope)]]
           [[after_integration_id: and (c.integration_id, c.agent_key, c.agent_note) > ($after_integration_id, $after_key, $after_note)]]
         group by c.integration_id, c.agent_key, c.agent_note
         order by c.integration_id, c.agent_key, c.agent_note limit $limit) g
  join integration i on i.id = g.integration_id
  join lateral (select c.id, c.customer_number from call c
                 where c.integration_id = g.integration_id and c.agent_key = g.key and c.agent_note = g.note
                   and c.agent_id is null and (c.agent_key <> '' or c.disposition = 'answered') and c.same_as is null and not c.trial
                 order by c.started_at desc limit 1) l on true
 order by g.integration_id, g.key, g.note;

-- name: unknown_aliases :page
-- in:  after_integration_id uuid?, after_key text?, limit int
-- out: integration_id uuid, key text, integration_name text, agent_id uuid, agent_name text, created_at timestamptz
-- key: integration_id, key
-- Primary keys.
select x.integration_id, x.agent_key as key, i.name as integration_name, x.agent_id, a.name as agent_name, x.created_at
  from agent_alias x
  join integration i on i.tenant_id = x.tenant_id and i.id = x.integration_id
  join agent a on a.tenant_id = x.tenant_id and a.id = x.agent_id
 where true [[after_integration_id: and (x.integration_id, x.agent_key) > ($after_integration_id, $after_key)]]
 order by x.integration_id, x.agent_key limit $limit;

-- name: unknown_alias :one
-- in:  integration uuid, key text
-- out: agent_id uuid
-- Primary key.
select agent_id from agent_alias where integration_id = $integration and agent_key = $key;

-- name: unknown_alias_put :done
-- in:  integration uuid, key text, agent uuid
-- Primary key.
insert into agent_alias (integration_id, agent_key, agent_id) values ($integration, $key, $agent)
on conflict (tenant_id, integration_id, agent_key) do update set agent_id = excluded.agent_id;

-- name: unknown_agent_is :one
-- in:  agent uuid?, integration uuid
-- out: agent bool, integration bool
-- Primary keys.
select exists (select 1 from agent where id = $agent) as agent,
       exists (select 1 from integration where id = $integration) as integration;

-- name: unknown_count :one
-- in:  integration uuid, key text, note text
-- out: calls int
-- Index call_unknown.
select count(*)::int as calls from call
 where integration_id = $integration and agent_key = $key and agent_id is null
   and (agent_key <> '' or disposition = 'answered') and (agent_key <> '' or agent_note = $note)
   and same_as is null and not trial;

-- name: unknown_give :one
-- in:  integration uuid, key text, note text, agent uuid, was uuid?, limit int
-- out: calls int, last uuid?
-- Some calls and their legs. Where the phone system named nobody the choice is a person's, which a later
-- event of the call does not undo. Indexes call_unknown and, with `was`, call_agent.
with bare as (
  select id from call
   where integration_id = $integration and agent_key = $key and agent_id is null
     and (agent_key <> '' or disposition = 'answered') and (agent_key <> '' or agent_note = $note)
   limit $limit),
moved as (
  select id from call where agent_id = $was and integration_id = $integration and agent_key = $key and agent_key <> ''
     and $was <> $agent
   limit $limit),
ids as (select id from bare union select id from moved),
legs as (
  update call_leg l set agent_id = $agent from ids
   where l.call_id = ids.id and l.agent_key = $key and l.agent_id is distinct from $agent returning l.call_id),
given as (
  update call c set agent_id = $agent, agent_by_hand = c.agent_by_hand or $key = ''
    from ids where c.id = ids.id returning c.id)
select count(*)::int as calls, (select g.id from given g order by g.id desc limit 1) as last from given;
