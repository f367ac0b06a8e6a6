-- name: token_key_itself :one
-- in:  key uuid, hash bytea
-- out: expires_at timestamptz?
-- Primary key. No row: it came with an access token.
select expires_at from api_key where id = $key and key_hash = $hash;

-- name: token_open :one
-- in:  family uuid, key uuid, client text, address text, access bytea, refresh bytea, access_s int, refresh_s int, most int
-- out: access_expires_at timestamptz, refresh_expires_at timestamptz
-- Of more than $most in use those that were refreshed longest ago end. Index token_family_key.
with room as (
  update token_family set ended_at = now(), ended_why = 'crowded'
   where id in (select f.id from token_family f where f.key_id = $key and f.ended_at is null and f.expires_at > now()
                 order by f.refreshed_at desc offset $most - 1)),
f as (
  insert into token_family (id, key_id, client, address, expires_at)
  select $family, k.id, $client, $address, least(now() + make_interval(secs => $refresh_s), k.expires_at) from api_key k where k.id = $key
  returning tenant_id, id, expires_at)
insert into token_pair (tenant_id, family_id, generation, access_hash, refresh_hash, access_expires_at, refresh_expires_at)
select f.tenant_id, f.id, 1, $access, $refresh, least(now() + make_interval(secs => $access_s), f.expires_at), f.expires_at from f
returning access_expires_at, refresh_expires_at;

-- name: token_find :one
-- in:  hash bytea
-- out: tenant_id uuid, slug text, family_id uuid, refresh bool
-- Behind the gate, by indexes token_pair_refresh and token_pair_access.
select tenant_id, slug, family_id, refresh from gate.token_find($hash);

-- name: token_lock :one
-- in:  family uuid
-- out: id uuid
-- Primary key. Who comes second waits here, and then sees what the first did.
select id from token_family where id = $family for update;

-- name: token_state :one
-- in:  family uuid, refresh bytea, grace_s int
-- out: key uuid, key_name text, networks text, generation int, newest int, holds bool, repeated bool, used_from text?
-- Primary keys. holds: neither family, key nor token has ended. repeated: it was exchanged less than grace_s ago.
select k.id as key, k.name as key_name, k.networks, p.generation, f.generation as newest,
       f.ended_at is null and p.refresh_expires_at > now() and k.revoked_at is null and (k.expires_at is null or k.expires_at > now()) as holds,
       p.used_at is not null and p.used_at > clock_timestamp() - make_interval(secs => $grace_s) as repeated, p.used_from
  from token_pair p
  join token_family f on f.tenant_id = p.tenant_id and f.id = p.family_id
  join api_key k on k.tenant_id = f.tenant_id and k.id = f.key_id
 where p.family_id = $family and p.refresh_hash = $refresh;

-- name: token_rotate :one
-- in:  family uuid, generation int, used_from text, address text, access bytea, refresh bytea, access_s int, refresh_s int
-- out: access_expires_at timestamptz, refresh_expires_at timestamptz
-- Primary keys. No row: that one was used.
with spent as (
  update token_pair set used_at = clock_timestamp(), used_from = $used_from
   where family_id = $family and generation = $generation and used_at is null returning family_id),
f as (
  update token_family f set generation = $generation + 1, refreshed_at = now(), address = $address,
         expires_at = least(now() + make_interval(secs => $refresh_s), k.expires_at)
    from api_key k, spent
   where f.id = spent.family_id and k.id = f.key_id
  returning f.tenant_id, f.id, f.expires_at)
insert into token_pair (tenant_id, family_id, generation, access_hash, refresh_hash, access_expires_at, refresh_expires_at)
select f.tenant_id, f.id, $generation + 1, $access, $refresh, least(now() + make_interval(secs => $access_s), f.expires_at), f.expires_at from f
returning access_expires_at, refresh_expires_at;

-- name: token_again :one
-- in:  family uuid, generation int, access bytea, refresh bytea
-- out: access_expires_at timestamptz, refresh_expires_at timestamptz
-- Primary key. The pair that was answered before. No row: it was another.
select access_expires_at, refresh_expires_at from token_pair
 where family_id = $family and generation = $generation and access_hash = $access and refresh_hash = $refresh;

-- name: token_end :one
-- in:  family uuid, why text
-- out: key uuid, key_name text
-- Primary keys. No row: it has ended.
update token_family f set ended_at = now(), ended_why = $why
  from api_key k
 where f.id = $family and f.ended_at is null and k.id = f.key_id
returning k.id as key, k.name as key_name;

-- name: token_families :one
-- in:  key uuid
-- out: families json:token_families
-- In use, at most 100, and those that a used token ended. Index token_family_key.
select (select coalesce(jsonb_agg(to_jsonb(v) order by v.refreshed_at desc, v.id), '[]')
          from (select f.id, f.client, f.address, f.generation - 1 as refreshes,
                       to_char(f.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as created_at,
                       to_char(f.refreshed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as refreshed_at,
                       to_char(f.expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as expires_at,
                       to_char(f.ended_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as ended_at
                  from token_family f
                 where f.key_id = k.id and (f.ended_at is null and f.expires_at > now() or f.ended_why = 'reused')
                 order by (f.ended_at is null) desc, f.refreshed_at desc limit 120) v) as families
  from api_key k where k.id = $key;

-- name: token_end_by_person :done
-- in:  key uuid, family uuid
-- Primary key.
update token_family set ended_at = now(), ended_why = 'person'
 where id = $family and key_id = $key and ended_at is null and expires_at > now();

-- name: token_reused :one
-- in:  family uuid
-- out: key_name text, client text, ended_at timestamptz
-- Primary keys.
select k.name as key_name, f.client, f.ended_at
  from token_family f join api_key k on k.tenant_id = f.tenant_id and k.id = f.key_id
 where f.id = $family and f.ended_why = 'reused';

-- name: token_people :many
-- out: name text, email text
-- Who owns the tenant and can be written to: memberships with an owner's role, by keys.
select a.name, a.email
  from role r join membership m on m.tenant_id = r.tenant_id and m.role_id = r.id
  join account a on a.id = m.account_id and a.disabled_at is null and a.home_id is null
 where r.slug = 'owner' order by a.id limit 20;
