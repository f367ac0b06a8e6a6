-- name: cdr_sockets :many
-- out: tenant_id uuid, id uuid, port text, source text
-- All tenants' integrations that are to be listened for: behind the gate, few.
select tenant_id, id, port, source from gate.cdr_sockets();
