-- name: transcript_source :one
-- in:  call uuid, recording uuid
-- out: direction text, object_key text?, provider_transcript text?, provider_sealed bytea?, agent_channel text
-- The recording is the call's own, or that of another phone system's call that counts as this one. Primary keys
-- of recording, call and integration.
select c.direction, r.object_key, r.provider_transcript, r.provider_sealed, i.agent_channel
  from recording r join call o on o.tenant_id = r.tenant_id and o.id = r.call_id
  join integration i on i.tenant_id = o.tenant_id and i.id = o.integration_id
  join call c on c.tenant_id = r.tenant_id and c.id = $call
 where r.id = $recording and (o.id = c.id or o.same_as = c.id);

-- name: transcript_linked :one
-- in:  call uuid
-- out: linked bool
-- The call counts as another's, which another phone system told of. Primary key.
select same_as is not null as linked from call where id = $call;

-- name: transcript_stand_back :one
-- in:  call uuid, reason text
-- out: agent_id uuid?
-- What was found before the call was linked stays. Primary key.
update call set state = case when score_state is null then 'stored' when score_state = 'no_speech' then 'not_scorable' else score_state end,
       state_reason = case when score_state is null then $reason else state_reason end
 where id = $call and same_as is not null
returning agent_id;

-- name: transcript_put :done
-- in:  id uuid, call uuid, recording uuid, engine text, engine_version text, language text, state text,
--      reason text?, attribution text, confidence_bp int, words int, duration_ms int, hash bytea,
--      turns json, engine_id uuid?, request_ids text?, notes json, sent_ms bigint, cost_micro bigint, cost_currency text?,
--      redacted_by int?
-- The cost is none where there is no currency.
insert into transcript (id, call_id, recording_id, engine, engine_version, language, state, reason,
       attribution, confidence_bp, words, duration_ms, hash, turns, engine_id, request_ids, notes, sent_ms,
       cost_micro, cost_currency, redacted_by)
values ($id, $call, $recording, $engine, $engine_version, $language, $state, $reason,
       $attribution, $confidence_bp, $words, $duration_ms, $hash, $turns, $engine_id, $request_ids, $notes, $sent_ms,
       case when $cost_currency::text is not null then $cost_micro end, $cost_currency, $redacted_by);

-- name: transcript_head :one
-- in:  call uuid, scope uuid[]?
-- out: id uuid, call_id uuid, recording_id uuid, started_at timestamptz, agent_name text, engine text, language text,
--      notes json
-- Which transcript is the call's; locks the call. Primary keys of call, transcript and agent.
select t.id, c.id as call_id, t.recording_id, c.started_at, coalesce(a.name, '') as agent_name, t.engine, t.language, t.notes
  from call c
  join transcript t on t.tenant_id = c.tenant_id and t.id = c.transcript_id
  left join agent a on a.tenant_id = c.tenant_id and a.id = c.agent_id
 where c.id = $call [[scope: and c.agent_id = any($scope)]]
   for update of c;

-- name: transcript_replace :one
-- in:  id uuid, based_on uuid, changed_by uuid?, state text, reason text?, attribution text, confidence_bp int,
--      words int, hash bytea, turns json, redacted_by int?
-- out: agent_id uuid?
-- A person's version becomes the call's. Primary keys of transcript and call.
with fresh as (
  insert into transcript (id, call_id, recording_id, engine, engine_version, language, state, reason, attribution,
         confidence_bp, words, duration_ms, hash, turns, engine_id, request_ids, notes, based_on, changed_by, redacted_by)
  select $id, o.call_id, o.recording_id, o.engine, o.engine_version, o.language, $state, $reason, $attribution,
         $confidence_bp, $words, o.duration_ms, $hash, $turns, o.engine_id, o.request_ids, o.notes, o.id, $changed_by, coalesce($redacted_by, o.redacted_by)
    from transcript o where o.id = $based_on
  returning call_id, id)
update call c set transcript_id = f.id, state = 'analysing', state_reason = null
  from fresh f where c.id = f.call_id
returning c.agent_id;

-- name: transcript_edit_add :done
-- in:  id uuid, transcript uuid, turn int, words_before text, words_after text
insert into transcript_edit (id, transcript_id, turn, words_before, words_after)
values ($id, $transcript, $turn, $words_before, $words_after);

