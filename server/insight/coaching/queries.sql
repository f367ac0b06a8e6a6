-- name: coaching_call :one
-- in:  call uuid, scope uuid[]?
-- out: agent_id uuid?
-- Primary key.
select agent_id from call where id = $call [[scope: and agent_id = any($scope)]];

-- name: coaching_verdict :one
-- in:  call uuid, card uuid?, criterion text, me uuid?
-- out: scorecard_id uuid, why json
-- The verdict of the score that counts, nothing for who reviews the call and has not submitted. Primary keys, index
-- score_transcript.
select s.scorecard_id,
       jsonb_build_object('question', e.c -> 'text', 'section', e.c -> 'section', 'answer', e.c -> 'answer', 'label', e.c -> 'label',
                          'reason', e.c -> 'reason', 'points_bp', e.c -> 'points_bp', 'span', e.c -> 'spans' -> 0) as why
  from call c
  join lateral (select o.scorecard_id, o.body from score o join scorecard q on q.tenant_id = o.tenant_id and q.id = o.scorecard_id
                 where o.tenant_id = c.tenant_id and o.transcript_id = c.transcript_id and o.mode = 'decide' and o.voided_at is null
                   [[card: and q.card_id = $card]]
                 order by exists (select 1 from scorecard p where p.tenant_id = q.tenant_id and p.card_id = q.card_id and p.state = 'published') desc,
                          q.card_id, o.engine = 'human' desc, o.id desc limit 1) s on true
  cross join lateral jsonb_array_elements(s.body -> 'criteria') as e (c)
 where c.id = $call and e.c ->> 'key' = $criterion
   and not exists (select 1 from review v where v.tenant_id = c.tenant_id and v.call_id = c.id and v.account_id = $me and v.state = 'open');

-- name: coaching_add :done
-- in:  id uuid, agent uuid, call uuid, scorecard uuid?, criterion text?, why json?, what text, due text, me uuid?
insert into coaching_plan (id, agent_id, call_id, scorecard_id, criterion, why, what, due, account_id)
values ($id, $agent, $call, $scorecard, $criterion, $why, $what, $due::text::date, $me);

-- name: coaching_list :page
-- in:  scope uuid[]?, agent uuid?, call uuid?, state text?, me uuid?, after_id uuid?, limit int
-- out: id uuid, agent_id uuid, agent_name text, call_id uuid?, call_title text?, card text?, criterion text?,
--      why json:coaching_why?, what text, due text, state text, note text?, by text?, created_at timestamptz,
--      acknowledged_at timestamptz?, ended_at timestamptz?, before int, before_bp int?, after int, after_bp int?
-- key: id
-- Newest first. before and after: how the agent's last twenty calls before the plan and the newest twenty since did on
-- that criterion, by the scores that count. Primary keys, indexes coaching_plan_agent, call_agent, score_transcript.
select p.id, p.agent_id, g.name as agent_name, p.call_id, c.title as call_title, k.name as card, p.criterion, p.why, p.what,
       p.due::text as due, p.state, p.note, a.name as by, p.created_at, p.acknowledged_at, p.ended_at,
       m.before, m.before_bp, m.after, m.after_bp
  from (select * from coaching_plan o
         where o.id < case when $after_id::uuid is null then 'ffffffff-ffff-ffff-ffff-ffffffffffff' else $after_id end
           [[scope: and o.agent_id = any($scope)]]
           [[agent: and o.agent_id = $agent]]
           [[call: and o.call_id = $call]]
           [[state: and o.state = $state]]
         order by o.id desc limit $limit) p
  join agent g on g.tenant_id = p.tenant_id and g.id = p.agent_id
  left join call c on c.tenant_id = p.tenant_id and c.id = p.call_id
  left join scorecard k on k.tenant_id = p.tenant_id and k.id = p.scorecard_id
  left join account a on a.id = p.account_id
  cross join lateral (
    select (count(*) filter (where x.early))::int as before, (avg((e.c ->> 'points_bp')::int) filter (where x.early))::int as before_bp,
           (count(*) filter (where not x.early))::int as after, (avg((e.c ->> 'points_bp')::int) filter (where not x.early))::int as after_bp
      from ((select true as early, y.tenant_id, y.transcript_id from call y
              where y.tenant_id = p.tenant_id and y.agent_id = p.agent_id and y.started_at < p.created_at and y.score_bp is not null
                and y.same_as is null and not y.trial
                and not exists (select 1 from review v where v.tenant_id = y.tenant_id and v.call_id = y.id and v.account_id = $me and v.state = 'open')
              order by y.started_at desc limit 20)
            union all
            (select false, y.tenant_id, y.transcript_id from call y
              where y.tenant_id = p.tenant_id and y.agent_id = p.agent_id and y.started_at >= p.created_at and y.score_bp is not null
                and y.same_as is null and not y.trial
                and not exists (select 1 from review v where v.tenant_id = y.tenant_id and v.call_id = y.id and v.account_id = $me and v.state = 'open')
              order by y.started_at desc limit 20)) x
      join lateral (select o.body from score o join scorecard q on q.tenant_id = o.tenant_id and q.id = o.scorecard_id
                     where o.tenant_id = x.tenant_id and o.transcript_id = x.transcript_id and q.card_id = k.card_id
                       and o.mode = 'decide' and o.voided_at is null
                     order by o.engine = 'human' desc, o.id desc limit 1) s on true
      cross join lateral jsonb_array_elements(s.body -> 'criteria') as e (c)
     where e.c ->> 'key' = p.criterion and e.c ->> 'points_bp' is not null) m
 order by p.id desc;

-- name: coaching_take :one
-- in:  plan uuid, scope uuid[]?
-- out: agent_id uuid, state text
-- Locked. Primary key.
select agent_id, state from coaching_plan where id = $plan [[scope: and agent_id = any($scope)]] for update;

-- name: coaching_acknowledge :done
-- in:  plan uuid
-- Primary key.
update coaching_plan set state = 'acknowledged', acknowledged_at = now() where id = $plan;

-- name: coaching_end :done
-- in:  plan uuid, state text, note text?
-- Primary key.
update coaching_plan set state = $state, note = $note, ended_at = now() where id = $plan;
