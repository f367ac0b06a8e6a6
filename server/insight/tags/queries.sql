-- name: tags_list :many
-- out: name text, cards json:strings
-- A tenant has at most 500, by name; cards: those in use that ask for it, of which a tenant has few. Primary keys.
select t.name,
       (select coalesce(jsonb_agg(distinct s.name order by s.name), '[]')
          from scorecard_assignment g
          join scorecard s on s.tenant_id = g.tenant_id and s.card_id = g.card_id and s.state = 'published'
         cross join jsonb_path_query(g.rules, '$[*].tags[*]') as x (tag)
         where lower(regexp_replace(btrim(x.tag #>> '{}'), '\s+', ' ', 'g')) = t.name) as cards
  from tag t order by t.name limit 500;

-- name: tag_count :one
-- in:  name text
-- out: n int, known bool
-- Primary key.
select count(*)::int as n, coalesce(bool_or(name = $name), false) as known from tag;

-- name: tag_insert :done
-- in:  name text
insert into tag (name) values ($name) on conflict do nothing;

-- name: tag_delete :done
-- in:  name text
-- From the list; calls keep it. Primary key.
delete from tag where name = $name;

-- name: tag_put :one
-- in:  call uuid, scope uuid[]?, name text
-- out: tags int, had bool
-- Locks the call. Primary key.
select cardinality(c.tags) as tags, $name::text = any(c.tags) as had from call c
 where c.id = $call [[scope: and c.agent_id = any($scope)]] for update;

-- name: call_tag_add :one
-- in:  call uuid, name text
-- out: agent_id uuid?
-- Primary key.
update call set tags = array(select x from unnest(array_append(tags, $name)) x order by x) where id = $call
returning agent_id;

-- name: call_tag_remove :one
-- in:  call uuid, scope uuid[]?, name text
-- out: agent_id uuid?
-- None if the call has no such tag. Primary key.
update call c set tags = array_remove(c.tags, $name) where c.id = $call and $name = any(c.tags)
 [[scope: and c.agent_id = any($scope)]] returning c.agent_id;

-- name: tag_call_facts :one
-- in:  call uuid
-- out: transcript_id uuid?, ended bool
-- Primary key of call.
select c.transcript_id, c.state in ('scored', 'held', 'not_scorable') as ended from call c where c.id = $call;

-- name: tag_scored :one
-- in:  call uuid, transcript uuid, scorecard uuid
-- out: done bool
-- Index score_call.
select exists (select from score s where s.call_id = $call and s.transcript_id = $transcript
           and s.scorecard_id = $scorecard) as done;
