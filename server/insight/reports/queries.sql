-- name: report_call :one
-- in:  call uuid, scope uuid[]?, me uuid?
-- out: id uuid, started_at timestamptz, direction text, disposition text, customer text, agent_name text?,
--      agent_id uuid?, duration_s int?, queue text, title text?, state text, state_reason text?, blind bool,
--      speech text?, language text?, confidence_bp int?, moods json?, analysis json?, score_id uuid?,
--      score_state text?, reason text?, score_bp int?, auto_fail bool, card text?, card_version int?,
--      sections json?, criteria json?, mode text?, engine text?, reviewer text?, void_reason text?
-- What the page of the call shows, with the same score: that which counts, nothing for who reviews the call and
-- has not submitted. Primary keys, indexes analysis_transcript and score_transcript.
select c.id, c.started_at, c.direction, c.disposition,
       coalesce((select x.name from contact_number n join contact x on x.tenant_id = n.tenant_id and x.id = n.contact_id
                  where n.tenant_id = c.tenant_id and n.number in (c.customer_e164, c.customer_number)
                  order by n.number = c.customer_e164 desc nulls last limit 1), nullif(c.customer_name, ''), c.customer_number) as customer,
       coalesce(a.name, nullif(c.agent_key, '')) as agent_name, c.agent_id, c.duration_s, c.queue, c.title, c.state,
       case when not b.blind then c.state_reason end as state_reason, b.blind, t.engine as speech, t.language,
       t.confidence_bp,
       (select jsonb_agg(jsonb_build_object('ms', x.turn -> 'start_ms', 'bp', m.body -> 'turn_sentiment_bp' -> (x.n - 1)::int) order by x.n)
          from jsonb_array_elements(t.turns) with ordinality as x (turn, n)) as moods,
       m.body as analysis, s.id as score_id, s.state as score_state, s.reason, s.score_bp,
       coalesce(s.auto_fail, false) as auto_fail, s.card, s.version as card_version, s.body -> 'sections' as sections,
       s.body -> 'criteria' as criteria, s.mode, s.engine, s.reviewer,
       case when s.voided_at is not null then coalesce(s.void_reason, '') end as void_reason
  from call c
  left join agent a on a.tenant_id = c.tenant_id and a.id = c.agent_id
  left join transcript t on t.tenant_id = c.tenant_id and t.id = c.transcript_id
  left join lateral (select y.body from analysis y where y.tenant_id = t.tenant_id and y.transcript_id = t.id
                      order by y.id desc limit 1) m on true
  cross join lateral (select exists (select 1 from review v where v.tenant_id = c.tenant_id and v.call_id = c.id
                                        and v.account_id = $me and v.state = 'open') as blind) b
  left join lateral (
    select o.id, o.state, o.reason, o.score_bp, o.auto_fail, k.name as card, k.version, o.body, o.mode, o.engine,
           (select p.name from account p where p.id = o.account_id) as reviewer, o.voided_at, o.void_reason
      from score o join scorecard k on k.tenant_id = o.tenant_id and k.id = o.scorecard_id
     where o.tenant_id = t.tenant_id and o.transcript_id = t.id and not b.blind
     order by o.mode = 'decide' desc, exists (select 1 from scorecard p where p.tenant_id = k.tenant_id and p.card_id = k.card_id and p.state = 'published') desc,
              k.card_id, o.voided_at is null desc, o.engine = 'human' desc, o.id desc limit 1) s on true
 where c.id = $call [[scope: and c.agent_id = any($scope)]];

-- name: report_clip :one
-- in:  call uuid, scope uuid[]?, recording uuid?
-- out: started_at timestamptz, title text?, agent_name text?, object_key text?, duration_ms int?, transcript_id uuid?,
--      looked bool, silent json?, muted_key text?, muted_reason text?
-- That recording, else the one that was written down, else the longest; the transcript where it is of the same.
-- Primary keys, unique key of recording.
select c.started_at, c.title, coalesce(a.name, nullif(c.agent_key, '')) as agent_name, r.object_key, r.duration_ms,
       case when t.recording_id = r.id then t.id end as transcript_id,
       r.silent is not null or not exists (select from redaction d where d.active) as looked, r.silent, r.muted_key, r.muted_reason
  from call c
  left join agent a on a.tenant_id = c.tenant_id and a.id = c.agent_id
  left join transcript t on t.tenant_id = c.tenant_id and t.id = c.transcript_id
  join lateral (select x.id, x.object_key, x.duration_ms, x.silent, x.muted_key, x.muted_reason from recording x
                 where x.tenant_id = c.tenant_id and x.call_id = c.id and x.state = 'ready' [[recording: and x.id = $recording]]
                 order by x.id = t.recording_id desc nulls last, x.duration_ms desc nulls last, x.id limit 1) r on true
 where c.id = $call [[scope: and c.agent_id = any($scope)]];

