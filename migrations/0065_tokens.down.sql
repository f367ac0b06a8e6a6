reset role;
set local role ringsight_gate;
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
       k as (delete from passkey_set_up where expires_at < now() returning 1)
  select (select count(*) from s) + (select count(*) from t) + (select count(*) from i)
       + (select count(*) from p) + (select count(*) from r) + (select count(*) from m)
       + (select count(*) from w) + (select count(*) from f) + (select count(*) from c)
       + (select count(*) from k)
$$;
drop function gate.token_find(bytea);
create or replace function gate.api_key_used(hash bytea)
returns table (account_id uuid, kind text, name text, email text, csrf text, tenant_id uuid, tenant_slug text,
  tenant_name text, tenant_zone text, tenant_state text, role text, permissions text[], scope text, agent_id uuid,
  networks text)
language plpgsql volatile security definer set search_path = public, pg_temp
as $$ begin
  update api_key k set used_at = now()
   where k.key_hash = hash and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
     and (k.used_at is null or k.used_at < now() - interval '1 minute');
  return query select * from gate.api_key(hash);
end $$;
create or replace function gate.api_key(hash bytea)
returns table (account_id uuid, kind text, name text, email text, csrf text, tenant_id uuid, tenant_slug text,
  tenant_name text, tenant_zone text, tenant_state text, role text, permissions text[], scope text, agent_id uuid,
  networks text)
language plpgsql stable security definer set search_path = public, pg_temp
as $$ begin return query
  select k.id, 'key'::text, k.name, null::text, null::text, t.id, t.slug, t.name, t.zone, t.state,
         r.slug, r.permissions, r.scope, null::uuid, k.networks
    from api_key k
    join tenant t on t.id = k.tenant_id and t.state <> 'deleted'
    join role r on r.tenant_id = k.tenant_id and r.id = k.role_id
   where k.key_hash = hash and k.revoked_at is null and (k.expires_at is null or k.expires_at > now());
end $$;
drop function gate.token_key(bytea);
reset role;
set local role ringsight_owner;
drop table token_pair, token_family;
