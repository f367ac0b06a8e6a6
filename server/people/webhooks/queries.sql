-- name: webhook_tell :many
-- in:  type text, object uuid, base text, tries int, urgency int
-- out: job_id uuid, job_gate text
-- Primary keys; see ground.webhook_tell.
select job_id, job_gate from ground.webhook_tell($type, $object, $base, $tries, $urgency);

-- name: webhooks_all :many
-- in:  cut timestamptz
-- out: id uuid, url text, description text, events json:strings, state text, state_reason text?, state_at timestamptz,
--      failing_since timestamptz?, public_key text?, old_until timestamptz?, version int, created_at timestamptz,
--      waiting int, held int, last_at timestamptz?, last_status int?, last_error text?
-- At most twenty a tenant, by primary key; their deliveries by webhook_delivery_state and webhook_delivery_endpoint.
select e.id, e.url, e.description, to_jsonb(e.events) as events, e.state, e.state_reason, e.state_at, e.failing_since,
       e.public_key, case when e.old_until > $cut then e.old_until end as old_until, e.version, e.created_at,
       (select count(*)::int from (select from webhook_delivery d where d.tenant_id = e.tenant_id and d.endpoint_id = e.id
          and d.state = 'waiting' limit 5000) w) as waiting,
       (select count(*)::int from (select from webhook_delivery d where d.tenant_id = e.tenant_id and d.endpoint_id = e.id
          and d.state = 'held' limit 5000) w) as held,
       l.at as last_at, l.status as last_status, l.error as last_error
  from webhook_endpoint e
  left join lateral (
    select a.at, a.status, a.error from webhook_delivery d join webhook_attempt a on a.tenant_id = d.tenant_id and a.delivery_id = d.id
     where d.tenant_id = e.tenant_id and d.endpoint_id = e.id and d.attempts > 0 order by d.id desc, a.id desc limit 1) l on true
 where e.state <> 'deleted'
 order by e.id;

-- name: webhook_get :one
-- in:  webhook uuid
-- out: id uuid, url text, description text, events json:strings, state text, state_reason text?, state_at timestamptz,
--      failing_since timestamptz?, public_key text?, old_public_key text?, old_until timestamptz?, secret_at timestamptz,
--      by_name text, version int, created_at timestamptz, sealed bytea
-- Primary key.
select id, url, description, to_jsonb(events) as events, state, state_reason, state_at, failing_since, public_key,
       case when old_until > now() then old_public_key end as old_public_key,
       case when old_until > now() then old_until end as old_until, secret_at, by_name, version, created_at, sealed
  from webhook_endpoint where id = $webhook and state <> 'deleted';

