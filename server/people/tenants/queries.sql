-- name: tenants_list :page
-- in:  after_id uuid?, limit int
-- out: id uuid, slug text, name text, zone text, state text, created_at timestamptz
-- key: id
-- Newest first by primary key.
select id, slug, name, zone, state, created_at from tenant
 where id < coalesce($after_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
 order by id desc
 limit $limit;
