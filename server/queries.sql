-- name: own_role :one
-- out: name text, too_strong bool
-- Whether row security binds us: no superuser, no BYPASSRLS, owner of no table.
select current_user::text as name,
       (select r.rolsuper or r.rolbypassrls from pg_roles r where r.rolname = current_user)
       or exists (select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
                   where pg_has_role(current_user, c.relowner, 'member')) as too_strong;
