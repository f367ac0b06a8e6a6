reset role;
set local role ringsight_gate;
drop function gate.service_job(uuid, text, integer, integer, jsonb, uuid);
reset role;
set local role ringsight_owner;
drop policy gate on job;
drop policy gate on job_tally;
revoke insert on job, job_tally from ringsight_gate;
drop table mail;
