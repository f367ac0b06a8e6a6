-- name: calls_list :page
-- in:   scope uuid[]?, agent uuid?, number text?, direction text?, state text?, from timestamptz?,
--       to timestamptz?, score_below int?, breach bool?, recording bool?, intent text?, team uuid?, tag text?, me uuid?,
--       after_started_at timestamptz?, after_id uuid?, limit int
-- out:  id uuid, started_at timestamptz, direction text, disposition text, from_number text,
--       to_number text, customer_number text, customer_name text, agent_id uuid?, agent_name text?,
--       duration_s int?, talk_s int?, wait_s int?, legs int, state text, state_reason text?,
--       score_bp int?, score_state text?, title text?, short text?, sentiment_bp int?,
--       agent_share_bp int?, breaches json:strings, has_recording bool, customer_e164 text,
--       tags json:strings, also json:linked_calls
-- key:  started_at, id
-- Newest first. Index call_started; with an agent or an own scope call_agent; with a number, as it
-- was sent, in E.164 or as one dials it (and then however it was sent), call_customer, call_customer_e164
-- and call_customer_tail, and only
-- those are looked at further (offset 0: else the planner walks all calls of the span). A call that
-- another phone system told of too is there once, `also` names the others (call_same_as). The loose filters are one CASE: PostgreSQL takes it for half of the rows, so it
-- walks the index in order and stops after a page instead of sorting all of the tenant's calls. The
-- page is cut first, so that only its rows look up their agent and contact. CASE and not coalesce bounds the
-- time: row security lets only leakproof conditions into the index, and coalesce is taken for none.
-- Who reviews a call is not told its score before he has given his own: key of review.
select c.id, c.started_at, c.direction, c.disposition, c.from_number, c.to_number,
       c.customer_number, coalesce((select t.name from contact_number n join contact t on t.tenant_id = n.tenant_id and t.id = n.contact_id
         where n.tenant_id = c.tenant_id and n.number in (c.customer_e164, c.customer_number)
         order by n.number = c.customer_e164 desc nulls last limit 1), c.customer_name) as customer_name,
       c.agent_id, coalesce((select a.name from agent a where a.tenant_id = c.tenant_id and a.id = c.agent_id),
       nullif(c.agent_key, '')) as agent_name,
       c.duration_s, c.talk_s, c.wait_s, c.legs, c.state, case when not b.blind then c.state_reason end as state_reason,
       case when not b.blind then c.score_bp end as score_bp, case when not b.blind then c.score_state end as score_state,
       c.title, c.short, c.sentiment_bp, c.agent_share_bp, to_jsonb(c.breaches) as breaches, c.has_recording or c.lent_recording as has_recording,
       coalesce(c.customer_e164, '') as customer_e164, to_jsonb(c.tags) as tags,
       (select coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'integration_name', i.name, 'provider', i.provider,
               'started_at', s.started_at, 'duration_s', s.duration_s, 'has_recording', s.has_recording) order by s.started_at, s.id), '[]')
          from call s join integration i on i.tenant_id = s.tenant_id and i.id = s.integration_id
         where s.tenant_id = c.tenant_id and s.same_as = c.id) as also
  from (select * from (select k.* from call k [[number: where k.id = any(array(
         select x.id from (select x.id from call x where x.customer_number = $number order by x.started_at desc limit 10001) x
         union select x.id from (select x.id from call x where x.customer_e164 in (nullif($number, ''),
           (select y.customer_e164 from call y where y.customer_number = $number and y.customer_e164 <> '' limit 1))
           order by x.started_at desc limit 10001) x
         union select x.id from (select x.id from call x where x.customer_tail = right($number, 7) and length($number) >= 7
           and right(x.customer_e164, length(ltrim($number, '0+'))) = ltrim($number, '0+')
           order by x.started_at desc limit 10001) x)) offset 0]]) c
 where c.same_as is null and not c.trial
   [[after_id: and (c.started_at, c.id) < ($after_started_at, $after_id)]]
   [[from|to: and c.started_at >= case when $from::timestamptz is null then '-infinity' else $from end
              and c.started_at < case when $to::timestamptz is null then 'infinity' else $to end]]
   [[scope: and c.agent_id = any($scope)]]
   [[agent|team: and c.agent_id = any(case when $agent::uuid is not null then array[$agent] else array(select g.agent_id from team_agent g where g.team_id = $team) end)
                 and case when $team::uuid is null then true else exists (select from team_agent g where g.team_id = $team and g.agent_id = c.agent_id) end]]
   [[direction|state|score_below|breach|recording|intent|tag: and case
     when c.direction <> $direction or c.state <> $state or (c.has_recording or c.lent_recording) <> $recording then false
     when $tag::text is not null and not ($tag = any(c.tags)) then false
    when $intent::text is not null and $intent not in (coalesce(c.intent, ''), coalesce(c.second_intent, '')) then false
     when $score_below::int is not null and (c.score_bp is null or exists (select 1 from review v where v.tenant_id = c.tenant_id and v.call_id = c.id and v.account_id = $me and v.state = 'open')) then false
     when c.score_bp >= $score_below or (c.breaches <> '{}') <> $breach then false
     else true end]]
 order by c.started_at desc, c.id desc
 limit $limit) c
 cross join lateral (select exists (select 1 from review v where v.tenant_id = c.tenant_id and v.call_id = c.id and v.account_id = $me and v.state = 'open') as blind) b
 order by c.started_at desc, c.id desc;

