-- name: audit_add :done
-- in:  id uuid, actor_kind text, actor uuid, actor_name text, act text, objects json, given json, address text, request uuid
insert into audit_entry (id, actor_kind, actor_id, actor, act, objects, given, address, request_id)
values ($id, $actor_kind, $actor, $actor_name, $act, $objects, $given, $address, $request);

-- name: audit_list :page
-- in:  actor uuid?, act text?, object uuid?, from timestamptz?, to timestamptz?, after_id uuid?, limit int
-- out: id uuid, at timestamptz, actor_kind text, actor_id uuid, actor text, act text, objects json:audit_objects,
--      given json:audit_given, address text, request_id uuid, number bigint?
-- key: id
-- Newest first, by primary key, or audit_entry_actor for one actor. number: its place in the chain, once it has one.
select e.id, e.at, e.actor_kind, e.actor_id, e.actor, e.act, e.objects, e.given, e.address, e.request_id,
       (select l.number from audit_link l where l.tenant_id = e.tenant_id and l.entry_id = e.id) as number
  from audit_entry e
 where e.id < case when $after_id::uuid is null then 'ffffffff-ffff-ffff-ffff-ffffffffffff' else $after_id end
   [[actor: and e.actor_id = $actor]]
   [[act|object|from|to: and case
      when $act::text is not null and strpos(e.act, $act) = 0 then false
      when $object::uuid is not null and not e.objects @? format('$.* ? (@ == "%s")', $object)::jsonpath then false
      when $from::timestamptz is not null and e.at < $from then false
      when $to::timestamptz is not null and e.at >= $to then false
      else true end]]
 order by e.id desc
 limit $limit;

-- name: audit_rows :many
-- in:  from timestamptz, to timestamptz, limit int
-- out: id uuid, at timestamptz, actor_kind text, actor text, act text, objects text, given text, address text, request_id uuid,
--      number bigint?, hash text?
-- For the file, oldest first. Index audit_entry_at.
select e.id, e.at, e.actor_kind, e.actor, e.act, e.objects::text as objects, e.given::text as given, e.address, e.request_id,
       l.number, encode(l.hash, 'hex') as hash
  from audit_entry e left join audit_link l on l.tenant_id = e.tenant_id and l.entry_id = e.id
 where e.at >= $from and e.at < $to
 order by e.at
 limit $limit;

-- name: audit_chain :one
-- out: linked int
select ground.audit_chain() as linked;

-- name: audit_verify :one
-- out: links bigint, waiting bigint, fault text?, head text
select links, waiting, fault, head from ground.audit_verify();

-- name: platform_audit_add :done
-- in: id uuid, actor_kind text, actor uuid?, actor_name text, act text, objects json, given json, address text, request uuid?
select gate.platform_audit_add($id, $actor_kind, $actor, $actor_name, $act, $objects, $given, $address, $request);

-- name: platform_audit_list :many
-- in:  act text?, from timestamptz?, to timestamptz?, before bigint?, limit int
-- out: number bigint, at timestamptz, actor_kind text, actor text, act text, objects json:audit_objects, given json:audit_given,
--      address text
-- Newest first by primary key.
select number, at, actor_kind, actor, act, objects, given, address from platform_audit
 where number < coalesce($before, 9223372036854775807)
   and case when $act::text is not null and strpos(act, $act) = 0 then false
            when $from::timestamptz is not null and at < $from then false
            when $to::timestamptz is not null and at >= $to then false
            else true end
 order by number desc
 limit $limit;

-- name: platform_audit_rows :many
-- in:  from timestamptz, to timestamptz, limit int
-- out: number bigint, id uuid, at timestamptz, actor_kind text, actor text, act text, objects text, given text, address text,
--      request_id uuid?, hash text
-- For the file, oldest first. Index platform_audit_at.
select number, id, at, actor_kind, actor, act, objects::text as objects, given::text as given, address, request_id,
       encode(hash, 'hex') as hash
  from platform_audit where at >= $from and at < $to order by at limit $limit;

-- name: platform_audit_verify :one
-- out: links bigint, fault text?, head text
select links, fault, head from ground.platform_audit_verify();

-- name: audit_failures :one
-- out: written int
select ground.audit_failures() as written;

-- name: audit_networks :one
-- in:  id uuid, host text, networks text
-- out: written bool
-- One index look-up, platform_audit_networks.
select gate.platform_audit_networks($id, $host, btrim(replace($networks, chr(10), '; '), '; ')) as written;
