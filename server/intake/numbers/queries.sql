-- name: numbers_facts :one
-- out: region text?, zone text, systems int
-- The tenant's own row; its few integrations.
select t.region, t.zone, (select count(*)::int from integration i where i.state <> 'deleted' and i.provider <> 'upload') as systems
  from tenant t where t.id = nullif(current_setting('app.tenant', true), '')::uuid;

-- name: numbers_region_put :done
-- in:  region text?
update tenant set region = $region where id = nullif(current_setting('app.tenant', true), '')::uuid;

-- name: numbers_page :many
-- in:  after uuid?, limit int
-- out: id uuid, customer_number text
-- Primary key.
select id, customer_number from call
 where id > coalesce($after, '00000000-0000-0000-0000-000000000000'::uuid)
 order by id limit $limit;

-- name: numbers_put :done
-- in:  forms json
-- forms: [{id, e164, tail}]. Primary key; in the order of ids, as everybody does who writes several.
update call c set customer_e164 = f.e164, customer_tail = f.tail
  from (select x.id, x.e164, x.tail from jsonb_to_recordset($forms) as x (id uuid, e164 text, tail text)
          join call k on k.id = x.id
         where k.customer_e164 is distinct from x.e164 or k.customer_tail <> x.tail
         order by x.id for update of k) f
 where c.id = f.id;

-- name: link_of :one
-- in:  call uuid
-- out: tail text, started_at timestamptz, ended_at timestamptz?, direction text
-- Primary key.
select customer_tail as tail, started_at, ended_at, direction from call where id = $call;

-- name: link_lock :done
-- in:  tail text
-- One look at a number's calls at a time.
select pg_advisory_xact_lock(hashtextextended(coalesce(current_setting('app.tenant', true), '') || 'number' || $tail, 0));

-- name: link_near :many
-- in:  tail text, from timestamptz, to timestamptz
-- out: id uuid, integration_id uuid, call_key text, number text, direction text, agent_id uuid?, agent_key text,
--      has_recording bool, talk_s int?, started_at timestamptz, ended_at timestamptz, same_as uuid?, alone bool
-- Index call_customer_tail. In one order, in which the rows are written too.
select c.id, c.integration_id, c.call_key, coalesce(nullif(c.customer_e164, ''), c.customer_number) as number, c.direction,
       c.agent_id, c.agent_key, c.has_recording, c.talk_s, c.started_at, c.ended_at, c.same_as, c.stands_alone as alone
  from call c join integration i on i.tenant_id = c.tenant_id and i.id = c.integration_id
 where c.customer_tail = $tail and c.started_at >= $from and c.started_at <= $to
   and c.ended_at is not null and not c.trial and i.provider <> 'upload'
 order by c.integration_id, c.call_key collate "C" limit 500;

-- name: link_put :one
-- in:  call uuid, same_as uuid?
-- out: agent_id uuid?
-- To one that stands beneath another nothing is lent. Primary key.
update call set same_as = $same_as, lent_recording = lent_recording and $same_as::uuid is null where id = $call returning agent_id;

-- name: link_lends :one
-- in:  call uuid
-- out: agent_id uuid?
-- Whether a call that counts as this one has a recording; no row: as before. Primary key, call_same_as.
update call c set lent_recording = not c.lent_recording
 where c.id = $call and c.lent_recording <> exists (select from call s where s.tenant_id = c.tenant_id and s.same_as = c.id and s.has_recording)
returning c.agent_id;

-- name: link_cut :one
-- in:  call uuid, scope uuid[]?
-- out: same_as uuid?, agent_id uuid?
-- The row of before. Primary key.
update call c set same_as = null, stands_alone = true
  from (select x.id, x.same_as from call x where x.id = $call for update) b
 where c.id = b.id and b.same_as is not null [[scope: and c.agent_id = any($scope)]]
returning b.same_as, c.agent_id;

-- name: link_again :one
-- in:  call uuid, scope uuid[]?
-- out: agent_id uuid?
-- Primary key.
update call c set stands_alone = false where c.id = $call [[scope: and c.agent_id = any($scope)]]
returning c.agent_id;

-- name: link_has :one
-- in:  call uuid
-- out: linked bool
-- Whether another phone system told of the call too. Primary key, index call_same_as.
select coalesce((select c.same_as is not null from call c where c.id = $call), false)
    or exists (select from call s where s.same_as = $call) as linked;