-- name: calls_summary :one
-- in:   scope uuid[]?, agent uuid?, number text?, direction text?, state text?, from timestamptz?,
--       to timestamptz?, score_below int?, breach bool?, recording bool?, intent text?, team uuid?, tag text?, me uuid?
-- out:  count int, more bool, average_delay_s int?
-- Counts up to 10,000 and says whether there are more. Same indexes as calls_list.
select least(count(*), 10000)::int as count, count(*) > 10000 as more,
       (avg(extract(epoch from x.scored_at - x.ended_at))
         filter (where x.scored_at >= x.ended_at and x.scored_at < x.ended_at + interval '1 day'))::int as average_delay_s
  from (select c.scored_at, c.ended_at from (select k.* from call k [[number: where k.id = any(array(
         select x.id from (select x.id from call x where x.customer_number = $number order by x.started_at desc limit 10001) x
         union select x.id from (select x.id from call x where x.customer_e164 in (nullif($number, ''),
           (select y.customer_e164 from call y where y.customer_number = $number and y.customer_e164 <> '' limit 1))
           order by x.started_at desc limit 10001) x
         union select x.id from (select x.id from call x where x.customer_tail = right($number, 7) and length($number) >= 7
           and right(x.customer_e164, length(ltrim($number, '0+'))) = ltrim($number, '0+')
           order by x.started_at desc limit 10001) x)) offset 0]]) c
         where c.same_as is null and not c.trial
   [[from|to: and c.started_at >= case when $from::timestamptz is null then '-infinity' else $from end
              and c.started_at < case when $to::timestamptz is null then 'infinity' else $to end]]
   [[scope: and c.agent_id = any($scope)]]
   [[agent|team: and c.agent_id = any(case when $agent::uuid is not null then array[$agent] else array(select g.agent_id from team_agent g where g.team_id = $team) end)
                 and case when $team::uuid is null then true else exists (select from team_agent g where g.team_id = $team and g.agent_id = c.agent_id) end]]
   [[direction|state|score_below|breach|recording|intent|tag: and case
     when c.direction <> $direction or c.state <> $state or (c.has_recording or c.lent_recording) <> $recording then false
     when $tag::text is not null and not ($tag = any(c.tags)) then false
    when $intent::text is not null and $intent not in (coalesce(c.intent, ''), coalesce(c.second_intent, '')) then false
     when $score_below::int is not null and (c.score_bp is null or exists (select 1 from review v where v.tenant_id = c.tenant_id and v.call_id = c.id and v.account_id = $me and v.state = 'open')) then false
     when c.score_bp >= $score_below or (c.breaches <> '{}') <> $breach then false
     else true end]]
         order by c.started_at desc, c.id desc limit 10001) x;

