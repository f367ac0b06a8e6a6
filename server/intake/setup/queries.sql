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

-- name: setup_recordings :one
-- in:  integration uuid
-- out: since timestamptz, calls int, answered int, heard int, waiting int, lost int, skipped int, untold int, reason text?
-- A week of call_integration, and the recordings of each (unique key): what records tell of, beside what can be
-- heard. Untold: answered, and no record named a recording. The reason is the most frequent of those lost.
with c as (
  select c.disposition = 'answered' as answered, c.lent_recording or coalesce(r.heard, false) as heard,
         coalesce(r.waiting, false) as waiting, coalesce(r.lost, false) as lost, coalesce(r.skipped, false) as skipped,
         r.reason
    from call c
    left join lateral (select bool_or(r.state in ('ready', 'fetched')) as heard, bool_or(r.state = 'waiting') as waiting,
           bool_or(r.state in ('missing', 'failed')) as lost, bool_or(r.state = 'skipped') as skipped,
           max(r.reason) filter (where r.state in ('missing', 'failed')) as reason
      from recording r where r.tenant_id = c.tenant_id and r.call_id = c.id) r on true
   where c.integration_id = $integration and c.started_at > now() - interval '7 days' and not c.trial)
select now() - interval '7 days' as since, n.calls, n.answered, n.heard, n.waiting, n.lost, n.skipped, n.untold, n.reason
  from integration i cross join lateral (
    select count(*)::int as calls, count(*) filter (where answered)::int as answered,
           count(*) filter (where heard)::int as heard,
           count(*) filter (where not heard and waiting)::int as waiting,
           count(*) filter (where not heard and not waiting and lost)::int as lost,
           count(*) filter (where not heard and not waiting and not lost and skipped)::int as skipped,
           count(*) filter (where answered and not heard and not waiting and not lost and not skipped)::int as untold,
           mode() within group (order by reason) filter (where not heard and not waiting and lost) as reason
      from c) n
 where i.id = $integration and i.state <> 'deleted';
