-- Roles that tenants make themselves; API keys that end, that are taken from named networks only, and that tell
-- when they were last used.
alter table role add column version integer not null default 1, add column retired_at timestamptz,
  add constraint role_name check (length(name) between 1 and 60);
alter table api_key add column expires_at timestamptz, add column networks text not null default '' check (length(networks) <= 1000),
  add column used_at timestamptz;
grant update (used_at) on api_key to ringsight_gate;

reset role;
set local role ringsight_gate;
drop function gate.api_key(bytea);
create function gate.api_key(hash bytea)
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
-- The same for a request, which is a use of the key: written down once in a minute.
create function gate.api_key_used(hash bytea)
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
revoke execute on function gate.api_key(bytea), gate.api_key_used(bytea) from public;
grant execute on function gate.api_key(bytea), gate.api_key_used(bytea) to ringsight_app, ringsight_platform;
reset role;
set local role ringsight_owner;
