-- name: address_ask :one
-- in:  change uuid, account uuid, wanted text
-- out: outcome text
-- Index address_change_account, behind the gate.
select gate.address_ask($change, $account, $wanted) as outcome;

-- name: address_state :one
-- in:  account uuid
-- out: may text?, email text?, expires_at timestamptz?, old_confirmed bool?, new_confirmed bool?
-- Index address_change_account, behind the gate.
select may, email, expires_at, old_confirmed, new_confirmed from gate.address_state($account);

-- name: address_factor :one
-- in:  account uuid
-- out: since timestamptz?, app_since timestamptz?
-- Primary key, behind the gate.
select since, gate.factor_app($account) as app_since from gate.factor_state($account);

-- name: address_withdraw :one
-- in:  account uuid
-- out: done bool
select gate.address_withdraw($account) as done;

-- name: address_look :one
-- in:  hash bytea
-- out: account_id uuid, name text, side text, new_email text, other_confirmed bool
-- Unique keys of address_change, behind the gate.
select account_id, name, side, new_email, other_confirmed from gate.address_look($hash);

-- name: address_confirm :one
-- in:  hash bytea
-- out: outcome text, change uuid?
select outcome, change from gate.address_confirm($hash);

-- name: address_stop :one
-- in:  hash bytea, keep bytea?
-- out: done bool
select gate.address_stop($hash, $keep) as done;

-- name: address_tenants :many
-- in:  account uuid
-- out: tenant_id uuid
-- Index membership_account, behind the gate.
select tenant_id from gate.memberships($account);

-- name: jobs_address_mails :one
-- in:  change uuid, hash_old bytea, hash_new bytea
-- out: account_id uuid, name text, old_email text, new_email text, new_name text?, quiet bool
-- Primary key, behind the gate.
select account_id, name, old_email, new_email, new_name, quiet from gate.address_mails($change, $hash_old, $hash_new);

-- name: jobs_address_done :one
-- in:  change uuid
-- out: account_id uuid, name text, old_email text, new_email text
-- Primary key, behind the gate.
select account_id, name, old_email, new_email from gate.address_done($change);
