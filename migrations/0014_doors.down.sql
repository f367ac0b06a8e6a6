reset role;
set local role ringsight_gate;
drop function gate.hooks_mark();
drop function gate.hooks(bytea, integer);
drop function gate.hook(bytea);
create function gate.hook(hash bytea)
returns table (tenant_id uuid, id uuid, provider text, zone text, settings jsonb, secrets bytea, version integer)
language plpgsql stable security definer set search_path = public, pg_temp
as $$ begin return query
  select i.tenant_id, i.id, i.provider, i.zone, i.settings, i.secrets, i.version
    from integration i join tenant t on t.id = i.tenant_id and t.state = 'active'
   where i.token_hash = hash and i.state <> 'deleted';
end $$;
revoke execute on function gate.hook(bytea) from public;
grant execute on function gate.hook(bytea) to ringsight_app;
reset role;
set local role ringsight_owner;
drop table hook_refusal;
drop index integration_old_token;
alter table integration drop constraint integration_old,
  drop column old_token_hash, drop column old_token_tail, drop column old_secrets, drop column old_ends_at, drop column rotated_at,
  drop column token_used_at, drop column old_token_used_at, drop column secret_used_at, drop column old_secret_used_at,
  drop column sources;
