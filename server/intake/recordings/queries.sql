-- name: recordings_want :many
-- in:  call uuid, refs json
-- out: id uuid, gate text
-- refs: [{id, name, folder, transcript}]. Unique key of recording; answers the new ones that are to be
-- fetched. A phone system's own transcript may come after the recording.
with put as (
  insert into recording as x (id, call_id, name, folder, provider_transcript, state, reason)
  select r.id, c.id, r.name, r.folder, r.transcript, case when c.fetch_wanted then 'waiting' else 'skipped' end,
         case when c.fetch_wanted then null else c.choice_reason end
    from jsonb_to_recordset($refs) as r (id uuid, name text, folder text, transcript text), call c
   where c.id = $call
  on conflict (tenant_id, call_id, name) do update set provider_transcript = excluded.provider_transcript
   where excluded.provider_transcript <> coalesce(x.provider_transcript, '')
  returning x.id, x.xmax = 0 and x.state = 'waiting' as is_new)
select put.id, i.provider || ':' || i.id as gate
  from put, call c join integration i on i.tenant_id = c.tenant_id and i.id = c.integration_id
 where put.is_new and c.id = $call;

-- name: recording_gate :one
-- in:  call uuid
-- out: gate text
-- One phone system's limits are its own. Primary keys.
select i.provider || ':' || i.id as gate
  from call c join integration i on i.tenant_id = c.tenant_id and i.id = c.integration_id
 where c.id = $call;

-- name: recordings_wake :many
-- in:  call uuid
-- out: id uuid, gate text
-- Those that were not to be fetched are so now. Unique key of recording, primary keys.
update recording r set state = 'waiting', reason = null
  from call c join integration i on i.tenant_id = c.tenant_id and i.id = c.integration_id
 where r.call_id = $call and r.state = 'skipped' and c.tenant_id = r.tenant_id and c.id = r.call_id
returning r.id, i.provider || ':' || i.id as gate;

-- name: recording_here :one
-- in:  call uuid
-- out: ready uuid?, fetched bool
-- The longest that can be heard, and whether one is being looked into. Unique key of recording.
select (select id from recording where call_id = $call and state = 'ready'
         order by duration_ms desc nulls last, id limit 1) as ready,
       exists (select 1 from recording where call_id = $call and state in ('waiting', 'fetched')) as fetched;

-- name: recording_call_goes_on :done
-- in:  call uuid, state text, reason text?
-- Primary key.
update call set state = $state, state_reason = $reason where id = $call;

-- name: recording_skipped :one
-- in:  recording uuid
-- out: call_id uuid, agent_id uuid?
-- The policy's choice changed while it waited, as more became known of the call. Primary keys.
with r as (
  update recording x set state = 'skipped', reason = c.choice_reason from call c
   where x.id = $recording and x.state = 'waiting' and c.tenant_id = x.tenant_id and c.id = x.call_id and not c.fetch_wanted
  returning x.tenant_id, x.call_id)
update call c
   set state = case when c.state in ('received', 'no_recording', 'fetching') then 'stored' else c.state end,
       state_reason = case when c.state in ('received', 'no_recording', 'fetching') then c.choice_reason else c.state_reason end
  from r where c.tenant_id = r.tenant_id and c.id = r.call_id
returning c.id as call_id, c.agent_id;

-- name: recording_sha_lock :done
-- in:  sha256 bytea
-- Two equal uploads at a time must see each other.
select pg_advisory_xact_lock(hashtextextended(current_setting('app.tenant') || encode($sha256, 'hex'), 0));

-- name: recording_repeats :one
-- in:  recording uuid, upload uuid, sha256 bytea
-- out: call_id uuid, reason text
-- An uploaded recording that is there already, unless whoever sent it said "once more": the call it
-- belongs to says so, and is not analysed a second time. Index recording_sha.
with o as (
  select x.call_id, x.created_at, c.started_at from recording x join call c on c.tenant_id = x.tenant_id and c.id = x.call_id
   where x.sha256 = $sha256 and x.id <> $recording and x.state in ('fetched', 'ready')
   order by x.id limit 1)
update call c set duplicate_of = o.call_id,
       chosen = c.chosen or not u.again, analyse_wanted = c.analyse_wanted and u.again,
       choice_reason = case when u.again then c.choice_reason
         else 'Not analysed: the same recording is here already, with another call.' end
  from o, recording r,
       (select coalesce((select metadata ->> 'again' = 'yes' from upload where id = $upload), false) as again) u
 where r.id = $recording and c.tenant_id = r.tenant_id and c.id = r.call_id and c.id <> o.call_id