-- name: webhooks_count :one
-- out: n int
-- Endpoints of the tenant by primary key; those of others do not count. New ones take turns.
select count(*)::int as n from webhook_endpoint
 where state <> 'deleted' and pg_advisory_xact_lock(hashtextextended('ringsight.webhooks', 0) # hashtextextended(current_setting('app.tenant', true), 0)) is not null;

-- name: webhook_insert :done
-- in:  id uuid, url text, description text, events text[], sealed bytea, public_key text?, by_name text
insert into webhook_endpoint (id, url, description, events, sealed, public_key, by_name)
values ($id, $url, $description, $events, $sealed, $public_key, $by_name);

-- name: webhook_gate :one
-- in:  webhook uuid, there bool
-- out: done bool
-- Primary keys; see gate.webhook_gate.
select gate.webhook_gate($webhook, $there) as done;

-- name: webhook_change :done
-- in:  webhook uuid, version int, url text?, description text?, events text[]?, state text?
-- Primary key. Switched on, its past failures are forgotten.
update webhook_endpoint set url = coalesce($url, url), description = coalesce($description, description),
       events = coalesce($events, events), state = coalesce($state, state),
       state_reason = case when $state::text is null then state_reason end,
       state_at = case when $state::text is null or $state = state then state_at else now() end,
       failing_since = case when $state::text = 'on' then null else failing_since end,
       version = version + 1
 where id = $webhook and version = $version and state <> 'deleted';

-- name: webhook_delete :done
-- in:  webhook uuid
-- Primary key. The row goes once its log has; its secrets go now.
update webhook_endpoint set state = 'deleted', state_at = now(), sealed = '', old_sealed = null, old_until = null,
       old_public_key = null, version = version + 1
 where id = $webhook and state <> 'deleted';

-- name: webhook_rotate :one
-- in:  webhook uuid, sealed bytea, public_key text?
-- out: old_until timestamptz
-- Primary key. No row: the one before the present one is still in use.
update webhook_endpoint set old_sealed = sealed, old_public_key = public_key, old_until = now() + interval '24 hours',
       sealed = $sealed, public_key = $public_key, secret_at = now(), version = version + 1
 where id = $webhook and state <> 'deleted' and (old_until is null or old_until <= now())
returning old_until;

-- name: webhook_retire :done
-- in:  webhook uuid
-- Primary key.
update webhook_endpoint set old_sealed = null, old_public_key = null, old_until = null, version = version + 1
 where id = $webhook and state <> 'deleted' and old_until > now();

-- name: webhook_test :one
-- in:  webhook uuid, urgency int
-- out: delivery_id uuid, job_id uuid, job_gate text
select delivery_id, job_id, job_gate from ground.webhook_test($webhook, $urgency);

-- name: webhook_deliveries_list :page
-- in:  webhook uuid, state text?, after_id uuid?, limit int
-- out: id uuid, event_id uuid, type text, call_id uuid?, state text, reason text?, attempts int, status int?, created_at timestamptz,
--      next_at timestamptz?, ended_at timestamptz?
-- key: id
-- Newest first. Index webhook_delivery_endpoint; of one state webhook_delivery_state.
select d.id, d.event_id, v.type, v.call_id, d.state, d.reason, d.attempts, d.status, d.created_at, d.next_at, d.ended_at
  from webhook_delivery d join webhook_event v on v.tenant_id = d.tenant_id and v.id = d.event_id
 where d.endpoint_id = $webhook and d.id < coalesce($after_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
   [[state: and d.state = $state]]
   and ground.there(exists (select from webhook_endpoint e where e.id = $webhook and e.state <> 'deleted'))
 order by d.id desc limit $limit;

-- name: webhook_delivery_get :one
-- in:  webhook uuid, webhook_delivery uuid
-- out: id uuid, event_id uuid, type text, call_id uuid?, state text, reason text?, attempts int, status int?, created_at timestamptz,
--      next_at timestamptz?, ended_at timestamptz?, body text, tries json:webhook_tries
-- Primary keys; its attempts, the last first, by webhook_attempt_of.
select d.id, d.event_id, v.type, v.call_id, d.state, d.reason, d.attempts, d.status, d.created_at, d.next_at, d.ended_at, v.body,
       (select coalesce(jsonb_agg(jsonb_build_object('at', a.at, 'status', a.status, 'ms', a.ms, 'error', a.error, 'answer', a.answer)
            order by a.id desc), '[]')
          from (select * from webhook_attempt x where x.tenant_id = d.tenant_id and x.delivery_id = d.id order by x.id desc limit 100) a) as tries
  from webhook_delivery d join webhook_event v on v.tenant_id = d.tenant_id and v.id = d.event_id
  join webhook_endpoint e on e.tenant_id = d.tenant_id and e.id = d.endpoint_id and e.state <> 'deleted'
 where d.id = $webhook_delivery and d.endpoint_id = $webhook;

-- name: webhook_again :many
-- in:  deliveries uuid[], tries int, urgency int
-- out: job_id uuid, job_gate text
select job_id, job_gate from ground.webhook_again($deliveries, $tries, $urgency);

-- name: webhook_replay :many
-- in:  webhook uuid, from timestamptz, to timestamptz, delivered bool, most int, tries int, urgency int
-- out: job_id uuid, job_gate text
select job_id, job_gate from ground.webhook_replay($webhook, $from, $to, $delivered, $most, $tries, $urgency);

-- name: webhook_outgoing :one
-- in:  delivery uuid, job uuid
-- out: webhook uuid, event uuid, type text, body text, url text, state text, sealed bytea, old_sealed bytea?
-- Primary keys. No row: another job sends it, or nobody does any more.
select e.id as webhook, v.id as event, v.type, v.body, e.url, e.state, e.sealed,
       case when e.old_until > now() then e.old_sealed end as old_sealed
  from webhook_delivery d
  join webhook_event v on v.tenant_id = d.tenant_id and v.id = d.event_id
  join webhook_endpoint e on e.tenant_id = d.tenant_id and e.id = d.endpoint_id
 where d.id = $delivery and d.job_id = $job and d.state = 'waiting';

-- name: webhook_hold :done
-- in:  delivery uuid, job uuid, reason text
-- Primary key.
update webhook_delivery set state = 'held', reason = $reason, next_at = null, ended_at = now()
 where id = $delivery and job_id = $job and state = 'waiting';

-- name: webhook_delivered :done
-- in:  delivery uuid, job uuid, status int, ms int, answer text
select ground.webhook_delivered($delivery, $job, $status, $ms, $answer);

-- name: webhook_failed :one
-- in:  delivery uuid, job uuid, status int?, ms int, error text, answer text, again_ms bigint, gone bool
-- out: disabled bool
select ground.webhook_failed($delivery, $job, $status, $ms, $error, $answer, $again_ms, $gone) as disabled;

-- name: webhook_given_up :done
-- in:  delivery uuid, job uuid, reason text
-- Primary key.
update webhook_delivery set state = 'failed', reason = coalesce(reason, $reason), next_at = null, ended_at = now()
 where id = $delivery and job_id = $job and state = 'waiting';

-- name: webhook_back :done
-- in:  delivery uuid, job uuid
-- Primary key. Its job is to be tried again from the first attempt.
update webhook_delivery set state = 'waiting', reason = null, next_at = now(), ended_at = null
 where id = $delivery and job_id = $job and state in ('failed', 'held');

-- name: webhook_people :many
-- out: id uuid, name text, email text
-- Who owns the tenant and can be written to: memberships with an owner's role, by keys.
select a.id, a.name, a.email
  from role r join membership m on m.tenant_id = r.tenant_id and m.role_id = r.id
  join account a on a.id = m.account_id and a.disabled_at is null and a.home_id is null
 where r.slug = 'owner' order by a.id limit 20;

-- name: webhook_purge :one
-- in:  limit int
-- out: n int
select ground.webhook_purge($limit) as n;
