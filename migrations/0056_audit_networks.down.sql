reset role;
set local role ringsight_gate;
drop function gate.platform_audit_networks(uuid, text, text);
reset role;
set local role ringsight_owner;
drop index platform_audit_networks;
