-- name: gate_session :one
-- in:  hash bytea
-- out: account_id uuid?, kind text, name text, email text?, csrf text?, tenant_id uuid?,
--      tenant_slug text?, tenant_name text?, tenant_zone text?, tenant_state text?, role text?,
--      permissions text[]?, scope text?, agent_id uuid?, networks text?, sight uuid[]?, lacks_factor bool
select s.*, null::text as networks, gate.sight(s.account_id, s.tenant_id, s.agent_id, s.scope) as sight,
       gate.lacks_factor(s.account_id, s.tenant_id, s.role, s.permissions) and gate.oidc_bound($hash) is null as lacks_factor
  from gate.session_used($hash) s;

-- name: gate_api_key :one
-- in:  hash bytea
-- out: account_id uuid?, kind text, name text, email text?, csrf text?, tenant_id uuid?,
--      tenant_slug text?, tenant_name text?, tenant_zone text?, tenant_state text?, role text?,
--      permissions text[]?, scope text?, agent_id uuid?, networks text?, sight uuid[]?, lacks_factor bool
select k.*, gate.sight(k.account_id, k.tenant_id, k.agent_id, k.scope) as sight, false as lacks_factor
  from gate.api_key_used($hash) k;

-- name: schema_number :one
-- out: number int
select coalesce(max(number), 0)::int as number from schema_migration;

-- name: repeat_claim :done
-- in: principal uuid, key text, request bytea
-- Primary key. Waits for a transaction that holds the same key; no row: it is taken.
insert into idempotency as i (principal_id, key, request_hash) values ($principal, $key, $request)
on conflict (tenant_id, principal_id, key) do update
   set request_hash = excluded.request_hash, status = null, headers = null, body = null, created_at = now()
 where i.created_at < now() - interval '24 hours';

-- name: repeat_find :one
-- in:  principal uuid, key text
-- out: request bytea, status int?, headers text?, body text?
-- Primary key.
select request_hash as request, status, headers, body from idempotency
 where principal_id = $principal and key = $key;

-- name: repeat_keep :done
-- in: principal uuid, key text, status int, headers text, body text
-- Primary key.
update idempotency set status = $status, headers = $headers, body = $body
 where principal_id = $principal and key = $key;
