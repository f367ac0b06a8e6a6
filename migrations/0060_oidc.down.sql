drop trigger session_stays on session;
reset role;
set local role ringsight_gate;
drop function gate.oidc_unknown(uuid), gate.oidc_known(bytea, bytea), gate.oidc_due(integer),
  gate.oidc_logout(text, text, text, timestamptz), gate.oidc_session_open(uuid, bytea, bytea, text, interval),
  gate.oidc_join(text, text, text, text, text, uuid, uuid, uuid, text, boolean), gate.oidc_flow_state(bytea),
  gate.oidc_flow(bytea, bytea), gate.oidc_domains(text[]), gate.oidc_tenant(text), gate.oidc_offer(text, text),
  gate.session_stays(), gate.oidc_bound(bytea), gate.oidc_password_refused(uuid), gate.oidc_only(uuid, uuid);
reset role;
set local role ringsight_owner;
drop index session_oidc;
alter table session drop column oidc_tenant, drop column oidc_person, drop column oidc_sid, drop column oidc_refresh,
  drop column oidc_checked_at;
drop table oidc_person, oidc_flow, oidc_domain, oidc;
