-- Who may have events sent elsewhere, one delivery at a time for each endpoint, and acts of the service itself in a
-- tenant's audit log.

-- ask_ms: how soon a job that found as many running as may is looked at again. One at a time that take a tenth of a second
-- each would else take a second each.
alter table job_gate add column ask_ms integer not null default 1000 check (ask_ms between 50 and 60000);
create or replace function ground.gate_pass(g job_gate, out verdict text, out wait_ms bigint)
language plpgsql as $$
declare
  running bigint;
  step interval;
  room interval;
begin
  verdict := 'gate';
  if g.closed_until > now() then
    wait_ms := least(greatest(ceil(extract(epoch from g.closed_until - clock_timestamp()) * 1000), 1), 60000);
    return;
  end if;
  running := (select count(*) from job r where r.gate = g.name and r.state = 'running');
  if (g.failures >= 5 and running >= 1) or running >= g.max_running then
    wait_ms := g.ask_ms;
    return;
  end if;
  if g.per_minute is not null then
    step := interval '1 minute' / g.per_minute;
    room := greatest(interval '6 seconds' - step, interval '0');
    if g.next_at > now() + room then
      wait_ms := greatest(ceil(extract(epoch from g.next_at - room - clock_timestamp()) * 1000), 1);
      return;
    end if;
    update job_gate o set next_at = greatest(g.next_at, now()) + step where o.name = g.name;
  end if;
  verdict := 'claimed';
  wait_ms := 0;
end $$;

alter table audit_entry drop constraint audit_entry_actor_kind_check,
  add constraint audit_entry_actor_kind_check check (actor_kind in ('person', 'api_key', 'service'));

-- The gate that an endpoint's deliveries pass. Only for endpoints of the transaction's tenant.
call ground.open_to_gate('webhook_endpoint', 'select');
grant select, insert, delete on job_gate to ringsight_gate;
reset role;
set local role ringsight_gate;
create function gate.webhook_gate(endpoint uuid, there boolean) returns boolean
language plpgsql volatile security definer set search_path = public, pg_temp
as $$ begin
  if not exists (select from webhook_endpoint e where e.id = endpoint
      and e.tenant_id = nullif(current_setting('app.tenant', true), '')::uuid) then
    return false;
  end if;
  if there then
    insert into job_gate (name, max_running, ask_ms) values ('webhook:' || endpoint, 1, 100) on conflict (name) do nothing;
  else
    delete from job_gate g where g.name = 'webhook:' || endpoint;
  end if;
  return true;
end $$;
revoke execute on function gate.webhook_gate(uuid, boolean) from public;
grant execute on function gate.webhook_gate(uuid, boolean) to ringsight_app;

-- Its owner does not see rows of tenants, the migrator does.
reset role;
update role set permissions = permissions || '{webhooks.write}'
 where slug in ('owner', 'admin') and not permissions @> '{webhooks.write}';