-- name: call_get :one
-- in:   call uuid, scope uuid[]?, me uuid?
-- out:  id uuid, started_at timestamptz, answered_at timestamptz?, ended_at timestamptz?,
--       direction text, disposition text, from_number text, to_number text, customer_number text,
--       customer_name text, agent_id uuid?, agent_name text?, duration_s int?, talk_s int?,
--       wait_s int?, legs int, state text, state_reason text?, score_bp int?, score_state text?,
--       title text?, short text?, sentiment_bp int?, agent_share_bp int?, breaches json:strings,
--       has_recording bool, integration_id uuid, integration_name text, provider text, queue text,
--       trunk text, found_by_poll bool, trial bool, by_hand bool, agent_key text, agent_note text,
--       policy_version int, chosen bool, choice_reason text?, duplicate_of uuid?, contact_id uuid?,
--       contact_name text?, contact_company text?, customer_e164 text,
--       same_as uuid?, stands_alone bool, tags json:strings, also json:linked_calls, call_legs json:call_legs, recordings json:recordings
-- Primary keys throughout, and call_same_as. Where no recording of its own can be heard, those of the calls that count as this one.
select c.id, c.started_at, c.answered_at, c.ended_at, c.direction, c.disposition, c.from_number,
       c.to_number, c.customer_number, c.customer_name, c.agent_id,
       coalesce(a.name, nullif(c.agent_key, '')) as agent_name, c.duration_s, c.talk_s, c.wait_s,
       c.legs, c.state, case when not b.blind then c.state_reason end as state_reason,
       case when not b.blind then c.score_bp end as score_bp, case when not b.blind then c.score_state end as score_state, c.title, c.short,
       c.sentiment_bp, c.agent_share_bp, to_jsonb(c.breaches) as breaches, c.has_recording or c.lent_recording as has_recording,
       c.integration_id, i.name as integration_name, i.provider, c.queue, c.trunk, c.found_by_poll,
       c.trial, c.by_hand, c.agent_key, c.agent_note, c.policy_version, c.chosen, c.choice_reason,
       (select d.id from call d where d.tenant_id = c.tenant_id and d.id = c.duplicate_of [[scope: and d.agent_id = any($scope)]]) as duplicate_of,
       t.id as contact_id, t.name as contact_name, t.company as contact_company,
       coalesce(c.customer_e164, '') as customer_e164, c.same_as, c.stands_alone, to_jsonb(c.tags) as tags,
       (select coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'integration_name', j.name, 'provider', j.provider,
               'started_at', s.started_at, 'duration_s', s.duration_s, 'has_recording', s.has_recording) order by s.started_at, s.id), '[]')
          from call s join integration j on j.tenant_id = s.tenant_id and j.id = s.integration_id
         where s.tenant_id = c.tenant_id and s.same_as = c.id) as also,
       (select coalesce(jsonb_agg(jsonb_build_object('id', l.n, 'from_number', l.from_number,
               'to_number', l.to_number, 'agent_name', coalesce(g.name, nullif(l.agent_key, '')),
               'action', l.action, 'disposition', l.disposition, 'started_at', l.started_at,
               'answered_at', l.answered_at, 'ended_at', l.ended_at, 'talk_s', l.talk_s) order by l.n), '[]')
          from call_leg l left join agent g on g.tenant_id = l.tenant_id and g.id = l.agent_id
         where l.tenant_id = c.tenant_id and l.call_id = c.id) as call_legs,
       (select coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'state', r.state, 'reason', r.reason,
               'duration_ms', r.duration_ms, 'channels', r.channels, 'codec', r.codec, 'bytes', r.bytes,
               'same_channels', r.same_channels, 'truncated', r.truncated,
               'peaks_ready', r.peaks is not null, 'has_audio', r.object_key is not null,
               'plays', r.opus_key is not null or r.state = 'ready' and coalesce(r.plays, true), 'sha256', encode(r.sha256, 'hex'),
               'original_kept', r.object_key is not null and r.original_gone_at is null, 'original_gone_at', r.original_gone_at,
               'opus_bytes', r.opus_bytes, 'opus_at', r.opus_at, 'opus_reason', r.opus_reason) order by r.id), '[]')
          from recording r where r.tenant_id = c.tenant_id and r.call_id = any(array(
               select c.id union all
               select s.id from call s where s.tenant_id = c.tenant_id and s.same_as = c.id and not exists (select from recording o
                where o.tenant_id = c.tenant_id and o.call_id = c.id and o.state in ('waiting', 'fetched', 'ready'))))) as recordings
  from call c
  join integration i on i.tenant_id = c.tenant_id and i.id = c.integration_id
  left join agent a on a.tenant_id = c.tenant_id and a.id = c.agent_id
  left join lateral (select n.contact_id from contact_number n
                      where n.tenant_id = c.tenant_id and n.number in (c.customer_e164, c.customer_number)
                      order by n.number = c.customer_e164 desc nulls last limit 1) m on true
  left join contact t on t.tenant_id = c.tenant_id and t.id = m.contact_id
  cross join lateral (select exists (select 1 from review v where v.tenant_id = c.tenant_id and v.call_id = c.id and v.account_id = $me and v.state = 'open') as blind) b
 where c.id = $call [[scope: and c.agent_id = any($scope)]];

