-- name: scorecards_list :page
-- in:  after_id uuid?, limit int
-- out: id uuid, card_id uuid, name text, version int, state text, questions int, draft_id uuid?, mode text?,
--      assigned bool, changed_at timestamptz
-- key: id
-- One version of each card: the published one, else the draft, else the newest archived. Primary and unique
-- keys of scorecard, primary key of scorecard_assignment.
select s.id, s.card_id, s.name, s.version, s.state,
       (select sum(jsonb_array_length(x.section -> 'questions')) from jsonb_array_elements(s.body -> 'sections') as x (section))::int as questions,
       (select d.id from scorecard d where d.tenant_id = s.tenant_id and d.card_id = s.card_id and d.state = 'draft') as draft_id,
       g.mode, coalesce(g.rules <> '[]', false) as assigned,
       coalesce(s.archived_at, s.published_at, s.created_at) as changed_at
  from scorecard s
  left join scorecard_assignment g on g.tenant_id = s.tenant_id and g.card_id = s.card_id
 where s.id > coalesce($after_id, '00000000-0000-0000-0000-000000000000'::uuid)
   and s.id = (select o.id from scorecard o where o.tenant_id = s.tenant_id and o.card_id = s.card_id
                order by o.state = 'published' desc, o.state = 'draft' desc, o.version desc limit 1)
 order by s.id
 limit $limit;

-- name: scorecard_versions :many
-- in:  scorecard uuid
-- out: id uuid, name text, version int, state text, created_at timestamptz, published_at timestamptz?,
--      archived_at timestamptz?, by text?, scores int
-- The newest hundred of the card that this is a version of; scores counts up to 1,000. Unique key of scorecard,
-- index score_scorecard.
select s.id, s.name, s.version, s.state, s.created_at, s.published_at, s.archived_at, a.name as by,
       (select count(*)::int from (select 1 from score c where c.tenant_id = s.tenant_id and c.scorecard_id = s.id limit 1000) x) as scores
  from scorecard of
  join scorecard s on s.tenant_id = of.tenant_id and s.card_id = of.card_id
  left join account a on a.id = s.account_id
 where of.id = $scorecard and ground.there(exists (select from scorecard p where p.id = $scorecard))
 order by s.version desc limit 100;

-- name: scorecard_get :one
-- in:  scorecard uuid
-- out: id uuid, card_id uuid, name text, version int, state text, revision int, body json:scorecard_body,
--      created_at timestamptz, published_at timestamptz?, archived_at timestamptz?, draft_id uuid?, published_id uuid?,
--      sections json:scorecard_sections
-- Primary key, unique key of scorecard.
select s.id, s.card_id, s.name, s.version, s.state, s.revision, s.body, s.created_at, s.published_at, s.archived_at,
       (select d.id from scorecard d where d.tenant_id = s.tenant_id and d.card_id = s.card_id and d.state = 'draft') as draft_id,
       (select d.id from scorecard d where d.tenant_id = s.tenant_id and d.card_id = s.card_id and d.state = 'published') as published_id,
       (select coalesce(jsonb_agg(jsonb_build_object('name', x.section -> 'name', 'questions',
                 (select coalesce(jsonb_agg(jsonb_build_object('key', y.q -> 'key', 'text', y.q -> 'text',
                           'weight', y.q -> 'weight', 'auto_fail', coalesce(y.q -> 'auto_fail', 'false'),
                           'by_rule', jsonb_exists(y.q, 'rule') or jsonb_path_exists(y.q, '$.levels[*].rule')) order by y.n), '[]')
                    from jsonb_array_elements(x.section -> 'questions') with ordinality as y (q, n))) order by x.n), '[]')
          from jsonb_array_elements(s.body -> 'sections') with ordinality as x (section, n)) as sections
  from scorecard s
 where s.id = $scorecard;

-- name: scorecards_live :many
-- out: id uuid, card_id uuid, name text, version int, body json, mode text, rules json
-- Published cards by which the machine scores calls, the oldest card first. A tenant has few. Primary keys.
select s.id, s.card_id, s.name, s.version, s.body, g.mode, g.rules
  from scorecard s
  join scorecard_assignment g on g.tenant_id = s.tenant_id and g.card_id = s.card_id
 where s.state = 'published' and g.rules <> '[]' and g.mode <> 'manual'
 order by s.card_id;

-- name: assignment_facts :one
-- in:  call uuid, transcript uuid
-- out: integration_id uuid, agent_id uuid?, queue text, direction text, language text, seconds int,
--      teams json, tags json
-- Primary keys of call and transcript, index team_agent_agent.
select c.integration_id, c.agent_id, c.queue, c.direction, t.language,
       coalesce(c.talk_s, c.duration_s, t.duration_ms / 1000) as seconds,
       (select coalesce(jsonb_agg(g.team_id order by g.team_id), '[]') from team_agent g
         where g.tenant_id = c.tenant_id and g.agent_id = c.agent_id) as teams, to_jsonb(c.tags) as tags
  from call c
  join transcript t on t.tenant_id = c.tenant_id and t.id = $transcript
 where c.id = $call;

