-- name: stage_facts :one
-- in:  call uuid, scope uuid[]?
-- out: state text, agent_id uuid?, ready uuid?, broken int, underway int, transcript_id uuid?, spoken bool, analysed bool,
--      heard_again bool
-- What is there of a call; ready: the recording to transcribe (that of the current transcript, else the longest, of its
-- own before that of another phone system's call that counts as this one, index call_same_as);
-- heard_again: transcribing failed after the current transcript was made. Locks the call. Primary keys of call,
-- indexes recording's unique key, analysis_transcript and job_object.
select c.state, c.agent_id,
       (select r.id from recording r
          left join transcript t on t.tenant_id = r.tenant_id and t.recording_id = r.id and t.id = c.transcript_id
         where r.tenant_id = c.tenant_id and r.state = 'ready'
           and r.call_id = any(array(select c.id union all select s.id from call s where s.tenant_id = c.tenant_id and s.same_as = c.id))
         order by t.id nulls last, r.call_id = c.id desc, r.duration_ms desc nulls last, r.id limit 1) as ready,
       (select count(*)::int from recording r
         where r.tenant_id = c.tenant_id and r.call_id = c.id and r.state in ('failed', 'missing')) as broken,
       (select count(*)::int from recording r
         where r.tenant_id = c.tenant_id and r.call_id = c.id and r.state in ('waiting', 'fetched')) as underway,
       c.transcript_id, coalesce(c.score_state <> 'no_speech', true) as spoken,
       exists (select 1 from analysis a where a.tenant_id = c.tenant_id and a.transcript_id = c.transcript_id) as analysed,
       exists (select 1 from job j where j.tenant_id = c.tenant_id and j.object_id = c.id and j.kind in ('transcripts.run', 'transcripts.ask')
                  and j.state = 'dead' and j.id > c.transcript_id) as heard_again
  from call c
 where c.id = $call [[scope: and c.agent_id = any($scope)]]
   for update of c;

-- name: stage_broken :many
-- in:  call uuid
-- out: recording uuid
-- Unique key of recording.
select id as recording from recording where call_id = $call and state in ('failed', 'missing') order by id;

-- name: stage_set :done
-- in:  call uuid, state text
-- Primary key.
update call set state = $state, state_reason = null where id = $call;

-- name: stage_had :one
-- in:  object uuid, kind text, other text, from timestamptz
-- out: had bool
-- Whether there was such a job since then. Index job_object, primary key of job_history.
select exists (select 1 from job j where j.object_id = $object and (j.kind = $kind or j.kind = $other))
    or exists (select 1 from job_history h where h.object_id = $object and (h.kind = $kind or h.kind = $other)
                  and h.id > ground.uuid_at($from)) as had;

-- name: watch_tenants :many
-- out: tenant_id uuid
-- All that ever had a job, hence all that have calls. Primary key.
select tenant_id from job_ledger where tenant_id is not null order by tenant_id;

-- name: watch_recordings :many
-- in:  from timestamptz, call uuid?, limit int
-- out: recording uuid, call uuid, state text
-- Recordings on their way that no job works on. Primary key from a point in time, or those of one call; job_object.
select r.id as recording, r.call_id as call, r.state from recording r
 where r.id > ground.uuid_at($from) and r.state in ('waiting', 'fetched') and r.created_at < now() - interval '60 seconds'
   [[call: and r.call_id = $call]]
   and not exists (select 1 from job j where j.tenant_id = r.tenant_id and j.object_id = r.call_id and j.state <> 'dead'
                      and j.kind in ('recordings.fetch', 'recordings.inspect') and j.args ->> 'recording' = r.id::text)
 limit $limit;

-- name: watch_calls :many
-- in:  from timestamptz, call uuid?, limit int
-- out: call uuid
-- Calls on their way that no job works on. Primary key from a point in time, or one call; job_object.
select c.id as call from call c
 where c.id > ground.uuid_at($from) and c.state in ('received', 'fetching', 'decoding', 'transcribing', 'analysing')
   and c.created_at < now() - interval '60 seconds'
   [[call: and c.id = $call]]
   and not exists (select 1 from job j where j.tenant_id = c.tenant_id and j.object_id = c.id and j.state <> 'dead'
                      and j.kind in ('recordings.fetch', 'recordings.inspect', 'transcripts.run', 'transcripts.ask', 'analysis.run', 'scores.run'))
   and not exists (select 1 from recording r where r.tenant_id = c.tenant_id and r.call_id = c.id
                      and r.state in ('waiting', 'fetched'))
 limit $limit;

-- name: watch_deliveries :many
-- in:  from timestamptz, limit int
-- out: delivery uuid
-- Deliveries that were not read and that no job reads. Primary keys from a point in time, job_object.
select x.id as delivery from inbox x
 where x.id > ground.uuid_at($from) and x.id < ground.uuid_at(now() - interval '60 seconds')
   and not exists (select 1 from delivery d where d.tenant_id = x.tenant_id and d.id = x.id)
   and not exists (select 1 from job j where j.tenant_id = x.tenant_id and j.object_id = x.id and j.state <> 'dead')
 limit $limit;