returning c.id as call_id, coalesce(c.choice_reason, '') as reason;

-- name: recording_task :one
-- in:  recording uuid
-- out: id uuid, call_id uuid, name text, folder text, leg_key text?, told_s int?, state text,
--      object_key text?, started_at timestamptz, talk_s int?, recordings int, integration_id uuid, provider text, zone text,
--      settings json, secrets bytea?, integration_state text, version int, fetch_wanted bool
-- Primary keys; recordings and events of one call by their unique keys.
select r.id, r.call_id, r.name, r.folder,
       (select e.event ->> 'leg_key' from call_event e
         where e.tenant_id = c.tenant_id and e.integration_id = c.integration_id and e.call_key = c.call_key
           and e.event -> 'recordings' @> jsonb_build_array(jsonb_build_object('name', r.name))
         order by e.id limit 1) as leg_key,
       (select max((x ->> 'seconds')::int) from call_event e cross join lateral jsonb_array_elements(e.event -> 'recordings') x
         where e.tenant_id = c.tenant_id and e.integration_id = c.integration_id and e.call_key = c.call_key
           and x ->> 'name' = r.name) as told_s,
       r.state, r.object_key, c.started_at, c.talk_s,
       (select count(*)::int from recording o where o.tenant_id = r.tenant_id and o.call_id = r.call_id) as recordings,
       c.integration_id, i.provider, i.zone, i.settings, i.secrets, i.state as integration_state, i.version,
       c.fetch_wanted
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
--      plays bool, same_channels bool, truncated bool, peaks bytea, peaks_per_second int, silences json
-- out: call_id uuid, agent_id uuid?, analyse bool, opus bool
-- Primary keys. What was uploaded brought no length with it: it is that of the sound. opus: a second file is wanted,
-- for listening or for keeping.
with r as (
  update recording set state = 'ready', reason = $reason, content_type = $content_type, codec = $codec,
         channels = $channels, duration_ms = $duration_ms, plays = $plays, same_channels = $same_channels, truncated = $truncated,
         peaks = $peaks, peaks_per_second = $peaks_per_second, silences = $silences
   where id = $recording and state = 'fetched'
  returning tenant_id, call_id)
update call c
   set state = case when c.state not in ('received', 'no_recording', 'fetching', 'decoding', 'failed') then c.state
                    when c.analyse_wanted then 'transcribing' else 'stored' end,
       state_reason = case when c.state not in ('received', 'no_recording', 'fetching', 'decoding', 'failed') then c.state_reason
                    when c.analyse_wanted then null else c.choice_reason end,
       duration_s = case when c.duration_s is null and i.provider = 'upload'
                    then ($duration_ms + 500) / 1000 else c.duration_s end
  from r, integration i
 where c.tenant_id = r.tenant_id and c.id = r.call_id and i.tenant_id = c.tenant_id and i.id = c.integration_id
returning c.id as call_id, c.agent_id, c.analyse_wanted and c.state <> 'stored' as analyse,
       not $plays or $codec <> 'opus' and coalesce((select p.body ->> 'store' from policy p where p.tenant_id = c.tenant_id
         and p.integration_id = c.integration_id and p.version = c.policy_version), 'original') = 'opus' as opus;

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

-- name: recording_by_file :one
-- in:  call uuid, recording uuid, title text
-- out: id uuid
-- A place for bytes that came as a file: the recording that was told of, or a new one. Primary key.
with told as (
  update recording set by_file = true, state = 'waiting', reason = null
   where id = $recording and call_id = $call and object_key is null
  returning id),
own as (
  insert into recording (id, call_id, name, folder, by_file)
  select $recording, $call, $recording::text, $title, true where not exists (select from told)
  on conflict do nothing
  returning id),
flag as (
  update call set has_recording = true where id = $call and not has_recording)
select id from told union all select id from own;

-- name: recording_refers :one
-- in:  recording uuid, object_key text
-- out: refers bool
-- Whether the recording has just this object. Primary key.
select exists (select 1 from recording where id = $recording and $object_key in (object_key, opus_key, muted_key)) as refers;

