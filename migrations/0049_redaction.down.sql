-- Words that were taken out stay out: their originals go with the table that keeps them.
reset role;
update role set permissions = array_remove(permissions, 'originals.read');
set local role ringsight_owner;
drop policy unredacted on score;
drop policy unredacted on analysis;
drop policy unredacted on transcript;
drop table redaction_run, redaction_original, redaction;
alter table recording drop column silent, drop column muted_key, drop column muted_bytes,
  drop column muted_reason, drop column provider_sealed;
alter table transcript drop column redacted_by;
revoke update (body, raw, asked, reason) on score from ringsight_app;
alter table score drop column reworded;
revoke update (words_before, words_after) on transcript_edit from ringsight_app;
revoke update (event) on call_event from ringsight_app;
revoke update (body) on inbox from ringsight_app;
revoke delete on language_answer from ringsight_app;
