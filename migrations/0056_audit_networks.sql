-- Which private networks the installation may call stands in the service's own log, once for each change: whoever
-- can edit the settings file can open a way into the network behind, and that must not go unseen.

create index platform_audit_networks on platform_audit (number) where act = 'settings egress_allow';

reset role;
set local role ringsight_gate;

-- True if it was written: not if the last entry says the same, nor if none was ever allowed.
create function gate.platform_audit_networks(entry_id uuid, host text, networks text) returns boolean
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
  was text;
begin
  perform pg_advisory_xact_lock(hashtextextended('ringsight.platform_audit', 0));
  select p.given->>'networks' into was from platform_audit p where p.act = 'settings egress_allow' order by p.number desc limit 1;
  if coalesce(was, '') = networks then
    return false;
  end if;
  perform gate.platform_audit_add(entry_id, 'command', null, 'settings', 'settings egress_allow', '{}',
    jsonb_build_object('networks', networks, 'before', coalesce(was, '')), host, null);
  return true;
end $$;
revoke execute on function gate.platform_audit_networks(uuid, text, text) from public;
grant execute on function gate.platform_audit_networks(uuid, text, text) to ringsight_app;
