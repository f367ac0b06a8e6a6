-- name: poll_target :one
-- in:  integration uuid
-- out: provider text, state text, settings json
-- Primary key.
select provider, state, settings from integration where id = $integration and state <> 'deleted';

-- name: poll_run_add :done
-- in:  id uuid, integration uuid, mode text, from timestamptz, to timestamptz
-- None is added while another goes on: unique index poll_run_one.
insert into poll_run (id, integration_id, mode, from_at, to_at, window_at)
values ($id, $integration, $mode, $from, $to, $from)
on conflict (tenant_id, integration_id) where state = 'running' do nothing;

-- name: poll_task :one
-- in:  run uuid
-- out: id uuid, integration_id uuid, mode text, to_at timestamptz, window_at timestamptz, cursor text, state text,
--      pages int, provider text, zone text, settings json, secrets bytea?, version int, integration_state text,
--      integration_reason text?
-- Primary keys.
select r.id, r.integration_id, r.mode, r.to_at, r.window_at, r.cursor, r.state, r.pages, i.provider, i.zone,
       i.settings, i.secrets, i.version, i.state as integration_state, i.state_reason as integration_reason
  from poll_run r join integration i on i.tenant_id = r.tenant_id and i.id = r.integration_id
 where r.id = $run;

-- name: poll_page_put :done
-- in:  run uuid, id uuid, integration uuid, received_at timestamptz, query text, headers bytea, body bytea
-- The page as a delivery.
with stored as (
  insert into inbox (id, integration_id, received_at, method, query, source, headers, body)
  values ($id, $integration, $received_at, 'POLL', $query, 'poll', $headers, $body) returning id)
insert into poll_page (run_id, delivery_id) select $run, id from stored;

-- name: poll_run_step :one
-- in:  run uuid, integration uuid, window_at timestamptz, cursor text, state text, calls int, fresh int,
--      keys json, recorded_s bigint
-- out: state text
-- One page further. fresh: calls that were not sent under another key; keys: theirs, for counting
-- those not known yet. Unique key of call.
update poll_run set window_at = $window_at, cursor = $cursor, state = $state, pages = pages + 1,
       calls = calls + $calls, recorded_s = recorded_s + $recorded_s,
       new_calls = new_calls + $fresh - (select count(*)::int from call c where c.integration_id = $integration
         and c.call_key in (select jsonb_array_elements_text($keys))),
       ended_at = case when $state = 'running' then null else now() end
 where id = $run and state = 'running' returning state;

-- name: poll_run_end :one
-- in:  run uuid, state text, reason text?
-- out: integration_id uuid
update poll_run set state = $state, reason = $reason, ended_at = now()
 where id = $run and state = 'running' returning integration_id;

-- name: poll_run_stop :done
-- in:  poll uuid
-- The job of a stopped run finds it so and ends.
update poll_run set state = 'stopped', ended_at = now()
 where id = $poll and state = 'running';

-- name: polls_list :page
-- in:   integration uuid?, after_id uuid?, limit int
-- out:  id uuid, integration_id uuid, mode text, from_at timestamptz, to_at timestamptz, state text, reason text?, pages int, calls int,
--       new_calls int, recorded_s bigint, found int, reached_at timestamptz, created_at timestamptz, ended_at timestamptz?
-- key:  id
-- Newest first; primary key, with an integration poll_run_integration. found: calls that only this run's pages told of
-- (call_event_polled, unique key of call).
select r.id, r.integration_id, r.mode, r.from_at, r.to_at, r.state, r.reason, r.pages, r.calls, r.new_calls, r.recorded_s,
       (select count(distinct c.id)::int from poll_page p
          join call_event e on e.tenant_id = p.tenant_id and e.delivery_id = p.delivery_id and e.polled
          join call c on c.tenant_id = e.tenant_id and c.integration_id = e.integration_id and c.call_key = e.call_key
               and c.found_by_poll
         where p.tenant_id = r.tenant_id and p.run_id = r.id) as found,
       r.window_at as reached_at, r.created_at, r.ended_at
  from poll_run r
 where true
   [[after_id: and r.id < $after_id]]
   [[integration: and r.integration_id = $integration]]
 order by r.id desc limit $limit;

-- name: poll_watermark :one
-- in:  integration uuid
-- out: until timestamptz?
-- Up to where nightly runs have read. Index poll_run_integration.
select max(to_at) as until from poll_run where integration_id = $integration and mode = 'nightly' and state = 'done';
