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

-- name: tags_room :one
-- in:  names text[]
-- out: have int, fresh int
-- The list's size, and how many of these are not in it. Primary key.
select count(*)::int as have, (cardinality($names) - count(*) filter (where name = any($names)))::int as fresh from tag;

-- name: tags_insert :done
-- in:  names text[]
insert into tag (name) select x from unnest($names) x on conflict do nothing;

-- name: tags_change :one
-- in:  calls uuid[], scope uuid[]?, put text[], off text[], most int
-- out: found int, full int, changed json, judged json
-- All calls in one: locked in the order of their ids, so that two such acts cannot wait for each other, changed, and the
-- dashboards told of each. `full`: how many would have more than `most` then, and are left alone. `judged`: the changed
-- that have come to their end without a score of a card in use for their transcript. Primary key, index score_call.
with locked as (
  select c.id, c.agent_id, c.tags, c.transcript_id, c.state from call c
   where c.id = any($calls) [[scope: and c.agent_id = any($scope)]] order by c.id for update),
wanted as (
  select l.*, array(select distinct x from unnest(l.tags || $put) x where x <> all($off) order by x) as now from locked l),
done as (
  update call c set tags = w.now from wanted w
   where c.id = w.id and c.tags <> w.now and cardinality(w.now) <= greatest($most, cardinality(w.tags))
  returning c.id, c.agent_id, w.transcript_id, w.state),
told as (
  insert into live_event (id, kind, object_id, agent_id)
  select ground.uuid_now(), 'call.changed', d.id, d.agent_id from done d),
live as (
  select s.id from scorecard s join scorecard_assignment g on g.tenant_id = s.tenant_id and g.card_id = s.card_id
   where s.state = 'published' and g.rules <> '[]' and g.mode <> 'manual')
select (select count(*)::int from locked) as found,
       (select count(*)::int from wanted where cardinality(now) > greatest($most, cardinality(tags))) as full,
       (select coalesce(jsonb_agg(id order by id), '[]') from done) as changed,
       (select coalesce(jsonb_agg(d.id order by d.id), '[]') from done d
         where cardinality($put) > 0 and d.transcript_id is not null and d.state in ('scored', 'held', 'not_scorable')
           and exists (select from live v where not exists (
             select from score s where s.call_id = d.id and s.transcript_id = d.transcript_id and s.scorecard_id = v.id))) as judged;
