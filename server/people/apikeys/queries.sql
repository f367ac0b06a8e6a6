-- name: api_keys_list :page
-- in:  after_id uuid?, limit int
-- out: id uuid, name text, prefix text, role text, role_name text, created_at timestamptz, revoked_at timestamptz?,
--      expires_at timestamptz?, networks text, used_at timestamptz?, clients int
-- key: id
-- Newest first by primary key. clients: that use it by tokens, by index token_family_key.
select k.id, k.name, k.prefix, r.slug as role, r.name as role_name, k.created_at, k.revoked_at, k.expires_at, k.networks,
       k.used_at, (select count(*)::int from token_family f where f.key_id = k.id and f.ended_at is null and f.expires_at > now()) as clients
  from api_key k join role r on r.tenant_id = k.tenant_id and r.id = k.role_id
 where k.id < coalesce($after_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
 order by k.id desc
 limit $limit;

-- name: api_key_insert :done
-- in:  id uuid, name text, prefix text, hash bytea, role uuid, expires_at timestamptz?, networks text
insert into api_key (id, name, prefix, key_hash, role_id, expires_at, networks)
values ($id, $name, $prefix, $hash, $role, $expires_at, $networks);

-- name: api_key_change :done
-- in:  key uuid, name text?, expires_at timestamptz?, forever bool, networks text?
-- Primary key. What is not given stays; a revoked key stays as it was.
update api_key set name = coalesce($name, name), networks = coalesce($networks, networks),
       expires_at = case when $forever then null else coalesce($expires_at, expires_at) end
 where id = $key and revoked_at is null;

-- name: api_key_revoke :done
-- in:  key uuid
-- Primary key. The row stays, to tell what a key was.
update api_key set revoked_at = now() where id = $key and revoked_at is null;
