-- name: transcript_source :one
-- in:  call uuid, recording uuid
-- out: direction text, object_key text?
-- Primary keys of recording and call.
select c.direction, r.object_key
  from recording r join call c on c.tenant_id = r.tenant_id and c.id = r.call_id
 where r.id = $recording and r.call_id = $call;

-- name: transcript_put :done
-- in:  id uuid, call uuid, recording uuid, engine text, engine_version text, language text, state text,
--      reason text?, attribution text, confidence_bp int, words int, duration_ms int, hash bytea,
--      turns json
insert into transcript (id, call_id, recording_id, engine, engine_version, language, state, reason,
       attribution, confidence_bp, words, duration_ms, hash, turns)
values ($id, $call, $recording, $engine, $engine_version, $language, $state, $reason,
       $attribution, $confidence_bp, $words, $duration_ms, $hash, $turns);

-- name: transcript_adopt :one
-- in:  call uuid, transcript uuid, recording uuid, words int
-- out: agent_id uuid?
-- The new transcript becomes the call's, unless another recording of the call has more to say.
-- Primary keys of call and transcript.
update call c set transcript_id = $transcript, state = 'analysing', state_reason = null
 where c.id = $call
   and not exists (select 1 from transcript t where t.tenant_id = c.tenant_id and t.id = c.transcript_id
                     and t.recording_id <> $recording and t.words > $words)
returning c.agent_id;

-- name: transcript_current :one
-- in:  call uuid
-- out: transcript_id uuid?
-- Primary key of call.
select transcript_id from call where id = $call;

-- name: transcript_load :one
-- in:  id uuid
-- out: direction text, duration_ms int, state text, reason text?, attribution text, hash bytea, turns json
-- Primary keys of transcript and call.
select c.direction, t.duration_ms, t.state, t.reason, t.attribution, t.hash, t.turns
  from transcript t join call c on c.tenant_id = t.tenant_id and c.id = t.call_id
 where t.id = $id;

-- name: transcript_failed :one
-- in:  call uuid, reason text, keep bool
-- out: agent_id uuid?
-- With keep, the state goes back to what the score that is there says. Primary key of call.
update call set state_reason = case when $keep and score_state is not null
         then 'It could not be transcribed again, so the earlier result stands. ' else '' end || $reason,
       state = case when not $keep or score_state is null then 'failed'
                    when score_state = 'no_speech' then 'not_scorable' else score_state end,
       score_bp = case when $keep then score_bp end,
       score_state = case when $keep then score_state end
 where id = $call
returning agent_id;

-- name: transcript_recording :one
-- in:  call uuid, scope uuid[]?
-- out: recording_id uuid?
-- What to transcribe again: the recording of the current transcript, else the longest. Primary key
-- of call, unique key of recording.
select (select r.id from recording r
          left join transcript t on t.tenant_id = r.tenant_id and t.recording_id = r.id and t.id = c.transcript_id
         where r.tenant_id = c.tenant_id and r.call_id = c.id and r.object_key is not null
         order by t.id nulls last, r.duration_ms desc nulls last, r.id limit 1) as recording_id
  from call c
 where c.id = $call [[scope: and c.agent_id = any($scope)]];

-- name: transcript_restart :one
-- in:  call uuid
-- out: agent_id uuid?
-- Primary key of call.
update call set state = 'transcribing', state_reason = null where id = $call returning agent_id;

-- name: transcript_get :one
-- in:  call uuid, scope uuid[]?
-- out: id uuid, recording_id uuid, engine text, engine_version text, language text, confidence_bp int,
--      state text, reason text?, speakers json:speakers?, attribution text, turns json:turns
-- The current transcript; the mood of a turn stands in the analysis. Primary keys of call and
-- transcript, index analysis_transcript.
select t.id, t.recording_id, t.engine, t.engine_version, t.language, t.confidence_bp, t.state, t.reason,
       case when t.attribution = 'channel' then '{"agent":"channel","customer":"channel"}'::jsonb
            when t.turns -> 0 ->> 'speaker' <> 'unknown' then '{"agent":"guess","customer":"guess"}'::jsonb
       end as speakers, t.attribution,
       (select coalesce(jsonb_agg(x.turn || jsonb_build_object('n', x.n - 1, 'sentiment_bp',
                 m.mood -> (x.n - 1)::int) order by x.n), '[]')
          from jsonb_array_elements(t.turns) with ordinality as x (turn, n)) as turns
  from call c
  join transcript t on t.tenant_id = c.tenant_id and t.id = c.transcript_id
  left join lateral (select a.body -> 'turn_sentiment_bp' as mood from analysis a
         where a.tenant_id = t.tenant_id and a.transcript_id = t.id order by a.id desc limit 1) m on true
 where c.id = $call [[scope: and c.agent_id = any($scope)]];
