drop table publish_gate;
drop table past_score;
drop table calibration_call;
drop table calibration;
drop index score_human;
alter table score drop column gate_bp;
