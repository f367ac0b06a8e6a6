-- Ways in: two live secrets of an integration, whom it takes hooks from, what was refused, and the
-- list of all addresses that each web process holds in memory.

alter table integration
  add column old_token_hash bytea,
  add column old_token_tail text,
  add column old_secrets bytea,
  add column old_ends_at timestamptz,
  add column rotated_at timestamptz,
  add column token_used_at timestamptz,
  add column old_token_used_at timestamptz,
  add column secret_used_at timestamptz,
  add column old_secret_used_at timestamptz,
  add column sources text not null default '' check (length(sources) <= 2000),
  add constraint integration_old check ((old_token_hash is null) = (old_ends_at is null));
create index integration_old_token on integration (old_token_hash) where old_token_hash is not null;

-- Hooks that were not taken, by integration and reason.
create table hook_refusal (
  tenant_id uuid not null references tenant (id),
  integration_id uuid not null,
  reason text not null check (reason in ('signature', 'source', 'flood')),
  n bigint not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  last_source text not null,
  last_detail text,
  primary key (tenant_id, integration_id, reason),
  foreign key (tenant_id, integration_id) references integration (tenant_id, id)
);
call ground.tenant_table('hook_refusal', 'select, insert, update');

reset role;
set local role ringsight_gate;
drop function gate.hook(bytea);
-- Whose address it is; an old one until it ends. Its facts change with the version only, or with the
-- tenant's slug and state.
create function gate.hook(hash bytea)
returns table (tenant_id uuid, id uuid, slug text, provider text, zone text, settings jsonb, secrets bytea,
  old_secrets bytea, old_ends_at timestamptz, is_old boolean, sources text, version integer)
language plpgsql stable security definer set search_path = public, pg_temp
as $$ begin return query
  select i.tenant_id, i.id, t.slug, i.provider, i.zone, i.settings, i.secrets,
         case when i.old_ends_at > now() then i.old_secrets end, i.old_ends_at, i.token_hash is distinct from hash,
         i.sources, i.version
    from integration i join tenant t on t.id = i.tenant_id and t.state = 'active'
   where (i.token_hash = hash or i.old_token_hash = hash and i.old_ends_at > now()) and i.state <> 'deleted';
end $$;
-- All of them, by pages in the order of the hash.
create function gate.hooks(after bytea, most integer)
returns table (hash bytea, tenant_id uuid, id uuid, slug text, provider text, zone text, settings jsonb, secrets bytea,
  old_secrets bytea, old_ends_at timestamptz, is_old boolean, sources text, version integer)
language plpgsql stable security definer set search_path = public, pg_temp
as $$ begin return query
  select h.hash, i.tenant_id, i.id, t.slug, i.provider, i.zone, i.settings, i.secrets,
         case when i.old_ends_at > now() then i.old_secrets end, i.old_ends_at, h.is_old, i.sources, i.version
    from integration i
    join tenant t on t.id = i.tenant_id and t.state = 'active'
   cross join lateral (values (i.token_hash, false), (i.old_token_hash, true)) h (hash, is_old)
   where h.hash is not null and (not h.is_old or i.old_ends_at > now()) and i.state <> 'deleted'
     and h.hash > after
   order by h.hash limit most;
end $$;
-- Another text when anything in that list has changed.
create function gate.hooks_mark() returns text
language plpgsql stable security definer set search_path = public, pg_temp
as $$ begin return (
  select coalesce(md5(string_agg(i.id::text || i.version::text || t.slug, ' ' order by i.id)), '')
    from integration i
    join tenant t on t.id = i.tenant_id and t.state = 'active'
   where i.state <> 'deleted');
end $$;
revoke execute on function gate.hook(bytea), gate.hooks(bytea, integer), gate.hooks_mark() from public;
grant execute on function gate.hook(bytea), gate.hooks(bytea, integer), gate.hooks_mark() to ringsight_app;
reset role;
