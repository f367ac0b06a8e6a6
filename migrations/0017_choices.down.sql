drop table agent_alias;
drop index upload_open, recording_sha, call_unknown, call_integration;
reset role;
update recording set state = 'missing' where state = 'skipped';
update call set state = 'no_recording' where state = 'stored';
set local role ringsight_owner;
alter table recording drop constraint recording_state_check;
alter table recording add constraint recording_state_check
  check (state in ('waiting', 'fetched', 'ready', 'failed', 'missing'));
alter table call drop constraint call_state_check;
alter table call add constraint call_state_check check (state in ('received', 'no_recording', 'fetching',
  'decoding', 'transcribing', 'analysing', 'scored', 'not_scorable', 'held', 'failed'));
alter table call
  drop column policy_version, drop column fetch_wanted, drop column analyse_wanted,
  drop column choice_reason, drop column chosen, drop column duplicate_of, drop column agent_note,
  drop column agent_by_hand, drop column by_hand;
drop table policy_run, policy;
