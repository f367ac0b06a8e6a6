reset role;
set local role ringsight_gate;
drop function gate.sweep_expired();
reset role;
set local role ringsight_owner;
drop index session_expires, live_ticket_expires;
