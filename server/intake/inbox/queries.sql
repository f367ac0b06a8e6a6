-- name: hook_find :one
-- in:  hash bytea
-- out: tenant_id uuid, id uuid, provider text, zone text, settings json, secrets bytea?, version int
-- Index integration_token, behind the gate.
select tenant_id, id, provider, zone, settings, secrets, version from gate.hook($hash);

-- name: inbox_put :done
-- in:  id uuid, job uuid, integration uuid, received_at timestamptz, method text, query text, source text,
--      headers bytea, body bytea
-- The raw delivery and the job that reads it, one commit. Sent again with the same id after a lost
-- connection it changes nothing.
with stored as (
  insert into inbox (id, integration_id, received_at, method, query, source, headers, body)
  values ($id, $integration, $received_at, $method, $query, $source, $headers, $body)
  on conflict (tenant_id, id) do nothing returning id)
insert into job (id, kind, priority, max_attempts, args)
select $job, 'inbox.fold', 0, 20, jsonb_build_object('delivery', $id::text) from stored;

-- name: inbox_get :one
-- in:  delivery uuid
-- out: id uuid, integration_id uuid, received_at timestamptz, method text, query text, headers bytea,
--      body bytea, provider text, zone text, settings json, secrets bytea?
-- Primary keys.
select x.id, x.integration_id, x.received_at, x.method, x.query, x.headers, x.body, i.provider, i.zone,
       i.settings, i.secrets
  from inbox x join integration i on i.tenant_id = x.tenant_id and i.id = x.integration_id
 where x.id = $delivery;

-- name: delivery_put :done
-- in:  id uuid, integration uuid, state text, reason text?, parser_version int, calls int
insert into delivery (id, integration_id, state, reason, parser_version, calls)
values ($id, $integration, $state, $reason, $parser_version, $calls)
on conflict (tenant_id, id) do update set state = excluded.state, reason = excluded.reason,
  parser_version = excluded.parser_version, calls = excluded.calls, processed_at = now();

-- name: delivery_seen :done
-- in:  integration uuid, at timestamptz
update integration set last_delivery_at = greatest(last_delivery_at, $at)
 where id = $integration and coalesce(last_delivery_at, '-infinity') < $at;

-- name: deliveries_list :page
-- in:   integration uuid?, state text?, after_id uuid?, limit int
-- out:  id uuid, received_at timestamptz, integration_id uuid, integration_name text, provider text,
--       state text, reason text?, bytes int, source text, calls int
-- key:  id
-- Newest first. Primary key of inbox; with an integration inbox_integration.
select x.id, x.received_at, x.integration_id, i.name as integration_name, i.provider,
       coalesce(d.state, 'received') as state, d.reason, length(x.body) as bytes, x.source,
       coalesce(d.calls, 0) as calls
  from inbox x
  join integration i on i.tenant_id = x.tenant_id and i.id = x.integration_id
  left join delivery d on d.tenant_id = x.tenant_id and d.id = x.id
 where true
   [[after_id: and x.id < $after_id]]
   [[integration: and x.integration_id = $integration]]
   [[state: and coalesce(d.state, 'received') = $state]]
 order by x.id desc limit $limit;

-- name: delivery_get :one
-- in:  delivery uuid
-- out: id uuid, received_at timestamptz, integration_id uuid, integration_name text, provider text,
--      method text, query text, source text, state text, reason text?, calls int, headers bytea, body bytea
-- Primary keys.
select x.id, x.received_at, x.integration_id, i.name as integration_name, i.provider, x.method, x.query,
       x.source, coalesce(d.state, 'received') as state, d.reason, coalesce(d.calls, 0) as calls,
       x.headers, x.body
  from inbox x
  join integration i on i.tenant_id = x.tenant_id and i.id = x.integration_id
  left join delivery d on d.tenant_id = x.tenant_id and d.id = x.id
 where x.id = $delivery;
