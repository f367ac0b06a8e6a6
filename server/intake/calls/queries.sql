-- name: calls_list :page
-- in:   scope uuid[]?, agent uuid?, number text?, direction text?, state text?, from timestamptz?,
--       to timestamptz?, score_below int?, breach bool?, recording bool?,
--       after_started_at timestamptz?, after_id uuid?, limit int
-- out:  id uuid, started_at timestamptz, direction text, disposition text, from_number text,
--       to_number text, customer_number text, customer_name text, agent_id uuid?, agent_name text?,
--       duration_s int?, talk_s int?, wait_s int?, legs int, state text, state_reason text?,
--       score_bp int?, score_state text?, title text?, short text?, sentiment_bp int?,
--       agent_share_bp int?, breaches json:strings, has_recording bool
-- key:  started_at, id
-- Newest first. Index call_started; with an agent or an own scope call_agent; with a number
-- call_customer. The loose filters are one CASE: PostgreSQL takes it for half of the rows, so it
-- walks the index in order and stops after a page instead of sorting all of the tenant's calls. The
-- page is cut first, so that only its rows look up their agent. CASE and not coalesce bounds the
-- time: row security lets only leakproof conditions into the index, and coalesce is taken for none.
select c.id, c.started_at, c.direction, c.disposition, c.from_number, c.to_number,
       c.customer_number, c.customer_name, c.agent_id, coalesce((select a.name from agent a where a.tenant_id = c.tenant_id and a.id = c.agent_id),
       nullif(c.agent_key, '')) as agent_name,
       c.duration_s, c.talk_s, c.wait_s, c.legs, c.state, c.state_reason, c.score_bp, c.score_state,
       c.title, c.short, c.sentiment_bp, c.agent_share_bp, to_jsonb(c.breaches) as breaches, c.has_recording
  from (select * from call c
 where true
   [[after_id: and (c.started_at, c.id) < ($after_started_at, $after_id)]]
   [[from|to: and c.started_at >= case when $from::timestamptz is null then '-infinity' else $from end
              and c.started_at < case when $to::timestamptz is null then 'infinity' else $to end]]
   [[scope: and c.agent_id = any($scope)]]
   [[agent: and c.agent_id = $agent]]
   [[number: and c.customer_number = $number]]
   [[direction|state|score_below|breach|recording: and case
     when c.direction <> $direction or c.state <> $state or c.has_recording <> $recording then false
     when $score_below::int is not null and c.score_bp is null then false
     when c.score_bp >= $score_below or (c.breaches <> '{}') <> $breach then false
     else true end]]
 order by c.started_at desc, c.id desc
 limit $limit) c
 order by c.started_at desc, c.id desc;

-- name: calls_summary :one
-- in:   scope uuid[]?, agent uuid?, number text?, direction text?, state text?, from timestamptz?,
--       to timestamptz?, score_below int?, breach bool?, recording bool?
-- out:  count int, more bool, average_delay_s int?
-- Counts up to 10,000 and says whether there are more. Same indexes as calls_list.
select least(count(*), 10000)::int as count, count(*) > 10000 as more,
       (avg(extract(epoch from x.scored_at - x.ended_at))
         filter (where x.scored_at >= x.ended_at and x.scored_at < x.ended_at + interval '1 day'))::int as average_delay_s
  from (select c.scored_at, c.ended_at from call c
         where true
   [[from|to: and c.started_at >= case when $from::timestamptz is null then '-infinity' else $from end
              and c.started_at < case when $to::timestamptz is null then 'infinity' else $to end]]
   [[scope: and c.agent_id = any($scope)]]
   [[agent: and c.agent_id = $agent]]
   [[number: and c.customer_number = $number]]
   [[direction|state|score_below|breach|recording: and case
     when c.direction <> $direction or c.state <> $state or c.has_recording <> $recording then false
     when $score_below::int is not null and c.score_bp is null then false
     when c.score_bp >= $score_below or (c.breaches <> '{}') <> $breach then false
     else true end]]
         order by c.started_at desc, c.id desc limit 10001) x;

