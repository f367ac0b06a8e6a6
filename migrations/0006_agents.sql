-- Agents are edited by several people: a version. And a person is one agent, or "own calls" would
-- mean now these, now those.
alter table agent add column version integer not null default 1;
create unique index agent_person on agent (tenant_id, account_id) where account_id is not null;
