-- name: roles_list :many
-- out: id uuid, slug text, name text, scope text, permissions text[], version int, members int, keys int, invited int
-- A tenant has few. Indexes membership_role, api_key_role, invitation_role.
select r.id, r.slug, r.name, r.scope, r.permissions, r.version,
       (select count(*)::int from membership m where m.tenant_id = r.tenant_id and m.role_id = r.id) as members,
       (select count(*)::int from api_key k where k.tenant_id = r.tenant_id and k.role_id = r.id and k.revoked_at is null
           and (k.expires_at is null or k.expires_at > now())) as keys,
       (select count(*)::int from invitation i where i.tenant_id = r.tenant_id and i.role_id = r.id
           and i.accepted_at is null and i.revoked_at is null and i.expires_at > now()) as invited
  from role r where r.retired_at is null order by r.name, r.slug;

-- name: role_add :done
-- in:  id uuid, slug text, name text, scope text, permissions text[]
insert into role (id, slug, name, scope, permissions) values ($id, $slug, $name, $scope, $permissions);

-- name: role_get :one
-- in:  role uuid
-- out: slug text, name text, scope text, permissions text[], members int, keys int, invited int
-- As roles_list, for one that nobody else changes meanwhile.
select r.slug, r.name, r.scope, r.permissions,
       (select count(*)::int from membership m where m.tenant_id = r.tenant_id and m.role_id = r.id) as members,
       (select count(*)::int from api_key k where k.tenant_id = r.tenant_id and k.role_id = r.id and k.revoked_at is null
           and (k.expires_at is null or k.expires_at > now())) as keys,
       (select count(*)::int from invitation i where i.tenant_id = r.tenant_id and i.role_id = r.id
           and i.accepted_at is null and i.revoked_at is null and i.expires_at > now()) as invited
  from role r where r.id = $role and r.retired_at is null for update of r;

-- name: role_change :done
-- in:  role uuid, version int, name text, scope text, permissions text[]
-- Primary key.
update role set name = $name, scope = $scope, permissions = $permissions, version = version + 1
 where id = $role and version = $version and retired_at is null;

-- name: role_retire :done
-- in:  role uuid
-- The row stays for what names it; its slug is free again. Primary key.
update role set retired_at = now(), slug = slug || '~' || left(id::text, 13) where id = $role and retired_at is null;
