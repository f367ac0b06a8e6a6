-- name: account_by_email :one
-- in:  email text
-- out: id uuid, kind text
-- Unique key of account.
select id, kind from account where email = $email;

-- name: account_insert :done
-- in:  id uuid, email text, name text, hash text, kind text
insert into account (id, email, name, password_hash, kind) values ($id, $email, $name, $hash, $kind);

-- name: tenant_by_slug :one
-- in:  slug text
-- out: id uuid, slug text, name text, zone text
-- Unique key of tenant.
select id, slug, name, zone from tenant where slug = $slug and state <> 'deleted';

-- name: tenant_insert :done
-- in:  id uuid, slug text, name text, zone text
insert into tenant (id, slug, name, zone) values ($id, $slug, $name, $zone);

-- name: role_insert :done
-- in:  id uuid, slug text, name text, scope text, permissions text[]
insert into role (id, slug, name, scope, permissions) values ($id, $slug, $name, $scope, $permissions);

-- name: tenancy_remove_factor :one
-- in:  email text
-- out: id uuid, done bool
-- Unique key of account.
select id, gate.factor_drop(id) as done from account where email = $email;

-- name: tenancy_end_sessions :done
-- in: account uuid
-- Index session_account.
delete from session where account_id = $account;

-- name: tenancy_unlock :done
-- in: email text
-- As people/sessions/guard.c counts. Primary key.
delete from sign_in_count where whose = sha256(convert_to('account ' || $email, 'UTF8'));

-- name: tenant_close :one
-- in:  slug text
-- out: id uuid?, held int
-- Unique key of tenant; counts all its rows.
select id, held from ground.close_tenant($slug);

-- name: tenant_erase_step :one
-- in:  whose uuid, most int
-- out: gone bigint, left_in text?
select gone, left_in from ground.erase_tenant($whose, $most);

-- name: tenant_erase_end :done
-- in:  whose uuid
select ground.end_tenant($whose);

-- name: tenant_erasure :one
-- in:  whose uuid
-- out: counts json, accounts bigint, began_at timestamptz, done_at timestamptz?
-- Primary key.
select counts, accounts, began_at, done_at from tenant_erasure where id = $whose;
