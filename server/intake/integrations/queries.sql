-- name: integration_add :done
-- in:  id uuid, provider text, name text, zone text, settings json, secrets bytea?, token_hash bytea?, token_tail text?
insert into integration (id, provider, name, zone, settings, secrets, token_hash, token_tail)
values ($id, $provider, $name, $zone, $settings, $secrets, $token_hash, $token_tail);

-- name: integration_read :one
-- in:  integration uuid
-- out: id uuid, provider text, name text, zone text, settings json, secrets bytea?, sources text, state text,
--      version int, last_delivery_at timestamptz?, unproven_until timestamptz?
-- Primary key.
select id, provider, name, zone, settings, secrets, sources, state, version, last_delivery_at, unproven_until from integration
 where id = $integration and state <> 'deleted';

-- name: integration_change :done
-- in:  integration uuid, version int, name text, zone text, settings json, secrets bytea?, sources text,
--      unproven_until timestamptz?
-- Saving new settings ends "attention": what was wrong may be mended.
update integration set name = $name, zone = $zone, settings = $settings, secrets = $secrets,
       sources = $sources, unproven_until = $unproven_until, state = 'active', state_reason = null, version = version + 1
 where id = $integration and version = $version and state <> 'deleted';

-- name: integration_token :done
-- in:  integration uuid, token_hash bytea, token_tail text
-- Whatever worked before ends at once.
update integration set token_hash = $token_hash, token_tail = $token_tail, token_used_at = null, old_token_hash = null,
       old_token_tail = null, old_secrets = null, old_ends_at = null, version = version + 1
 where id = $integration and state <> 'deleted';

-- name: integration_rotate :done
-- in:  integration uuid, token_hash bytea, token_tail text, secrets bytea?, keep_secrets bool, days int
-- What is in force becomes old and works on until it ends; no row: there is an old one already.
update integration set token_hash = $token_hash, token_tail = $token_tail, secrets = $secrets,
       token_used_at = null, secret_used_at = null,
       old_token_hash = token_hash, old_token_tail = token_tail, old_token_used_at = token_used_at,
       old_secrets = case when $keep_secrets then secrets end, old_secret_used_at = secret_used_at,
       old_ends_at = now() + make_interval(days => $days), rotated_at = now(), version = version + 1
 where id = $integration and state <> 'deleted' and token_hash is not null
   and (old_ends_at is null or old_ends_at <= now());

-- name: integration_retire :done
-- in:  integration uuid
update integration set old_token_hash = null, old_token_tail = null, old_secrets = null, old_ends_at = null,
       version = version + 1
 where id = $integration and state <> 'deleted' and old_ends_at is not null;

-- name: integration_delete :done
-- in:  integration uuid
-- Calls keep their integration; its address and secrets are gone.
update integration set state = 'deleted', token_hash = null, secrets = null, old_token_hash = null,
       old_token_tail = null, old_secrets = null, old_ends_at = null, version = version + 1
 where id = $integration and state <> 'deleted' and provider <> 'upload';

-- name: integration_attention :done
-- in:  integration uuid, version int, reason text
-- Settings saved meanwhile are others than those that were refused.
update integration set state = 'attention', state_reason = $reason
 where id = $integration and version = $version and state <> 'deleted';

-- name: integration_by_provider :one
-- in:  provider text
-- out: id uuid
-- The oldest of a tenant: few rows, primary key prefix.
select id from integration where provider = $provider and state <> 'deleted' order by id limit 1;

