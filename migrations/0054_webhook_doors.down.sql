reset role;
update role set permissions = array_remove(permissions, 'webhooks.write');
delete from audit_link l using audit_entry e where e.tenant_id = l.tenant_id and e.id = l.entry_id and e.actor_kind = 'service';
delete from audit_entry where actor_kind = 'service';
set local role ringsight_gate;
drop function gate.webhook_gate(uuid, boolean);
reset role;
set local role ringsight_owner;
revoke select, insert, delete on job_gate from ringsight_gate;
drop policy gate on webhook_endpoint;
revoke select on webhook_endpoint from ringsight_gate;
alter table audit_entry drop constraint audit_entry_actor_kind_check,
  add constraint audit_entry_actor_kind_check check (actor_kind in ('person', 'api_key'));
delete from job_gate where name like 'webhook:%';
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
    wait_ms := 1000;
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
alter table job_gate drop column ask_ms;
