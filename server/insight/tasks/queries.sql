-- name: tasks_list :page
-- in:  scope uuid[]?, me uuid?, mine bool?, agent uuid?, overdue bool?, call uuid?, after_sort_at timestamptz?, after_id uuid?, limit int
-- out: id uuid, call_id uuid?, call_title text?, owner_id uuid?, owner_name text?, kind text, title text, detail text,
--      priority text, due_said text, due_at timestamptz?, overdue bool, remind_at timestamptz?, done_at timestamptz?,
--      spans json:spans, mine bool, version int, sort_at timestamptz
-- key: sort_at, id
-- What is open, the earliest due first. Index task_open; with an agent or an own scope task_owner.
select t.id, t.call_id, (select c.title from call c where c.tenant_id = t.tenant_id and c.id = t.call_id) as call_title,
       t.owner_id, (select g.name from agent g where g.tenant_id = t.tenant_id and g.id = t.owner_id) as owner_name,
       t.kind, t.title, t.detail, t.priority, t.due_said, t.due_at, coalesce(t.due_at < now(), false) as overdue, t.remind_at, t.done_at, t.spans,
       exists (select from agent g where g.tenant_id = t.tenant_id and g.id = t.owner_id and g.account_id = $me) as mine,
       t.version, t.sort_at
  from task t
 where t.done_at is null and not t.dropped
   [[scope: and t.owner_id = any($scope)]]
   [[agent: and t.owner_id = $agent]]
   [[call: and t.call_id = $call]]
   [[mine: and exists (select from agent g where g.tenant_id = t.tenant_id and g.id = t.owner_id and g.account_id = $me) = $mine]]
   [[overdue: and (t.sort_at < now()) = $overdue]]
   [[after_id: and (t.sort_at, t.id) > ($after_sort_at, $after_id)]]
 order by t.sort_at, t.id limit $limit;

-- name: tasks_done_list :page
-- in:  scope uuid[]?, me uuid?, mine bool?, agent uuid?, after_done_at timestamptz, after_id uuid?, limit int
-- out: id uuid, call_id uuid?, call_title text?, owner_id uuid?, owner_name text?, kind text, title text, detail text,
--      priority text, due_said text, due_at timestamptz?, overdue bool, remind_at timestamptz?, done_at timestamptz,
--      spans json:spans, mine bool, version int
-- key: done_at, id
-- What is done, the newest first. Index task_done.
select t.id, t.call_id, (select c.title from call c where c.tenant_id = t.tenant_id and c.id = t.call_id) as call_title,
       t.owner_id, (select g.name from agent g where g.tenant_id = t.tenant_id and g.id = t.owner_id) as owner_name,
       t.kind, t.title, t.detail, t.priority, t.due_said, t.due_at, false as overdue, t.remind_at, t.done_at, t.spans,
       exists (select from agent g where g.tenant_id = t.tenant_id and g.id = t.owner_id and g.account_id = $me) as mine,
       t.version
  from task t
 where t.done_at is not null and not t.dropped
   [[scope: and t.owner_id = any($scope)]]
   [[agent: and t.owner_id = $agent]]
   [[mine: and exists (select from agent g where g.tenant_id = t.tenant_id and g.id = t.owner_id and g.account_id = $me) = $mine]]
   [[after_id: and (t.done_at, t.id) < ($after_done_at, $after_id)]]
 order by t.done_at desc, t.id desc limit $limit;

-- name: call_tasks :page
-- in:  call uuid, scope uuid[]?, me uuid?, after_id uuid?, limit int
-- out: id uuid, owner_id uuid?, owner_name text?, kind text, title text, detail text, priority text, due_said text,
--      due_at timestamptz?, overdue bool, remind_at timestamptz?, done_at timestamptz?, spans json:spans, mine bool, version int
-- key: id
-- Open and done. Index task_call.
select t.id, t.owner_id, (select g.name from agent g where g.tenant_id = t.tenant_id and g.id = t.owner_id) as owner_name,
       t.kind, t.title, t.detail, t.priority, t.due_said, t.due_at, coalesce(t.due_at < now() and t.done_at is null, false) as overdue,
       t.remind_at, t.done_at, t.spans,
       exists (select from agent g where g.tenant_id = t.tenant_id and g.id = t.owner_id and g.account_id = $me) as mine, t.version
  from task t
 where t.call_id = $call and not t.dropped [[after_id: and t.id > $after_id]]
   and ground.there(exists (select from call p where p.id = $call [[scope: and p.agent_id = any($scope)]]))
 order by t.id limit $limit;

-- name: task_get :one
-- in:  task uuid, scope uuid[]?, me uuid?
-- out: id uuid, call_id uuid?, owner_id uuid?, owner_name text?, kind text, title text, detail text, priority text,
--      due_said text, due_at timestamptz?, remind_at timestamptz?, done_at timestamptz?, mine bool, version int
-- Primary keys.
select t.id, t.call_id, t.owner_id, g.name as owner_name, t.kind, t.title, t.detail, t.priority, t.due_said, t.due_at,
       t.remind_at, t.done_at, coalesce(g.account_id = $me, false) as mine, t.version
  from task t left join agent g on g.tenant_id = t.tenant_id and g.id = t.owner_id
 where t.id = $task and not t.dropped [[scope: and t.owner_id = any($scope)]];

