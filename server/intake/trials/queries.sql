-- name: trial_add :done
-- in:  id uuid, integration uuid, kind text, sealed bytea?
-- None is added while another of the phone system goes on: unique index trial_one.
insert into trial (id, integration_id, kind, sealed) values ($id, $integration, $kind, $sealed)
on conflict (tenant_id, integration_id) where state = 'running' do nothing;

-- name: trial_target :one
-- in:  integration uuid
-- out: provider text
-- Primary key.
select provider from integration where id = $integration and state <> 'deleted';

-- name: trial_task :one
-- in:  trial uuid
-- out: id uuid, integration_id uuid, kind text, state text, sealed bytea?, created_at timestamptz, delivery_id uuid?,
--      call_id uuid?, provider text, zone text, settings json, secrets bytea?, version int, integration_state text,
--      integration_reason text?
-- Primary keys.
select t.id, t.integration_id, t.kind, t.state, t.sealed, t.created_at, t.delivery_id, t.call_id, i.provider, i.zone,
       i.settings, i.secrets, i.version, i.state as integration_state, i.state_reason as integration_reason
  from trial t join integration i on i.tenant_id = t.tenant_id and i.id = t.integration_id
 where t.id = $trial;

-- name: trial_step :one
-- in:  trial uuid, steps json, state text
-- out: integration_id uuid
-- At the end the sealed address is forgotten.
update trial set steps = steps || $steps, state = $state, sealed = case when $state = 'running' then sealed end,
       ended_at = case when $state = 'running' then null else now() end
 where id = $trial and state = 'running' returning integration_id;

-- name: trial_delivered :one
-- in:  trial uuid, integration uuid, delivery uuid, call uuid?
-- out: id uuid
-- Primary key.
update trial set delivery_id = $delivery, call_id = $call
 where id = $trial and integration_id = $integration and kind = 'hook' and (state = 'running' or delivery_id = $delivery)
returning id;

-- name: trial_delivery :one
-- in:  delivery uuid
-- out: state text, reason text?, verdict text?
-- Primary key.
select state, reason, verdict from delivery where id = $delivery;

-- name: trial_recording :one
-- in:  integration uuid
-- out: name text, folder text, started_at timestamptz
-- The newest of a month; index call_started, unique key of recording.
select r.name, r.folder, c.started_at
  from call c join recording r on r.tenant_id = c.tenant_id and r.call_id = c.id
 where c.started_at > now() - interval '30 days' and c.integration_id = $integration and c.has_recording and r.name <> ''
 order by c.started_at desc limit 1;

-- name: trial_line :one
-- in:  integration uuid
-- out: state text, reason text?, connected_at timestamptz?
-- Primary key.
select state, reason, connected_at from phone_line where integration_id = $integration;

-- name: trials_list :page
-- in:   integration uuid?, after_id uuid?, limit int
-- out:  id uuid, integration_id uuid, kind text, state text, steps json:trial_steps, delivery_id uuid?, call_id uuid?,
--       created_at timestamptz, ended_at timestamptz?
-- key:  id
-- Newest first: primary key, with an integration trial_integration.
select t.id, t.integration_id, t.kind, t.state, t.steps, t.delivery_id, t.call_id, t.created_at, t.ended_at
  from trial t
 where true
   [[after_id: and t.id < $after_id]]
   [[integration: and t.integration_id = $integration]]
 order by t.id desc limit $limit;
