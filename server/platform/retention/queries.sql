-- name: retention_rules_list :page
-- in:  after_id uuid?, limit int
-- out: id uuid, kind text, days int?, integration_id uuid?, integration_name text?, direction text?, disposition text?,
--      by_name text, created_at timestamptz
-- key: id
-- Newest first: primary key. A tenant has few.
select r.id, r.kind, r.days, r.integration_id,
       (select i.name from integration i where i.tenant_id = r.tenant_id and i.id = r.integration_id) as integration_name,
       r.direction, r.disposition, r.by_name, r.created_at
  from retention_rule r
 where true [[after_id: and r.id < $after_id]]
 order by r.id desc limit $limit;

-- name: retention_rule_add :done
-- in:  id uuid, kind text, days int?, integration uuid?, direction text?, disposition text?, by_name text, account uuid?
insert into retention_rule (id, kind, days, integration_id, direction, disposition, by_name, account_id)
values ($id, $kind, $days, $integration, $direction, $disposition, $by_name, $account);

-- name: retention_rules_count :one
-- out: n int
select count(*)::int as n from retention_rule;

-- name: retention_rule_delete :done
-- in:  rule uuid
delete from retention_rule where id = $rule;

-- name: retention_preview :one
-- in:  kind text, id uuid, days int?, integration uuid?, direction text?, disposition text?, most int
-- out: due int, held int, by_this int, bytes bigint, oldest_at timestamptz?
-- What the rules in force and this one would take now, were it among them. Reads what is due: indexes of
-- ground.retention_due; at most so many.
with rules as (
  select ground.retention_rules($kind) || jsonb_build_array(jsonb_build_object('id', $id::uuid, 'days', $days::int,
         'integration_id', $integration::uuid, 'direction', $direction::text, 'disposition', $disposition::text)) as r),
due as (
  select d.id, d.rule, d.held from rules, ground.retention_due($kind, rules.r, true, $most) d
  union all
  select h.id, h.rule, false from rules, ground.hooks_due(case when $kind = 'hooks' then rules.r else '[]' end, $most) h)
select count(*) filter (where not d.held)::int as due, count(*) filter (where d.held)::int as held,
       count(*) filter (where not d.held and d.rule = $id)::int as by_this,
       coalesce(sum((select sum(coalesce(r.bytes, 0)) from recording r where r.tenant_id = c.tenant_id and r.call_id = c.id and r.object_key is not null))
         filter (where not d.held and $kind in ('calls', 'recordings')), 0)::bigint as bytes,
       min(c.started_at) filter (where not d.held) as oldest_at
  from due d left join call c on c.id = d.id;

-- name: files_waiting :many
-- out: id uuid, object_key text
-- Index deletion_file_waits.
select id, object_key from deletion_file where object_key is not null order by id limit 500;

-- name: files_gone :done
-- in:  ids uuid[]
-- Primary key.
update deletion_file set object_key = null, gone_at = now() where id = any($ids) and object_key is not null;

-- name: retain :one
-- in:  most int
-- out: done int, files bool
-- The next batch; whether objects are left to remove.
with batch as materialized (select ground.retain($most) as done)
select b.done, b.done > 0 or exists (select from deletion_file where object_key is not null) as files from batch b;

-- name: deletions_list :page
-- in:  after_id uuid?, limit int
-- out: id uuid, day text, kind text, rule json:retention_words, calls int, recordings int, transcripts int, contacts int, hooks int,
--      files int, files_waiting int, bytes bigint, began_at timestamptz, last_at timestamptz
-- key: id
-- Newest first: primary key; what waits: index deletion_file_waits.
select d.id, d.day::text as day, d.kind, d.rule, d.calls, d.recordings, d.transcripts, d.contacts, d.hooks, d.files,
       (select count(*)::int from deletion_file f where f.tenant_id = d.tenant_id and f.deletion_id = d.id and f.object_key is not null)
         as files_waiting,
       d.bytes, d.began_at, d.last_at
  from deletion d
 where true [[after_id: and d.id < $after_id]]
 order by d.id desc limit $limit;

-- name: deletion_files :page
-- in:  deletion uuid, after_id uuid?, limit int
-- out: id uuid, key_sha256 text, bytes bigint, gone_at timestamptz?
-- key: id
-- Index deletion_file_of.
select f.id, encode(f.key_sha256, 'hex') as key_sha256, f.bytes, f.gone_at
  from deletion_file f
 where ground.there(exists (select from deletion d where d.id = $deletion)) and f.deletion_id = $deletion
   [[after_id: and f.id > $after_id]]
 order by f.id limit $limit;

-- name: holds_list :page
-- in:  after_id uuid?, limit int
-- out: id uuid, kind text, call_id uuid?, number text?, agent_id uuid?, agent_name text?, reason text, until timestamptz?, in_force bool,
--      by_name text, created_at timestamptz, released_at timestamptz?, released_by text?
-- key: id
-- Newest first: primary key.
select h.id, h.kind, h.call_id, h.number, h.agent_id,
       (select a.name from agent a where a.tenant_id = h.tenant_id and a.id = h.agent_id) as agent_name,
       h.reason, h.until, h.released_at is null and (h.until is null or h.until > now()) as in_force, h.by_name, h.created_at,
       h.released_at, h.released_by
  from legal_hold h
 where true [[after_id: and h.id < $after_id]]
 order by h.id desc limit $limit;

-- name: hold_turn :one
-- out: taken bool
select ground.hold_turn() as taken;

-- name: hold_of :one
-- in:  call uuid?, agent uuid?
-- out: there bool
-- Primary keys.
select ($call::uuid is null or exists (select from call where id = $call))
   and ($agent::uuid is null or exists (select from agent where id = $agent)) as there;

-- name: hold_add :done
-- in:  id uuid, kind text, call uuid?, number text?, agent uuid?, reason text, until timestamptz?, by_name text, account uuid?
insert into legal_hold (id, kind, call_id, number, agent_id, reason, until, by_name, account_id)
values ($id, $kind, $call, $number, $agent, $reason, $until, $by_name, $account);

-- name: hold_release :done
-- in:  hold uuid, by_name text
update legal_hold set released_at = now(), released_by = $by_name where id = $hold and released_at is null;