-- name: task_call :one
-- in:  call uuid, scope uuid[]?
-- out: agent_id uuid?
-- Primary key of call.
select agent_id from call where id = $call [[scope: and agent_id = any($scope)]];

-- name: task_add :one
-- in:  id uuid, call uuid?, owner uuid?, kind text, title text, detail text, priority text, due_said text, day int?,
--      remind timestamptz?, spans json, from_call bool
-- out: remind_at timestamptz?
-- Due by the end of the day, where the tenant is; told of at nine in the morning, unless
-- that has passed or another time is given.
insert into task (id, call_id, owner_id, kind, title, detail, priority, due_said, due_at, remind_at, spans, from_call)
select $id, $call, $owner, $kind, $title, $detail, $priority, $due_said,
       (date '1970-01-01' + $day::int + time '23:59') at time zone t.zone,
       case when $remind::timestamptz is not null then $remind
            when (date '1970-01-01' + $day + time '09:00') at time zone t.zone > now()
            then (date '1970-01-01' + $day + time '09:00') at time zone t.zone end,
       $spans, $from_call
  from tenant t where t.id = nullif(current_setting('app.tenant', true), '')::uuid
returning remind_at;

-- name: tasks_of_call :many
-- in:  call uuid
-- out: id uuid, call_id uuid, title text, spans json
-- All that analyses made of it and of calls that are one with it, dropped ones too. Indexes task_call,
-- call_same_as, primary key of call.
select t.id, t.call_id, t.title, t.spans from task t
 where t.from_call and t.call_id = any(array(
   select $call::uuid union select k.id from call k where k.same_as = $call
   union select k.same_as from call k where k.id = $call and k.same_as is not null))
 order by t.id limit 200;

-- name: task_follow :one
-- in:  task uuid, title text, detail text, priority text, due_said text, day int?, spans json
-- out: remind_at timestamptz?
-- Only what no person changed, did or dropped, and only where something is different. Primary key.
update task k set title = $title, detail = $detail, priority = $priority, due_said = $due_said, spans = $spans,
       due_at = (date '1970-01-01' + $day::int + time '23:59') at time zone t.zone,
       remind_at = case when (date '1970-01-01' + $day + time '09:00') at time zone t.zone > now()
                        then (date '1970-01-01' + $day + time '09:00') at time zone t.zone end,
       version = k.version + 1
  from tenant t
 where k.id = $task and t.id = k.tenant_id and not k.touched and not k.dropped and k.done_at is null
   and (k.title, k.detail, k.priority, k.due_said, k.spans) is distinct from ($title, $detail, $priority, $due_said, $spans)
returning k.remind_at;

-- name: task_withdraw :done
-- in:  task uuid
-- What the newest analysis no longer has; not where a person had a hand in it. Primary key.
delete from task where id = $task and not touched and not dropped and done_at is null;

-- name: task_change :one
-- in:  task uuid, version int, title text?, detail text?, priority text?, owner uuid?, set_due bool, day int?, set_remind bool, remind timestamptz?
-- out: remind_at timestamptz?, owner_id uuid?
-- A new day moves the reminder to its morning. Primary key.
update task k set title = coalesce($title, k.title), detail = coalesce($detail, k.detail), priority = coalesce($priority, k.priority),
       owner_id = coalesce($owner, k.owner_id), touched = true, version = k.version + 1,
       due_said = case when $set_due then '' else k.due_said end,
       due_at = case when $set_due then (date '1970-01-01' + $day::int + time '23:59') at time zone t.zone else k.due_at end,
       remind_at = case when $set_remind then $remind
                        when $set_due then case when (date '1970-01-01' + $day + time '09:00') at time zone t.zone > now()
                                           then (date '1970-01-01' + $day + time '09:00') at time zone t.zone end
                        else k.remind_at end,
       reminded_at = case when $set_remind or $set_due then null else k.reminded_at end
  from tenant t
 where k.id = $task and t.id = k.tenant_id and k.version = $version
returning k.remind_at, k.owner_id;

-- name: task_done_put :one
-- in:  task uuid, done bool, me uuid?
-- out: owner_id uuid?
-- Who says it is done, and when first. Primary key.
update task set done_at = case when $done then coalesce(done_at, now()) end, done_by = case when $done then $me end,
       touched = true, version = version + 1
 where id = $task
returning owner_id;

-- name: task_drop :one
-- in:  task uuid
-- out: owner_id uuid?
-- Kept as dropped, so that no analysis makes it again. Primary key.
update task set dropped = true, touched = true, version = version + 1 where id = $task returning owner_id;

-- name: task_remind :one
-- in:  task uuid, at timestamptz
-- out: owner_id uuid?
-- Primary key.
update task set reminded_at = now()
 where id = $task and remind_at = $at and reminded_at is null and done_at is null and not dropped
returning owner_id;