-- name: call_events_put :done
-- in:  integration uuid, delivery uuid?, events json
-- events: [{id, key, hash, event}], one told twice counts once. Unique key of call_event. What a phone system sent by itself is
-- not polled, whichever came first.
insert into call_event (id, integration_id, call_key, event_hash, event, delivery_id, polled)
select distinct on (e.key, e.hash) e.id, $integration, e.key, decode(e.hash, 'hex'), e.event, $delivery,
       exists (select from inbox x where x.id = $delivery and x.source = 'poll')
  from jsonb_to_recordset($events) as e (id uuid, key text, hash text, event jsonb)
on conflict (tenant_id, integration_id, call_key, event_hash) do update set polled = false
 where call_event.polled and not excluded.polled;

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
--      customer_number text, customer_name text, customer_e164 text, customer_tail text, agent_key text, queue text, trunk text, duration_s int?,
--      talk_s int?, wait_s int?, legs int, has_recording bool, timed bool
-- out: id uuid, agent_id uuid?, is_new bool, policy_version int
-- Unique key of call; agent's unique key, primary keys of agent_alias and policy. A call that no event
-- gives a time keeps the one of its first fold, so that folding it again changes nothing.
-- What came as a file no event tells of.
insert into call as c (id, integration_id, call_key, started_at, answered_at, ended_at, direction, disposition,
       from_number, to_number, customer_number, customer_name, customer_e164, customer_tail, agent_key, agent_id,
       queue, trunk, duration_s,
       talk_s, wait_s, legs, has_recording, state, policy_version, found_by_poll)
values ($id, $integration, $call_key, $started_at, $answered_at, $ended_at, $direction, $disposition,
       $from_number, $to_number, $customer_number, $customer_name, $customer_e164, $customer_tail, $agent_key,
       coalesce((select x.agent_id from agent_alias x where x.integration_id = $integration and x.agent_key = $agent_key),
         (select a.id from agent a where a.extension = $agent_key)), $queue, $trunk, $duration_s,
       $talk_s, $wait_s, $legs, $has_recording, case when $has_recording then 'fetching' else 'no_recording' end,
       (select coalesce(max(p.version), 0) from policy p where p.integration_id = $integration),
       not exists (select from call_event e where e.integration_id = $integration and e.call_key = $call_key
         and not e.polled))
on conflict (tenant_id, integration_id, call_key) do update set
       started_at = case when $timed then excluded.started_at else c.started_at end, answered_at = excluded.answered_at, ended_at = excluded.ended_at,
       direction = excluded.direction, disposition = excluded.disposition, from_number = excluded.from_number,
       to_number = excluded.to_number, customer_number = excluded.customer_number,
       customer_name = excluded.customer_name, customer_e164 = excluded.customer_e164,
       customer_tail = excluded.customer_tail, agent_key = excluded.agent_key,
       agent_id = case when c.agent_by_hand then c.agent_id else excluded.agent_id end,
       queue = excluded.queue, trunk = excluded.trunk, duration_s = excluded.duration_s, talk_s = excluded.talk_s,
       wait_s = excluded.wait_s, legs = excluded.legs,
       has_recording = excluded.has_recording or exists (select from recording r where r.tenant_id = c.tenant_id
         and r.call_id = c.id and r.by_file),
       found_by_poll = excluded.found_by_poll,
       state = case when c.state in ('received', 'no_recording') then excluded.state else c.state end
returning c.id, c.agent_id, c.xmax = 0 as is_new, c.policy_version;

