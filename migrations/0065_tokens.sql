-- Pairs of tokens for API clients: an access token for minutes, and a refresh token that is good once. All that come
-- from one exchange of a key are a family.

-- generation: of its newest pair. address: where the last refresh came from.
create table token_family (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  key_id uuid not null,
  client text not null default '' check (length(client) <= 120),
  address text not null,
  generation integer not null default 1,
  created_at timestamptz not null default now(),
  refreshed_at timestamptz not null default now(),
  expires_at timestamptz not null,
  ended_at timestamptz,
  ended_why text check (ended_why in ('client', 'person', 'reused', 'crowded')),
  primary key (tenant_id, id),
  foreign key (tenant_id, key_id) references api_key (tenant_id, id),
  check ((ended_at is null) = (ended_why is null))
);
create index token_family_key on token_family (tenant_id, key_id, refreshed_at);
create index token_family_over on token_family (expires_at);
call ground.tenant_table('token_family', 'select, insert, update');
call ground.open_to_gate('token_family', 'select, delete');

-- Tokens are known by their SHA-256 alone. used_at: when the refresh token was exchanged for the next pair; used_from: by
-- which network.
create table token_pair (
  tenant_id uuid not null references tenant (id),
  family_id uuid not null,
  generation integer not null,
  access_hash bytea not null check (length(access_hash) = 32),
  refresh_hash bytea not null check (length(refresh_hash) = 32),
  made_at timestamptz not null default now(),
  access_expires_at timestamptz not null,
  refresh_expires_at timestamptz not null,
  used_at timestamptz,
  used_from text,
  primary key (tenant_id, family_id, generation),
  unique (tenant_id, access_hash),
  unique (tenant_id, refresh_hash),
  foreign key (tenant_id, family_id) references token_family (tenant_id, id) on delete cascade
);
create index token_pair_access on token_pair (access_hash);
create index token_pair_refresh on token_pair (refresh_hash);
create index token_pair_over on token_pair (refresh_expires_at);
call ground.tenant_table('token_pair', 'select, insert, update');
call ground.open_to_gate('token_pair', 'select, delete');

reset role;
set local role ringsight_gate;

-- The key whose own hash it is, or one of whose access tokens has it and holds.
create function gate.token_key(hash bytea) returns table (tenant_id uuid, id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select k.tenant_id, k.id from api_key k where k.key_hash = hash
  union all
  select f.tenant_id, f.key_id
    from token_pair p join token_family f on f.tenant_id = p.tenant_id and f.id = p.family_id and f.ended_at is null
   where p.access_hash = hash and p.access_expires_at > now()
$$;

create or replace function gate.api_key(hash bytea)
returns table (account_id uuid, kind text, name text, email text, csrf text, tenant_id uuid, tenant_slug text,
  tenant_name text, tenant_zone text, tenant_state text, role text, permissions text[], scope text, agent_id uuid,
  networks text)
language plpgsql stable security definer set search_path = public, pg_temp
as $$ begin return query
  select k.id, 'key'::text, k.name, null::text, null::text, t.id, t.slug, t.name, t.zone, t.state,
         r.slug, r.permissions, r.scope, null::uuid, k.networks
    from gate.token_key(hash) x
    join api_key k on k.tenant_id = x.tenant_id and k.id = x.id
    join tenant t on t.id = k.tenant_id and t.state <> 'deleted'
    join role r on r.tenant_id = k.tenant_id and r.id = k.role_id
   where k.revoked_at is null and (k.expires_at is null or k.expires_at > now());
end $$;

create or replace function gate.api_key_used(hash bytea)
returns table (account_id uuid, kind text, name text, email text, csrf text, tenant_id uuid, tenant_slug text,
  tenant_name text, tenant_zone text, tenant_state text, role text, permissions text[], scope text, agent_id uuid,
  networks text)
language plpgsql volatile security definer set search_path = public, pg_temp
as $$ begin
  update api_key k set used_at = now()
    from gate.token_key(hash) x
   where k.tenant_id = x.tenant_id and k.id = x.id and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
     and (k.used_at is null or k.used_at < now() - interval '1 minute');
  return query select * from gate.api_key(hash);
end $$;

-- Whose token it is, used or not, for who shows it without a session.
create function gate.token_find(hash bytea)
returns table (tenant_id uuid, slug text, family_id uuid, refresh boolean)
language sql stable security definer set search_path = public, pg_temp as $$
  select p.tenant_id, t.slug, p.family_id, p.refresh_hash = hash
    from (select a.tenant_id, a.family_id, a.refresh_hash from token_pair a where a.refresh_hash = hash
          union all
          select a.tenant_id, a.family_id, a.refresh_hash from token_pair a where a.access_hash = hash) p
    join tenant t on t.id = p.tenant_id and t.state <> 'deleted'
$$;

-- What a family was stays to be seen for a day after it would have ended by itself.
create or replace function gate.sweep_expired() returns bigint
language sql volatile security definer set search_path = public, pg_temp
as $$
  with s as (delete from session where expires_at < now() returning 1),
       t as (delete from live_ticket where expires_at < now() - interval '1 minute' returning 1),
       i as (delete from idempotency where created_at < now() - interval '24 hours' returning 1),
       p as (delete from password_ask where at < now() - interval '1 day' returning 1),
       r as (delete from password_reset where expires_at < now() - interval '1 day' returning 1),
       m as (delete from mail where created_at < now() - interval '90 days' and state <> 'waiting' returning 1),
       w as (delete from sign_in_step where expires_at < now() returning 1),
       f as (delete from totp_factor where confirmed_at is null and started_at < now() - interval '1 hour' returning 1),
       c as (delete from address_change where asked_at < now() - interval '3 days' returning 1),
       k as (delete from passkey_set_up where expires_at < now() returning 1),
       g as (delete from token_family where expires_at < now() - interval '1 day' returning 1),
       o as (delete from token_pair where refresh_expires_at < now() - interval '1 day' returning 1)
  select (select count(*) from s) + (select count(*) from t) + (select count(*) from i)
       + (select count(*) from p) + (select count(*) from r) + (select count(*) from m)
       + (select count(*) from w) + (select count(*) from f) + (select count(*) from c)
       + (select count(*) from k) + (select count(*) from g) + (select count(*) from o)
$$;

revoke execute on function gate.token_key(bytea), gate.token_find(bytea) from public;
grant execute on function gate.token_find(bytea) to ringsight_app;
reset role;
set local role ringsight_owner;
