-- name: live_note :done
-- in:  id uuid, kind text, object uuid, agent uuid?
insert into live_event (id, kind, object_id, agent_id) values ($id, $kind, $object, $agent);

-- name: live_redeem :one
-- in:  hash bytea
-- out: account_id uuid?, tenant_id uuid, sight uuid[]?, scope text, bearer text
-- A ticket is gone after this, good or not.
select account_id, tenant_id, gate.sight(account_id, tenant_id, agent_id, scope) as sight, scope, bearer from gate.ticket_redeem($hash);

-- name: live_standing :many
-- in:  bearers text[], accounts uuid[], tenants uuid[]
-- out: place int, sight uuid[]?, scope text
-- Behind the gate: session and key hashes, session_account.
select place, sight, scope from gate.live_standing($bearers, $accounts, $tenants);

-- name: live_ended :one
-- out: ended bigint
-- A sequence: it moves with each session that ends.
select last_value as ended from ground.session_end;

-- name: live_now :one
-- out: snapshot text
select pg_current_snapshot()::text as snapshot;

-- name: live_since :many
-- in:  snapshot text
-- out: snapshot text, id uuid?, kind text?, object_id uuid?, agent_id uuid?
-- What this snapshot shows and the given one did not; one row without id when there is nothing.
-- Index live_event_written; by id it would read the tenant's whole day.
select s.snapshot, e.id, e.kind, e.object_id, e.agent_id
  from (select pg_current_snapshot()::text as snapshot) s
  left join lateral (
    select id, kind, object_id, agent_id from live_event
     where written_in >= pg_snapshot_xmin($snapshot::pg_snapshot)
       and not pg_visible_in_snapshot(written_in, $snapshot::pg_snapshot)
     order by written_in limit 501) e on true
 order by e.id;

-- name: live_replay :many
-- in:  begin timestamptz, agents uuid[]?
-- out: id uuid, kind text, object_id uuid, agent_id uuid?
-- Primary key (tenant_id, id).
select id, kind, object_id, agent_id from live_event
 where id >= ground.uuid_at($begin) [[agents: and agent_id = any($agents)]]
 order by id limit 501;
