-- Who tries doors: refused hooks by network, senders that are known, networks that a tenant blocks.

-- Refused hooks, added up by the hour; network: the sender's /24 or /48. What does not fit any more in an hour
-- is counted under 0.0.0.0/0.
create table threat_hook (
  tenant_id uuid not null references tenant (id),
  hour timestamptz not null,
  integration_id uuid not null,
  reason text not null check (reason in ('signature', 'source', 'flood')),
  network cidr not null,
  n bigint not null,
  last_at timestamptz not null,
  primary key (tenant_id, hour, integration_id, reason, network),
  foreign key (tenant_id, integration_id) references integration (tenant_id, id)
);
create index threat_hook_integration on threat_hook (tenant_id, integration_id);
create index threat_hook_hour on threat_hook (hour);
call ground.tenant_table('threat_hook', 'select, insert, update, delete');
call ground.open_to_gate('threat_hook', 'select, delete');

-- Networks from which a hook was taken once: never blocked by the service itself.
create table threat_sender (
  tenant_id uuid not null references tenant (id),
  network cidr not null,
  first_at timestamptz not null default now(),
  last_at timestamptz not null default now(),
  primary key (tenant_id, network)
);
call ground.tenant_table('threat_sender', 'select, insert, update, delete');
insert into threat_sender (tenant_id, network)
select distinct x.tenant_id, network(set_masklen(x.source::inet, case family(x.source::inet) when 4 then 24 else 48 end))
  from inbox x where not x.unproven and x.source ~ '^([0-9]{1,3}\.){3}[0-9]{1,3}$';

create table network_block (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  network cidr not null,
  reason text not null check (length(reason) between 1 and 300),
  automatic boolean not null default false,
  by_name text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  ended_at timestamptz,
  primary key (tenant_id, id),
  check (expires_at > created_at)
);
create index network_block_in_force on network_block (expires_at) where ended_at is null;
create index network_block_network on network_block (tenant_id, network) where ended_at is null;
create index network_block_created on network_block (tenant_id, created_at);
call ground.tenant_table('network_block', 'select, insert, update, delete');
call ground.open_to_gate('network_block', 'select');

-- trusted: networks that the service itself never blocks, as the server prints them. mailed_at: when owners heard last.
create table threat_setting (
  tenant_id uuid primary key references tenant (id),
  automatic boolean not null default true,
  trusted text not null default '' check (length(trusted) <= 16000),
  version integer not null default 1,
  mailed_at timestamptz
);
call ground.tenant_table('threat_setting', 'select, insert, update, delete');

-- Sign-ins that failed stand in the audit log; the guard keeps them few.
create index audit_entry_refused on audit_entry (tenant_id, at) where act like '% refused%';
create index audit_entry_refused_at on audit_entry (at) where act like '% refused%';
create policy gate_refused on audit_entry for select to ringsight_gate using (act like '% refused%');
grant select (tenant_id, at, act, address) on audit_entry to ringsight_gate;

-- The network that is counted by: /24 of IPv4, /48 of IPv6; null where a text is no address.
create function ground.threat_network(address text) returns cidr
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return network(set_masklen(address::inet, case family(address::inet) when 4 then 24 else 48 end));
exception when others then
  return null;
end $$;

reset role;
set local role ringsight_gate;

-- All blocks in force, for the memory of each process.
create function gate.blocks(most integer) returns table (tenant_id uuid, network text, expires_at timestamptz)
language sql stable security definer set search_path = public, pg_temp
as $$
  select b.tenant_id, b.network::text, b.expires_at from network_block b
   where b.ended_at is null and b.expires_at > now() order by b.expires_at desc limit most
$$;
revoke execute on function gate.blocks(integer) from public;
grant execute on function gate.blocks(integer) to ringsight_app;

-- Tenants with something to judge: as many failures in an hour as would block a network.
create function gate.threat_tenants(sign_ins integer, hooks integer) returns table (tenant_id uuid)
language sql stable security definer set search_path = public, pg_temp
as $$
  select e.tenant_id from audit_entry e
   where sign_ins > 0 and e.act like '% refused%' and e.at > now() - interval '1 hour'
   group by e.tenant_id having count(*) >= sign_ins
  union
  select h.tenant_id from threat_hook h
   where hooks > 0 and h.hour >= date_trunc('hour', now() - interval '1 hour') and h.reason = 'signature'
   group by h.tenant_id having sum(h.n) >= hooks
