alter table spend drop column bound_scope;
update score_rerun set state = 'failed' where state = 'stopped';
alter table score_rerun drop constraint score_rerun_state_check, drop column most_micro, drop column currency,
  add constraint score_rerun_state_check check (state in ('queued', 'done', 'failed'));
