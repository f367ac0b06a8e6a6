-- name: score_put :done
-- in:  id uuid, call uuid, transcript uuid, scorecard uuid, state text, reason text?, score_bp int?,
--      auto_fail bool, engine text, engine_version text, transcript_hash bytea, raw json, body json,
--      mode text, assignment json?, account uuid?, asked json?, gate_bp int
insert into score (id, call_id, transcript_id, scorecard_id, state, reason, score_bp, auto_fail,
       engine, engine_version, transcript_hash, raw, body, mode, assignment, account_id, asked, gate_bp)
values ($id, $call, $transcript, $scorecard, $state, $reason, $score_bp, $auto_fail,
       $engine, $engine_version, $transcript_hash, $raw, $body, $mode, $assignment, $account, $asked, $gate_bp);

-- name: score_disposition :one
-- in:  call uuid
-- out: disposition text
-- Primary key.
select disposition from call where id = $call;

-- name: score_adopt :one
-- in:  call uuid, transcript uuid, state text, score_state text, reason text?, score_bp int?
-- out: agent_id uuid?
-- Primary key of call.
update call set state = $state, score_state = $score_state, state_reason = $reason,
       score_bp = $score_bp, scored_at = now()
 where id = $call and transcript_id = $transcript
returning agent_id;

-- name: score_readopt :one
-- in:  call uuid
-- out: agent_id uuid?
-- The call shows the score that counts: of its oldest card in use, a person's before the machine's, the newest.
-- Primary keys, index score_transcript.
update call c set state = case when x.state = 'no_speech' then 'not_scorable' else x.state end, score_state = x.state,
       state_reason = x.reason, score_bp = x.score_bp, scored_at = now()
  from (select s.tenant_id, s.state, s.reason, s.score_bp
          from call o
          join score s on s.tenant_id = o.tenant_id and s.transcript_id = o.transcript_id
          join scorecard k on k.tenant_id = s.tenant_id and k.id = s.scorecard_id
         where o.id = $call and s.mode = 'decide' and s.voided_at is null
         order by exists (select 1 from scorecard p where p.tenant_id = k.tenant_id and p.card_id = k.card_id and p.state = 'published') desc, k.card_id, s.engine = 'human' desc, s.id desc limit 1) x
 where c.id = $call and c.tenant_id = x.tenant_id
returning c.agent_id;

-- name: score_unset :done
-- in:  call uuid, reason text
-- Primary key.
update call set state = 'held', score_state = 'held', state_reason = $reason, score_bp = null where id = $call;

-- name: score_void :done
-- in:  score uuid, reason text
-- Primary key.
update score set voided_at = now(), void_reason = $reason where id = $score and voided_at is null;

-- name: score_call :one
-- in:  call uuid, scope uuid[]?
-- out: transcript_id uuid?
-- Primary key of call.
select c.transcript_id from call c where c.id = $call [[scope: and c.agent_id = any($scope)]];