$$;
create function gate.threat_purge() returns integer
language sql volatile security definer set search_path = public, pg_temp
as $$
  with gone as (delete from threat_hook where hour < now() - interval '9 days' returning 1)
  select count(*)::integer from gone
$$;
revoke execute on function gate.threat_tenants(integer, integer), gate.threat_purge() from public;
grant execute on function gate.threat_tenants(integer, integer), gate.threat_purge() to ringsight_jobs;

reset role;
set local role ringsight_owner;

-- Networks of the transaction's tenant that failed too often in the last hour and are none of its own: none that it or
-- the operator trusts, none that a hook was taken from, none that one of its people worked from in thirty days.
create function ground.threat_suspects(sign_ins integer, hooks integer, never cidr[])
returns table (network cidr, way text, n bigint)
language sql stable set search_path = public, pg_temp
as $$
  with failed as (
    select ground.threat_network(e.address) as network, 'sign_in' as way, count(*) as n
      from audit_entry e
     where sign_ins > 0 and e.act like '% refused%' and e.at > now() - interval '1 hour'
     group by 1 having count(*) >= sign_ins
    union all
    select h.network, 'hook', sum(h.n)
      from threat_hook h
     where hooks > 0 and h.hour >= date_trunc('hour', now() - interval '1 hour') and h.reason = 'signature'
       and masklen(h.network) > 0
     group by h.network having sum(h.n) >= hooks)
  select distinct on (f.network) f.network, f.way, f.n from failed f
   where f.network is not null
     and not f.network <<= any (array['127.0.0.0/8', '::1/128', '::/48']::cidr[])
     and not exists (select from unnest(never) v where v && f.network)
     and coalesce((select s.automatic from threat_setting s), true)
     and not exists (select from threat_setting s, regexp_split_to_table(s.trusted, '\s+') t
                      where t <> '' and t::cidr && f.network)
     and not exists (select from threat_sender k where k.network && f.network)
     -- no more senders are remembered: one that is not known may well be a phone system that works
     and (select count(*) from threat_sender) < 2000
     and not exists (select from network_block b where b.network >>= f.network and b.ended_at is null and b.expires_at > now())
     -- one that was lifted by hand stays lifted for a day
     and not exists (select from network_block b where b.network = f.network and b.ended_at > now() - interval '1 day')
     and not exists (select from audit_entry e where e.at > now() - interval '30 days' and e.act not like '% refused%'
                        and e.actor_kind in ('person', 'api_key') and ground.threat_network(e.address) = f.network)
   order by f.network, f.n desc
   limit 50
$$;

-- Blocks them, in all tenants that have some. By a worker, in a transaction without a tenant.
create function ground.threat_watch(sign_ins integer, hooks integer, hours integer, never cidr[])
returns integer language plpgsql volatile set search_path = public, pg_temp as $$
declare
  who record;
  s record;
  made uuid;
  blocked integer := 0;
  here integer;
begin
  perform gate.threat_purge();
  for who in select * from gate.threat_tenants(sign_ins, hooks) t order by t.tenant_id loop
    perform set_config('app.tenant', who.tenant_id::text, true);
    here := 0;
    for s in select * from ground.threat_suspects(sign_ins, hooks, never) loop
      made := ground.uuid_now();
      insert into network_block (id, network, reason, automatic, by_name, expires_at)
      values (made, s.network, case s.way when 'sign_in' then format('%s sign-ins failed within an hour', s.n)
              else format('%s hooks were refused within two hours', s.n) end, true, 'Ringsight', now() + make_interval(hours => hours));
      insert into audit_entry (id, actor_kind, actor_id, actor, act, objects, given, address, request_id)
      values (made, 'service', made, 'Ringsight', 'Network blocked', jsonb_build_object('block', made),
              jsonb_build_object('network', s.network::text), '', made);
      here := here + 1;
    end loop;
    if here > 0 then
      perform ground.audit_chain();
      insert into job (id, kind, priority, max_attempts, args) values (ground.uuid_now(), 'threats.tell', 10, 10, '{}');
      blocked := blocked + here;
    end if;
  end loop;
  perform set_config('app.tenant', '', true);
  return blocked;
end $$;
revoke execute on function ground.threat_network(text), ground.threat_suspects(integer, integer, cidr[]),
  ground.threat_watch(integer, integer, integer, cidr[]) from public;
grant execute on function ground.threat_network(text), ground.threat_suspects(integer, integer, cidr[]),
  ground.threat_watch(integer, integer, integer, cidr[]) to ringsight_app;
