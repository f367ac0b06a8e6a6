drop index agent_person;
alter table agent drop column version;
