alter table integration drop column agent_channel;
drop table transcript_edit;
alter table transcript
  drop column cost_currency, drop column cost_micro, drop column sent_ms, drop column notes,
  drop column request_ids, drop column changed_by, drop column based_on, drop column engine_id;