-- name: assignment_get :one
-- in:  scorecard uuid
-- out: mode text, rules json:assignment_rules, version int
-- Of the card that this is a version of. Primary keys.
select coalesce(g.mode, 'decide') as mode, coalesce(g.rules, '[]') as rules, coalesce(g.version, 0) as version
  from scorecard s left join scorecard_assignment g on g.tenant_id = s.tenant_id and g.card_id = s.card_id
 where s.id = $scorecard;

-- name: assignment_put :done
-- in:  scorecard uuid, version int, mode text, rules json
-- Primary keys.
insert into scorecard_assignment as g (card_id, mode, rules)
select s.card_id, $mode::text, $rules::jsonb from scorecard s where s.id = $scorecard
on conflict (tenant_id, card_id) do update set mode = $mode, rules = $rules, version = g.version + 1
 where g.version = $version;

-- name: assignment_lock :one
-- in:  card uuid
-- out: version int
-- One call at a time asks how many there are already. Primary key.
select version from scorecard_assignment where card_id = $card for update;

-- name: assignment_used :one
-- in:  card uuid, call uuid, per text
-- out: used int
-- How many other calls of the call's agent were scored by the card in its week or month, by the tenant's
-- clock. Primary key of call, indexes call_agent and score_call.
select count(distinct s.call_id)::int as used
  from call c
  join tenant t on t.id = c.tenant_id
  join call o on o.tenant_id = c.tenant_id and o.agent_id = c.agent_id and o.id <> c.id and o.same_as is null
   and o.started_at >= date_trunc($per::text, c.started_at at time zone t.zone) at time zone t.zone
   and o.started_at < (date_trunc($per, c.started_at at time zone t.zone) + ('1 ' || $per)::interval) at time zone t.zone
  join score s on s.tenant_id = o.tenant_id and s.call_id = o.id
  join scorecard k on k.tenant_id = s.tenant_id and k.id = s.scorecard_id
 where c.id = $call and k.card_id = $card;

-- name: scorecard_publish_first :one
-- in:  id uuid, name text, body json
-- out: id uuid
-- Unless the tenant has had one of this name; it is told apart by name, for who makes tenants sees the cards
-- of all. A tenant has few.
insert into scorecard (id, card_id, name, version, state, body, published_at)
select $id::uuid, $id, $name::text, 1, 'published', $body::jsonb, now()
 where not exists (select 1 from scorecard o where o.tenant_id = nullif(current_setting('app.tenant', true), '')::uuid and o.name = $name)
returning id;

-- name: scorecard_assign_first :done
-- in:  card uuid, rules json
-- Primary key.
insert into scorecard_assignment (card_id, mode, rules) values ($card, 'decide', $rules);

-- name: scorecard_load :one
-- in:  scorecard uuid
-- out: id uuid, card_id uuid, name text, version int, state text, revision int, body json
-- Locks the version. Primary key.
select id, card_id, name, version, state, revision, body from scorecard where id = $scorecard for update;

-- name: scorecard_draft_of :one
-- in:  card uuid
-- out: id uuid
-- Unique key scorecard_draft.
select id from scorecard where card_id = $card and state = 'draft';

-- name: scorecard_draft :done
-- in:  id uuid, card uuid, name text, body json, account uuid?
-- The version after the card's newest. Unique key of scorecard.
insert into scorecard (id, card_id, name, version, state, body, account_id)
values ($id, $card, $name, coalesce((select max(o.version) from scorecard o where o.card_id = $card), 0) + 1, 'draft', $body, $account);

-- name: scorecard_change :done
-- in:  scorecard uuid, revision int, name text, body json
-- Primary key.
update scorecard set name = $name, body = $body, revision = revision + 1
 where id = $scorecard and state = 'draft' and revision = $revision;

-- name: scorecard_drop :done
-- in:  scorecard uuid
-- Primary key.
delete from scorecard where id = $scorecard and state = 'draft';

-- name: scorecard_replace :done
-- in:  card uuid
-- Unique key scorecard_published.
update scorecard set state = 'archived', archived_at = now() where card_id = $card and state = 'published';

-- name: scorecard_publish :done
-- in:  scorecard uuid, revision int
-- Primary key.
update scorecard set state = 'published', published_at = now()
 where id = $scorecard and state = 'draft' and revision = $revision;

-- name: scorecard_archive :done
-- in:  scorecard uuid
-- Primary key.
update scorecard set state = 'archived', archived_at = now() where id = $scorecard and state = 'published';

-- name: scorecard_call :one
-- in:  call uuid, scope uuid[]?, me uuid?
-- out: transcript_id uuid?, blind bool
-- blind: the caller reviews the call and has not submitted. Primary key of call, key of review.
select c.transcript_id, exists (select 1 from review v where v.tenant_id = c.tenant_id and v.call_id = c.id and v.account_id = $me and v.state = 'open') as blind
  from call c where c.id = $call [[scope: and c.agent_id = any($scope)]];
