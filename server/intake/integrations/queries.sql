-- name: integration_add :done
-- in:  id uuid, provider text, name text, zone text, settings json, secrets bytea?, token_hash bytea?, token_tail text?
insert into integration (id, provider, name, zone, settings, secrets, token_hash, token_tail)
values ($id, $provider, $name, $zone, $settings, $secrets, $token_hash, $token_tail);

-- name: integration_read :one
-- in:  integration uuid
-- out: id uuid, provider text, name text, zone text, settings json, secrets bytea?, state text, version int
-- Primary key.
select id, provider, name, zone, settings, secrets, state, version from integration
 where id = $integration and state <> 'deleted';

-- name: integration_change :done
-- in:  integration uuid, version int, name text, zone text, settings json, secrets bytea?
-- Saving new settings ends "attention": what was wrong may be mended.
update integration set name = $name, zone = $zone, settings = $settings, secrets = $secrets,
       state = 'active', state_reason = null, version = version + 1
 where id = $integration and version = $version and state <> 'deleted';

-- name: integration_token :done
-- in:  integration uuid, token_hash bytea, token_tail text
update integration set token_hash = $token_hash, token_tail = $token_tail, version = version + 1
 where id = $integration and state <> 'deleted';

-- name: integration_delete :done
-- in:  integration uuid
-- Calls keep their integration; its address and secrets are gone.
update integration set state = 'deleted', token_hash = null, secrets = null, version = version + 1
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
-- out: hook_tail text?, state_reason text?, last_delivery_at timestamptz?, deliveries_24h int, unparsed_24h int
-- One day of inbox_integration and delivery_integration.
select i.token_tail as hook_tail, i.state_reason, i.last_delivery_at,
       (select count(*)::int from inbox x where x.tenant_id = i.tenant_id and x.integration_id = i.id
           and x.id >= ground.uuid_at(now() - interval '1 day')) as deliveries_24h,
       (select count(*)::int from delivery d where d.tenant_id = i.tenant_id and d.integration_id = i.id
           and d.state = 'unparsed' and d.id >= ground.uuid_at(now() - interval '1 day')) as unparsed_24h
  from integration i where i.id = $integration;

-- name: integration_upload_lock :done
-- Two first uploads at a time must not make two integrations.
select pg_advisory_xact_lock(hashtextextended('upload integration ' || current_setting('app.tenant'), 0));

-- name: integrations_list :many
-- out: id uuid, provider text, name text, zone text, hook_tail text?, state text, state_reason text?,
--      last_delivery_at timestamptz?, deliveries_24h int, unparsed_24h int, version int
-- A tenant has few; the counts walk inbox_integration and delivery_integration for one day.
select i.id, i.provider, i.name, i.zone, i.token_tail as hook_tail, i.state, i.state_reason, i.last_delivery_at,
       (select count(*)::int from inbox x where x.tenant_id = i.tenant_id and x.integration_id = i.id
           and x.id >= ground.uuid_at(now() - interval '1 day')) as deliveries_24h,
       (select count(*)::int from delivery d where d.tenant_id = i.tenant_id and d.integration_id = i.id
           and d.state = 'unparsed' and d.id >= ground.uuid_at(now() - interval '1 day')) as unparsed_24h,
       i.version
  from integration i where i.state <> 'deleted' order by i.created_at, i.id;
