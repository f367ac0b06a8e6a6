-- name: login :one
-- in:  email text
-- out: id uuid, kind text, password_hash text
-- Unique index account_email_key, behind the gate.
select id, kind, password_hash from gate.login($email);

-- name: sign_in_begin :one
-- in:  email text, of_account bytea, of_network bytea, of_all bytea, device bytea?, tries int, network_tries int, all_rate int
-- out: wait_s int, device_known bool
-- Primary keys of sign_in_count, known_device and account_email_key, behind the gate.
select wait_s, device_known from gate.sign_in_begin($email, $of_account, $of_network, $of_all, $device, $tries, $network_tries, $all_rate);

-- name: sign_in_done :one
-- in:  account uuid, of_account bytea, of_network bytea, of_all bytea, device bytea?, device_known bool, fresh bytea?, all_rate int
-- out: ours bool
select gate.sign_in_done($account, $of_account, $of_network, $of_all, $device, $device_known, $fresh, $all_rate) as ours;

-- name: sign_in_failed :done
-- in: id uuid, email text, address text, act text, request uuid
select gate.sign_in_failed($id, $email, $address, $act, $request);

-- name: session_open :done
-- in:  hash bytea, account uuid, csrf text, hours int
select gate.session_open($hash, $account, $csrf, make_interval(hours => $hours));

-- name: step_open :one
-- in:  hash bytea, account uuid, known bool, minutes int
-- out: needed bool
-- Primary keys, behind the gate.
select gate.step_open($hash, $account, $known, make_interval(mins => $minutes)) as needed;

-- name: step_look :one
-- in:  hash bytea, most int
-- out: account_id uuid, kind text, email text, name text, device_known bool
-- Primary keys, behind the gate.
select account_id, kind, email, name, device_known from gate.step_look($hash, $most);

-- name: step_try :one
-- in:  hash bytea, most int
-- out: left int?
select gate.step_try($hash, $most) as left;

-- name: step_close :one
-- in:  hash bytea
-- out: done bool
select gate.step_close($hash) as done;

-- name: step_ways :one
-- in:  account uuid
-- out: code bool, passkey bool
-- Primary key and index passkey_account, behind the gate.
select gate.factor_app($account) is not null as code, exists (select from gate.passkeys($account)) as passkey;

-- name: step_challenge :one
-- in:  hash bytea, challenge bytea, most int
-- out: done bool
select gate.step_challenge($hash, $challenge, $most) as done;

-- name: step_asked :one
-- in:  hash bytea
-- out: challenge bytea?
select gate.step_asked($hash) as challenge;

-- name: session_tenant :one
-- in:  hash bytea, tenant_chosen uuid
-- out: done bool
select gate.session_tenant($hash, $tenant_chosen) as done;

-- name: session_close :done
-- in:  hash bytea
select gate.session_close($hash);

-- name: session_memberships :one
-- in:  account uuid, hash bytea
-- out: list json:memberships
-- Index membership_account, behind the gate. A session that a tenant's provider opened learns of that tenant alone.
select coalesce(jsonb_agg(jsonb_build_object('tenant_id', m.tenant_id, 'slug', m.slug, 'name', m.name, 'role', m.role)), '[]') as list
  from gate.memberships($account) m cross join (select gate.oidc_bound($hash) as tenant) b
 where b.tenant is null or m.tenant_id = b.tenant;

-- name: ticket_open :done
-- in:  hash bytea, account uuid?, tenant_chosen uuid, agent uuid?, scope text, bearer bytea
-- The bearer is the session or key that asks: the socket ends with it.
select gate.ticket_open($hash, $account, $tenant_chosen, $agent, $scope, $bearer);

-- name: session_describe :done
-- in:  hash bytea, device text, address text?, way text
-- Primary key, behind the gate.
select gate.session_describe($hash, $device, $address, $way);

-- name: session_list :many
-- in:  hash bytea
-- out: id uuid, device text?, address text?, way text?, tenant_name text?, created_at timestamptz, seen_at timestamptz,
--      current bool
-- Primary key, index session_account, behind the gate.
select id, device, address, way, tenant_name, created_at, seen_at, current from gate.session_list($hash);

-- name: session_end :one
-- in:  hash bytea, which uuid?
-- out: ended int
-- One of the account's other sessions, or all of them.
select gate.session_end($hash, $which) as ended;

-- name: session_renew :one
-- in:  hash bytea, fresh bytea
-- out: expires_at timestamptz?
select gate.session_renew($hash, $fresh) as expires_at;

-- name: session_barred :one
-- in:  hash bytea, tenant_chosen uuid
-- out: barred bool
select gate.session_barred($hash, $tenant_chosen) as barred;

-- name: session_member :one
-- in:  member uuid
-- out: account_id uuid, scope text, permissions text[]
-- Primary keys.
select m.account_id, r.scope, r.permissions
  from membership m join role r on r.tenant_id = m.tenant_id and r.id = m.role_id
 where m.id = $member;

-- name: session_member_end :one
-- in:  member uuid
-- out: ended int?
select gate.member_sessions_end($member) as ended;
