-- name: agree_calls :many
-- in:  scorecard uuid, calibration uuid?, scope uuid[]?, me uuid?, limit int
-- out: call_id uuid, transcript_id uuid, people json, machine json?, gate_bp int?, kept_back bool
-- The newest calls that people scored by this card, in whatever version, or elsewhere: each person's newest
-- answers, and the machine's newest by exactly this version. kept_back: the caller reviews it and has not
-- submitted. Primary keys, unique keys of scorecard and past_score, indexes score_human and score_transcript.
with rated as (
  select s.call_id, s.transcript_id, a.name as rater, null::int as score_bp, s.raw as answers,
         row_number() over (partition by s.call_id, s.account_id order by s.id desc) as nth
    from scorecard k
    join scorecard v on v.tenant_id = k.tenant_id and v.card_id = k.card_id
    join score s on s.tenant_id = v.tenant_id and s.scorecard_id = v.id and s.engine = 'human' and s.voided_at is null
    join account a on a.id = s.account_id
   where k.id = $scorecard
   union all
  select p.call_id, c.transcript_id, p.rater, p.score_bp, p.answers, 1
    from scorecard k
    join past_score p on p.tenant_id = k.tenant_id and p.card_id = k.card_id
    join call c on c.tenant_id = p.tenant_id and c.id = p.call_id
   where k.id = $scorecard and c.transcript_id is not null),
calls as (
  select r.call_id, r.transcript_id,
         jsonb_agg(jsonb_build_object('rater', r.rater, 'score_bp', r.score_bp, 'answers', r.answers) order by r.rater) as people
    from rated r
    join call c on c.tenant_id = nullif(current_setting('app.tenant', true), '')::uuid and c.id = r.call_id
   where r.nth = 1 and c.same_as is null [[scope: and c.agent_id = any($scope)]]
     [[calibration: and exists (select 1 from calibration_call x where x.tenant_id = c.tenant_id and x.calibration_id = $calibration and x.call_id = c.id)]]
   group by r.call_id, r.transcript_id
   order by r.call_id desc limit $limit)
select x.call_id, x.transcript_id, x.people, m.raw as machine, m.gate_bp,
       exists (select 1 from review v where v.tenant_id = nullif(current_setting('app.tenant', true), '')::uuid
                  and v.call_id = x.call_id and v.account_id = $me and v.state = 'open') as kept_back
  from calls x
  left join lateral (select s.raw, s.gate_bp from score s
                      where s.tenant_id = nullif(current_setting('app.tenant', true), '')::uuid and s.transcript_id = x.transcript_id
                        and s.scorecard_id = $scorecard and s.engine <> 'human' and s.voided_at is null
                      order by s.id desc limit 1) m on true
 order by x.call_id desc;

-- name: agree_card :one
-- in:  scorecard uuid
-- out: id uuid, card_id uuid, name text, version int, state text, body json
-- Names its tenant, for the owner's role sees all. Primary key.
select id, card_id, name, version, state, body from scorecard
 where tenant_id = nullif(current_setting('app.tenant', true), '')::uuid and id = $scorecard;

-- name: past_call :one
-- in:  call uuid?, key text, scope uuid[]?
-- out: id uuid
-- By its id, else by what the phone system calls it. A tenant has few integrations; primary key, unique key of call.
select c.id from call c where c.id = $call [[scope: and c.agent_id = any($scope)]]
 union all
select c.id from integration i join call c on c.tenant_id = i.tenant_id and c.integration_id = i.id and c.call_key = $key
 where $call::uuid is null [[scope: and c.agent_id = any($scope)]]
 limit 1;

-- name: past_put :done
-- in:  id uuid, card uuid, call uuid, rater text, score_bp int?, answers json, account uuid?
-- Unique key of past_score.
insert into past_score as p (id, card_id, call_id, rater, score_bp, answers, account_id)
values ($id, $card, $call, $rater, $score_bp, $answers, $account)
on conflict (tenant_id, card_id, call_id, rater) do update set score_bp = $score_bp, answers = $answers, account_id = $account, created_at = now();

-- name: past_drop :done
-- in:  scorecard uuid
-- Unique key of past_score.
delete from past_score p using scorecard k
 where k.id = $scorecard and p.tenant_id = k.tenant_id and p.card_id = k.card_id;

