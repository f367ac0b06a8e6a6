-- name: hook_find :one
-- in:  hash bytea
-- out: tenant_id uuid, id uuid, slug text, provider text, zone text, settings json, secrets bytea?,
--      old_secrets bytea?, old_ends_at timestamptz?, is_old bool, sources text, unproven_until timestamptz?, version int
-- Indexes integration_token and integration_old_token, behind the gate.
select tenant_id, id, slug, provider, zone, settings, secrets, old_secrets, old_ends_at, is_old, sources, unproven_until,
       version
  from gate.hook($hash);

-- name: hook_refused :done
-- in:  integration uuid, reason text, n int, first_at timestamptz, last_at timestamptz, source text, detail text?
-- Hooks that were not taken, added up. An integration that is gone by now counts nothing.
insert into hook_refusal as r (integration_id, reason, n, first_at, last_at, last_source, last_detail)
select i.id, $reason, $n, $first_at, $last_at, $source, $detail from integration i where i.id = $integration
on conflict (tenant_id, integration_id, reason) do update set n = r.n + excluded.n,
  last_at = greatest(r.last_at, excluded.last_at), last_source = excluded.last_source, last_detail = excluded.last_detail;

-- name: hook_used :done
-- in:  integration uuid, token timestamptz?, old_token timestamptz?, secret timestamptz?, old_secret timestamptz?
-- Which address and secret were in use. What was seen before a rotation, or by a loop that had not heard of it
-- yet, belongs to what is old now.
update integration set
  token_used_at = greatest(token_used_at, case when $token >= coalesce(rotated_at + interval '2 seconds', '-infinity') then $token end),
  old_token_used_at = greatest(old_token_used_at, $old_token, case when $token < rotated_at + interval '2 seconds' then $token end),
  secret_used_at = greatest(secret_used_at, case when $secret >= coalesce(rotated_at + interval '2 seconds', '-infinity') then $secret end),
  old_secret_used_at = greatest(old_secret_used_at, $old_secret, case when $secret < rotated_at + interval '2 seconds' then $secret end)
 where id = $integration;

-- name: inbox_put :done
-- in:  id uuid, job uuid, integration uuid, received_at timestamptz, method text, query text, source text,
--      headers bytea, body bytea, unproven bool
-- The raw delivery and the job that reads it, one commit. Sent again with the same id after a lost
-- connection it changes nothing.
with stored as (
  insert into inbox (id, integration_id, received_at, method, query, source, headers, body, unproven)
  values ($id, $integration, $received_at, $method, $query, $source, $headers, $body, $unproven)
  on conflict (tenant_id, id) do nothing returning id)
insert into job (id, kind, priority, max_attempts, args, object_id)
select $job, 'inbox.fold', 0, 20, jsonb_build_object('delivery', $id::text), $id from stored;

-- name: inbox_put_many :done
-- in:  rows json
-- The same for many of one tenant in one round trip, headers and body in base64: what comes out of the spool.
with r as (
  select * from jsonb_to_recordset($rows) as x (id uuid, job uuid, integration uuid, received_at timestamptz,
    method text, query text, source text, headers text, body text, unproven boolean)),
stored as (
  insert into inbox (id, integration_id, received_at, method, query, source, headers, body, unproven)
  select id, integration, received_at, method, query, source, decode(headers, 'base64'), decode(body, 'base64'), unproven
    from r
  on conflict (tenant_id, id) do nothing returning id)
insert into job (id, kind, priority, max_attempts, args, object_id)
select r.job, 'inbox.fold', 0, 20, jsonb_build_object('delivery', r.id::text), r.id from stored join r using (id);

-- name: inbox_get :one
-- in:  delivery uuid
-- out: id uuid, integration_id uuid, received_at timestamptz, method text, query text, source text, headers bytea,
--      body bytea, provider text, zone text, settings json, secrets bytea?, version int, unproven bool
-- Primary keys.
select x.id, x.integration_id, x.received_at, x.method, x.query, x.source, x.headers, x.body, i.provider, i.zone,
       i.settings, i.secrets, i.version, x.unproven
  from inbox x join integration i on i.tenant_id = x.tenant_id and i.id = x.integration_id
 where x.id = $delivery;

-- name: delivery_put :done
-- in:  id uuid, integration uuid, state text, reason text?, parser_version int, settings_version int, calls int,
--      verdict text
-- How the sender was known is settled at the first reading.
insert into delivery (id, integration_id, state, reason, parser_version, settings_version, calls, verdict)
values ($id, $integration, $state, $reason, $parser_version, $settings_version, $calls, $verdict)
on conflict (tenant_id, id) do update set state = excluded.state, reason = excluded.reason,
  parser_version = excluded.parser_version, settings_version = excluded.settings_version, calls = excluded.calls,
  verdict = coalesce(delivery.verdict, excluded.verdict), processed_at = now();

