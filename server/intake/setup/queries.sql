-- name: setup_integration :one
-- in:  integration uuid
-- out: id uuid, provider text, name text, zone text, settings json, secrets bytea?, token_tail text?, version int
-- Primary key.
select id, provider, name, zone, settings, secrets, token_tail, version from integration
 where id = $integration and state <> 'deleted';

-- name: map_put :done
-- in:  integration uuid, version int, map json?, by_name text
-- With the history of maps, in one statement. Primary key.
with saved as (
  update integration set version = version + 1,
         settings = case when $map::jsonb is null then settings - 'map' else jsonb_set(settings, '{map}', $map) end
   where id = $integration and version = $version and state <> 'deleted'
  returning id, version)
insert into field_map (integration_id, version, map, by_name) select id, version, $map, $by_name from saved;

-- name: map_history :many
-- in:  integration uuid
-- out: version int, map json?, by_name text, created_at timestamptz
-- Primary key of field_map.
select version, map, by_name, created_at from field_map where integration_id = $integration
 order by version desc limit 20;

-- name: map_sample :one
-- in:  integration uuid, delivery uuid?
-- out: id uuid, received_at timestamptz, method text, query text, headers bytea, body bytea
-- The newest that a sender sent, or one by id. Indexes inbox_integration and primary key.
select x.id, x.received_at, x.method, x.query, x.headers, x.body
  from inbox x
 where x.integration_id = $integration and x.method in ('GET', 'POST')
   [[delivery: and x.id = $delivery]]
   and not exists (select from trial t where t.integration_id = $integration and t.delivery_id = x.id)
 order by x.id desc limit 1;

-- name: clock_samples :many
-- in:  integration uuid
-- out: received_at timestamptz, told_at timestamptz?
-- The last fifty of a month: when it came, and the latest moment that it tells of. Indexes
-- inbox_integration and call_event_delivery.
select l.received_at,
       (select max(coalesce(e.event ->> 'ended', e.event ->> 'answered', e.event ->> 'started')::timestamptz)
          from call_event e where e.delivery_id = l.id) as told_at
  from (select x.id, x.received_at from inbox x
         where x.integration_id = $integration and x.id > ground.uuid_at(now() - interval '30 days')
           and x.method in ('GET', 'POST')
           and not exists (select from trial t where t.integration_id = $integration and t.delivery_id = x.id)
         order by x.id desc limit 50) l;
