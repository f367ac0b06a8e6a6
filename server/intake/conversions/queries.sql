-- name: conversion_add :done
-- in:  id uuid, mode text, account uuid?, by_name text
-- None is added while another goes on: unique index conversion_one.
insert into conversion (id, mode, account_id, by_name) values ($id, $mode, $account, $by_name)
on conflict (tenant_id) where state = 'running' do nothing;

-- name: conversion_task :one
-- in:  conversion uuid
-- out: id uuid, mode text, reached_id uuid, state text, total int?
-- Locks the walk. Primary key.
select id, mode, reached_id, state, total from conversion where id = $conversion for update;

-- name: conversion_total :one
-- in:  conversion uuid
-- out: total int
-- Those that came later are new, and looked after as such. Primary key.
select count(*)::int as total from recording where id < $conversion;

-- name: conversion_batch :many
-- in:  conversion uuid, after uuid, limit int
-- out: id uuid, call_id uuid, codec text?, bytes bigint?, channels int?, duration_ms int?, ready bool, has_opus bool, released bool,
--      gave_up bool, keep_opus bool
-- The next recordings by id, with what is in force today for their phone systems. Primary keys.
select r.id, r.call_id, r.codec, r.bytes, r.channels, r.duration_ms, r.state = 'ready' and r.object_key is not null as ready,
       r.opus_key is not null as has_opus, r.original_gone_at is not null as released, r.opus_reason is not null as gave_up,
       coalesce(k.body ->> 'store', 'original') = 'opus' as keep_opus
  from (select * from recording where id > $after and id < $conversion order by id limit $limit) r
  join call c on c.tenant_id = r.tenant_id and c.id = r.call_id
  left join lateral (select p.body from policy p where p.tenant_id = c.tenant_id and p.integration_id = c.integration_id
                      order by p.version desc limit 1) k on true
 order by r.id;

-- name: conversion_made :one
-- in:  recordings uuid[]
-- out: made int, from_bytes bigint, bytes bigint
-- What became of those that were handed out. Primary key.
select count(*)::int as made, coalesce(sum(bytes), 0)::bigint as from_bytes, coalesce(sum(opus_bytes), 0)::bigint as bytes
  from recording where id = any($recordings) and opus_key is not null;

-- name: conversion_step :done
-- in:  conversion uuid, reached uuid, total int?, seen int, beside int, beside_estimate bigint, instead int, instead_bytes bigint,
--      instead_estimate bigint, release int, release_bytes bigint, made int, made_from_bytes bigint, made_bytes bigint, over bool
-- A stopped one goes no further, but what it had handed out counts.
update conversion set reached_id = $reached, total = $total, seen = seen + $seen, beside = beside + $beside,
       beside_estimate = beside_estimate + $beside_estimate, instead = instead + $instead,
       instead_bytes = instead_bytes + $instead_bytes, instead_estimate = instead_estimate + $instead_estimate,
       release = release + $release, release_bytes = release_bytes + $release_bytes, made = made + $made,
       made_from_bytes = made_from_bytes + $made_from_bytes, made_bytes = made_bytes + $made_bytes,
       state = case when $over and state = 'running' then 'done' else state end,
       ended_at = case when $over and state = 'running' then now() else ended_at end
 where id = $conversion;

-- name: conversion_end :done
-- in:  conversion uuid, reason text
update conversion set state = 'failed', reason = $reason, ended_at = now() where id = $conversion and state = 'running';

-- name: conversion_again :done
-- in:  conversion uuid
-- Its dead job is tried again, unless another walk goes on meanwhile.
update conversion set state = 'running', reason = null, ended_at = null
 where id = $conversion and state = 'failed' and not exists (select from conversion where state = 'running');

-- name: conversion_stop :done
-- in:  conversion uuid
-- Its job finds it so and ends; the few that were handed out are written.
update conversion set state = 'stopped', ended_at = now() where id = $conversion and state = 'running';

-- name: conversions_list :page
-- in:   after_id uuid?, limit int
-- out:  id uuid, mode text, state text, reason text?, total int?, seen int, beside int, beside_estimate bigint, instead int,
--       instead_bytes bigint, instead_estimate bigint, release int, release_bytes bigint, made int, made_from_bytes bigint,
--       made_bytes bigint, by_name text, created_at timestamptz, ended_at timestamptz?
-- key:  id
-- Newest first: primary key.
select r.id, r.mode, r.state, r.reason, r.total, r.seen, r.beside, r.beside_estimate, r.instead, r.instead_bytes,
       r.instead_estimate, r.release, r.release_bytes, r.made, r.made_from_bytes, r.made_bytes, r.by_name, r.created_at, r.ended_at
  from conversion r
 where true [[after_id: and r.id < $after_id]]
 order by r.id desc limit $limit;
