-- name: login :one
-- in:  email text
-- out: id uuid, kind text, password_hash text
-- Unique index account_email_key, behind the gate.
select id, kind, password_hash from gate.login($email);

-- name: session_open :done
-- in:  hash bytea, account uuid, csrf text, hours int
select gate.session_open($hash, $account, $csrf, make_interval(hours => $hours));

-- name: session_tenant :one
-- in:  hash bytea, tenant_chosen uuid
-- out: done bool
select gate.session_tenant($hash, $tenant_chosen) as done;

-- name: session_close :done
-- in:  hash bytea
select gate.session_close($hash);

-- name: session_memberships :one
-- in:  account uuid
-- out: list json:memberships
-- Index membership_account, behind the gate.
select coalesce(jsonb_agg(jsonb_build_object('tenant_id', tenant_id, 'slug', slug, 'name', name, 'role', role)), '[]') as list
  from gate.memberships($account);

-- name: ticket_open :done
-- in:  hash bytea, account uuid?, tenant_chosen uuid, agent uuid?, scope text, bearer bytea
-- The bearer is the session or key that asks: the socket ends with it.
select gate.ticket_open($hash, $account, $tenant_chosen, $agent, $scope, $bearer);
