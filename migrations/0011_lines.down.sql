reset role;
set local role ringsight_gate;
drop function gate.lines_due();
reset role;
set local role ringsight_owner;
drop index integration_line;
drop table line_journal, phone_line;
