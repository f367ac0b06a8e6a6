-- Switching proof on while a phone system is in use: for a time, hooks that do not prove themselves are
-- taken and counted, so that none is lost until its settings are changed too.
alter table integration add column unproven_until timestamptz;
alter table inbox add column unproven boolean not null default false;
alter table hook_refusal drop constraint hook_refusal_reason_check,
  add constraint hook_refusal_reason_check check (reason in ('signature', 'source', 'flood', 'unproven'));
alter table delivery drop constraint delivery_verdict_check,
  add constraint delivery_verdict_check check (verdict in ('proved', 'address', 'asked', 'unproven'));

reset role;
set local role ringsight_gate;
drop function gate.hook(bytea);
create function gate.hook(hash bytea)
returns table (tenant_id uuid, id uuid, slug text, provider text, zone text, settings jsonb, secrets bytea,
  old_secrets bytea, old_ends_at timestamptz, is_old boolean, sources text, unproven_until timestamptz, version integer)
language plpgsql stable security definer set search_path = public, pg_temp
as $$ begin return query
  select i.tenant_id, i.id, t.slug, i.provider, i.zone, i.settings, i.secrets,
         case when i.old_ends_at > now() then i.old_secrets end, i.old_ends_at, i.token_hash is distinct from hash,
         i.sources, i.unproven_until, i.version
    from integration i join tenant t on t.id = i.tenant_id and t.state = 'active'
   where (i.token_hash = hash or i.old_token_hash = hash and i.old_ends_at > now()) and i.state <> 'deleted';
end $$;
drop function gate.hooks(bytea, integer);
create function gate.hooks(after bytea, most integer)
returns table (hash bytea, tenant_id uuid, id uuid, slug text, provider text, zone text, settings jsonb, secrets bytea,
  old_secrets bytea, old_ends_at timestamptz, is_old boolean, sources text, unproven_until timestamptz, version integer)
language plpgsql stable security definer set search_path = public, pg_temp
as $$ begin return query
  select h.hash, i.tenant_id, i.id, t.slug, i.provider, i.zone, i.settings, i.secrets,
         case when i.old_ends_at > now() then i.old_secrets end, i.old_ends_at, h.is_old, i.sources, i.unproven_until,
         i.version
    from integration i
    join tenant t on t.id = i.tenant_id and t.state = 'active'
   cross join lateral (values (i.token_hash, false), (i.old_token_hash, true)) h (hash, is_old)
   where h.hash is not null and (not h.is_old or i.old_ends_at > now()) and i.state <> 'deleted'
     and h.hash > after
   order by h.hash limit most;
end $$;
revoke execute on function gate.hook(bytea), gate.hooks(bytea, integer) from public;
grant execute on function gate.hook(bytea), gate.hooks(bytea, integer) to ringsight_app;
reset role;
set local role ringsight_owner;
