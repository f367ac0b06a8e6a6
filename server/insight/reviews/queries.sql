-- name: review_facts :one
-- in:  call uuid, scope uuid[]?, scorecard uuid?
-- out: transcript_id uuid?, scorecard_id uuid?
-- The published card that is asked for, else the oldest that scored the call, else the oldest. A tenant has few
-- published cards; primary keys, index score_transcript.
select c.transcript_id,
       (select k.id from scorecard k
         where k.tenant_id = c.tenant_id and k.state = 'published' [[scorecard: and k.id = $scorecard]]
         order by exists (select 1 from score s join scorecard o on o.tenant_id = s.tenant_id and o.id = s.scorecard_id
                           where s.tenant_id = c.tenant_id and s.transcript_id = c.transcript_id and o.card_id = k.card_id) desc, k.card_id
         limit 1) as scorecard_id
  from call c
 where c.id = $call [[scope: and c.agent_id = any($scope)]];

-- name: review_add :done
-- in:  id uuid, call uuid, transcript uuid, scorecard uuid, me uuid
insert into review (id, call_id, transcript_id, scorecard_id, account_id) values ($id, $call, $transcript, $scorecard, $me);

-- name: reviews_list :page
-- in:  scope uuid[]?, state text?, call uuid?, mine bool?, me uuid?, after_id uuid?, limit int
-- out: id uuid, call_id uuid, title text?, agent_name text?, started_at timestamptz, card text, version int, state text,
--      reviewer text, mine bool, created_at timestamptz, ended_at timestamptz?, score_bp int?, machine_bp int?
-- key: id
-- Newest first. Scores only of what is submitted; machine_bp: the machine's newest by the same version. Primary
-- keys, index score_transcript.
select r.id, r.call_id, c.title, g.name as agent_name, c.started_at, k.name as card, k.version, r.state, a.name as reviewer,
       coalesce(r.account_id = $me, false) as mine, r.created_at, r.ended_at,
       (select s.score_bp from score s where s.tenant_id = r.tenant_id and s.id = r.score_id) as score_bp,
       case when r.state = 'submitted' and not exists (select 1 from review v where v.tenant_id = c.tenant_id
              and v.call_id = c.id and v.account_id = $me and v.state = 'open')
            then (select s.score_bp from score s where s.tenant_id = r.tenant_id and s.transcript_id = r.transcript_id
                     and s.scorecard_id = r.scorecard_id and s.engine <> 'human' order by s.id desc limit 1) end as machine_bp
  from review r
  join call c on c.tenant_id = r.tenant_id and c.id = r.call_id
  join scorecard k on k.tenant_id = r.tenant_id and k.id = r.scorecard_id
  join account a on a.id = r.account_id
  left join agent g on g.tenant_id = c.tenant_id and g.id = c.agent_id
 where r.id < case when $after_id::uuid is null then 'ffffffff-ffff-ffff-ffff-ffffffffffff' else $after_id end
   [[scope: and c.agent_id = any($scope)]]
   [[state|mine: and case when $state::text is not null and r.state <> $state then false
                     when $mine::bool and r.account_id <> $me then false else true end]]
   [[call: and r.call_id = $call]]
 order by r.id desc
 limit $limit;

-- name: review_get :one
-- in:  review uuid, scope uuid[]?, me uuid?
-- out: id uuid, call_id uuid, title text?, state text, mine bool, reviewer text, card text, version int,
--      body json:scorecard_body, turns json:review_turns, criteria json:score_criteria?, score_bp int?
-- What is asked and what was said; answers once they are submitted. Primary keys.
select r.id, r.call_id, c.title, r.state, coalesce(r.account_id = $me, false) as mine, a.name as reviewer, k.name as card,
       k.version, k.body, t.turns, s.body -> 'criteria' as criteria, s.score_bp
  from review r
  join call c on c.tenant_id = r.tenant_id and c.id = r.call_id
  join scorecard k on k.tenant_id = r.tenant_id and k.id = r.scorecard_id
  join transcript t on t.tenant_id = r.tenant_id and t.id = r.transcript_id
  join account a on a.id = r.account_id
  left join score s on s.tenant_id = r.tenant_id and s.id = r.score_id
   and not exists (select 1 from review v where v.tenant_id = c.tenant_id and v.call_id = c.id and v.account_id = $me
                      and v.state = 'open')
 where r.id = $review [[scope: and c.agent_id = any($scope)]];

-- name: review_take :one
-- in:  review uuid, me uuid
-- out: call_id uuid, transcript_id uuid, scorecard_id uuid, state text, body json
-- One's own, locked. Primary keys.
select r.call_id, r.transcript_id, r.scorecard_id, r.state, k.body
  from review r join scorecard k on k.tenant_id = r.tenant_id and k.id = r.scorecard_id
 where r.id = $review and r.account_id = $me
   for update of r;

-- name: review_end :done
-- in:  review uuid, state text, score uuid?
-- Primary key.
update review set state = $state, score_id = $score, ended_at = now() where id = $review;

-- name: review_score :one
-- in:  score uuid, scope uuid[]?
-- out: call_id uuid, agent_id uuid?, created_at timestamptz, voided bool
-- Primary keys.
select s.call_id, c.agent_id, s.created_at, s.voided_at is not null as voided
  from score s join call c on c.tenant_id = s.tenant_id and c.id = s.call_id
 where s.id = $score and s.mode = 'decide' [[scope: and c.agent_id = any($scope)]];

-- name: acknowledge :done
-- in:  score uuid, me uuid
insert into acknowledgement (score_id, account_id) values ($score, $me) on conflict do nothing;

-- name: dispute_add :done
-- in:  id uuid, score uuid, call uuid, me uuid, body text
insert into dispute (id, score_id, call_id, account_id, body) values ($id, $score, $call, $me, $body);

-- name: disputes_list :page
-- in:  scope uuid[]?, state text?, after_id uuid?, limit int
-- out: id uuid, score_id uuid, call_id uuid, title text?, by text, body text, state text, resolution text?,
--      resolved_by text?, score_bp int?, card text, created_at timestamptz, resolved_at timestamptz?
-- key: id
-- Newest first. Primary keys.
select d.id, d.score_id, d.call_id, c.title, a.name as by, d.body, d.state, d.resolution, b.name as resolved_by, s.score_bp,
       k.name as card, d.created_at, d.resolved_at
  from dispute d
  join call c on c.tenant_id = d.tenant_id and c.id = d.call_id
  join score s on s.tenant_id = d.tenant_id and s.id = d.score_id
  join scorecard k on k.tenant_id = s.tenant_id and k.id = s.scorecard_id
  join account a on a.id = d.account_id
  left join account b on b.id = d.resolved_by
 where d.id < case when $after_id::uuid is null then 'ffffffff-ffff-ffff-ffff-ffffffffffff' else $after_id end
   [[scope: and c.agent_id = any($scope)]]
   [[state: and d.state = $state]]
 order by d.id desc
 limit $limit;

-- name: dispute_take :one
-- in:  dispute uuid
-- out: score_id uuid, call_id uuid, state text
-- Locked. Primary key.
select score_id, call_id, state from dispute where id = $dispute for update;

-- name: dispute_end :done
-- in:  dispute uuid, state text, resolution text, me uuid
-- Primary key.
update dispute set state = $state, resolution = $resolution, resolved_by = $me, resolved_at = now() where id = $dispute;