-- name: transcript_versions :many
-- in:  call uuid, scope uuid[]?
-- out: id uuid, created_at timestamptz, engine text, attribution text, words int, current bool, based_on uuid?,
--      changed_by text?, turn int?, words_before text?, words_after text?, cost_micro bigint?, cost_currency text?
-- The latest hundred, newest first: what engines wrote and what people changed. Indexes transcript_call and
-- transcript_edit_of.
select t.id, t.created_at, t.engine, t.attribution, t.words, t.id = c.transcript_id as current, t.based_on,
       a.name as changed_by, e.turn, e.words_before, e.words_after, t.cost_micro, t.cost_currency
  from call c
  join transcript t on t.tenant_id = c.tenant_id and t.call_id = c.id
  left join account a on a.id = t.changed_by
  left join transcript_edit e on e.tenant_id = t.tenant_id and e.transcript_id = t.id
 where c.id = $call and ground.there(exists (select from call p where p.id = $call [[scope: and p.agent_id = any($scope)]]))
 order by t.id desc limit 100;

-- name: channels_get :one
-- in:  integration uuid
-- out: agent_channel text
-- Primary key.
select agent_channel from integration where id = $integration and state <> 'deleted';

-- name: channels_set :done
-- in:  integration uuid, agent_channel text
-- Primary key.
update integration set agent_channel = $agent_channel where id = $integration and state <> 'deleted';

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
-- Names its tenant, for the owner's role sees all. Primary keys of transcript and call.
select c.direction, t.duration_ms, t.state, t.reason, t.attribution, t.hash, t.turns
  from transcript t join call c on c.tenant_id = t.tenant_id and c.id = t.call_id
 where t.tenant_id = nullif(current_setting('app.tenant', true), '')::uuid and t.id = $id;

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
-- What to transcribe again: the recording of the current transcript, else the longest, of its own before that of
-- another phone system's call that counts as this one. Primary key of call, unique key of recording, call_same_as.
select (select r.id from recording r
          left join transcript t on t.tenant_id = r.tenant_id and t.recording_id = r.id and t.id = c.transcript_id
         where r.tenant_id = c.tenant_id and r.object_key is not null
           and r.call_id = any(array(select c.id union all select s.id from call s where s.tenant_id = c.tenant_id and s.same_as = c.id))
         order by t.id nulls last, r.call_id = c.id desc, r.duration_ms desc nulls last, r.id limit 1) as recording_id
  from call c
 where c.id = $call [[scope: and c.agent_id = any($scope)]];

-- name: transcript_restart :one
-- in:  call uuid, state text, transcript uuid?
-- out: agent_id uuid?
-- The call's work begins again at this state; not where a newer transcript has taken the place of
-- the one that is given. Primary key of call.
update call set state = $state, state_reason = null
 where id = $call [[transcript: and transcript_id = $transcript]]
returning agent_id;

-- name: transcript_get :one
-- in:  call uuid, scope uuid[]?
-- out: id uuid, recording_id uuid, engine text, engine_version text, language text, confidence_bp int,
--      state text, reason text?, speakers json:speakers?, attribution text, engine_name text?, changed bool,
--      notes json:transcript_notes, turns json:turns
-- The current transcript; the mood of a turn stands in the analysis. Primary keys of call and
-- transcript, index analysis_transcript. changed: a person wrote this version.
select t.id, t.recording_id, t.engine, t.engine_version, t.language, t.confidence_bp, t.state, t.reason,
       case when t.attribution = 'channel' then '{"agent":"channel","customer":"channel"}'::jsonb
            when t.attribution = 'person' then '{"agent":"person","customer":"person"}'::jsonb
            when t.turns -> 0 ->> 'speaker' <> 'unknown' then '{"agent":"guess","customer":"guess"}'::jsonb
       end as speakers, t.attribution,
       (select s.name from speech_engine s where s.tenant_id = t.tenant_id and s.id = t.engine_id) as engine_name,
       t.based_on is not null as changed,
       '{"removed":0,"corrected":0,"no_confidence":false,"times_spread":false,"tags":[]}'::jsonb || t.notes as notes,
       (select coalesce(jsonb_agg(x.turn || jsonb_build_object('n', x.n - 1, 'sentiment_bp',
                 m.mood -> (x.n - 1)::int) order by x.n), '[]')
          from jsonb_array_elements(t.turns) with ordinality as x (turn, n)) as turns
  from call c
  join transcript t on t.tenant_id = c.tenant_id and t.id = c.transcript_id
  left join lateral (select a.body -> 'turn_sentiment_bp' as mood from analysis a
         where a.tenant_id = t.tenant_id and a.transcript_id = t.id order by a.id desc limit 1) m on true
 where c.id = $call [[scope: and c.agent_id = any($scope)]];