-- name: calibrations_list :page
-- in:  scorecard uuid?, after_id uuid?, limit int
-- out: id uuid, name text, scorecard_id uuid, card text, version int, calls int, submitted int, open int, by text?, created_at timestamptz
-- key: id
-- Newest first; submitted and open count reviews of its calls by its card. Primary keys, key of review.
select x.id, x.name, x.scorecard_id, k.name as card, k.version,
       (select count(*)::int from calibration_call c where c.tenant_id = x.tenant_id and c.calibration_id = x.id) as calls,
       n.submitted, n.open, a.name as by, x.created_at
  from calibration x
  join scorecard k on k.tenant_id = x.tenant_id and k.id = x.scorecard_id
  left join account a on a.id = x.account_id
  cross join lateral (
    select count(*) filter (where r.state = 'submitted')::int as submitted, count(*) filter (where r.state = 'open')::int as open
      from calibration_call c
      join review r on r.tenant_id = c.tenant_id and r.call_id = c.call_id
      join scorecard v on v.tenant_id = r.tenant_id and v.id = r.scorecard_id and v.card_id = k.card_id
     where c.tenant_id = x.tenant_id and c.calibration_id = x.id) n
 where x.id < case when $after_id::uuid is null then 'ffffffff-ffff-ffff-ffff-ffffffffffff' else $after_id end
   [[scorecard: and x.scorecard_id = $scorecard]]
 order by x.id desc
 limit $limit;

-- name: calibration_get :one
-- in:  calibration uuid
-- out: id uuid, name text, scorecard_id uuid, card text, version int, by text?, created_at timestamptz
-- Primary keys.
select x.id, x.name, x.scorecard_id, k.name as card, k.version, a.name as by, x.created_at
  from calibration x
  join scorecard k on k.tenant_id = x.tenant_id and k.id = x.scorecard_id
  left join account a on a.id = x.account_id
 where x.id = $calibration;

-- name: calibration_calls :many
-- in:  calibration uuid, scope uuid[]?, me uuid?
-- out: id uuid, title text?, agent_name text?, started_at timestamptz, submitted int, mine text?, review_id uuid?
-- At most 200. mine: the state of the caller's own review by this card. Never a score: who has not scored
-- a call yet must not see one. Primary keys, key of review.
select c.id, c.title, g.name as agent_name, c.started_at, n.submitted, m.state as mine, m.id as review_id
  from calibration x
  join scorecard k on k.tenant_id = x.tenant_id and k.id = x.scorecard_id
  join calibration_call o on o.tenant_id = x.tenant_id and o.calibration_id = x.id
  join call c on c.tenant_id = o.tenant_id and c.id = o.call_id
  left join agent g on g.tenant_id = c.tenant_id and g.id = c.agent_id
  cross join lateral (
    select count(*)::int as submitted
      from review r join scorecard v on v.tenant_id = r.tenant_id and v.id = r.scorecard_id and v.card_id = k.card_id
     where r.tenant_id = c.tenant_id and r.call_id = c.id and r.state = 'submitted') n
  left join lateral (
    select r.state, r.id
      from review r join scorecard v on v.tenant_id = r.tenant_id and v.id = r.scorecard_id and v.card_id = k.card_id
     where r.tenant_id = c.tenant_id and r.call_id = c.id and r.account_id = $me order by r.id desc limit 1) m on true
 where x.id = $calibration and ground.there(exists (select from calibration p where p.id = $calibration))
   [[scope: and c.agent_id = any($scope)]]
 order by c.started_at desc, c.id desc;

-- name: calibration_add :done
-- in:  id uuid, name text, scorecard uuid, account uuid?
insert into calibration (id, name, scorecard_id, account_id) values ($id, $name, $scorecard, $account);

-- name: calibration_add_call :done
-- in:  calibration uuid, call uuid, scope uuid[]?
-- Primary key of call; only a call with a transcript can be scored.
insert into calibration_call (calibration_id, call_id)
select $calibration::uuid, c.id from call c where c.id = $call and c.transcript_id is not null [[scope: and c.agent_id = any($scope)]]
on conflict do nothing;

-- name: calibration_draw :done
-- in:  calibration uuid, scorecard uuid, scope uuid[]?, sample int
-- Drawn without looking at the score: by a hash of set and call, of the last 1,000 scores by this version. Index
-- score_scorecard, primary key of call.
insert into calibration_call (calibration_id, call_id)
select $calibration::uuid, d.call_id
  from (select distinct s.call_id
          from (select o.tenant_id, o.call_id from score o
                 where o.scorecard_id = $scorecard and o.state = 'scored' order by o.id desc limit 1000) s
          join call c on c.tenant_id = s.tenant_id and c.id = s.call_id and c.transcript_id is not null
         where true [[scope: and c.agent_id = any($scope)]]) d
 order by md5($calibration::text || d.call_id::text) limit $sample;

-- name: calibration_drop :done
-- in:  calibration uuid
-- Primary key.
delete from calibration where id = $calibration;

-- name: publish_gate_get :one
-- in:  scorecard uuid
-- out: within_bp int, calls int, version int
-- Of the card that this is a version of; 0: no gate. Primary keys.
select coalesce(g.within_bp, 0) as within_bp, coalesce(g.calls, 20) as calls, coalesce(g.version, 0) as version
  from scorecard s left join publish_gate g on g.tenant_id = s.tenant_id and g.card_id = s.card_id
 where s.id = $scorecard;

