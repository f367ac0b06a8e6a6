-- name: invitations_list :page
-- in:  after_id uuid?, limit int
-- out: id uuid, sign_in text, by_mail bool, role text, role_name text, by_name text, sends int, created_at timestamptz,
--      expires_at timestamptz, expired bool, mail_state text?, mail_reason text?
-- key: id
-- What nobody accepted or withdrew, newest first. Index invitation_waiting; the last mail of each by mail_object.
select i.id, i.sign_in, i.by_mail, r.slug as role, r.name as role_name, i.by_name, i.sends, i.created_at, i.expires_at,
       i.expires_at <= now() as expired, m.state as mail_state, m.reason as mail_reason
  from invitation i
  join role r on r.tenant_id = i.tenant_id and r.id = i.role_id
  left join lateral (select state, reason from mail where object_id = i.id order by id desc limit 1) m on true
 where i.accepted_at is null and i.revoked_at is null
   and i.id < coalesce($after_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
 order by i.id desc limit $limit;

-- name: invitation_roles :many
-- out: slug text, name text, scope text, permissions text[]
-- A tenant's roles.
select slug, name, scope, permissions from role where retired_at is null order by name, slug;

-- name: invitation_mails :one
-- out: n int
-- Of the last day. Index mail_tenant.
select count(*)::int as n from mail
 where tenant_id = nullif(current_setting('app.tenant', true), '')::uuid and template = 'invitation'
   and id > ground.uuid_at(now() - interval '1 day');

-- name: invitation_clear :done
-- in:  sign_in text
-- An open one whose time is over makes room. Index invitation_open.
update invitation set revoked_at = now()
 where sign_in = $sign_in and accepted_at is null and revoked_at is null and expires_at <= now();

-- name: invitation_insert :done
-- in:  id uuid, sign_in text, by_mail bool, role uuid, hash bytea, by uuid, by_name text, days int
insert into invitation (id, sign_in, by_mail, role_id, token_hash, by_id, by_name, expires_at)
values ($id, $sign_in, $by_mail, $role, $hash, $by, $by_name, now() + make_interval(days => $days));

-- name: invitation_get :one
-- in:  id uuid
-- out: sign_in text, by_mail bool, role_name text, scope text, permissions text[]
-- An open one. Primary keys.
select i.sign_in, i.by_mail, r.name as role_name, r.scope, r.permissions
  from invitation i join role r on r.tenant_id = i.tenant_id and r.id = i.role_id
 where i.id = $id and i.accepted_at is null and i.revoked_at is null
   for update of i;

-- name: invitation_renew :done
-- in:  id uuid, hash bytea, days int
-- The link before is dead. Primary key.
update invitation set token_hash = $hash, sends = sends + 1, expires_at = now() + make_interval(days => $days)
 where id = $id;

-- name: invitation_revoke :done
-- in:  invitation uuid
-- With its mail, if that still waits. Primary key, index mail_object.
with dropped as (
  update mail set state = 'dropped', sealed = null, ended_at = now() where object_id = $invitation and state = 'waiting')
update invitation set revoked_at = now() where id = $invitation and accepted_at is null and revoked_at is null;

-- name: invitation_find :one
-- in:  hash bytea
-- out: tenant_id uuid, id uuid, tenant_name text, sign_in text, by_mail bool, role_name text, by_name text,
--      expires_at timestamptz, known bool
-- Index invitation_hash, behind the gate.
select tenant_id, id, tenant_name, sign_in, by_mail, role_name, by_name, expires_at, known from gate.invitation($hash);

-- name: invitation_accept :one
-- in:  hash bytea, own uuid?, fresh uuid?, person text?, password text?, member uuid
-- out: verdict text
-- Index invitation_hash, behind the gate.
select gate.invitation_accept($hash, $own, $fresh, $person, $password, $member) as verdict;
