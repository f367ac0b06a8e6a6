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

-- name: upload_room :one
-- out: uploads int, bytes bigint
-- What is under way. Index upload_open.
select count(*)::int as uploads, coalesce(sum(length), 0)::bigint as bytes from upload where state = 'open';

-- name: uploads_open :page
-- in:  me uuid?, after_id uuid?, limit int
-- out: id uuid, filename text, length bigint, received bigint, created_at timestamptz
-- key: id
-- Index upload_open.
select u.id, coalesce(u.metadata ->> 'filename', '') as filename, u.length, u.received, u.created_at
  from upload u where u.state = 'open' and u.account_id = $me [[after_id: and u.id > $after_id]]
 order by u.id limit $limit;

-- name: upload_known :many
-- in:  hashes text[], scope uuid[]?
-- out: sha256 text, call_id uuid, started_at timestamptz
-- Which of these files are here, and whose call they are. Index recording_sha.
select h.hash as sha256, k.call_id, k.started_at
  from unnest($hashes) as h (hash)
 cross join lateral (
       select c.id as call_id, c.started_at from recording r join call c on c.tenant_id = r.tenant_id and c.id = r.call_id
        where r.sha256 = decode(h.hash, 'hex') and r.state in ('fetched', 'ready') [[scope: and c.agent_id = any($scope)]]
        order by r.id limit 1) k;

-- name: upload_said :done
-- in:  call uuid, note text, keep bool, reason text
-- What came with the file and is no fact of the call: that it is only to be kept, and why it names no agent.
update call set agent_note = $note, chosen = chosen or $keep, analyse_wanted = analyse_wanted and not $keep,
       choice_reason = case when $keep then $reason else choice_reason end
 where id = $call;
