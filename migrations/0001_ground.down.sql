drop table live_ticket, api_key, session, agent, membership, role, account, tenant;
drop schema gate;
drop schema ground cascade;
