-- name: recordings_want :many
-- in:  call uuid, refs json
-- out: id uuid
-- refs: [{id, name, folder}]. Unique key of recording; answers the new ones.
insert into recording (id, call_id, name, folder)
select r.id, $call, r.name, r.folder from jsonb_to_recordset($refs) as r (id uuid, name text, folder text)
on conflict (tenant_id, call_id, name) do nothing
returning id;

-- name: recording_task :one
-- in:  recording uuid
-- out: id uuid, call_id uuid, name text, folder text, leg_key text?, state text, object_key text?,
--      started_at timestamptz, talk_s int?, recordings int, integration_id uuid, provider text, zone text,
--      settings json, secrets bytea?, integration_state text, version int
-- Primary keys; recordings and events of one call by their unique keys.
select r.id, r.call_id, r.name, r.folder,
       (select e.event ->> 'leg_key' from call_event e
         where e.tenant_id = c.tenant_id and e.integration_id = c.integration_id and e.call_key = c.call_key
           and e.event -> 'recordings' @> jsonb_build_array(jsonb_build_object('name', r.name))
         order by e.id limit 1) as leg_key,
       r.state, r.object_key, c.started_at, c.talk_s,
       (select count(*)::int from recording o where o.tenant_id = r.tenant_id and o.call_id = r.call_id) as recordings,
       c.integration_id, i.provider, i.zone, i.settings, i.secrets, i.state as integration_state, i.version
  from recording r
  join call c on c.tenant_id = r.tenant_id and c.id = r.call_id
  join integration i on i.tenant_id = c.tenant_id and i.id = c.integration_id
 where r.id = $recording;

-- name: recording_fetched :one
-- in:  recording uuid, object_key text, bytes bigint, sha256 bytea
-- out: call_id uuid, agent_id uuid?
-- Primary keys. A call that is past its recordings (scored, say) keeps its state.
with r as (
  update recording set state = 'fetched', reason = null, object_key = $object_key, bytes = $bytes, sha256 = $sha256
   where id = $recording and state = 'waiting'
  returning tenant_id, call_id)
update call c
   set state = case when c.state in ('received', 'no_recording', 'fetching', 'failed') then 'decoding' else c.state end,
       state_reason = case when c.state in ('received', 'no_recording', 'fetching', 'failed') then null else c.state_reason end
  from r where c.tenant_id = r.tenant_id and c.id = r.call_id
returning c.id as call_id, c.agent_id;

-- name: recording_ready :one
-- in:  recording uuid, reason text?, content_type text, codec text, channels int, duration_ms int,
--      same_channels bool, truncated bool, peaks bytea, peaks_per_second int, silences json
-- out: call_id uuid, agent_id uuid?
-- Primary keys.
with r as (
  update recording set state = 'ready', reason = $reason, content_type = $content_type, codec = $codec,
         channels = $channels, duration_ms = $duration_ms, same_channels = $same_channels, truncated = $truncated,
         peaks = $peaks, peaks_per_second = $peaks_per_second, silences = $silences
   where id = $recording and state = 'fetched'
  returning tenant_id, call_id)
update call c
   set state = case when c.state in ('received', 'no_recording', 'fetching', 'decoding', 'failed')
                    then 'transcribing' else c.state end,
       state_reason = case when c.state in ('received', 'no_recording', 'fetching', 'decoding', 'failed')
                    then null else c.state_reason end
  from r where c.tenant_id = r.tenant_id and c.id = r.call_id
returning c.id as call_id, c.agent_id;

-- name: recording_ended :one
-- in:  recording uuid, state text, reason text
-- out: call_id uuid, agent_id uuid?
-- Failed or missing. The call fails with it unless another recording of it is fine or under way.
with r as (
  update recording set state = $state, reason = $reason
   where id = $recording and state in ('waiting', 'fetched')
  returning tenant_id, call_id),
s as (
  select r.tenant_id, r.call_id, not exists (
    select 1 from recording o where o.tenant_id = r.tenant_id and o.call_id = r.call_id and o.id <> $recording
       and o.state in ('waiting', 'fetched', 'ready')) as alone
    from r)
update call c
   set state = case when s.alone and c.state in ('received', 'no_recording', 'fetching', 'decoding')
                    then 'failed' else c.state end,
       state_reason = case when s.alone and c.state in ('received', 'no_recording', 'fetching', 'decoding')
                    then $reason else c.state_reason end
  from s where c.tenant_id = s.tenant_id and c.id = s.call_id
returning c.id as call_id, c.agent_id;

-- name: recording_waits :one
-- in:  recording uuid, reason text
-- out: call_id uuid, agent_id uuid?
-- Still waiting, and this is why.
with r as (
  update recording set reason = $reason where id = $recording and state = 'waiting'
  returning tenant_id, call_id)
update call c
   set state_reason = case when c.state in ('received', 'fetching') then $reason else c.state_reason end
  from r where c.tenant_id = r.tenant_id and c.id = r.call_id
returning c.id as call_id, c.agent_id;

-- name: recording_refers :one
-- in:  recording uuid, object_key text
-- out: refers bool
-- Whether the recording has just this object. Primary key.
select exists (select 1 from recording where id = $recording and object_key = $object_key) as refers;

-- name: recording_play :one
-- in:  call uuid, recording uuid, scope uuid[]?
-- out: id uuid, name text, folder text, object_key text?, sha256 bytea?, content_type text?
-- Primary keys.
select r.id, r.name, r.folder, r.object_key, r.sha256, r.content_type
  from recording r join call c on c.tenant_id = r.tenant_id and c.id = r.call_id
 where r.id = $recording and r.call_id = $call [[scope: and c.agent_id = any($scope)]];

-- name: recording_picture :one
-- in:  call uuid, recording uuid, scope uuid[]?
-- out: duration_ms int?, channels int?, per_second int?, peaks bytea?, silences json?
-- Primary keys.
select r.duration_ms, r.channels, r.peaks_per_second as per_second, r.peaks, r.silences
  from recording r join call c on c.tenant_id = r.tenant_id and c.id = r.call_id
 where r.id = $recording and r.call_id = $call [[scope: and c.agent_id = any($scope)]];

-- name: recording_again :one
-- in:  call uuid, recording uuid, scope uuid[]?
-- out: call_id uuid, agent_id uuid?, has_bytes bool
-- Failed and missing ones only. Bytes that are ours already are not fetched again. Primary keys.
with r as (
  update recording r set state = case when r.object_key is null then 'waiting' else 'fetched' end, reason = null
    from call c
   where r.id = $recording and r.call_id = $call and r.state in ('failed', 'missing')
     and c.tenant_id = r.tenant_id and c.id = r.call_id [[scope: and c.agent_id = any($scope)]]
  returning r.tenant_id, r.call_id, r.object_key is not null as has_bytes)
update call c
   set state = case when c.state <> 'failed' then c.state when r.has_bytes then 'decoding' else 'fetching' end,
       state_reason = case when c.state = 'failed' then null else c.state_reason end
  from r where c.tenant_id = r.tenant_id and c.id = r.call_id
returning c.id as call_id, c.agent_id, r.has_bytes;

-- name: recording_lock_call :one
-- in:  recording uuid
-- out: call_id uuid
-- The ends of two recordings of one call must see each other. Primary keys.
select c.id as call_id from call c join recording r on r.tenant_id = c.tenant_id and r.call_id = c.id
 where r.id = $recording for update of c;
