reset role;
set local role ringsight_gate;
drop function gate.ticket_redeem, gate.ticket_open, gate.session_close, gate.session_tenant,
  gate.session_open, gate.memberships, gate.login, gate.api_key, gate.session;
drop type gate.identity;