-- name: recording_play :one
-- in:  call uuid, recording uuid, scope uuid[]?
-- out: id uuid, name text, folder text, object_key text?, opus_key text?, released bool, plays bool, sha256 bytea?, content_type text?,
--      looked bool, silent json?, muted_key text?, muted_reason text?
-- The call's own, or that of another phone system's call that counts as this one. looked: nothing of it has to be
-- looked at first, or it was. Primary keys.
select r.id, r.name, r.folder, r.object_key, r.opus_key, r.original_gone_at is not null as released,
       coalesce(r.plays, true) as plays, r.sha256, r.content_type,
       r.silent is not null or not exists (select from redaction d where d.active) as looked, r.silent, r.muted_key, r.muted_reason
  from recording r join call c on c.tenant_id = r.tenant_id and c.id = $call
 where r.id = $recording [[scope: and c.agent_id = any($scope)]]
   and (r.call_id = c.id or exists (select from call s where s.tenant_id = r.tenant_id and s.id = r.call_id and s.same_as = c.id));

-- name: recording_picture :one
-- in:  call uuid, recording uuid, scope uuid[]?
-- out: duration_ms int?, channels int?, per_second int?, peaks bytea?, silences json?
-- Primary keys.
select r.duration_ms, r.channels, r.peaks_per_second as per_second, r.peaks, r.silences
  from recording r join call c on c.tenant_id = r.tenant_id and c.id = $call
 where r.id = $recording [[scope: and c.agent_id = any($scope)]]
   and (r.call_id = c.id or exists (select from call s where s.tenant_id = r.tenant_id and s.id = r.call_id and s.same_as = c.id));

-- name: recording_again :one
-- in:  call uuid?, recording uuid, scope uuid[]?
-- out: call_id uuid, agent_id uuid?, fetch bool
-- Failed and missing ones only. What a phone system has is fetched anew, for the bytes we have may be
-- what is wrong; an upload's bytes are all there is, if its parts were joined. Primary keys.
with r as (
  update recording r set state = case when (i.provider = 'upload' or r.by_file) and r.object_key is not null then 'fetched' else 'waiting' end,
         reason = null
    from call c join integration i on i.tenant_id = c.tenant_id and i.id = c.integration_id
   where r.id = $recording and r.state in ('failed', 'missing') and r.removed_at is null [[call: and r.call_id = $call]]
     and c.tenant_id = r.tenant_id and c.id = r.call_id [[scope: and c.agent_id = any($scope)]]
  returning r.tenant_id, r.call_id, r.state = 'waiting' as fetch)
update call c
   set state = case when c.state <> 'failed' then c.state when r.fetch then 'fetching' else 'decoding' end,
       state_reason = case when c.state = 'failed' then null else c.state_reason end
  from r where c.tenant_id = r.tenant_id and c.id = r.call_id
returning c.id as call_id, c.agent_id, r.fetch;

-- name: recording_lock_call :one
-- in:  recording uuid
-- out: call_id uuid
-- The ends of two recordings of one call must see each other. Primary keys.
select c.id as call_id from call c join recording r on r.tenant_id = c.tenant_id and r.call_id = c.id
 where r.id = $recording for update of c;

-- name: objects_unnamed :many
-- in:  keys text[]
-- out: key text
-- Which of these objects no row names. Every column that names an object stands here. Reads the
-- tenant's recordings and parts once.
select k.key from unnest($keys) as k (key)
except select object_key from recording where object_key is not null
except select opus_key from recording where opus_key is not null
except select muted_key from recording where muted_key is not null
except select object_key from upload_part
except select object_key from deletion_file where object_key is not null;

-- name: objects_tenant :one
-- out: known bool
select exists (select 1 from tenant where id = nullif(current_setting('app.tenant', true), '')::uuid) as known;

-- name: recording_speech :one
-- out: gate text?
-- The gate of the engine that is asked first; none for one of this machine. A text that came with the recording is
-- asked of nobody. Index speech_engine_order.
select (select case when kind <> 'pocketsphinx' then kind || ':' || id end
          from speech_engine where state = 'active' and kind <> 'phone_system' order by place, id limit 1) as gate;

-- name: recording_opus_task :one
-- in:  recording uuid
-- out: id uuid, call_id uuid, state text, object_key text?, bytes bigint?, plays bool, opus_key text?, opus_bytes bigint?, released bool,
--      in_work bool, call_failed bool
-- in_work: its call's transcript may still be made from it. Primary keys.
select r.id, r.call_id, r.state, r.object_key, r.bytes, coalesce(r.plays, true) as plays, r.opus_key, r.opus_bytes, r.original_gone_at is not null as released,
       c.state in ('received', 'fetching', 'decoding', 'transcribing') as in_work, c.state = 'failed' as call_failed
  from recording r join call c on c.tenant_id = r.tenant_id and c.id = r.call_id
 where r.id = $recording;