-- name: delivery_unread :done
-- in:  delivery uuid, reason text
-- Primary keys.
insert into delivery (id, integration_id, state, reason, parser_version)
select x.id, x.integration_id, 'unparsed', $reason, 0 from inbox x where x.id = $delivery
on conflict (tenant_id, id) do nothing;

-- name: delivery_seen :done
-- in:  integration uuid, at timestamptz
update integration set last_delivery_at = greatest(last_delivery_at, $at)
 where id = $integration and coalesce(last_delivery_at, '-infinity') < $at;

-- name: deliveries_list :page
-- in:   integration uuid?, state text?, from timestamptz?, to timestamptz?, reason text?, after_id uuid?, limit int
-- out:  id uuid, received_at timestamptz, integration_id uuid, integration_name text, provider text,
--       state text, reason text?, bytes int, source text, calls int
-- key:  id
-- Newest first. Primary key of inbox; with an integration inbox_integration; by reason delivery_reason.
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
   [[from|to: and x.id >= ground.uuid_at(case when $from::timestamptz is null then '1970-01-01Z' else $from end)
              and x.id < ground.uuid_at(case when $to::timestamptz is null then '9999-01-01Z' else $to end)]]
   [[reason: and d.reason is not null and strpos(lower(d.reason), lower($reason)) > 0]]
 order by x.id desc limit $limit;

-- name: delivery_get :one
-- in:  delivery uuid
-- out: id uuid, received_at timestamptz, integration_id uuid, integration_name text, provider text,
--      method text, query text, source text, state text, reason text?, calls int, parser_version int?,
--      settings_version int?, verdict text?, processed_at timestamptz?, headers bytea, body bytea
-- Primary keys.
select x.id, x.received_at, x.integration_id, i.name as integration_name, i.provider, x.method, x.query,
       x.source, coalesce(d.state, 'received') as state, d.reason, coalesce(d.calls, 0) as calls,
       d.parser_version, d.settings_version, d.verdict, d.processed_at, x.headers, x.body
  from inbox x
  join integration i on i.tenant_id = x.tenant_id and i.id = x.integration_id
  left join delivery d on d.tenant_id = x.tenant_id and d.id = x.id
 where x.id = $delivery;

-- name: replay_add :done
-- in:  id uuid, integration uuid?, delivery uuid?, from timestamptz?, to timestamptz?, state text?, reason text?,
--      older int?, parser int?, account uuid?, by_name text
-- None is added while another walk goes on: unique index replay_one.
insert into replay (id, integration_id, delivery_id, from_at, to_at, only_state, only_reason, older_than, parser, account_id, by_name)
values ($id, $integration, $delivery, $from, $to, $state, $reason, $older, $parser, $account, $by_name)
on conflict (tenant_id) where state = 'running' and delivery_id is null do nothing;

-- name: replay_task :one
-- in:  replay uuid
-- out: id uuid, integration_id uuid?, delivery_id uuid?, from_at timestamptz?, to_at timestamptz?, only_state text?,
--      only_reason text?, older_than int?, parser int?, reached_id uuid, state text, total int?, done int
-- Primary key.
select id, integration_id, delivery_id, from_at, to_at, only_state, only_reason, older_than, parser, reached_id, state, total, done
  from replay where id = $replay;

-- name: replay_count :one
-- in:  replay uuid, delivery uuid?, integration uuid?, from timestamptz?, to timestamptz?, state text?, older int?,
--      reason text?
-- out: total int
-- What there was when the replay was asked for. Primary key of inbox, inbox_integration or delivery_reason.
select count(*)::int as total
  from inbox x
  join delivery d on d.tenant_id = x.tenant_id and d.id = x.id
  join integration i on i.tenant_id = x.tenant_id and i.id = x.integration_id and i.state <> 'deleted'
 where x.id < $replay
   [[delivery: and x.id = $delivery]]
   [[integration: and x.integration_id = $integration]]
   [[from|to: and x.id >= ground.uuid_at(case when $from::timestamptz is null then '1970-01-01Z' else $from end)
              and x.id < ground.uuid_at(case when $to::timestamptz is null then '9999-01-01Z' else $to end)]]
   [[state: and d.state = $state]]
   [[older: and d.parser_version < $older]]
   [[reason: and d.reason is not null and strpos(lower(d.reason), lower($reason)) > 0]];

