-- name: mails_list :page
-- in:  after_id uuid?, limit int
-- out: id uuid, template text, recipient text, state text, reason text?, created_at timestamptz, ended_at timestamptz?
-- key: id
-- Newest first. Index mail_tenant.
select m.id, m.template, m.recipient, m.state, m.reason, m.created_at, m.ended_at
  from mail m
 where m.tenant_id = nullif(current_setting('app.tenant', true), '')::uuid
   and m.id < coalesce($after_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
 order by m.id desc limit $limit;

-- name: mail_insert :done
-- in:  id uuid, template text, recipient text, object uuid, sealed bytea
insert into mail (id, template, recipient, object_id, sealed) values ($id, $template, $recipient, $object, $sealed);

-- name: mail_waiting :one
-- in:  id uuid
-- out: template text, recipient text, sealed bytea
-- Primary key.
select template, recipient, sealed from mail where id = $id and state = 'waiting' and sealed is not null;

-- name: mail_end :done
-- in:  id uuid, state text, reason text?
-- Primary key. What filled it goes with its sending.
update mail set state = $state, reason = $reason, sealed = null, ended_at = now() where id = $id and state = 'waiting';

-- name: mail_drop :done
-- in:  object uuid
-- Index mail_object.
update mail set state = 'dropped', sealed = null, ended_at = now() where object_id = $object and state = 'waiting';
