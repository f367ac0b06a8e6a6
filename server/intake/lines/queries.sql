-- name: lines_due :many
-- out: tenant_id uuid, integration_id uuid
-- Index integration_line, behind the gate.
select tenant_id, integration_id from gate.lines_due();

-- name: line_take :one
-- in:  integration uuid, worker text, lease_s int
-- out: token bigint
-- No row: somebody else holds it. Primary key.
insert into phone_line (integration_id, worker, lease_until)
values ($integration, $worker, now() + make_interval(secs => $lease_s))
on conflict (tenant_id, integration_id) do update
   set token = phone_line.token + 1, worker = excluded.worker, lease_until = excluded.lease_until
 where phone_line.lease_until is null or phone_line.lease_until < now()
returning token;

-- name: line_keep :one
-- in:  integration uuid, token bigint, lease_s int
-- out: version int, active bool
-- No row: another worker took over. Primary keys.
update phone_line l set lease_until = now() + make_interval(secs => $lease_s)
  from integration i join tenant t on t.id = i.tenant_id
 where l.integration_id = $integration and l.token = $token
   and i.tenant_id = l.tenant_id and i.id = l.integration_id
returning i.version, i.state = 'active' and t.state = 'active' as active;

-- name: line_note :done
-- in:  integration uuid, token bigint, state text, reason text?
update phone_line set state = $state, reason = $reason, changed_at = now(),
       connected_at = case when $state = 'connected' then now() else connected_at end
 where integration_id = $integration and token = $token;

-- name: line_release :done
-- in:  integration uuid, token bigint
update phone_line set lease_until = null, worker = null, changed_at = now(),
       state = case when state = 'connected' then 'waiting' else state end
 where integration_id = $integration and token = $token;

-- name: line_settings :one
-- in:  integration uuid
-- out: zone text, settings json, secrets bytea?, version int
-- Primary key.
select zone, settings, secrets, version from integration where id = $integration and state = 'active';

-- name: journal_put :done
-- in:  id uuid, integration uuid, body bytea
-- Behind line_keep, so that only who holds the line writes. Sent again it changes nothing.
insert into line_journal (id, integration_id, body) values ($id, $integration, $body)
on conflict (tenant_id, id) do nothing;

-- name: journal_read :many
-- in:  integration uuid, after uuid?, limit int
-- out: id uuid, body bytea
-- Oldest first. Index line_journal_integration.
select id, body from line_journal
 where integration_id = $integration and ($after::uuid is null or id > $after)
 order by id limit $limit;

-- name: journal_end :done
-- in:  ids uuid[]
-- Primary key.
delete from line_journal where id = any($ids);

-- name: line_show :one
-- in:  integration uuid
-- out: state text, reason text?, connected_at timestamptz?, changed_at timestamptz?, held bool
-- How the line to a phone system is; "none" where there never was one. Primary keys.
select coalesce(l.state, 'none') as state, l.reason, l.connected_at, l.changed_at,
       coalesce(l.lease_until > now(), false) as held
  from integration i
  left join phone_line l on l.tenant_id = i.tenant_id and l.integration_id = i.id
 where i.id = $integration and i.state <> 'deleted';