-- name: publish_gate_put :done
-- in:  scorecard uuid, version int, within_bp int, calls int
-- Primary keys.
insert into publish_gate as g (card_id, within_bp, calls)
select s.card_id, $within_bp::int, $calls::int from scorecard s where s.id = $scorecard
on conflict (tenant_id, card_id) do update set within_bp = $within_bp, calls = $calls, version = g.version + 1
 where g.version = $version;

-- name: rerun_add :done
-- in:  id uuid, scorecard uuid, call uuid?, times int, calls int, account uuid?, most_micro bigint?, currency text?
insert into score_rerun (id, scorecard_id, call_id, times, calls, account_id, most_micro, currency)
values ($id, $scorecard, $call, $times, $calls, $account, $most_micro, $currency);

-- name: rerun_bound :one
-- in:  scorecard uuid, rerun uuid
-- out: state text, most_micro bigint?, call_id uuid?
-- Locks it. Primary key.
select state, most_micro, call_id from score_rerun where id = $rerun and scorecard_id = $scorecard for update;

-- name: rerun_go_on :done
-- in:  rerun uuid, most_micro bigint
-- Primary key.
update score_rerun set state = 'queued', most_micro = $most_micro, finished_at = null where id = $rerun;

-- name: rerun_spent :one
-- in:  rerun uuid
-- out: micro bigint
-- Primary key of spend_sum.
select coalesce((select s.micro from spend_sum s join score_rerun r on r.currency = s.currency
                  where r.id = $rerun and s.scope = 'rerun:' || $rerun::uuid::text), 0) as micro;

-- name: rerun_load :one
-- in:  rerun uuid
-- out: scorecard_id uuid, call_id uuid?, times int, calls int, most_micro bigint?, currency text?
-- Primary key.
select scorecard_id, call_id, times, calls, most_micro, currency from score_rerun where id = $rerun and state <> 'done';

-- name: rerun_look :one
-- in:  rerun uuid
-- out: state text, reason text?, body json?
-- Primary key; names its tenant, for the owner's role sees all.
select state, reason, body from score_rerun
 where id = $rerun and tenant_id = nullif(current_setting('app.tenant', true), '')::uuid;

-- name: rerun_end :done
-- in:  rerun uuid, state text, reason text?, body json?
-- Primary key.
update score_rerun set state = $state, reason = $reason, body = $body, finished_at = now() where id = $rerun;

-- name: rerun_calls :many
-- in:  scorecard uuid, call uuid?, scope uuid[]?, limit int
-- out: call_id uuid, transcript_id uuid, seconds int
-- The newest calls that the machine judged by this version, each in its newest transcript. Names its tenant, for
-- the owner's role sees all. Indexes score_scorecard and score_call, primary key of call.
select x.call_id, x.transcript_id, t.duration_ms / 1000 as seconds
  from (select distinct on (s.call_id) s.call_id, s.transcript_id
          from (select o.call_id, o.transcript_id, o.id from score o
                  join call c on c.tenant_id = o.tenant_id and c.id = o.call_id
                 where o.tenant_id = nullif(current_setting('app.tenant', true), '')::uuid and o.scorecard_id = $scorecard
                   and c.same_as is null and o.engine <> 'human' [[call: and o.call_id = $call]] [[scope: and c.agent_id = any($scope)]]
                 order by o.id desc limit 500) s
         order by s.call_id desc, s.id desc) x
  join transcript t on t.id = x.transcript_id and t.tenant_id = nullif(current_setting('app.tenant', true), '')::uuid
 order by x.call_id desc limit $limit;

-- name: rerun_card :one
-- in:  call uuid?
-- out: scorecard_id uuid
-- By which version the machine judged last. Names its tenant; primary key and index score_call.
select s.scorecard_id from score s
 where s.tenant_id = nullif(current_setting('app.tenant', true), '')::uuid and s.engine <> 'human' [[call: and s.call_id = $call]]
 order by s.id desc limit 1;

-- name: reruns_list :page
-- in:  scorecard uuid, after_id uuid?, limit int
-- out: id uuid, call_id uuid?, times int, calls int, state text, reason text?, body json:rerun?, by text?, created_at timestamptz, finished_at timestamptz?, most_micro bigint?, currency text?, spent_micro bigint?
-- key: id
-- Newest first. Index score_rerun_scorecard.
select r.id, r.call_id, r.times, r.calls, r.state, r.reason, r.body, a.name as by, r.created_at, r.finished_at, r.most_micro, r.currency,
       case when r.currency is not null then coalesce((select s.micro from spend_sum s where s.tenant_id = r.tenant_id
         and s.scope = 'rerun:' || r.id::text and s.currency = r.currency), 0) end as spent_micro
  from score_rerun r left join account a on a.id = r.account_id
 where r.scorecard_id = $scorecard and ground.there(exists (select from scorecard p where p.id = $scorecard))
   and r.id < case when $after_id::uuid is null then 'ffffffff-ffff-ffff-ffff-ffffffffffff' else $after_id end
 order by r.id desc
 limit $limit;
