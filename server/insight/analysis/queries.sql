-- name: analysis_put :done
-- in:  id uuid, call uuid, transcript uuid, engine text, engine_version text, body json, asked json?
insert into analysis (id, call_id, transcript_id, engine, engine_version, body, asked)
values ($id, $call, $transcript, $engine, $engine_version, $body, $asked);

-- name: analysis_adopt :one
-- in:  call uuid, transcript uuid, title text, in_short text, breaches json, sentiment_bp int?,
--      agent_share_bp int?
-- out: agent_id uuid?
-- Primary key of call.
update call set title = $title, short = $in_short, sentiment_bp = $sentiment_bp,
       agent_share_bp = $agent_share_bp,
       breaches = array(select jsonb_array_elements_text($breaches))
 where id = $call and transcript_id = $transcript
returning agent_id;

-- name: analysis_get :one
-- in:  call uuid, scope uuid[]?
-- out: engine text, engine_version text, title text, summary text, sentiment text, sentiment_bp int,
--      sentiment_start_bp int, sentiment_end_bp int, topics json:findings, actions json:findings,
--      breaches json:findings, agent_talk_ms int, customer_talk_ms int, silence_ms int,
--      overlap_ms int, agent_share_bp int, longest_monologue_ms int, longest_silence_ms int,
--      interruptions_by_agent int, interruptions_by_customer int, agent_wpm int, customer_wpm int,
--      questions_by_agent int, detailed text?, sentiment_reason text?, primary_intent text?,
--      secondary_intent text?, timeline text?, emotions json:findings, moments json:findings,
--      objections json:findings, fields json:findings, next_action json:finding?,
--      follow_up json:finding?, churn_risk json:finding?, deal_risk json:finding?,
--      urgency json:finding?, lead_quality int?, conversion_bp int?, asked json:asked?
-- The newest of the current transcript. Primary key of call, index analysis_transcript.
select a.engine, a.engine_version, a.body ->> 'title' as title, a.body ->> 'summary' as summary,
       a.body ->> 'sentiment' as sentiment, (a.body ->> 'sentiment_bp')::int as sentiment_bp,
       (a.body ->> 'sentiment_start_bp')::int as sentiment_start_bp,
       (a.body ->> 'sentiment_end_bp')::int as sentiment_end_bp,
       a.body -> 'topics' as topics, a.body -> 'actions' as actions, a.body -> 'breaches' as breaches,
       (a.body ->> 'agent_talk_ms')::int as agent_talk_ms,
       (a.body ->> 'customer_talk_ms')::int as customer_talk_ms,
       (a.body ->> 'silence_ms')::int as silence_ms, (a.body ->> 'overlap_ms')::int as overlap_ms,
       (a.body ->> 'agent_share_bp')::int as agent_share_bp,
       (a.body ->> 'longest_monologue_ms')::int as longest_monologue_ms,
       (a.body ->> 'longest_silence_ms')::int as longest_silence_ms,
       (a.body ->> 'interruptions_by_agent')::int as interruptions_by_agent,
       (a.body ->> 'interruptions_by_customer')::int as interruptions_by_customer,
       (a.body ->> 'agent_wpm')::int as agent_wpm, (a.body ->> 'customer_wpm')::int as customer_wpm,
       (a.body ->> 'questions_by_agent')::int as questions_by_agent,
       a.body ->> 'detailed' as detailed, a.body ->> 'sentiment_reason' as sentiment_reason,
       a.body ->> 'primary_intent' as primary_intent,
       a.body ->> 'secondary_intent' as secondary_intent, a.body ->> 'timeline' as timeline,
       coalesce(a.body -> 'emotions', '[]') as emotions,
       coalesce(a.body -> 'moments', '[]') as moments,
       coalesce(a.body -> 'objections', '[]') as objections,
       coalesce(a.body -> 'fields', '[]') as fields,
       nullif(a.body -> 'next_action', 'null') as next_action,
       nullif(a.body -> 'follow_up', 'null') as follow_up,
       nullif(a.body -> 'churn_risk', 'null') as churn_risk,
       nullif(a.body -> 'deal_risk', 'null') as deal_risk,
       nullif(a.body -> 'urgency', 'null') as urgency,
       (a.body ->> 'lead_quality')::int as lead_quality,
       (a.body ->> 'conversion_bp')::int as conversion_bp, a.asked
  from call c
  join analysis a on a.tenant_id = c.tenant_id and a.transcript_id = c.transcript_id
 where c.id = $call [[scope: and c.agent_id = any($scope)]]
 order by a.id desc limit 1;
