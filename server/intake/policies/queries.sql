-- name: policy_get :one
-- in:  integration uuid
-- out: version int, body json:policy, created_at timestamptz?, by text?, agents int
-- The one in force; version 0 where there is none: everything is fetched and analysed. Primary keys.
select coalesce(p.version, 0) as version, coalesce(p.body, '{}') as body, p.created_at, a.name as by,
       (select count(*)::int from agent) as agents
  from integration i
  left join lateral (select * from policy p where p.tenant_id = i.tenant_id and p.integration_id = i.id
                      order by p.version desc limit 1) p on true
  left join account a on a.id = p.account_id
 where i.id = $integration and i.state <> 'deleted';

-- name: policy_now :one
-- in:  integration uuid
-- out: provider text, version int, body json
-- Primary keys.
select i.provider, coalesce(p.version, 0) as version, coalesce(p.body, '{}') as body
  from integration i
  left join lateral (select * from policy p where p.tenant_id = i.tenant_id and p.integration_id = i.id
                      order by p.version desc limit 1) p on true
 where i.id = $integration and i.state <> 'deleted';

-- name: policy_add :done
-- in:  integration uuid, version int, body json, me uuid?
insert into policy (integration_id, version, body, account_id) values ($integration, $version, $body, $me);

-- name: policy_call :one
-- in:  call uuid
-- out: integration_id uuid, call_key text, agent_id uuid?, agent_key text, direction text, number text, seconds int?,
--      state text, chosen bool, fetch_wanted bool, analyse_wanted bool, choice_reason text?, body json?
-- Locks the call. Primary keys.
select c.integration_id, c.call_key, c.agent_id, c.agent_key, c.direction, c.customer_number as number,
       coalesce(c.talk_s, c.duration_s) as seconds, c.state, c.chosen, c.fetch_wanted, c.analyse_wanted, c.choice_reason,
       (select p.body from policy p where p.tenant_id = c.tenant_id and p.integration_id = c.integration_id
           and p.version = c.policy_version) as body
  from call c where c.id = $call for update of c;

-- name: policy_chose :done
-- in:  call uuid, fetch bool, analyse bool, reason text?
-- A recording that is not wanted any more and has not come yet is not waited for. Primary key.
update call set fetch_wanted = $fetch, analyse_wanted = $analyse, choice_reason = $reason,
       state_reason = case when not $fetch and has_recording and state in ('received', 'fetching') then $reason else state_reason end,
       state = case when not $fetch and has_recording and state in ('received', 'fetching') then 'stored' else state end
 where id = $call;

-- name: policy_state :one
-- in:  call uuid, scope uuid[]?
-- out: state text, held bool
-- held: not ready yet, and not to be analysed then. Primary key.
select state, not analyse_wanted and state in ('received', 'fetching', 'decoding') as held from call where id = $call [[scope: and agent_id = any($scope)]];

-- name: policy_choose :one
-- in:  call uuid
-- out: agent_id uuid?
-- A person's word stands above any policy. Primary key.
update call set chosen = true, fetch_wanted = true, analyse_wanted = true, choice_reason = null
 where id = $call and state in ('stored', 'received', 'fetching', 'decoding') and not analyse_wanted returning agent_id;

-- name: policy_run_add :done
-- in:  id uuid, integration uuid, version int, mode text, from timestamptz
-- None is added while another goes on: unique index policy_run_one.
insert into policy_run (id, integration_id, version, mode, from_at, after_at)
values ($id, $integration, $version, $mode, $from, $from)
on conflict (tenant_id, integration_id) where state = 'running' do nothing;

-- name: policy_run_task :one
-- in:  run uuid
-- out: integration_id uuid, version int, mode text, after_at timestamptz, after_id uuid?, created_at timestamptz, state text, body json
-- Locks the run. Primary keys.
select r.integration_id, r.version, r.mode, r.after_at, r.after_id, r.created_at, r.state, p.body
  from policy_run r
  join policy p on p.tenant_id = r.tenant_id and p.integration_id = r.integration_id and p.version = r.version
 where r.id = $run for update of r;

-- name: policy_run_calls :many
-- in:  integration uuid, after timestamptz, after_id uuid?, until timestamptz, limit int
-- out: id uuid, started_at timestamptz, call_key text, agent_id uuid?, agent_key text, direction text, number text,
--      seconds int?, stored bool, fetch_wanted bool
-- Oldest first, without those that count as another phone system's. Index call_integration.
select c.id, c.started_at, c.call_key, c.agent_id, c.agent_key, c.direction, c.customer_number as number,
       coalesce(nullif(c.talk_s, 0), c.duration_s, c.talk_s) as seconds,
       c.state = 'stored' and not c.chosen as stored, c.fetch_wanted
  from call c
 where c.integration_id = $integration and c.started_at >= $after and c.started_at < $until
   and c.same_as is null
   and (c.started_at, c.id) > ($after, case when $after_id::uuid is null then '00000000-0000-0000-0000-000000000000' else $after_id end)
 order by c.started_at, c.id limit $limit;

-- name: policy_reapply :one
-- in:  call uuid, version int, fetch bool, analyse bool, reason text?
-- out: agent_id uuid?
-- The setting in force is now the one carried back. Primary key.
update call set policy_version = $version, fetch_wanted = $fetch, analyse_wanted = $analyse, choice_reason = $reason,
       state_reason = $reason
 where id = $call and state = 'stored' and not chosen returning agent_id;

-- name: policy_run_step :done
-- in:  run uuid, after timestamptz, after_id uuid?, calls int, wanted int, wanted_s bigint, state text
update policy_run set after_at = $after, after_id = $after_id, calls = calls + $calls, wanted = wanted + $wanted,
       wanted_s = wanted_s + $wanted_s, state = $state,
       ended_at = case when $state = 'running' then null else now() end
 where id = $run and state = 'running';

-- name: policy_run_end :one
-- in:  run uuid, reason text
-- out: integration_id uuid
update policy_run set state = 'failed', reason = $reason, ended_at = now()
 where id = $run and state = 'running' returning integration_id;

-- name: policy_run_stop :done
-- in:  run uuid
-- The job of a stopped run finds it so and ends.
update policy_run set state = 'stopped', ended_at = now() where id = $run and state = 'running';

-- name: policy_runs_list :page
-- in:  integration uuid, after_id uuid?, limit int
-- out: id uuid, version int, mode text, from_at timestamptz, state text, reason text?, calls int, wanted int, wanted_s bigint,
--      created_at timestamptz, ended_at timestamptz?
-- key: id
-- Newest first. Few rows; primary key.
select r.id, r.version, r.mode, r.from_at, r.state, r.reason, r.calls, r.wanted, r.wanted_s, r.created_at, r.ended_at
  from policy_run r
 where r.integration_id = $integration [[after_id: and r.id < $after_id]]
   and ground.there(exists (select from integration p where p.id = $integration and p.state <> 'deleted'))
 order by r.id desc limit $limit;