-- name: integration_facts :one
-- in:  integration uuid
-- out: hook_tail text?, state_reason text?, last_delivery_at timestamptz?, deliveries_24h int, unparsed_24h int,
--      token_used_at timestamptz?, secret_used_at timestamptz?, rotated_at timestamptz?, old_tail text?,
--      old_ends_at timestamptz?, old_used_at timestamptz?, old_secret bool, old_secret_used_at timestamptz?
-- One day of inbox_integration and delivery_integration.
select i.token_tail as hook_tail, i.state_reason, i.last_delivery_at,
       (select count(*)::int from inbox x where x.tenant_id = i.tenant_id and x.integration_id = i.id
           and x.id >= ground.uuid_at(now() - interval '1 day')) as deliveries_24h,
       (select count(*)::int from delivery d where d.tenant_id = i.tenant_id and d.integration_id = i.id
           and d.state = 'unparsed' and d.id >= ground.uuid_at(now() - interval '1 day')) as unparsed_24h,
       i.token_used_at, i.secret_used_at, i.rotated_at,
       case when i.old_ends_at > now() then i.old_token_tail end as old_tail,
       case when i.old_ends_at > now() then i.old_ends_at end as old_ends_at, i.old_token_used_at as old_used_at,
       coalesce(i.old_ends_at > now(), false) and i.old_secrets is not null as old_secret, i.old_secret_used_at
  from integration i where i.id = $integration;

-- name: integration_refusals :many
-- in:  integration uuid
-- out: reason text, n int, first_at timestamptz, last_at timestamptz, source text, detail text?
-- Primary key; four rows at most.
select reason, n::int, first_at, last_at, last_source as source, last_detail as detail
  from hook_refusal where integration_id = $integration and n > 0 order by last_at desc;

-- name: integration_watch_anew :done
-- in:  integration uuid
-- A new time of watching counts from nothing: what came before had nothing to prove.
with unseen as (update integration set secret_used_at = null where id = $integration)
update hook_refusal set n = 0, first_at = now(), last_at = now(), last_source = '', last_detail = null
 where integration_id = $integration and reason = 'unproven';

-- name: integration_upload_lock :done
-- Two first uploads at a time must not make two integrations.
select pg_advisory_xact_lock(hashtextextended('upload integration ' || current_setting('app.tenant'), 0));

-- name: integrations_list :many
-- out: id uuid, provider text, name text, zone text, hook_tail text?, state text, state_reason text?,
--      last_delivery_at timestamptz?, deliveries_24h int, unparsed_24h int, version int,
--      unproven_until timestamptz?
-- A tenant has few; the counts walk inbox_integration and delivery_integration for one day.
select i.id, i.provider, i.name, i.zone, i.token_tail as hook_tail, i.state, i.state_reason, i.last_delivery_at,
       (select count(*)::int from inbox x where x.tenant_id = i.tenant_id and x.integration_id = i.id
           and x.id >= ground.uuid_at(now() - interval '1 day')) as deliveries_24h,
       (select count(*)::int from delivery d where d.tenant_id = i.tenant_id and d.integration_id = i.id
           and d.state = 'unparsed' and d.id >= ground.uuid_at(now() - interval '1 day')) as unparsed_24h,
       i.version, case when i.unproven_until > now() then i.unproven_until end as unproven_until
  from integration i where i.state <> 'deleted' order by i.created_at, i.id;

-- name: token_get :one
-- in:  integration uuid
-- out: settings_version int, token bytea?, fresh bool
-- Primary key. A token about to run out is not handed out.
select settings_version, token, coalesce(expires_at > now() + interval '20 seconds', false) as fresh
  from provider_token where integration_id = $integration;

-- name: token_lease :done
-- in:  integration uuid, version int, seen bytea?, lease uuid, lease_s int
-- No row: somebody else logs in or has just done so, or the settings are newer than ours.
insert into provider_token as t (integration_id, settings_version, lease, leased_until)
values ($integration, $version, $lease, now() + make_interval(secs => $lease_s))
on conflict (tenant_id, integration_id) do update set settings_version = excluded.settings_version, token = null,
       expires_at = null, lease = excluded.lease, leased_until = excluded.leased_until
 where (t.leased_until is null or t.leased_until < now() or t.settings_version < excluded.settings_version)
   and t.token is not distinct from $seen
   and t.settings_version <= excluded.settings_version;

-- name: token_put :done
-- in:  integration uuid, lease uuid, token bytea?, expires_at timestamptz?
-- Ends the lease; without a token nobody got one. Another's lease is left alone.
update provider_token set token = $token, expires_at = $expires_at, lease = null, leased_until = null
 where integration_id = $integration and lease = $lease;
