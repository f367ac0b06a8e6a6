-- Wrong passwords are counted by account, by network and over all, before the password is looked at, so that
-- guesses sent at once count as well. Beyond a few, each makes the next wait longer. A device on which the
-- account has signed in before is counted by itself: strangers' guesses do not keep its owner out.

create table sign_in_count (
  whose bytea primary key check (length(whose) = 32),
  failures integer not null default 0,
  last_at timestamptz not null default now(),
  closed_until timestamptz not null default '-infinity'
);
comment on table sign_in_count is 'class: system';
create index sign_in_count_last on sign_in_count (last_at);
alter table sign_in_count enable row level security, force row level security;
call ground.open_to_gate('sign_in_count', 'select, insert, update, delete');

create table known_device (
  device_hash bytea not null check (length(device_hash) = 32),
  account_id uuid not null references account (id),
  seen_at timestamptz not null default now(),
  primary key (device_hash, account_id)
);
comment on table known_device is 'class: directory';
create index known_device_account on known_device (account_id, seen_at);
alter table known_device enable row level security, force row level security;
call ground.open_to_gate('known_device', 'select, insert, update, delete');

reset role;
set local role ringsight_gate;

-- How long after the nth wrong password: nothing for so many, then 2 s, 4 s, 8 s and so on.
create function gate.sign_in_delay(n integer, tries integer, most interval) returns interval
language sql immutable set search_path = pg_catalog, pg_temp
as $$ select case when n < tries then interval '0'
  else least(most, interval '1 second' * power(2, least(n - tries + 1, 20))) end $$;

-- Counts one more wrong password in advance, or says how many seconds to wait. What it does and how long that
-- takes is the same whether there is such an account or not. Tries of 0 switch a count off; all_rate: wrong
-- passwords a minute over all, twice as many at once.
create function gate.sign_in_begin(address text, of_account bytea, of_network bytea, of_all bytea, device bytea,
                                   tries integer, network_tries integer, all_rate integer)
returns table (wait_s integer, device_known boolean)
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
  known constant boolean := exists (select from known_device d join account a on a.id = d.account_id
                                     where d.device_hash = device and a.email = address);
  -- Always locked in this order.
  keys constant bytea[] := case when known then array[case when tries > 0 then device end]
    else array[case when all_rate > 0 then of_all end, case when network_tries > 0 then of_network end,
               case when tries > 0 then of_account end] end;
  at constant bytea[] := array_remove(keys, null);
  moment timestamptz;
  waits interval;
begin
  for i in 1 .. cardinality(at) loop
    insert into sign_in_count (whose) values (at[i]) on conflict (whose) do nothing;
    perform from sign_in_count c where c.whose = at[i] for update;
  end loop;
  moment := clock_timestamp();
  select max(c.closed_until) - moment into waits from sign_in_count c where c.whose = any (at) and c.closed_until > moment;
  if waits is not null then
    return query select ceil(extract(epoch from waits))::integer, known;
    return;
  end if;
  update sign_in_count c
     set failures = f.n, last_at = moment,
         closed_until = case
           when c.whose = of_all then greatest(c.closed_until, moment - interval '2 minutes') + interval '1 minute' / all_rate
           when c.whose = of_network then moment + gate.sign_in_delay(f.n, network_tries, interval '1 minute')
           else moment + gate.sign_in_delay(f.n, tries, interval '15 minutes') end
    from (select s.whose, 1 + case when s.last_at > moment - case when s.whose = of_network then interval '1 hour' else interval '1 day' end
                   then least(s.failures, 1000000) else 0 end as n
            from sign_in_count s where s.whose = any (at)) f
   where c.whose = f.whose;
  -- What is forgotten goes, a few at a time.
  delete from sign_in_count c where c.whose in (
    select o.whose from sign_in_count o where o.last_at < moment - interval '1 day' and o.whose <> all (at)
     order by o.last_at limit 5 for update skip locked);
  return query select 0, known;
end $$;

-- The password was right: what was counted in advance is taken back, and the device is known from now on.
-- `fresh` names it unless it has a name of ours already.
create function gate.sign_in_done(account uuid, of_account bytea, of_network bytea, of_all bytea, device bytea,
                                  device_known boolean, fresh bytea, all_rate integer)
returns boolean
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
  ours constant boolean := exists (select from known_device d where d.device_hash = device);
begin
  if device_known then
    delete from sign_in_count c where c.whose = device;
  else
    update sign_in_count c set closed_until = c.closed_until - interval '1 minute' / all_rate
     where c.whose = of_all and all_rate > 0;
    update sign_in_count c set failures = greatest(c.failures - 1, 0), closed_until = '-infinity' where c.whose = of_network;
    delete from sign_in_count c where c.whose = of_account;
  end if;
  insert into known_device (device_hash, account_id) values (case when ours then device else fresh end, account)
  on conflict (device_hash, account_id) do update set seen_at = now();
  delete from known_device d where d.account_id = account and d.device_hash in (
    select o.device_hash from known_device o where o.account_id = account order by o.seen_at desc offset 20);
  return ours;
end $$;

revoke execute on function gate.sign_in_delay(integer, integer, interval),
  gate.sign_in_begin(text, bytea, bytea, bytea, bytea, integer, integer, integer),
  gate.sign_in_done(uuid, bytea, bytea, bytea, bytea, boolean, bytea, integer) from public;
grant execute on function gate.sign_in_begin(text, bytea, bytea, bytea, bytea, integer, integer, integer),
  gate.sign_in_done(uuid, bytea, bytea, bytea, bytea, boolean, bytea, integer) to ringsight_app;
