reset role;
set local role ringsight_gate;
drop function gate.sign_in_done(uuid, bytea, bytea, bytea, bytea, boolean, bytea, integer);
drop function gate.sign_in_begin(text, bytea, bytea, bytea, bytea, integer, integer, integer);
drop function gate.sign_in_delay(integer, integer, interval);
reset role;
set local role ringsight_owner;
drop table known_device, sign_in_count;
