-- name: password_reset_make :one
-- in:  ask uuid, reset uuid, hash bytea
-- out: email text, name text
-- Unique key of account, behind the gate.
select email, name from gate.password_reset_make($ask, $reset, $hash);

-- name: account_address :one
-- in:  account uuid
-- out: email text, name text
-- Primary key, behind the gate.
select email, name from gate.account_address($account);
