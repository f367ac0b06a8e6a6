drop view job_balance;
drop trigger tally on job;
drop trigger tally on job_history;
drop function ground.tally_born(), ground.tally_ended(), ground.tally_up(), ground.job_claim(uuid[], text, integer),
  ground.job_start(uuid[], text, integer), ground.gate_told(text, boolean, integer, text), ground.job_next(text[], integer[], integer),
  ground.job_take(text[], integer[], integer, text, integer), ground.job_ended(uuid[]);
drop function ground.gate_pass(job_gate);
drop table job_need, job_share, job_turn, job_pause, job_gate, schedule, worker, job_tally, job_ledger;
drop procedure ground.queue_table(regclass, text, text);
drop index job_turns, job_waiting, job_dedupe, job_object, job_gated, job_dead, job_asked;
drop policy platform on job;
drop policy platform on job_history;
revoke all on job, job_history from ringsight_platform;
revoke update (cancel_asked, retry_asked) on job from ringsight_app, ringsight_platform;
revoke select (id, tenant_id, kind, state, priority, run_at, attempt, max_attempts, deaths, lease_until, worker, gate, progress, error,
  created_at, started_at, cancel_asked, retry_asked, tenant_key) on job from ringsight_platform;
update job set state = 'queued' where state = 'blocked';
alter table job drop column object_id, drop column gate, drop column needs, drop column cancel_asked, drop column retry_asked, drop column tenant_key,
  drop constraint job_state_check, add constraint job_state_check check (state in ('queued', 'running', 'dead'));
alter table job_history drop column object_id, drop column deaths, drop column worker;
create index job_due on job (priority, run_at, id) where state = 'queued';
create unique index job_dedupe on job (tenant_id, dedupe_key) where dedupe_key is not null and state <> 'dead';
