reset role;
set local role ringsight_gate;
drop function gate.api_key_used(bytea);
drop function gate.api_key(bytea);
create function gate.api_key(hash bytea) returns setof gate.identity
language plpgsql stable security definer set search_path = public, pg_temp
as $$ begin return query
  select k.id, 'key'::text, k.name, null::text, null::text, t.id, t.slug, t.name, t.zone, t.state,
         r.slug, r.permissions, r.scope, null::uuid
    from api_key k
    join tenant t on t.id = k.tenant_id and t.state <> 'deleted'
    join role r on r.tenant_id = k.tenant_id and r.id = k.role_id
   where k.key_hash = hash and k.revoked_at is null;
end $$;
revoke execute on function gate.api_key(bytea) from public;
grant execute on function gate.api_key(bytea) to ringsight_app, ringsight_platform;
reset role;
set local role ringsight_owner;
revoke update (used_at) on api_key from ringsight_gate;
alter table api_key drop column expires_at, drop column networks, drop column used_at;
alter table role drop column version, drop column retired_at, drop constraint role_name;