-- name: score_get :one
-- in:  call uuid, scope uuid[]?, card uuid?, me uuid?
-- out: id uuid, score_bp int?, state text, reason text?, auto_fail bool, scorecard json:scorecard_ref,
--      engine text, engine_version text, created_at timestamptz, team_average_bp int?,
--      sections json:score_sections, criteria json:score_criteria, mode text, assignment json:assignment_rule?,
--      reviewer text?, voided_at timestamptz?, void_reason text?, acknowledged_at timestamptz?, dispute json:dispute?,
--      asked json:asked?
-- Of the current transcript: of one card, else of the oldest card in use whose scores count; a person's before the
-- machine's, the newest; nothing for who reviews the call and has not submitted. Beside it the
-- mean of the tenant's last 5,000 scores within 30 days. Primary keys of call and scorecard, indexes
-- score_transcript and call_started.
select s.id, s.score_bp, s.state, s.reason, s.auto_fail,
       jsonb_build_object('id', k.id, 'card_id', k.card_id, 'name', k.name, 'version', k.version) as scorecard,
       s.engine, s.engine_version, s.created_at,
       (select avg(x.score_bp)::int
          from (select o.score_bp from call o
                 where o.started_at > now() - interval '30 days' and o.score_bp is not null and o.same_as is null
                 order by o.started_at desc limit 5000) x) as team_average_bp,
       s.body -> 'sections' as sections, s.body -> 'criteria' as criteria, s.mode, s.assignment,
       (select a.name from account a where a.id = s.account_id) as reviewer, s.voided_at, s.void_reason,
       (select a.created_at from acknowledgement a where a.tenant_id = s.tenant_id and a.score_id = s.id) as acknowledged_at,
       (select jsonb_build_object('id', d.id, 'state', d.state, 'body', d.body, 'resolution', d.resolution) from dispute d
         where d.tenant_id = s.tenant_id and d.score_id = s.id) as dispute, s.asked
  from call c
  join score s on s.tenant_id = c.tenant_id and s.transcript_id = c.transcript_id
  join scorecard k on k.tenant_id = s.tenant_id and k.id = s.scorecard_id
 where c.id = $call [[scope: and c.agent_id = any($scope)]] [[card: and k.card_id = $card]]
   and not exists (select 1 from review v where v.tenant_id = c.tenant_id and v.call_id = c.id and v.account_id = $me and v.state = 'open')
 order by s.mode = 'decide' desc, exists (select 1 from scorecard p where p.tenant_id = k.tenant_id and p.card_id = k.card_id and p.state = 'published') desc, k.card_id, s.voided_at is null desc, s.engine = 'human' desc, s.id desc limit 1;

-- name: score_list :many
-- in:  call uuid, scope uuid[]?, me uuid?
-- out: id uuid, card_id uuid, name text, version int, mode text, state text, score_bp int?, auto_fail bool,
--      engine text, created_at timestamptz
-- The newest of each card for the current transcript, those that count first. Primary keys of call and
-- scorecard, index score_transcript.
select x.id, x.card_id, x.name, x.version, x.mode, x.state, x.score_bp, x.auto_fail, x.engine, x.created_at
  from (select distinct on (k.card_id) s.id, k.card_id, k.name, k.version, s.mode, s.state, s.score_bp, s.auto_fail,
               s.engine, s.created_at
          from call c
          join score s on s.tenant_id = c.tenant_id and s.transcript_id = c.transcript_id
          join scorecard k on k.tenant_id = s.tenant_id and k.id = s.scorecard_id
         where c.id = $call [[scope: and c.agent_id = any($scope)]]
           and not exists (select 1 from review v where v.tenant_id = c.tenant_id and v.call_id = c.id and v.account_id = $me and v.state = 'open')
         order by k.card_id, s.voided_at is null desc, s.engine = 'human' desc, s.id desc) x
 where ground.there(exists (select from call p where p.id = $call [[scope: and p.agent_id = any($scope)]]))
 order by x.mode = 'decide' desc, x.card_id;

-- name: score_spread :one
-- in:  scorecard uuid
-- out: scores int, mean_bp int?, auto_fails int, histogram json:score_histogram, bunched_bp int
-- The last 2,000 scores by exactly this version, each of the newest of its transcript; bunched_bp: how much of
-- them lies within the fullest ten points. Primary keys of scorecard and call, index score_scorecard.
with s as (
  select distinct on (x.transcript_id) x.score_bp, x.auto_fail
    from (select o.transcript_id, o.id, o.score_bp, o.auto_fail from score o
           where o.scorecard_id = $scorecard and o.state = 'scored'
             and not exists (select from call c where c.tenant_id = o.tenant_id and c.id = o.call_id and c.same_as is not null)
           order by o.id desc limit 2000) x
   order by x.transcript_id, x.id desc),
bins as (
  select b.n, (select count(*) from s where least(s.score_bp / 1000, 9) = b.n)::int as scores from generate_series(0, 9) b (n))
