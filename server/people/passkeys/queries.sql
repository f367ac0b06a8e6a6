-- name: passkey_list :one
-- in:  account uuid
-- out: list json:passkey_rows
-- Index passkey_account, behind the gate; at most 20.
select coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name, 'created_at', p.created_at, 'used_at', p.used_at)
                          order by p.created_at, p.id), '[]') as list
  from gate.passkeys($account) p;

-- name: passkey_ids :one
-- in:  account uuid
-- out: list json:passkey_ids, n int
-- Credential ids in base64url. Index passkey_account, behind the gate.
select coalesce(jsonb_agg(translate(encode(p.credential_id, 'base64'), E'+/=\n', '-_') order by p.created_at, p.id), '[]') as list, count(*)::int as n
  from gate.passkeys($account) p;

-- name: passkey_get :one
-- in:  account uuid, credential bytea
-- out: id uuid, algorithm int, public_key bytea, name text
-- Index passkey_account, behind the gate.
select p.id, p.algorithm, p.public_key, p.name from gate.passkeys($account) p where p.credential_id = $credential;

-- name: passkey_ask :one
-- in:  account uuid, session bytea, challenge bytea, minutes int
-- out: done bool
select gate.passkey_ask($account, $session, $challenge, make_interval(mins => $minutes)) as done;

-- name: passkey_asked :one
-- in:  account uuid, session bytea
-- out: challenge bytea?
select gate.passkey_asked($account, $session) as challenge;

-- name: passkey_add :one
-- in:  id uuid, account uuid, credential bytea, algorithm int, public_key bytea, count bigint, name text, keep bytea, most int
-- out: outcome text
select gate.passkey_add($id, $account, $credential, $algorithm, $public_key, $count, $name, $keep, $most) as outcome;

-- name: passkey_use :one
-- in:  id uuid, account uuid, count bigint
-- out: used bool
select gate.passkey_use($id, $account, $count) as used;

-- name: passkey_drop :one
-- in:  id uuid, account uuid
-- out: outcome text
select gate.passkey_drop($id, $account) as outcome;

-- name: passkey_tenant :one
-- in:  account uuid, slug text
-- out: ours bool
-- Index membership_account, behind the gate.
select exists (select from gate.memberships($account) m where m.slug = $slug) as ours;
