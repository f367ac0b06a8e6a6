update drop_file set state = 'failed' where state = 'skipped';
alter table drop_file drop constraint drop_file_state_check;
alter table drop_file add constraint drop_file_state_check
  check (state in ('seen', 'queued', 'done', 'duplicate', 'failed')) not valid;
alter table drop_file validate constraint drop_file_state_check;
update recording set codec = 'opus', content_type = 'audio/ogg', bytes = opus_bytes where original_gone_at is not null;
alter table recording drop column plays, drop column opus_key, drop column opus_bytes, drop column opus_at,
  drop column opus_reason, drop column original_gone_at;