-- name: replay_batch :many
-- in:  replay uuid, after uuid, delivery uuid?, integration uuid?, from timestamptz?, to timestamptz?, state text?,
--      older int?, reason text?, limit int, bytes int
-- out: id uuid, integration_id uuid, received_at timestamptz, method text, query text, source text, headers bytea,
--      body bytea, provider text, zone text, settings json, secrets bytea?, version int, unproven bool
-- The next deliveries, oldest first, of so many bytes together (at least one). Same indexes.
select b.id, b.integration_id, b.received_at, b.method, b.query, b.source, b.headers, b.body, i.provider, i.zone,
       i.settings, i.secrets, i.version, b.unproven
  from (select x.*, sum(length(x.body)) over (order by x.id) as so_far, row_number() over (order by x.id) as n
          from (select x.*
          from inbox x
          join delivery d on d.tenant_id = x.tenant_id and d.id = x.id
          join integration i on i.tenant_id = x.tenant_id and i.id = x.integration_id and i.state <> 'deleted'
         where x.id < $replay and x.id > $after
   [[delivery: and x.id = $delivery]]
   [[integration: and x.integration_id = $integration]]
   [[from|to: and x.id >= ground.uuid_at(case when $from::timestamptz is null then '1970-01-01Z' else $from end)
              and x.id < ground.uuid_at(case when $to::timestamptz is null then '9999-01-01Z' else $to end)]]
   [[state: and d.state = $state]]
   [[older: and d.parser_version < $older]]
   [[reason: and d.reason is not null and strpos(lower(d.reason), lower($reason)) > 0]]
         order by x.id limit $limit) x) b
  join integration i on i.tenant_id = b.tenant_id and i.id = b.integration_id
 where b.so_far <= $bytes or b.n = 1
 order by b.id;

-- name: replay_step :one
-- in:  replay uuid, reached uuid, total int, done int, changed int, unparsed int, over bool
-- out: integration_id uuid?
-- A stopped one goes no further.
update replay set reached_id = $reached, total = $total, done = done + $done, changed = changed + $changed,
       unparsed = unparsed + $unparsed, state = case when $over then 'done' else state end,
       ended_at = case when $over then now() end
 where id = $replay and state = 'running' returning integration_id;

-- name: replay_end :done
-- in:  replay uuid, reason text
update replay set state = 'failed', reason = $reason, ended_at = now()
 where id = $replay and state = 'running';

-- name: replay_stop :done
-- in:  replay uuid
-- Its job finds it so and ends; what was read again stays.
update replay set state = 'stopped', ended_at = now()
 where id = $replay and state = 'running';

-- name: replay_again :done
-- in:  replay uuid
update replay set state = 'running', reason = null, ended_at = null
 where id = $replay and state = 'failed';

-- name: replays_list :page
-- in:   integration uuid?, after_id uuid?, limit int
-- out:  id uuid, integration_id uuid?, delivery_id uuid?, from_at timestamptz?, to_at timestamptz?, only_state text?,
--       only_reason text?, older_than int?, parser int?, state text, reason text?, total int?, done int, changed int, unparsed int,
--       by_name text, created_at timestamptz, ended_at timestamptz?
-- key:  id
-- Newest first: primary key, with an integration replay_integration.
select r.id, r.integration_id, r.delivery_id, r.from_at, r.to_at, r.only_state, r.only_reason, r.older_than, r.parser, r.state,
       r.reason, r.total, r.done, r.changed, r.unparsed, r.by_name, r.created_at, r.ended_at
  from replay r
 where true
   [[after_id: and r.id < $after_id]]
   [[integration: and r.integration_id = $integration]]
 order by r.id desc limit $limit;

-- name: replay_get :one
-- in:   replay uuid
-- out:  id uuid, integration_id uuid?, delivery_id uuid?, from_at timestamptz?, to_at timestamptz?, only_state text?,
--       only_reason text?, older_than int?, parser int?, state text, reason text?, total int?, done int, changed int, unparsed int,
--       by_name text, created_at timestamptz, ended_at timestamptz?
-- Primary key.
select r.id, r.integration_id, r.delivery_id, r.from_at, r.to_at, r.only_state, r.only_reason, r.older_than, r.parser, r.state,
       r.reason, r.total, r.done, r.changed, r.unparsed, r.by_name, r.created_at, r.ended_at
  from replay r where r.id = $replay;

-- name: inbox_forget :done
-- in:  delivery uuid
-- Primary key. The delivery's row stays and says what it told.
delete from inbox where id = $delivery;

-- name: replay_target :one
-- in:  integration uuid
-- out: provider text
-- Primary key.
select provider from integration where id = $integration and state <> 'deleted';

-- name: replay_delivery :one
-- in:  delivery uuid
-- out: integration_id uuid, provider text, state text?
-- Primary keys. state: null while it waits to be read for the first time.
select x.integration_id, i.provider, d.state from inbox x
  join integration i on i.tenant_id = x.tenant_id and i.id = x.integration_id and i.state <> 'deleted'
  left join delivery d on d.tenant_id = x.tenant_id and d.id = x.id
 where x.id = $delivery;
