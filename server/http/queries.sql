-- name: gate_session :one
-- in:  hash bytea
-- out: account_id uuid?, kind text, name text, email text?, csrf text?, tenant_id uuid?,
--      tenant_slug text?, tenant_name text?, tenant_zone text?, tenant_state text?, role text?,
--      permissions text[]?, scope text?, agent_id uuid?
select * from gate.session($hash);

-- name: gate_api_key :one
-- in:  hash bytea
-- out: account_id uuid?, kind text, name text, email text?, csrf text?, tenant_id uuid?,
--      tenant_slug text?, tenant_name text?, tenant_zone text?, tenant_state text?, role text?,
--      permissions text[]?, scope text?, agent_id uuid?
select * from gate.api_key($hash);

-- name: schema_number :one
-- out: number int
select coalesce(max(number), 0)::int as number from schema_migration;