-- name: recording_opus_again :done
-- in:  recording uuid, plays bool
-- One of the past, or one that could not be written, has its turn. Primary key.
update recording set plays = $plays, opus_reason = null where id = $recording and state = 'ready' and opus_key is null;

-- name: recording_opus_made :one
-- in:  recording uuid, from_key text, opus_key text, bytes bigint
-- out: call_id uuid, agent_id uuid?, replace bool
-- replace: the policy in force for the call keeps no original beside it. Primary keys.
update recording r set opus_key = $opus_key, opus_bytes = $bytes, opus_at = now(), opus_reason = null
  from call c
 where r.id = $recording and r.state = 'ready' and r.object_key = $from_key and r.opus_key is null
   and c.tenant_id = r.tenant_id and c.id = r.call_id
returning r.call_id, c.agent_id, coalesce((select p.body ->> 'store' from policy p where p.tenant_id = c.tenant_id
  and p.integration_id = c.integration_id and p.version = c.policy_version), 'original') = 'opus' as replace;

-- name: recording_opus_failed :one
-- in:  recording uuid, reason text
-- out: call_id uuid, agent_id uuid?
-- The original stays. Primary keys.
update recording r set opus_reason = $reason
  from call c
 where r.id = $recording and r.opus_key is null and c.tenant_id = r.tenant_id and c.id = r.call_id
returning r.call_id, c.agent_id;

-- name: recording_released :one
-- in:  recording uuid, from_key text, opus_key text
-- out: call_id uuid, agent_id uuid?
-- From here on the Opus file is the recording. Not while a transcript is being made nor under a legal hold. Primary keys.
update recording r set object_key = r.opus_key, original_gone_at = now()
  from call c
 where r.id = $recording and r.object_key = $from_key and r.opus_key = $opus_key and r.original_gone_at is null
   and c.tenant_id = r.tenant_id and c.id = r.call_id
   and c.state not in ('received', 'fetching', 'decoding', 'transcribing') and not ground.held(c)
returning r.call_id, c.agent_id;

-- name: recording_silence :one
-- in:  recording uuid, silent json, add bool
-- out: call_id uuid, mute bool
-- Which spans are silent; add: besides those that are. A copy with other silence goes. Primary key.
update recording r set silent = n.silent,
       muted_key = case when r.silent = n.silent then r.muted_key end,
       muted_bytes = case when r.silent = n.silent then r.muted_bytes end,
       muted_reason = case when r.silent = n.silent then r.muted_reason end
  from (select o.tenant_id, o.id, case when $add then (select coalesce(jsonb_agg(x order by x), '[]') from (
                 select x from jsonb_array_elements(coalesce(o.silent, '[]')) x union select x from jsonb_array_elements($silent) x) a)
               else $silent end as silent
          from recording o where o.id = $recording) n
 where r.tenant_id = n.tenant_id and r.id = n.id
returning r.call_id, r.silent <> '[]' and r.object_key is not null and r.muted_key is null as mute;

-- name: recording_mute_task :one
-- in:  recording uuid
-- out: id uuid, call_id uuid, object_key text?, silent json?, muted_key text?
-- Primary key.
select id, call_id, object_key, silent, muted_key from recording where id = $recording;

-- name: recording_muted :one
-- in:  recording uuid, from_key text, silent json, muted_key text, bytes bigint
-- out: call_id uuid, agent_id uuid?
-- Only while the silence and the file are those it was made with. Primary keys.
update recording r set muted_key = $muted_key, muted_bytes = $bytes, muted_reason = null
  from call c
 where r.id = $recording and r.silent = $silent and r.muted_key is null
   and (r.object_key = $from_key or r.original_gone_at is not null)
   and c.tenant_id = r.tenant_id and c.id = r.call_id
returning r.call_id, c.agent_id;

-- name: recording_not_muted :one
-- in:  recording uuid, reason text
-- out: call_id uuid, agent_id uuid?
-- Nobody without the permission hears it. Primary keys.
update recording r set muted_reason = $reason
  from call c
 where r.id = $recording and r.muted_key is null and c.tenant_id = r.tenant_id and c.id = r.call_id
returning r.call_id, c.agent_id;
