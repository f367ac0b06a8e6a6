-- One person is forgotten: all calls with a number of theirs and what hangs on them. And what was deleted, by a rule
-- or for a person, does not come back when the phone system is asked for its calls.

create table erasure (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  number text check (length(number) between 1 and 64),
  reason text not null check (length(reason) between 1 and 500),
  by_name text not null,
  account_id uuid,
  created_at timestamptz not null default now(),
  -- All that may go has gone; calls under a hold are left, and then the number too.
  done_at timestamptz,
  held integer not null default 0,
  primary key (tenant_id, id),
  check (number is not null or done_at is not null and held = 0)
);
call ground.tenant_table('erasure', 'select, insert, update');

-- The calls that were deleted, by the hash of what the phone system calls them.
create table call_gone (
  tenant_id uuid not null references tenant (id),
  integration_id uuid not null,
  key_sha256 bytea not null check (length(key_sha256) = 32),
  gone_on date not null default (now() at time zone 'UTC')::date,
  primary key (tenant_id, integration_id, key_sha256),
  foreign key (tenant_id, integration_id) references integration (tenant_id, id)
);
call ground.tenant_table('call_gone', 'select, insert');

alter function ground.remove_calls(uuid[], uuid) rename to remove_call_rows;
create function ground.remove_calls(of_calls uuid[], entry uuid) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  insert into public.call_gone (integration_id, key_sha256)
  select c.integration_id, sha256(convert_to(c.call_key, 'UTF8')) from public.call c where c.id = any(of_calls)
  on conflict do nothing;
  perform ground.remove_call_rows(of_calls, entry);
end $$;

-- The number and all others of the contact that has it.
create function ground.numbers_of_person(of text) returns text[] language sql stable set search_path = pg_catalog, pg_temp
as $$ select array_agg(distinct n.number) || of from public.contact_number n
   where n.contact_id in (select o.contact_id from public.contact_number o where o.number = of) $$;

-- Calls with one of these numbers on the customer's side. Indexes call_customer_e164, call_customer.
create function ground.calls_of_person(numbers text[]) returns table (id uuid, held boolean)
language sql stable set search_path = pg_catalog, pg_temp
as $$ select c.id, ground.held(c) from public.call c where c.customer_e164 = any(numbers)
   union select c.id, ground.held(c) from public.call c where c.customer_number = any(numbers) $$;

-- The next batch of an erasure: how many calls went. With the last come the contact, and what phone systems sent and
-- nobody could read that has the number in it.
create function ground.erase(the_erasure uuid, most integer) returns integer
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  numbers text[]; ids uuid[]; entry uuid; n_held integer; n integer; people integer;
begin
  perform ground.hold_turn();
  select ground.numbers_of_person(e.number) into numbers from public.erasure e where e.id = the_erasure and e.number is not null;
  if numbers is null then return 0; end if;
  entry := ground.deletion_of('person', the_erasure, '{"days": null, "integration_id": null, "direction": null, "disposition": null}');
  ids := array(select p.id from ground.calls_of_person(numbers) p where not p.held limit most);
  if ids <> '{}' then
    delete from public.inbox i using public.call c, public.call_event e
     where c.id = any(ids) and e.tenant_id = c.tenant_id and e.integration_id = c.integration_id and e.call_key = c.call_key
       and i.tenant_id = e.tenant_id and i.id = e.delivery_id;
    get diagnostics n = row_count;
    update public.deletion d set hooks = d.hooks + n where d.id = entry;
    perform ground.remove_calls(ids, entry);
    return cardinality(ids);
  end if;
  select count(*) into n_held from ground.calls_of_person(numbers);
  if n_held = 0 then
    delete from public.contact c where c.id in (select p.contact_id from public.contact_number p where p.number = any(numbers));
    get diagnostics people = row_count;
    delete from public.inbox i using public.delivery d
     where d.tenant_id = nullif(current_setting('app.tenant', true), '')::uuid and d.state in ('unparsed', 'ignored')
       and i.tenant_id = d.tenant_id and i.id = d.id
       and exists (select from unnest(numbers) x where length(x) > 6 and position(convert_to(ltrim(x, '+'), 'UTF8') in i.body) > 0);
    get diagnostics n = row_count;
    update public.deletion d set contacts = d.contacts + people, hooks = d.hooks + n where d.id = entry;
  end if;
  update public.erasure e set done_at = now(), held = n_held, number = case when n_held > 0 then e.number end where e.id = the_erasure;
  return 0;
end $$;

revoke execute on function ground.remove_calls(uuid[], uuid), ground.numbers_of_person(text), ground.calls_of_person(text[]),
  ground.erase(uuid, integer) from public;
grant execute on function ground.remove_calls(uuid[], uuid), ground.numbers_of_person(text), ground.calls_of_person(text[]),
  ground.erase(uuid, integer) to ringsight_app;