select (select count(*)::int from s) as scores, (select avg(s.score_bp)::int from s) as mean_bp,
       (select count(*)::int from s where s.auto_fail) as auto_fails,
       (select jsonb_agg(bins.scores order by bins.n) from bins) as histogram,
       coalesce((select max(w.n) * 10000 / (select count(*) from s)
                   from (select count(*) over (order by s.score_bp range between current row and 1000 following) as n from s) w), 0)::int as bunched_bp
  from scorecard k where k.id = $scorecard;

-- name: score_models :one
-- in:  scorecard uuid
-- out: models json:score_models, changes json:score_model_changes
-- Who answered for the last 2,000 scores by exactly this version, in order of their first, and how the scores of the same
-- transcripts differ between one and the next. Primary keys of scorecard and call, index score_scorecard.
with s as (
  select x.*, row_number() over (partition by x.transcript_id, x.engine, x.model order by x.id desc) as nth
    from (select o.transcript_id, o.id, o.score_bp, o.created_at, o.engine,
                 coalesce(o.asked ->> 'model', o.engine_version) as model from score o
           where o.scorecard_id = $scorecard and o.state = 'scored' and o.engine <> 'human'
             and not exists (select from call c where c.tenant_id = o.tenant_id and c.id = o.call_id and c.same_as is not null)
           order by o.id desc limit 2000) x),
m as (
  select engine, model, count(*)::int as scores, min(created_at) as first_at, max(created_at) as last_at,
         avg(score_bp)::int as mean_bp, row_number() over (order by min(created_at), engine, model) as place
    from s where nth = 1 group by engine, model),
changes as (
  select a.place, count(*)::int as calls, count(*) filter (where abs(y.score_bp - x.score_bp) <= 1000)::int as within_ten,
         avg(y.score_bp - x.score_bp)::int as mean_change_bp
    from m a join m b on b.place = a.place + 1
    join s x on x.engine = a.engine and x.model = a.model and x.nth = 1
    join s y on y.engine = b.engine and y.model = b.model and y.nth = 1 and y.transcript_id = x.transcript_id
   group by a.place)
select coalesce((select jsonb_agg(jsonb_build_object('engine', engine, 'model', model, 'scores', scores, 'first_at', first_at,
                 'last_at', last_at, 'mean_bp', mean_bp) order by place) from m), '[]') as models,
       coalesce((select jsonb_agg(jsonb_build_object('from', a.model, 'to', b.model, 'calls', coalesce(c.calls, 0),
                 'within_ten', coalesce(c.within_ten, 0), 'mean_change_bp', c.mean_change_bp) order by a.place)
                   from m a join m b on b.place = a.place + 1 left join changes c on c.place = a.place), '[]') as changes
  from scorecard k where k.id = $scorecard;

-- name: replay_next :many
-- in:  score uuid?, call uuid?, scope uuid[]?, since timestamptz?, until timestamptz?, after_id uuid?, limit int
-- out: id uuid, call_id uuid, transcript_id uuid, state text, reason text?, score_bp int?, auto_fail bool, gate_bp int,
--      engine text, engine_version text, transcript_hash bytea, raw json, body json, card json
-- What scores pin, and what was stored, oldest first; not those that redaction took words from later. Names its tenant, for the owner's role sees all. Primary keys,
-- index score_call.
select s.id, s.call_id, s.transcript_id, s.state, s.reason, s.score_bp, s.auto_fail, s.gate_bp, s.engine, s.engine_version,
       s.transcript_hash, s.raw, s.body, k.body as card
  from score s
  join scorecard k on k.tenant_id = s.tenant_id and k.id = s.scorecard_id
  join call c on c.tenant_id = s.tenant_id and c.id = s.call_id
 where s.tenant_id = nullif(current_setting('app.tenant', true), '')::uuid
   and s.id > coalesce($after_id, '00000000-0000-0000-0000-000000000000'::uuid) and not s.reworded
   and s.created_at >= coalesce($since::timestamptz, '-infinity') and s.created_at < coalesce($until::timestamptz, 'infinity')
   [[score: and s.id = $score]] [[call: and s.call_id = $call]] [[scope: and c.agent_id = any($scope)]]
 order by s.id
 limit $limit;