-- name: call_legs_put :done
-- in:  call uuid, legs json, legs_n int
-- Primary keys of call_leg, call and agent_alias.
with put as (
  insert into call_leg (call_id, n, from_number, to_number, agent_key, agent_id, action, disposition,
         started_at, answered_at, ended_at, talk_s)
  select $call, l.n, l.from_number, l.to_number, l.agent_key,
         coalesce((select x.agent_id from agent_alias x join call c on c.tenant_id = x.tenant_id and c.integration_id = x.integration_id
                    where c.id = $call and x.agent_key = l.agent_key), a.id), l.action, l.disposition,
         l.started_at, l.answered_at, l.ended_at, l.talk_s
    from jsonb_to_recordset($legs) as l (n int, from_number text, to_number text, agent_key text, action text,
         disposition text, started_at timestamptz, answered_at timestamptz, ended_at timestamptz, talk_s int)
    left join agent a on a.extension = l.agent_key
  on conflict (tenant_id, call_id, n) do update set from_number = excluded.from_number,
         to_number = excluded.to_number, agent_key = excluded.agent_key, agent_id = excluded.agent_id,
         action = excluded.action, disposition = excluded.disposition, started_at = excluded.started_at,
         answered_at = excluded.answered_at, ended_at = excluded.ended_at, talk_s = excluded.talk_s)
delete from call_leg where call_id = $call and n > $legs_n;

-- name: calls_gone :many
-- in:  integration uuid, keys json
-- out: key text
-- Primary key of call_gone.
select k.key from jsonb_array_elements_text($keys) k (key)
  join call_gone g on g.integration_id = $integration and g.key_sha256 = sha256(convert_to(k.key, 'UTF8'));

-- name: call_twin :one
-- in:  integration uuid, call_key text, started timestamptz, ended timestamptz?, agent text, number text, taken json
-- out: id uuid
-- The same call as it was sent: numbers agree in their last seven digits, for prefixes are written in
-- many ways. Ten minutes of index call_started.
select c.id from call c
 where c.started_at >= $started - interval '5 minutes' and c.started_at <= $started + interval '5 minutes'
   and c.integration_id = $integration and not c.found_by_poll and c.call_key <> $call_key
   and (abs(extract(epoch from c.started_at - $started)) <= 5
     or coalesce(abs(extract(epoch from c.ended_at - $ended)) <= 5, false))
   and (c.agent_key = $agent or c.agent_key = '' or $agent = '')
   and right(regexp_replace(c.customer_number, '\D', '', 'g'), 7) = right(regexp_replace($number, '\D', '', 'g'), 7)
   and not $taken @> to_jsonb(c.id::text)
 order by abs(extract(epoch from c.started_at - $started)), c.id limit 1;

-- name: call_agent :one
-- in:  agent uuid, scope uuid[]?
-- out: extension text
-- Primary key. Who sees only his own calls logs only his own.
select extension from agent where id = $agent [[scope: and id = any($scope)]];

-- name: call_is_by_hand :done
-- in:  call uuid
-- Primary key.
update call set by_hand = true where id = $call;

-- name: call_seen :one
-- in:  call uuid, scope uuid[]?
-- out: agent_id uuid?
-- Primary key.
select agent_id from call where id = $call [[scope: and agent_id = any($scope)]];

-- name: call_hand :one
-- in:  call uuid, scope uuid[]?
-- out: integration_id uuid, by_hand bool, event json?
-- The call's event with the most recordings, where it was logged by hand. Primary key, unique key of call_event.
select c.integration_id, c.by_hand,
       (select e.event from call_event e where e.tenant_id = c.tenant_id and e.integration_id = c.integration_id and e.call_key = c.call_key
         order by coalesce(jsonb_array_length(e.event -> 'recordings'), 0) desc, e.id limit 1) as event
  from call c where c.id = $call [[scope: and c.agent_id = any($scope)]];

-- name: call_notes :page
-- in:  call uuid, scope uuid[]?, after_id uuid?, limit int
-- out: id uuid, body text, by text?, by_id uuid?, created_at timestamptz
-- key: id
-- Oldest first. Index call_note_call.
select n.id, n.body, a.name as by, n.account_id as by_id, n.created_at
  from call_note n left join account a on a.id = n.account_id
 where n.call_id = $call [[after_id: and n.id > $after_id]]
   and ground.there(exists (select from call p where p.id = $call [[scope: and p.agent_id = any($scope)]]))
 order by n.id limit $limit;

-- name: call_note_add :done
-- in:  id uuid, call uuid, me uuid?, body text
insert into call_note (id, call_id, account_id, body) values ($id, $call, $me, $body);

