reset role;
set local role ringsight_gate;
drop function gate.hook(bytea);
reset role;
set local role ringsight_owner;
create or replace function ground.keep_all_partitions() returns bigint
language sql volatile security definer set search_path = public, pg_temp
as $$
  select ground.keep_partitions('job_history', '7 days', '30 days')
       + ground.keep_partitions('live_event', '1 day', '2 days')
$$;
drop table upload_part, upload, score, scorecard, analysis, transcript, recording, call_leg, call,
  call_event, delivery, inbox, integration;
