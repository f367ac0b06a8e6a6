-- name: hooks_mark :one
-- out: mark text
-- All integrations, behind the gate: a few thousand.
select gate.hooks_mark() as mark;

-- name: hooks_page :many
-- in:  after bytea, most int
-- out: hash bytea, tenant_id uuid, id uuid, slug text, provider text, zone text, settings json, secrets bytea?,
--      old_secrets bytea?, old_ends_at timestamptz?, is_old bool, sources text,
--      unproven_until timestamptz?
-- Behind the gate; read only when the mark has changed.
select hash, tenant_id, id, slug, provider, zone, settings, secrets, old_secrets, old_ends_at, is_old, sources,
       unproven_until
  from gate.hooks($after, $most);
