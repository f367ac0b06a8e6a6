-- Jobs for people to look at: who may, and indexes for what the pages ask.
-- What ended in the last hour: rows come in order of this, so a few bytes a block do.
create index job_history_finished on job_history using brin (finished_at) with (pages_per_range = 32, autosummarize = on);
create index job_history_object on job_history (tenant_id, object_id) where object_id is not null;
-- One tenant's jobs of a state, newest first.
drop index job_tenant;
create index job_tenant on job (tenant_id, state, id);

-- Its owner does not see rows of tenants, the migrator does.
reset role;
update role set permissions = permissions || '{jobs.read}' where slug in ('owner', 'admin', 'manager') and not permissions @> '{jobs.read}';
update role set permissions = permissions || '{jobs.write}' where slug in ('owner', 'admin') and not permissions @> '{jobs.write}';
