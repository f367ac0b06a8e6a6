-- name: factor_seed :one
-- in:  account uuid
-- out: seed bytea, confirmed bool
-- Primary key, behind the gate.
select seed, confirmed from gate.totp_seed($account);

-- name: factor_use :one
-- in:  account uuid, step bigint
-- out: used bool
select gate.totp_use($account, $step) as used;

-- name: factor_recovery_use :one
-- in:  account uuid, hash bytea
-- out: used bool
select gate.recovery_use($account, $hash) as used;

-- name: factor_begin :one
-- in:  account uuid, sealed bytea
-- out: begun bool
select gate.totp_begin($account, $sealed) as begun;

-- name: factor_confirm :one
-- in:  account uuid, step bigint, keep bytea
-- out: done bool
select gate.totp_confirm($account, $step, $keep) as done;

-- name: factor_recovery_put :one
-- in:  account uuid, codes text[]
-- out: done bool
select gate.recovery_put($account, $codes) as done;

-- name: factor_drop_app :one
-- in:  account uuid
-- out: outcome text
-- Primary keys, behind the gate.
select gate.totp_drop($account) as outcome;

-- name: factor_state :one
-- in:  account uuid
-- out: since timestamptz?, app_since timestamptz?, recovery_left int
-- Primary keys, behind the gate.
select since, gate.factor_app($account) as app_since, recovery_left from gate.factor_state($account);

-- name: factor_member :one
-- in:  member uuid
-- out: account_id uuid, scope text, permissions text[]
-- Primary keys.
select m.account_id, r.scope, r.permissions
  from membership m join role r on r.tenant_id = m.tenant_id and r.id = m.role_id
 where m.id = $member;

-- name: factor_member_drop :one
-- in:  member uuid
-- out: outcome text
-- Primary keys, behind the gate.
select gate.member_factor_drop($member) as outcome;

-- name: factor_policy :one
-- out: second_factor text, version int, changed_by text?, changed_at timestamptz?, people int, with_factor int
-- Primary keys; a tenant's people are few.
select coalesce(p.second_factor, 'nobody') as second_factor, coalesce(p.version, 0) as version, p.changed_by, p.changed_at,
       m.people, m.with_factor
  from (select count(*)::int as people, count(a.factor_at)::int as with_factor
          from membership m join account a on a.id = m.account_id) m
  left join sign_in_policy p on true;

-- name: factor_policy_set :done
-- in: version int, second_factor text, by_name text
-- From this version on, 0 for none. Primary key.
insert into sign_in_policy as p (second_factor, changed_by)
select $second_factor, $by_name
 where $version = 0 or exists (select from sign_in_policy where version = $version)
on conflict (tenant_id) do update
   set second_factor = excluded.second_factor, changed_by = excluded.changed_by, version = p.version + 1, changed_at = now()
 where p.version = $version;
