-- Who did what: each act is written in its own transaction and never changed; seconds later a job numbers
-- the entries and chains them, each hash over the one before, so that a row that is changed or removed later
-- is found.

create table audit_entry (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  at timestamptz not null default now(),
  actor_kind text not null check (actor_kind in ('person', 'api_key')),
  actor_id uuid not null,
  actor text not null,
  act text not null,
  objects jsonb not null,
  given jsonb not null,
  address text not null,
  request_id uuid not null,
  primary key (tenant_id, id)
);
create index audit_entry_at on audit_entry (tenant_id, at);
create index audit_entry_actor on audit_entry (tenant_id, actor_id, id desc);
call ground.tenant_table('audit_entry', 'select, insert');

create table audit_link (
  tenant_id uuid not null references tenant (id),
  number bigint not null check (number > 0),
  entry_id uuid not null,
  hash bytea not null check (length(hash) = 32),
  primary key (tenant_id, number),
  unique (tenant_id, entry_id),
  foreign key (tenant_id, entry_id) references audit_entry (tenant_id, id)
);
call ground.tenant_table('audit_link', 'select, insert');

-- What a hash is made over. Times as whole microseconds, so that no setting of the session matters.
create function ground.audit_text(e public.audit_entry) returns bytea
language sql immutable set search_path = pg_catalog, pg_temp
as $$ select convert_to(jsonb_build_array(e.tenant_id, e.id, (extract(epoch from e.at) * 1000000)::bigint, e.actor_kind,
  e.actor_id, e.actor, e.act, e.objects, e.given, e.address, e.request_id)::text, 'UTF8') $$;

-- Chains what the tenant's acts have added, a thousand at a time. An act may be committed after a later one:
-- ten minutes back are looked through, and no transaction lasts so long.
create function ground.audit_chain() returns integer
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  own constant uuid := nullif(current_setting('app.tenant', true), '')::uuid;
  entry public.audit_entry;
  n bigint := 0;
  h bytea := '';
  since timestamptz := '-infinity';
  linked integer := 0;
begin
  perform pg_advisory_xact_lock(hashtextextended('ringsight.audit', 0) # hashtextextended(own::text, 0));
  select l.number, l.hash, e.at - interval '10 minutes' into n, h, since
    from public.audit_link l join public.audit_entry e on e.tenant_id = l.tenant_id and e.id = l.entry_id
   where l.tenant_id = own order by l.number desc limit 1;
  if not found then n := 0; h := ''; since := '-infinity'; end if;
  for entry in
    select e.* from public.audit_entry e
     where e.tenant_id = own and e.at >= since
       and not exists (select from public.audit_link l where l.tenant_id = own and l.entry_id = e.id)
     order by e.at, e.id limit 1000
  loop
    n := n + 1;
    h := sha256(h || ground.audit_text(entry));
    insert into public.audit_link (tenant_id, number, entry_id, hash) values (own, n, entry.id, h);
    linked := linked + 1;
  end loop;
  return linked;
end $$;

-- Reads the whole chain of the tenant again. fault: the first thing that does not fit, or null.
create function ground.audit_verify(out links bigint, out waiting bigint, out fault text, out head text)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  own constant uuid := nullif(current_setting('app.tenant', true), '')::uuid;
  link public.audit_link;
  entry public.audit_entry;
  h bytea := '';
begin
  links := 0;
  for link in select * from public.audit_link where tenant_id = own order by number loop
    links := links + 1;
    if link.number <> links then
      fault := format('Link %s is missing.', links);
      exit;
    end if;
    select * into entry from public.audit_entry e where e.tenant_id = own and e.id = link.entry_id;
    if not found then
      fault := format('The entry of link %s is missing.', links);
      exit;
    end if;
    h := sha256(h || ground.audit_text(entry));
    if h <> link.hash then
      fault := format('Entry %s of %s (link %s) is not what was written.', entry.id, to_char(entry.at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS'), links);
      exit;
    end if;
  end loop;
  select count(*) into waiting from public.audit_entry e
   where e.tenant_id = own and not exists (select from public.audit_link l where l.tenant_id = own and l.entry_id = e.id);
  head := encode(h, 'hex');
end $$;

revoke execute on function ground.audit_text(public.audit_entry), ground.audit_chain(), ground.audit_verify() from public;
grant execute on function ground.audit_text(public.audit_entry), ground.audit_chain(), ground.audit_verify() to ringsight_app;

-- Its owner does not see rows of tenants, the migrator does.
reset role;
update role set permissions = permissions || '{audit.read}' where slug in ('owner', 'admin') and not permissions @> '{audit.read}';