-- name: report_agent :one
-- in:  agent uuid, scope uuid[]?
-- out: id uuid, name text
-- Primary key.
select id, name from agent where id = $agent [[scope: and id = any($scope)]];

-- name: report_agent_calls :many
-- in:  agent uuid, from timestamptz, to timestamptz, me uuid?
-- out: id uuid, started_at timestamptz, title text?, direction text, state text, duration_s int?, score_bp int,
--      sentiment_bp int?, agent_share_bp int?, breaches int
-- The newest 5,000 of the time, oldest first; score_bp -1: none, or not told to who reviews the call blind. Index call_agent.
select x.id, x.started_at, x.title, x.direction, x.state, x.duration_s,
       coalesce(case when not exists (select 1 from review v where v.tenant_id = x.tenant_id and v.call_id = x.id and v.account_id = $me
                                         and v.state = 'open') then x.score_bp end, -1) as score_bp,
       x.sentiment_bp, x.agent_share_bp, cardinality(x.breaches) as breaches
  from (select * from call c where c.agent_id = $agent and c.started_at >= $from and c.started_at < $to
           and c.same_as is null and not c.trial order by c.started_at desc, c.id desc limit 5000) x
 order by x.started_at, x.id;

-- name: report_agent_criteria :many
-- in:  agent uuid, from timestamptz, to timestamptz, me uuid?
-- out: card text, key text, text text, verdicts int, mean_bp int, early int, early_bp int?, late int, late_bp int?
-- Each criterion over the newest 1,000 scored calls of the time, by the scores that count; early and late: the two
-- halves of the time. Index call_agent, score_transcript.
select max(k.name) as card, e.c ->> 'key' as key, (array_agg(e.c ->> 'text' order by x.started_at desc))[1] as text,
       count(*)::int as verdicts, avg((e.c ->> 'points_bp')::int)::int as mean_bp,
       (count(*) filter (where x.started_at < $from + ($to - $from) / 2))::int as early,
       (avg((e.c ->> 'points_bp')::int) filter (where x.started_at < $from + ($to - $from) / 2))::int as early_bp,
       (count(*) filter (where x.started_at >= $from + ($to - $from) / 2))::int as late,
       (avg((e.c ->> 'points_bp')::int) filter (where x.started_at >= $from + ($to - $from) / 2))::int as late_bp
  from (select c.tenant_id, c.id, c.transcript_id, c.started_at from call c
         where c.agent_id = $agent and c.started_at >= $from and c.started_at < $to and c.score_bp is not null
           and c.same_as is null and not c.trial
           and not exists (select 1 from review v where v.tenant_id = c.tenant_id and v.call_id = c.id and v.account_id = $me and v.state = 'open')
         order by c.started_at desc, c.id desc limit 1000) x
  join lateral (select o.body, o.scorecard_id from score o join scorecard q on q.tenant_id = o.tenant_id and q.id = o.scorecard_id
                 where o.tenant_id = x.tenant_id and o.transcript_id = x.transcript_id and o.mode = 'decide' and o.voided_at is null
                 order by exists (select 1 from scorecard p where p.tenant_id = q.tenant_id and p.card_id = q.card_id and p.state = 'published') desc,
                          q.card_id, o.engine = 'human' desc, o.id desc limit 1) s on true
  join scorecard k on k.tenant_id = x.tenant_id and k.id = s.scorecard_id
  cross join lateral jsonb_array_elements(s.body -> 'criteria') as e (c)
 where e.c ->> 'points_bp' is not null
 group by k.card_id, e.c ->> 'key'
 order by mean_bp, verdicts desc, k.card_id, key;