-- name: call_get :one
-- in:   call uuid, scope uuid[]?
-- out:  id uuid, started_at timestamptz, answered_at timestamptz?, ended_at timestamptz?,
--       direction text, disposition text, from_number text, to_number text, customer_number text,
--       customer_name text, agent_id uuid?, agent_name text?, duration_s int?, talk_s int?,
--       wait_s int?, legs int, state text, state_reason text?, score_bp int?, score_state text?,
--       title text?, short text?, sentiment_bp int?, agent_share_bp int?, breaches json:strings,
--       has_recording bool, integration_id uuid, integration_name text, provider text, queue text,
--       trunk text, call_legs json:call_legs, recordings json:recordings
-- Primary keys throughout.
select c.id, c.started_at, c.answered_at, c.ended_at, c.direction, c.disposition, c.from_number,
       c.to_number, c.customer_number, c.customer_name, c.agent_id,
       coalesce(a.name, nullif(c.agent_key, '')) as agent_name, c.duration_s, c.talk_s, c.wait_s,
       c.legs, c.state, c.state_reason, c.score_bp, c.score_state, c.title, c.short,
       c.sentiment_bp, c.agent_share_bp, to_jsonb(c.breaches) as breaches, c.has_recording,
       c.integration_id, i.name as integration_name, i.provider, c.queue, c.trunk,
       (select coalesce(jsonb_agg(jsonb_build_object('id', l.n, 'from_number', l.from_number,
               'to_number', l.to_number, 'agent_name', coalesce(g.name, nullif(l.agent_key, '')),
               'action', l.action, 'disposition', l.disposition, 'started_at', l.started_at,
               'answered_at', l.answered_at, 'ended_at', l.ended_at, 'talk_s', l.talk_s) order by l.n), '[]')
          from call_leg l left join agent g on g.tenant_id = l.tenant_id and g.id = l.agent_id
         where l.tenant_id = c.tenant_id and l.call_id = c.id) as call_legs,
       (select coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'state', r.state, 'reason', r.reason,
               'duration_ms', r.duration_ms, 'channels', r.channels, 'codec', r.codec, 'bytes', r.bytes,
               'same_channels', r.same_channels, 'truncated', r.truncated,
               'peaks_ready', r.peaks is not null, 'has_audio', r.object_key is not null) order by r.id), '[]')
          from recording r where r.tenant_id = c.tenant_id and r.call_id = c.id) as recordings
  from call c
  join integration i on i.tenant_id = c.tenant_id and i.id = c.integration_id
  left join agent a on a.tenant_id = c.tenant_id and a.id = c.agent_id
 where c.id = $call [[scope: and c.agent_id = any($scope)]];

-- name: call_events_put :done
-- in:  integration uuid, delivery uuid?, events json
-- events: [{id, key, hash, event}]. Unique key of call_event.
insert into call_event (id, integration_id, call_key, event_hash, event, delivery_id)
select e.id, $integration, e.key, decode(e.hash, 'hex'), e.event, $delivery
  from jsonb_to_recordset($events) as e (id uuid, key text, hash text, event jsonb)
on conflict (tenant_id, integration_id, call_key, event_hash) do nothing;

-- name: call_lock :done
-- in:  integration uuid, call_key text
-- One fold of a call at a time, also before its row exists.
select pg_advisory_xact_lock(hashtextextended($integration::text || $call_key, 0));

-- name: call_events_of :many
-- in:  integration uuid, call_key text
-- out: event json
-- Unique key of call_event.
select event from call_event where integration_id = $integration and call_key = $call_key;

-- name: call_put :one
-- in:  id uuid, integration uuid, call_key text, started_at timestamptz, answered_at timestamptz?,
--      ended_at timestamptz?, direction text, disposition text, from_number text, to_number text,
--      customer_number text, customer_name text, agent_key text, queue text, trunk text, duration_s int?,
--      talk_s int?, wait_s int?, legs int, has_recording bool
-- out: id uuid, agent_id uuid?, is_new bool
-- Unique key of call; agent's unique key.
insert into call as c (id, integration_id, call_key, started_at, answered_at, ended_at, direction, disposition,
       from_number, to_number, customer_number, customer_name, agent_key, agent_id, queue, trunk, duration_s,
       talk_s, wait_s, legs, has_recording, state)
values ($id, $integration, $call_key, $started_at, $answered_at, $ended_at, $direction, $disposition,
       $from_number, $to_number, $customer_number, $customer_name, $agent_key,
       (select a.id from agent a where a.extension = $agent_key), $queue, $trunk, $duration_s,
       $talk_s, $wait_s, $legs, $has_recording, case when $has_recording then 'fetching' else 'no_recording' end)
on conflict (tenant_id, integration_id, call_key) do update set
       started_at = excluded.started_at, answered_at = excluded.answered_at, ended_at = excluded.ended_at,
       direction = excluded.direction, disposition = excluded.disposition, from_number = excluded.from_number,
       to_number = excluded.to_number, customer_number = excluded.customer_number,
       customer_name = excluded.customer_name, agent_key = excluded.agent_key, agent_id = excluded.agent_id,
       queue = excluded.queue, trunk = excluded.trunk, duration_s = excluded.duration_s, talk_s = excluded.talk_s,
       wait_s = excluded.wait_s, legs = excluded.legs, has_recording = excluded.has_recording,
       state = case when c.state in ('received', 'no_recording') then excluded.state else c.state end
returning c.id, c.agent_id, c.xmax = 0 as is_new;

-- name: call_legs_put :done
-- in:  call uuid, legs json, legs_n int
-- Primary key of call_leg.
with put as (
  insert into call_leg (call_id, n, from_number, to_number, agent_key, agent_id, action, disposition,
         started_at, answered_at, ended_at, talk_s)
  select $call, l.n, l.from_number, l.to_number, l.agent_key, a.id, l.action, l.disposition,
         l.started_at, l.answered_at, l.ended_at, l.talk_s
    from jsonb_to_recordset($legs) as l (n int, from_number text, to_number text, agent_key text, action text,
         disposition text, started_at timestamptz, answered_at timestamptz, ended_at timestamptz, talk_s int)
    left join agent a on a.extension = l.agent_key
  on conflict (tenant_id, call_id, n) do update set from_number = excluded.from_number,
         to_number = excluded.to_number, agent_key = excluded.agent_key, agent_id = excluded.agent_id,
         action = excluded.action, disposition = excluded.disposition, started_at = excluded.started_at,
         answered_at = excluded.answered_at, ended_at = excluded.ended_at, talk_s = excluded.talk_s)
delete from call_leg where call_id = $call and n > $legs_n;
