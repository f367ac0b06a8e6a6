-- A tenant is erased: every row of every table that has a tenant, found in the catalogue so that no table added later
-- is forgotten. Run by `ringsight admin erase-tenant` on the owner's connection, which row security does not bind.

-- The certificate. people: the members' accounts, until it is done.
create table tenant_erasure (
  id uuid primary key,
  slug text not null,
  counts jsonb not null,
  people uuid[],
  accounts bigint not null default 0,
  began_at timestamptz not null default now(),
  done_at timestamptz
);
comment on table tenant_erasure is 'class: platform';
grant select on tenant_erasure to ringsight_platform;

create function ground.tenant_relations() returns table (relation regclass)
language sql stable set search_path = pg_catalog, pg_temp
as $$ select c.oid::regclass from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = 'public' and c.relkind = 'r'
     and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)
   order by c.relname <> 'call', c.relname $$; -- with calls goes most of the rest, by their foreign keys

-- What there is of a tenant, for the certificate.
create function ground.tenant_rows(of uuid) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  t regclass; n bigint; counts jsonb := '{}';
begin
  for t in select r.relation from ground.tenant_relations() r loop
    execute format('select count(*) from %s where tenant_id = $1', t) into n using of;
    if n > 0 then counts := counts || jsonb_build_object(replace(t::text, 'public.', ''), n); end if;
  end loop;
  return counts;
end $$;

-- Marks a tenant deleted, so that nothing new comes; one that was begun before is gone on with. held: legal holds in
-- force, which keep it from beginning.
create function ground.close_tenant(its_slug text, out id uuid, out held integer)
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  t public.tenant;
begin
  select x.* into t from public.tenant x where x.slug = its_slug for update;
  id := t.id;
  held := 0;
  if t.id is null or t.state = 'deleted' then return; end if;
  select count(*) into held from public.legal_hold h
   where h.tenant_id = t.id and h.released_at is null and (h.until is null or h.until > now());
  if held > 0 then return; end if;
  update public.tenant x set state = 'deleted' where x.id = t.id;
  insert into public.tenant_erasure (id, slug, counts, people)
  values (t.id, its_slug, ground.tenant_rows(t.id), array(select m.account_id from public.membership m where m.tenant_id = t.id));
end $$;

-- One pass of small steps over all tables; how many rows it deleted, and a table that still has some. Rows that others
-- still point at wait for the next pass. Only a tenant that is marked deleted, so that nothing new comes meanwhile.
create function ground.erase_tenant(of uuid, most integer, out gone bigint, out left_in text)
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  t regclass; n bigint; there boolean;
begin
  gone := 0;
  if not exists (select from public.tenant x where x.id = of and x.state = 'deleted') then
    raise exception 'the tenant is not marked deleted' using errcode = 'check_violation';
  end if;
  for t in select r.relation from ground.tenant_relations() r loop
    begin
      execute format('delete from %s where ctid = any(array(select ctid from %s where tenant_id = $1 limit $2))', t, t)
        using of, most;
      get diagnostics n = row_count;
      gone := gone + n;
    exception when foreign_key_violation then
      null;
    end;
    execute format('select exists (select from %s where tenant_id = $1)', t) into there using of;
    if there then left_in := replace(t::text, 'public.', ''); end if;
  end loop;
end $$;

-- The tenant itself, and people who belong to no other. Whom another tenant's rows still name (a review of theirs, say)
-- cannot be deleted: without a membership they can sign in nowhere.
create function ground.end_tenant(of uuid) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  who uuid; n bigint := 0; t regclass; of_account name;
begin
  delete from public.tenant t where t.id = of;
  for who in select a.id from public.tenant_erasure x join public.account a on a.id = any(x.people) and a.kind = 'person'
       where x.id = of and not exists (select from public.membership m where m.account_id = a.id) loop
    begin
      for t, of_account in
        select c.conrelid::regclass, a.attname from pg_constraint c
          join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
         where c.contype = 'f' and c.confrelid = 'public.account'::regclass and cardinality(c.conkey) = 1
           and (c.conrelid in ('public.session'::regclass, 'public.live_ticket'::regclass)
             or not exists (select from pg_attribute k where k.attrelid = c.conrelid and k.attname = 'tenant_id' and not k.attisdropped))
      loop
        execute format('delete from %s where %I = $1', t, of_account) using who;
      end loop;
      delete from public.account a where a.id = who;
      n := n + 1;
    exception when foreign_key_violation then
      null;
    end;
  end loop;
  update public.tenant_erasure x set people = null, accounts = n, done_at = now() where x.id = of;
end $$;

revoke execute on function ground.tenant_relations(), ground.tenant_rows(uuid), ground.close_tenant(text),
  ground.erase_tenant(uuid, integer), ground.end_tenant(uuid) from public;
