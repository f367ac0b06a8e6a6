drop table score_rerun;
