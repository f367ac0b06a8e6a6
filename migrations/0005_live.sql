-- Live push: which transaction wrote a notice, and who stands behind a socket.

-- Readers ask for what a later snapshot shows and an earlier one did not. Ids alone would miss
-- notices of transactions that commit after those with younger ids.
alter table live_event add column written_in xid8;
alter table live_event alter column written_in set default pg_current_xact_id();
create index live_event_written on live_event (tenant_id, written_in);

-- SHA-256 of the session token or API key that asked for the ticket: the socket ends with it.
alter table live_ticket add column bearer bytea;

reset role;
set local role ringsight_gate;

drop function gate.ticket_open(bytea, uuid, uuid, uuid, text);
create function gate.ticket_open(hash bytea, account uuid, tenant uuid, agent uuid, scope text,
                                 bearer bytea default null)
returns void
language sql volatile security definer set search_path = public, pg_temp
as $$
  insert into live_ticket (ticket_hash, account_id, tenant_id, agent_id, scope, bearer, expires_at)
  values (hash, account, tenant, agent, scope, bearer, now() + interval '30 seconds')
$$;

drop function gate.ticket_redeem(bytea);
create function gate.ticket_redeem(hash bytea)
returns table (account_id uuid, tenant_id uuid, agent_id uuid, scope text, bearer text)
language sql volatile security definer set search_path = public, pg_temp
as $$
  with gone as (delete from live_ticket where ticket_hash = hash or expires_at < now() - interval '1 minute'
                returning *)
  select account_id, tenant_id, agent_id, scope, coalesce(encode(bearer, 'hex'), '') from gone
   where ticket_hash = hash and expires_at > now()
$$;

-- Who of these may still listen, and to whose notices: asked every few seconds for all open sockets.
-- A ticket without a bearer stands for its account, as long as that has a session in the tenant.
create function gate.live_standing(bearers text[], accounts uuid[], tenants uuid[])
returns table (place integer, agent_id uuid, scope text)
language sql stable security definer set search_path = public, pg_temp
as $$
  select a.place::integer, i.agent_id, i.scope
    from unnest(bearers, accounts, tenants) with ordinality as a (bearer, account, tenant, place)
   cross join lateral (
     select s.tenant_id, s.permissions, s.scope, s.agent_id from gate.session(decode(a.bearer, 'hex')) s
     union all
     select k.tenant_id, k.permissions, k.scope, k.agent_id from gate.api_key(decode(a.bearer, 'hex')) k
     union all
     (select s.tenant_id, s.permissions, s.scope, s.agent_id
        from session o cross join lateral gate.session(o.token_hash) s
       where a.bearer = '' and o.account_id = a.account and o.tenant_id = a.tenant and o.expires_at > now()
       limit 1)
   ) i
   where i.tenant_id = a.tenant and 'calls.read' = any (i.permissions)
$$;

revoke execute on function gate.ticket_open(bytea, uuid, uuid, uuid, text, bytea),
  gate.ticket_redeem(bytea), gate.live_standing(text[], uuid[], uuid[]) from public;
grant execute on function gate.ticket_open(bytea, uuid, uuid, uuid, text, bytea),
  gate.ticket_redeem(bytea), gate.live_standing(text[], uuid[], uuid[])
  to ringsight_app, ringsight_platform;
