-- name: password_ask :one
-- in:  ask uuid, address text, client text
-- out: allowed bool, taken bool
-- Indexes of password_ask, behind the gate.
select allowed, taken from gate.password_ask($ask, $address, $client);

-- name: password_reset_look :one
-- in:  hash bytea
-- out: account_id uuid, sign_in text, name text
-- Unique key of password_reset, behind the gate.
select account_id, sign_in, name from gate.password_reset($hash);

-- name: password_reset_use :one
-- in:  hash bytea, password text
-- out: account uuid?
-- Unique key of password_reset, behind the gate.
select gate.password_reset_use($hash, $password) as account;

-- name: password_tenants :many
-- in:  account uuid
-- out: tenant_id uuid
-- Index membership_account, behind the gate.
select tenant_id from gate.memberships($account);

-- name: password_member :one
-- in:  member uuid
-- out: by_user_name bool, scope text, permissions text[]
-- Primary keys.
select a.home_id is not null as by_user_name, r.scope, r.permissions
  from membership m join account a on a.id = m.account_id
  join role r on r.tenant_id = m.tenant_id and r.id = m.role_id
 where m.id = $member;

-- name: password_link :one
-- in:  reset uuid, hash bytea, member uuid
-- out: made bool
-- Primary keys, behind the gate.
select gate.password_link($reset, $hash, $member) as made;
