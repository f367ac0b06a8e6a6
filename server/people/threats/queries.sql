-- name: blocks_in_force :many
-- in:  most int
-- out: tenant_id uuid, network text, expires_at timestamptz
-- Index network_block_in_force, behind the gate.
select tenant_id, network, expires_at from gate.blocks($most);

-- name: threat_senders_add :done
-- in:  networks json
-- At most 2000 a tenant. In one order, so that two processes do not wait for each other.
insert into threat_sender as s (network)
select distinct e::cidr as network from jsonb_array_elements_text($networks) e
 where (select count(*) from threat_sender) < 2000 or e::cidr in (select k.network from threat_sender k)
 order by 1
on conflict (tenant_id, network) do update set last_at = now();

-- name: threat_hooks_add :done
-- in:  rows json
-- Beyond 500 rows an hour networks that are new are added up under 0.0.0.0/0.
with r as (
  select x.integration, x.reason, x.network, x.n
    from jsonb_to_recordset($rows) as x (integration uuid, reason text, network cidr, n bigint)),
now_hour as (select date_trunc('hour', now(), 'UTC') as hour),
room as (select count(*) < 500 as there from threat_hook t join now_hour h on t.hour = h.hour)
insert into threat_hook as t (hour, integration_id, reason, network, n, last_at)
select h.hour, i.id, r.reason, case when room.there then r.network else '0.0.0.0/0' end, sum(r.n)::bigint, now()
  from r join integration i on i.id = r.integration cross join now_hour h cross join room
 group by 1, 2, 3, 4
 order by 1, 2, 3, 4
on conflict (tenant_id, hour, integration_id, reason, network) do update set n = t.n + excluded.n, last_at = excluded.last_at;

-- name: threats_show :one
-- in:  days int
-- out: accounts json:threat_accounts, networks json:threat_networks, hooks json:threat_hooks, automatic bool, trusted text,
--      version int
-- The most of each, fifty at most. Indexes audit_entry_refused and the primary key of threat_hook.
with failed as materialized (
  select e.actor, ground.threat_network(e.address) as network, e.at from audit_entry e
   where e.act like '% refused%' and e.at > now() - make_interval(days => $days)),
accounts as (select actor, count(*) as n, count(distinct network) as networks, max(at) as last_at from failed group by 1 order by 2 desc, 1 limit 50),
networks as (select network, count(*) as n, count(distinct actor) as accounts, max(at) as last_at from failed
              where network is not null group by 1 order by 2 desc, 1 limit 50),
hooks as (
  select h.integration_id, h.reason, h.network, sum(h.n) as n, max(h.last_at) as last_at from threat_hook h
   where h.hour > now() - make_interval(days => $days)
   group by 1, 2, 3 order by 4 desc, 3 limit 50)
select
  (select coalesce(jsonb_agg(jsonb_build_object('name', a.actor, 'n', a.n, 'networks', a.networks, 'last_at', to_char(a.last_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')) order by a.n desc, a.actor), '[]') from accounts a) as accounts,
  (select coalesce(jsonb_agg(jsonb_build_object('network', w.network::text, 'n', w.n, 'accounts', w.accounts, 'last_at', to_char(w.last_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')) order by w.n desc, w.network), '[]') from networks w) as networks,
  (select coalesce(jsonb_agg(jsonb_build_object('integration_id', h.integration_id, 'integration', i.name, 'reason', h.reason,
            'network', case when masklen(h.network) > 0 then h.network::text end, 'n', h.n,
            'known', exists (select from threat_sender k where k.network && h.network and masklen(h.network) > 0),
            'last_at', to_char(h.last_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')) order by h.n desc, h.network), '[]')
     from hooks h join integration i on i.id = h.integration_id) as hooks,
  coalesce((select s.automatic from threat_setting s), true) as automatic,
  coalesce((select s.trusted from threat_setting s), '') as trusted,
  coalesce((select s.version from threat_setting s), 0) as version;

-- name: blocks_list :page
-- in:  after_id uuid?, limit int
-- out: id uuid, network text, reason text, automatic bool, by_name text, created_at timestamptz, expires_at timestamptz
-- key: id
-- In force, newest first. Primary key.
select b.id, b.network::text as network, b.reason, b.automatic, b.by_name, b.created_at, b.expires_at
  from network_block b
 where b.ended_at is null and b.expires_at > now()
   and b.id < case when $after_id::uuid is null then 'ffffffff-ffff-ffff-ffff-ffffffffffff' else $after_id end
 order by b.id desc
 limit $limit;

-- name: block_facts :one
-- in:  network text
-- out: sender bool, n int
-- Whether a phone system of the tenant sent from there, and how many blocks are in force.
select exists (select from threat_sender k where k.network && $network::cidr) as sender,
       (select count(*)::int from network_block b where b.ended_at is null and b.expires_at > now()) as n;

-- name: block_add :done
-- in:  id uuid, network text, reason text, by_name text, hours int
-- One of the same network ends.
with gone as (update network_block set ended_at = now() where network = $network::cidr and ended_at is null)
insert into network_block (id, network, reason, by_name, expires_at)
values ($id, $network::cidr, $reason, $by_name, now() + make_interval(hours => $hours));

-- name: block_end :one
-- in:  block uuid
-- out: id uuid
-- Primary key.
update network_block set ended_at = now() where id = $block and ended_at is null and expires_at > now() returning id;

-- name: threat_setting_put :one
-- in:  automatic bool, trusted text, version int
-- out: version int
-- Primary key.
insert into threat_setting as s (automatic, trusted)
select $automatic, $trusted where $version = 0 or exists (select from threat_setting)
on conflict (tenant_id) do update set automatic = excluded.automatic, trusted = excluded.trusted, version = s.version + 1
 where s.version = $version
returning s.version;

-- name: threat_watch :one
-- in:  sign_ins int, hooks int, hours int, never text
-- out: blocked int
select ground.threat_watch($sign_ins, $hooks, $hours,
  array(select w::cidr from regexp_split_to_table($never, '\s+') w where w <> '')) as blocked;

-- name: threat_mail_due :one
-- out: since timestamptz
-- Marks it: at most one an hour. No row: not yet.
insert into threat_setting as s (mailed_at) values (now())
on conflict (tenant_id) do update set mailed_at = now()
 where s.mailed_at is null or s.mailed_at <= now() - interval '1 hour'
returning now() - interval '2 hours' as since;

-- name: threat_mail_blocks :many
-- in:  since timestamptz
-- out: network text, reason text, expires_at timestamptz
-- Index network_block_created.
select b.network::text as network, b.reason, b.expires_at from network_block b
 where b.automatic and b.created_at > $since and b.ended_at is null order by b.created_at desc limit 20;

-- name: threat_people :many
-- out: name text, email text
-- Who owns the tenant and can be written to: memberships with an owner's role, by keys.
select a.name, a.email
  from role r join membership m on m.tenant_id = r.tenant_id and m.role_id = r.id
  join account a on a.id = m.account_id and a.disabled_at is null and a.home_id is null
 where r.slug = 'owner' order by a.id limit 20;
