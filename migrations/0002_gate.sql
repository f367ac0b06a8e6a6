-- The gate: the few doors through which a request without a tenant finds out whose it is. Owned by
-- ringsight_gate, whose policies see all rows; each answers for one secret or name only.
-- Those on every request's way are plpgsql: it keeps a plan for the connection, where a definer function
-- in language sql is planned anew at each call (690 against 7,200 calls a second of gate.session).

reset role;
set local role ringsight_gate;

create type gate.identity as (
  account_id uuid, kind text, name text, email text, csrf text,
  tenant_id uuid, tenant_slug text, tenant_name text, tenant_zone text, tenant_state text,
  role text, permissions text[], scope text, agent_id uuid
);

create function gate.session(hash bytea) returns setof gate.identity
language plpgsql stable security definer set search_path = public, pg_temp
as $$ begin return query
  select a.id, a.kind, a.name, a.email, s.csrf, t.id, t.slug, t.name, t.zone, t.state,
         r.slug, r.permissions, r.scope, g.id
    from session s
    join account a on a.id = s.account_id and a.disabled_at is null
    left join membership m on m.account_id = a.id and m.tenant_id = s.tenant_id
    left join tenant t on t.id = m.tenant_id and t.state <> 'deleted'
    left join role r on r.tenant_id = m.tenant_id and r.id = m.role_id
    left join agent g on g.tenant_id = m.tenant_id and g.account_id = a.id
   where s.token_hash = hash and s.expires_at > now()
   limit 1;
end $$;

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

create function gate.login(address text) returns table (id uuid, kind text, password_hash text)
language sql stable security definer set search_path = public, pg_temp
as $$ select id, kind, password_hash from account where email = address and disabled_at is null $$;

create function gate.memberships(account uuid)
returns table (tenant_id uuid, slug text, name text, role text)
language sql stable security definer set search_path = public, pg_temp
as $$
  select t.id, t.slug, t.name, r.slug from membership m
    join tenant t on t.id = m.tenant_id and t.state <> 'deleted'
    join role r on r.tenant_id = m.tenant_id and r.id = m.role_id
   where m.account_id = account order by t.name, t.id
$$;

-- The only tenant of an account, if it has just one, is chosen at once.
create function gate.session_open(hash bytea, account uuid, csrf_token text, lifetime interval)
returns void
language sql volatile security definer set search_path = public, pg_temp
as $$
  insert into session (token_hash, account_id, csrf, expires_at, tenant_id)
  select hash, account, csrf_token, now() + lifetime,
         (select case when count(*) = 1 then (array_agg(m.tenant_id))[1] end
            from membership m join tenant t on t.id = m.tenant_id and t.state <> 'deleted'
           where m.account_id = account)
$$;

create function gate.session_tenant(hash bytea, chosen uuid) returns boolean
language sql volatile security definer set search_path = public, pg_temp
as $$
  with done as (
    update session s set tenant_id = chosen
     where s.token_hash = hash and s.expires_at > now()
       and exists (select 1 from membership m join tenant t on t.id = m.tenant_id and t.state <> 'deleted'
                    where m.account_id = s.account_id and m.tenant_id = chosen)
    returning 1)
  select exists (select 1 from done)
$$;

create function gate.session_close(hash bytea) returns void
language sql volatile security definer set search_path = public, pg_temp
as $$ delete from session where token_hash = hash $$;

create function gate.ticket_open(hash bytea, account uuid, tenant uuid, agent uuid, scope text)
returns void
language sql volatile security definer set search_path = public, pg_temp
as $$
  insert into live_ticket (ticket_hash, account_id, tenant_id, agent_id, scope, expires_at)
  values (hash, account, tenant, agent, scope, now() + interval '30 seconds')
$$;

create function gate.ticket_redeem(hash bytea)
returns table (account_id uuid, tenant_id uuid, agent_id uuid, scope text)
language sql volatile security definer set search_path = public, pg_temp
as $$
  with gone as (delete from live_ticket where ticket_hash = hash or expires_at < now() - interval '1 minute'
                returning *)
  select account_id, tenant_id, agent_id, scope from gone
   where ticket_hash = hash and expires_at > now()
$$;

revoke execute on all functions in schema gate from public;
grant execute on all functions in schema gate to ringsight_app, ringsight_platform;
