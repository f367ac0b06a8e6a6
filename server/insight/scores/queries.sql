-- name: score_put :done
-- in:  id uuid, call uuid, transcript uuid, scorecard uuid, state text, reason text?, score_bp int?,
--      auto_fail bool, engine text, engine_version text, transcript_hash bytea, raw json, body json
insert into score (id, call_id, transcript_id, scorecard_id, state, reason, score_bp, auto_fail,
       engine, engine_version, transcript_hash, raw, body)
values ($id, $call, $transcript, $scorecard, $state, $reason, $score_bp, $auto_fail,
       $engine, $engine_version, $transcript_hash, $raw, $body);

-- name: score_adopt :one
-- in:  call uuid, transcript uuid, state text, score_state text, reason text?, score_bp int?
-- out: agent_id uuid?
-- Primary key of call.
update call set state = $state, score_state = $score_state, state_reason = $reason,
       score_bp = $score_bp, scored_at = now()
 where id = $call and transcript_id = $transcript
returning agent_id;

-- name: score_get :one
-- in:  call uuid, scope uuid[]?
-- out: id uuid, score_bp int?, state text, reason text?, auto_fail bool, scorecard json:scorecard_ref,
--      engine text, engine_version text, created_at timestamptz, team_average_bp int?,
--      sections json:score_sections, criteria json:score_criteria
-- The newest of the current transcript, beside the mean of the tenant's last 5,000 scores within 30
-- days. Primary keys of call and scorecard, indexes score_transcript and call_started.
select s.id, s.score_bp, s.state, s.reason, s.auto_fail,
       jsonb_build_object('id', k.id, 'name', k.name, 'version', k.version) as scorecard,
       s.engine, s.engine_version, s.created_at,
       (select avg(x.score_bp)::int
          from (select o.score_bp from call o
                 where o.started_at > now() - interval '30 days' and o.score_bp is not null
                 order by o.started_at desc limit 5000) x) as team_average_bp,
       s.body -> 'sections' as sections, s.body -> 'criteria' as criteria
  from call c
  join score s on s.tenant_id = c.tenant_id and s.transcript_id = c.transcript_id
  join scorecard k on k.tenant_id = s.tenant_id and k.id = s.scorecard_id
 where c.id = $call [[scope: and c.agent_id = any($scope)]]
 order by s.id desc limit 1;
