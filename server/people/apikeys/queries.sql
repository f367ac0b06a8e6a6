-- name: api_keys_list :page
-- in:  after_id uuid?, limit int
-- out: id uuid, name text, prefix text, role text, created_at timestamptz, revoked_at timestamptz?
-- key: id
-- Newest first by primary key.
select k.id, k.name, k.prefix, r.slug as role, k.created_at, k.revoked_at
  from api_key k join role r on r.tenant_id = k.tenant_id and r.id = k.role_id
 where k.id < coalesce($after_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
 order by k.id desc
 limit $limit;

-- name: api_key_insert :done
-- in:  id uuid, name text, prefix text, hash bytea, role uuid
insert into api_key (id, name, prefix, key_hash, role_id) values ($id, $name, $prefix, $hash, $role);

-- name: api_key_revoke :done
-- in:  key uuid
-- Primary key. The row stays, to tell what a key was.
update api_key set revoked_at = now() where id = $key and revoked_at is null;
