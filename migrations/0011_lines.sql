-- Lines held open to phone systems: who holds each, and what came by it and is not yet a delivery.

create table phone_line (
  tenant_id uuid not null references tenant (id),
  integration_id uuid not null,
  token bigint not null default 1,
  worker text,
  lease_until timestamptz,
  state text not null default 'waiting' check (state in ('waiting', 'connected', 'lost')),
  reason text,
  connected_at timestamptz,
  changed_at timestamptz not null default now(),
  primary key (tenant_id, integration_id),
  foreign key (tenant_id, integration_id) references integration (tenant_id, id)
);
call ground.tenant_table('phone_line', 'select, insert, update');
call ground.open_to_gate('phone_line', 'select');

-- One message each, stored before it is looked into; gone when its call has become a delivery.
create table line_journal (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  integration_id uuid not null,
  body bytea not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, integration_id) references integration (tenant_id, id)
);
call ground.tenant_table('line_journal', 'select, insert, delete');
create index line_journal_integration on line_journal (tenant_id, integration_id, id);

create index integration_line on integration (provider) where provider = 'asterisk' and state = 'active';

-- Lines that nobody holds: the workers' question, which has no tenant.
reset role;
set local role ringsight_gate;
create function gate.lines_due() returns table (tenant_id uuid, integration_id uuid)
language plpgsql stable security definer set search_path = public, pg_temp
as $$ begin return query
  select i.tenant_id, i.id
    from integration i
    join tenant t on t.id = i.tenant_id and t.state = 'active'
    left join phone_line l on l.tenant_id = i.tenant_id and l.integration_id = i.id
   where i.provider = 'asterisk' and i.state = 'active' and coalesce(i.settings ->> 'host', '') <> ''
     and (l.lease_until is null or l.lease_until < now())
   order by l.lease_until nulls first, i.id
   limit 100;
end $$;
revoke execute on function gate.lines_due() from public;
grant execute on function gate.lines_due() to ringsight_jobs;
