-- name: upload_agent :one
-- in:  agent uuid
-- out: extension text
-- Primary key.
select extension from agent where id = $agent;

-- name: upload_add :done
-- in:  id uuid, me uuid, metadata json, length bigint
insert into upload (id, account_id, metadata, length) values ($id, $me, $metadata, $length);

-- name: upload_get :one
-- in:  upload uuid
-- out: id uuid, metadata json, length bigint, received bigint, state text, call_id uuid?, parts int
-- Primary keys.
select u.id, u.metadata, u.length, u.received, u.state, u.call_id,
       (select count(*)::int from upload_part p where p.tenant_id = u.tenant_id and p.upload_id = u.id) as parts
  from upload u where u.id = $upload;

-- name: upload_move :one
-- in:  upload uuid, offset bigint, bytes bigint, object_key text
-- out: received bigint, state text
-- Compare-and-set: no row when somebody else moved the upload first. Primary keys.
with moved as (
  update upload set received = received + $bytes,
         state = case when received + $bytes = length then 'complete' else 'open' end
   where id = $upload and state = 'open' and received = $offset and received + $bytes <= length
  returning id, received, state),
part as (
  insert into upload_part (upload_id, first_byte, bytes, object_key)
  select id, $offset, $bytes, $object_key from moved)
select received, state from moved;

-- name: upload_called :done
-- in:  upload uuid, call uuid
update upload set call_id = $call where id = $upload;

-- name: upload_parts :many
-- in:  upload uuid
-- out: first_byte bigint, bytes bigint, object_key text, length bigint
-- Of complete uploads. Primary keys.
select p.first_byte, p.bytes, p.object_key, u.length
  from upload u join upload_part p on p.tenant_id = u.tenant_id and p.upload_id = u.id
 where u.id = $upload and u.state = 'complete' order by p.first_byte;

-- name: upload_parts_gone :many
-- in:  upload uuid
-- out: object_key text
-- Primary key of upload_part.
delete from upload_part where upload_id = $upload returning object_key;

-- name: upload_end :done
-- in:  upload uuid
-- One that is not complete. Its parts went before. Primary key.
delete from upload where id = $upload and state = 'open';

-- name: upload_lock :one
-- in:  upload uuid
-- out: state text
-- Holds off the next part while the upload is ended. Primary key.
select state from upload where id = $upload for update;
