-- name: agents_list :page
-- in:  scope uuid[]?, after_name text?, after_id uuid?, limit int
-- out: id uuid, name text, extension text, calls_30d int, version int
-- key: name, id
-- By name; the cursor holds the values, so the next page is found when that agent is gone.
-- A tenant's agents (primary key prefix); each count walks call_agent for thirty days.
select g.id, g.name, g.extension,
       (select count(*)::int from call c where c.tenant_id = g.tenant_id and c.agent_id = g.id
           and c.started_at >= now() - interval '30 days' and c.same_as is null) as calls_30d,
       g.version
  from agent g
 where true
   [[scope: and g.id = any($scope)]]
   [[after_id: and (g.name, g.id) > ($after_name, $after_id)]]
 order by g.name, g.id
 limit $limit;

-- name: agent_get :one
-- in:  agent uuid
-- out: id uuid, name text, extension text, email text?, version int
-- Primary keys.
select g.id, g.name, g.extension, a.email, g.version
  from agent g left join account a on a.id = g.account_id
 where g.id = $agent;

-- name: agent_insert :done
-- in:  id uuid, name text, extension text, account uuid?
insert into agent (id, name, extension, account_id) values ($id, $name, $extension, $account);

-- name: agent_update :done
-- in:  agent uuid, version int, name text?, extension text?, link bool, account uuid?
update agent set name = coalesce($name, name), extension = coalesce($extension, extension),
       account_id = case when $link then $account else account_id end, version = version + 1
 where id = $agent and version = $version;

-- name: agent_delete :done
-- in:  agent uuid
-- His calls stay, without an agent.
delete from agent where id = $agent;
