reset role;
set local role ringsight_gate;
drop function gate.live_standing(text[], uuid[], uuid[]);

drop function gate.ticket_redeem(bytea);
create function gate.ticket_redeem(hash bytea)
returns table (account_id uuid, tenant_id uuid, agent_id uuid, scope text)
language sql volatile security definer set search_path = public, pg_temp
as $$
  with gone as (delete from live_ticket where ticket_hash = hash or expires_at < now() - interval '1 minute'
                returning *)
  select account_id, tenant_id, agent_id, scope from gone
   where ticket_hash = hash and expires_at > now()
$$;

drop function gate.ticket_open(bytea, uuid, uuid, uuid, text, bytea);
create function gate.ticket_open(hash bytea, account uuid, tenant uuid, agent uuid, scope text)
returns void
language sql volatile security definer set search_path = public, pg_temp
as $$
  insert into live_ticket (ticket_hash, account_id, tenant_id, agent_id, scope, expires_at)
  values (hash, account, tenant, agent, scope, now() + interval '30 seconds')
$$;

revoke execute on function gate.ticket_open(bytea, uuid, uuid, uuid, text), gate.ticket_redeem(bytea) from public;
grant execute on function gate.ticket_open(bytea, uuid, uuid, uuid, text), gate.ticket_redeem(bytea)
  to ringsight_app, ringsight_platform;

reset role;
set local role ringsight_owner;
alter table live_ticket drop column bearer;
drop index live_event_written;
alter table live_event drop column written_in;