-- name: call_note_gone :done
-- in:  call uuid, note uuid, scope uuid[]?, me uuid
-- One's own. Primary key.
delete from call_note n where n.id = $note and n.call_id = $call and n.account_id = $me
   [[scope: and exists (select 1 from call c where c.tenant_id = n.tenant_id and c.id = n.call_id and c.agent_id = any($scope))]];

-- name: call_events_again :done
-- in:  integration uuid, delivery uuid, events json
-- Of events that were known: who else told them. Unique key of call_event.
insert into call_event_again (event_id, delivery_id)
select distinct e.id, $delivery
  from jsonb_to_recordset($events) as x (key text, hash text)
  join call_event e on e.integration_id = $integration and e.call_key = x.key and e.event_hash = decode(x.hash, 'hex')
 where e.delivery_id <> $delivery
on conflict do nothing;

-- name: call_events_told :many
-- in:  deliveries uuid[]
-- out: call_key text
-- Indexes call_event_delivery and call_event_again_delivery.
select e.call_key from call_event e where e.delivery_id = any($deliveries)
union
select e.call_key from call_event_again a join call_event e on e.tenant_id = a.tenant_id and e.id = a.event_id
 where a.delivery_id = any($deliveries);

-- name: call_events_untell :one
-- in:  integration uuid, delivery uuid, events json
-- out: gone int
-- What a delivery told once and, read again, does not tell any more: it goes, unless another delivery
-- told it too, which it is then ascribed to. Same indexes.
with said as (
  select x.key, decode(x.hash, 'hex') as hash from jsonb_to_recordset($events) as x (key text, hash text)),
stale as (
  select e.id from call_event e where e.delivery_id = $delivery and e.integration_id = $integration
     and not exists (select from said s where s.key = e.call_key and s.hash = e.event_hash)),
heir as (
  select distinct on (a.event_id) a.event_id, a.delivery_id
    from call_event_again a join stale s on s.id = a.event_id order by a.event_id, a.delivery_id),
kept as (
  update call_event e set delivery_id = h.delivery_id,
         polled = coalesce((select x.source = 'poll' from inbox x where x.id = h.delivery_id), e.polled)
    from heir h where e.id = h.event_id returning e.id),
given as (
  delete from call_event_again a using heir h where a.event_id = h.event_id and a.delivery_id = h.delivery_id),
forgotten as (
  delete from call_event_again a using call_event e
   where a.delivery_id = $delivery and e.tenant_id = a.tenant_id and e.id = a.event_id
     and not exists (select from said s where s.key = e.call_key and s.hash = e.event_hash)),
dropped as (
  delete from call_event e using stale s where e.id = s.id
     and not exists (select from heir h where h.event_id = s.id) returning e.id)
select (select count(*) from dropped)::int as gone;

-- name: call_drop_untold :many
-- in:  integration uuid, call_key text
-- out: id uuid, linked uuid?
-- A call that no event tells of any more: it was read wrongly. One that somebody logged stays. With each that was linked to
-- it. Unique key and primary key of call, index call_same_as.
with gone as (
  delete from call c where c.integration_id = $integration and c.call_key = $call_key and not c.by_hand
     and not exists (select from call_event e where e.integration_id = $integration and e.call_key = $call_key)
  returning c.tenant_id, c.id, c.same_as)
select g.id, l.id as linked
  from gone g
  left join lateral (select o.id from call o where o.tenant_id = g.tenant_id and o.id = g.same_as
                     union all
                     select s.id from call s where s.tenant_id = g.tenant_id and s.same_as = g.id) l on true
 order by l.id;

-- name: calls_of_delivery :many
-- in:  delivery uuid
-- out: id uuid, started_at timestamptz, from_number text, to_number text, trial bool
-- Indexes call_event_delivery and call_event_again_delivery; unique key of call. As many as a page shows.
select c.id, c.started_at, c.from_number, c.to_number, c.trial
  from (select e.integration_id, e.call_key from call_event e where e.delivery_id = $delivery
        union
        select e.integration_id, e.call_key from call_event_again a
          join call_event e on e.tenant_id = a.tenant_id and e.id = a.event_id where a.delivery_id = $delivery) k
  join call c on c.integration_id = k.integration_id and c.call_key = k.call_key
 order by c.started_at desc, c.id limit 100;

-- name: calls_mark_trial :done
-- in:  calls uuid[]
-- Primary key.
update call set trial = true where id = any($calls) and not trial;
