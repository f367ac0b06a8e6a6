drop function ground.keep_all_partitions(), ground.keep_partitions(regclass, interval, interval);
drop table live_event, job_history, job;