-- name: link_back :one
-- in:  call uuid
-- out: agent_id uuid?
-- The call's words are, or were to be, of a recording of another call that is not one with it any more. Primary
-- keys, unique key of recording, call_same_as.
update call c set transcript_id = null, state = case when exists (select from recording r where r.tenant_id = c.tenant_id
         and r.call_id = c.id and r.state in ('failed', 'missing')) then 'failed' else 'no_recording' end,
       state_reason = null, score_bp = null, score_state = null, scored_at = null, title = null, short = null,
       sentiment_bp = null, agent_share_bp = null, breaches = '{}'
 where c.id = $call and c.same_as is null and case when c.transcript_id is null
       then c.state = 'transcribing' and not exists (select from recording r where r.tenant_id = c.tenant_id and r.state = 'ready'
         and r.call_id = any(array(select c.id union all select s.id from call s where s.tenant_id = c.tenant_id and s.same_as = c.id)))
       else exists (select from transcript t join recording r on r.tenant_id = t.tenant_id and r.id = t.recording_id
         join call o on o.tenant_id = r.tenant_id and o.id = r.call_id
        where t.tenant_id = c.tenant_id and t.id = c.transcript_id and o.id <> c.id and o.same_as is distinct from c.id) end
returning c.agent_id;

-- name: link_words_back :done
-- in:  call uuid
-- Transcripts, and with them what was found in them, of such recordings. Index transcript_call, primary keys.
delete from transcript t using recording r, call o
 where t.call_id = $call and r.tenant_id = t.tenant_id and r.id = t.recording_id
   and o.tenant_id = r.tenant_id and o.id = r.call_id and o.id <> $call and o.same_as is distinct from $call;

-- name: link_next :one
-- in:  call uuid
-- out: state text, agent_id uuid?, scored bool, transcript_id uuid?, recording uuid?, own bool
-- Where a call that stands for itself and is to be analysed stopped; recording: its own that can be heard, else, where
-- none of its own comes any more, that of a call that counts as it and that nobody works on. Locks the call. Primary
-- keys, unique key of recording, indexes call_same_as and job_object.
select c.state, c.agent_id, c.score_state is not null as scored, c.transcript_id, coalesce(w.own, l.lent) as recording,
       w.own is not null as own
  from call c
 cross join lateral (select (select r.id from recording r where r.tenant_id = c.tenant_id and r.call_id = c.id and r.state = 'ready'
         order by r.duration_ms desc nulls last, r.id limit 1) as own) w
 cross join lateral (select (select r.id from call s join recording r on r.tenant_id = s.tenant_id and r.call_id = s.id and r.state = 'ready'
         where s.tenant_id = c.tenant_id and s.same_as = c.id
           and not exists (select from job j where j.tenant_id = s.tenant_id and j.object_id = s.id and j.state in ('queued', 'running')
                              and j.kind in ('transcripts.run', 'transcripts.ask') and j.args ->> 'recording' = r.id::text)
           and not exists (select from recording o where o.tenant_id = c.tenant_id and o.call_id = c.id and o.state in ('waiting', 'fetched', 'ready'))
         order by r.duration_ms desc nulls last, r.id limit 1) as lent) l
 where c.id = $call and c.same_as is null and c.analyse_wanted
   for update of c;

-- name: link_goes_on :done
-- in:  call uuid, state text
-- Primary key.
update call set state = $state, state_reason = null where id = $call;

-- name: link_words :one
-- in:  id uuid, call uuid, recording uuid
-- out: id uuid
-- What was heard already in the other's recording becomes the call's, without asking an engine again. Index
-- transcript_recording, primary key of call.
with fresh as (
  insert into transcript (id, call_id, recording_id, engine, engine_version, language, state, reason, attribution,
         confidence_bp, words, duration_ms, hash, turns, engine_id, request_ids, notes, sent_ms, redacted_by)
  select $id, $call, o.recording_id, o.engine, o.engine_version, o.language, o.state, o.reason, o.attribution,
         o.confidence_bp, o.words, o.duration_ms, o.hash, o.turns, o.engine_id, o.request_ids, o.notes, 0, o.redacted_by
    from transcript o join call s on s.tenant_id = o.tenant_id and s.id = o.call_id and s.transcript_id = o.id
   where o.recording_id = $recording and s.same_as = $call
  returning id)
update call c set transcript_id = f.id from fresh f where c.id = $call
returning f.id;
