-- name: platform_mails :many
-- in:  limit int
-- out: id uuid, template text, recipient text, state text, reason text?, created_at timestamptz, ended_at timestamptz?
-- The service's own, newest first; tenants' mails are theirs. Index mail_tenant.
select id, template, recipient, state, reason, created_at, ended_at from mail
 where tenant_id is null order by id desc limit $limit;
