-- name: oidc_get :one
-- out: active bool, name text, issuer text, client_id text, secret_sealed bytea?, domains text[], default_role text,
--      group_claim text, group_roles json, make_members bool, only_way bool, by_owner bool, provider json?,
--      checked_at timestamptz?, fault text?, heard_at timestamptz?, version int, changed_at timestamptz
-- Primary key.
select active, name, issuer, client_id, secret_sealed, domains, default_role, group_claim, group_roles, make_members,
       only_way, by_owner, provider, checked_at, fault, heard_at, version, changed_at
  from oidc where tenant_id = nullif(current_setting('app.tenant', true), '')::uuid;

-- name: oidc_put :done
-- in:  version int, active bool, name text, issuer text, client_id text, secret bytea?, domains json, default_role text,
--      group_claim text, group_roles json, make_members bool, only_way bool, vouched text[], by_owner bool, anew bool
-- From this version on, 0 for none. anew: another provider, of which nothing is known yet. Primary key.
insert into oidc as o (active, name, issuer, client_id, secret_sealed, domains, default_role, group_claim, group_roles,
       make_members, only_way, vouched, by_owner)
select $active, $name, $issuer, $client_id, $secret, array(select jsonb_array_elements_text($domains)), $default_role,
       $group_claim, $group_roles, $make_members, $only_way, $vouched, $by_owner
 where $version = 0 or exists (select from oidc where version = $version)
on conflict (tenant_id) do update set active = excluded.active, name = excluded.name, issuer = excluded.issuer,
       client_id = excluded.client_id, secret_sealed = excluded.secret_sealed, domains = excluded.domains,
       default_role = excluded.default_role, group_claim = excluded.group_claim, group_roles = excluded.group_roles,
       make_members = excluded.make_members, only_way = excluded.only_way, vouched = excluded.vouched,
       by_owner = excluded.by_owner, provider = case when not $anew then o.provider end,
       checked_at = null, fault = null,
       heard_at = case when not $anew then o.heard_at end, version = o.version + 1, changed_at = now()
 where o.version = $version;

-- name: oidc_domains :one
-- in:  domains json
-- out: taken text?
-- Primary key of oidc_domain, behind the gate.
select gate.oidc_domains(array(select jsonb_array_elements_text($domains))) as taken;

-- name: oidc_found :done
-- in:  version int, provider json?, fault text?
-- What asking the provider brought; what was known of it stays where it cannot be reached. Primary key.
update oidc set provider = coalesce($provider, provider), fault = $fault, checked_at = now()
 where version = $version and tenant_id = nullif(current_setting('app.tenant', true), '')::uuid;

-- name: oidc_heard :done
update oidc set heard_at = now() where tenant_id = nullif(current_setting('app.tenant', true), '')::uuid;

-- name: oidc_offer :one
-- in:  slug text?, domain text?
-- out: slug text, tenant_name text, name text
-- Unique key of tenant and primary keys, behind the gate.
select slug, tenant_name, name from gate.oidc_offer($slug, $domain);

-- name: oidc_tenant :one
-- in:  slug text
-- out: tenant uuid?
select gate.oidc_tenant($slug) as tenant;

-- name: oidc_start :done
-- in:  id uuid, state_hash bytea, cookie_hash bytea, sealed bytea, redirect_uri text, next text
-- With it old ones go. Index oidc_flow_created.
with gone as (
  delete from oidc_flow where created_at < now() - interval '1 hour'
     and tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)
insert into oidc_flow (id, state_hash, cookie_hash, sealed, redirect_uri, next)
values ($id, $state_hash, $cookie_hash, $sealed, $redirect_uri, $next);

-- name: oidc_flow_find :one
-- in:  state_hash bytea, cookie_hash bytea
-- out: tenant_id uuid, id uuid
-- Index oidc_flow_state, behind the gate.
select tenant_id, id from gate.oidc_flow($state_hash, $cookie_hash);

-- name: oidc_flow_state :one
-- in:  cookie_hash bytea
-- out: tenant_id uuid, id uuid, state text, reason text?, next text
-- Index oidc_flow_cookie, behind the gate.
select tenant_id, id, state, reason, next from gate.oidc_flow_state($cookie_hash);

-- name: oidc_flow_get :one
-- in:  flow uuid
-- out: sealed bytea?, redirect_uri text, state text
-- Primary key.
select sealed, redirect_uri, state from oidc_flow where id = $flow for update;

-- name: oidc_flow_read :one
-- in:  flow uuid
-- out: sealed bytea?, redirect_uri text, state text
-- Primary key.
select sealed, redirect_uri, state from oidc_flow where id = $flow;

-- name: oidc_flow_ask :done
-- in:  flow uuid, sealed bytea
-- A state is good for one callback. Primary key.
update oidc_flow set state = 'asking', sealed = $sealed where id = $flow and state = 'started';

-- name: oidc_flow_fail :done
-- in:  flow uuid, reason text
-- Primary key.
update oidc_flow set state = 'failed', reason = $reason, sealed = null where id = $flow and state in ('started', 'asking');

-- name: oidc_flow_ready :done
-- in:  flow uuid, account uuid, person uuid, sid text?, refresh bytea?
-- Primary key.
update oidc_flow set state = 'ready', sealed = null, account_id = $account, person_id = $person, sid = $sid, refresh_sealed = $refresh
 where id = $flow and state = 'asking';

-- name: oidc_join :one
-- in:  issuer text, subject text, email text, name text, unusable text, fresh uuid, member uuid, person uuid, role text, regroup bool
-- out: verdict text, account uuid?, person uuid?
-- Unique keys of oidc_person, account and membership, behind the gate.
select verdict, account, person
  from gate.oidc_join($issuer, $subject, $email, $name, $unusable, $fresh, $member, $person, $role, $regroup);

-- name: oidc_session_open :one
-- in:  flow uuid, cookie_hash bytea, hash bytea, csrf text, hours int
-- out: account_id uuid, name text
-- Primary keys, behind the gate.
select account_id, name from gate.oidc_session_open($flow, $cookie_hash, $hash, $csrf, make_interval(hours => $hours));

-- name: oidc_logout :one
-- in:  issuer text, subject text?, sid text?, made_at timestamptz
-- out: ended int
-- Index session_oidc, behind the gate.
select gate.oidc_logout($issuer, $subject, $sid, $made_at) as ended;

-- name: oidc_due :many
-- in:  limit int
-- out: hash bytea, person_id uuid, refresh_sealed bytea
-- Index session_oidc, behind the gate.
select hash, person_id, refresh_sealed from gate.oidc_due($limit);

-- name: oidc_known :done
-- in:  hash bytea, refresh bytea
-- Primary key of session, behind the gate.
select gate.oidc_known($hash, $refresh);

-- name: oidc_unknown :one
-- in:  person uuid
-- out: ended int
-- Index session_oidc, behind the gate.
select gate.oidc_unknown($person) as ended;

-- name: oidc_password_refused :one
-- in:  account uuid
-- out: by text?
-- Index membership_account, behind the gate.
select gate.oidc_password_refused($account) as by;

-- name: oidc_bound :one
-- in:  hash bytea
-- out: tenant uuid?
-- Primary key of session, behind the gate.
select gate.oidc_bound($hash) as tenant;

-- name: oidc_only :one
-- in:  account uuid, tenant_chosen uuid
-- out: yes bool
-- Primary keys, behind the gate.
select gate.oidc_only($account, $tenant_chosen) as yes;
