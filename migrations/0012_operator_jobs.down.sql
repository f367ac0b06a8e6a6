reset role;
update role set permissions = array_remove(array_remove(permissions, 'jobs.read'), 'jobs.write');
set local role ringsight_owner;
drop index job_tenant, job_history_object, job_history_finished;
create index job_tenant on job (tenant_id, state);
