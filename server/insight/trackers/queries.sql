-- name: trackers_list :page
-- in:  after_name text?, after_id uuid?, limit int
-- out: id uuid, name text, kind text, speaker text, patterns json:strings, active bool, version int, calls_30d int
-- key: name, id
-- A tenant has few. Each count walks index tracker_hit_tracker for thirty days.
select t.id, t.name, t.kind, t.speaker, t.patterns, t.active, t.version,
       (select count(*)::int from tracker_hit h join call c on c.tenant_id = h.tenant_id and c.id = h.call_id
         where h.tenant_id = t.tenant_id and h.tracker_id = t.id and h.count > 0
           and c.started_at >= now() - interval '30 days' and c.same_as is null) as calls_30d
  from tracker t
 where true [[after_id: and (t.name, t.id) > ($after_name, $after_id)]]
 order by t.name, t.id limit $limit;

-- name: tracker_get :one
-- in:  tracker uuid
-- out: id uuid, name text, kind text, speaker text, patterns json, active bool, version int
-- Primary key.
select id, name, kind, speaker, patterns, active, version from tracker where id = $tracker;

-- name: tracker_add :done
-- in:  id uuid, name text, kind text, speaker text, patterns json
insert into tracker (id, name, kind, speaker, patterns) values ($id, $name, $kind, $speaker, $patterns);

-- name: tracker_change :done
-- in:  tracker uuid, version int, name text?, kind text?, speaker text?, patterns json?, active bool?
-- Primary key.
update tracker set name = coalesce($name, name), kind = coalesce($kind, kind), speaker = coalesce($speaker, speaker),
       patterns = coalesce($patterns, patterns), active = coalesce($active, active), version = version + 1
 where id = $tracker and version = $version;

-- name: tracker_delete :done
-- in:  tracker uuid
-- What it found goes with it. Primary key.
delete from tracker where id = $tracker;

-- name: trackers_any :one
-- out: active bool
-- Index tracker_active.
select exists (select from tracker where active) as active;

-- name: trackers_active :many
-- out: id uuid, kind text, speaker text, patterns json
-- Index tracker_active.
select id, kind, speaker, patterns from tracker where active order by id limit 200;

-- name: tracker_hit_put :done
-- in:  call uuid, tracker uuid, transcript uuid, count int, stopped bool, spans json
-- Only of the call's current transcript. Primary key.
insert into tracker_hit (call_id, tracker_id, transcript_id, count, stopped, spans)
select $call, $tracker, $transcript, $count, $stopped, $spans
 where exists (select from call c where c.id = $call and c.transcript_id = $transcript)
   and exists (select from tracker t where t.id = $tracker)
on conflict (tenant_id, call_id, tracker_id) do update
   set transcript_id = excluded.transcript_id, count = excluded.count, stopped = excluded.stopped,
       spans = excluded.spans;

-- name: tracker_hit_drop :done
-- in:  call uuid, tracker uuid
-- Primary key.
delete from tracker_hit where call_id = $call and tracker_id = $tracker;

-- name: tracker_past_calls :many
-- in:  days int, after uuid?, limit int
-- out: id uuid, transcript_id uuid
-- Calls with a transcript, in order of their ids. Primary key of call.
select c.id, c.transcript_id from call c
 where c.id > coalesce($after, '00000000-0000-0000-0000-000000000000'::uuid) and c.transcript_id is not null and c.same_as is null
   and c.started_at >= now() - $days::int * interval '1 day'
 order by c.id limit $limit;

-- name: call_trackers :page
-- in:  call uuid, scope uuid[]?, after_id uuid?, limit int
-- out: id uuid, name text, count int, stopped bool, spans json:spans
-- key: id
-- Primary keys.
select t.id, t.name, h.count, h.stopped, h.spans
  from tracker_hit h
  join tracker t on t.tenant_id = h.tenant_id and t.id = h.tracker_id
  join call c on c.tenant_id = h.tenant_id and c.id = h.call_id and c.transcript_id = h.transcript_id
 where h.call_id = $call [[after_id: and t.id > $after_id]]
   and ground.there(exists (select from call p where p.id = $call [[scope: and p.agent_id = any($scope)]]))
 order by t.id limit $limit;

-- name: tracker_calls :page
-- in:  tracker uuid, scope uuid[]?, after_id uuid?, limit int
-- out: id uuid, started_at timestamptz, agent_name text?, title text?, count int, spans json:spans
-- key: id
-- Newest first by id. Index tracker_hit_tracker, primary keys.
select c.id, c.started_at, a.name as agent_name, c.title, h.count, h.spans
  from tracker_hit h
  join call c on c.tenant_id = h.tenant_id and c.id = h.call_id and c.transcript_id = h.transcript_id
  left join agent a on a.tenant_id = c.tenant_id and a.id = c.agent_id
 where h.tracker_id = $tracker and h.count > 0 and c.same_as is null [[scope: and c.agent_id = any($scope)]] [[after_id: and h.call_id < $after_id]]
   and ground.there(exists (select from tracker p where p.id = $tracker))
 order by h.call_id desc limit $limit;

-- name: tracker_try_on :one
-- in:  call uuid, scope uuid[]?
-- out: transcript_id uuid?
-- Primary key.
select transcript_id from call where id = $call [[scope: and agent_id = any($scope)]];
