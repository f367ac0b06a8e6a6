-- Mails to people, of tenants and (without a tenant) of the service itself. What fills a mail's template is
-- sealed, for links hold secrets, and stays no longer than the mail waits.
create table mail (
  id uuid primary key,
  tenant_id uuid references tenant (id),
  template text not null check (length(template) between 1 and 60),
  recipient text not null check (length(recipient) between 3 and 254),
  object_id uuid not null,
  state text not null default 'waiting' check (state in ('waiting', 'sent', 'failed', 'dropped')),
  reason text check (length(reason) <= 500),
  sealed bytea,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  check ((sealed is not null) = (state = 'waiting'))
);
comment on table mail is 'class: system';
alter table mail alter tenant_id set default nullif(current_setting('app.tenant', true), '')::uuid;
create index mail_tenant on mail (tenant_id, id desc);
create index mail_object on mail (object_id);
create index mail_created on mail (created_at);
alter table mail enable row level security, force row level security;
create policy tenant on mail to ringsight_app
  using (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)
  with check (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid);
-- The service's own jobs write the service's own mails.
create policy service on mail to ringsight_jobs using (tenant_id is null) with check (tenant_id is null);
grant select, insert, update on mail to ringsight_app;
create policy platform on mail for select to ringsight_platform using (tenant_id is null);
grant select (id, tenant_id, template, recipient, state, reason, created_at, ended_at) on mail to ringsight_platform;

-- A job of the service itself that a request without a tenant may ask for: these kinds, nothing else.
call ground.open_to_gate('job', 'insert');
call ground.open_to_gate('job_tally', 'insert');
reset role;
set local role ringsight_gate;
create function gate.service_job(id uuid, kind text, priority integer, max_attempts integer, args jsonb, object uuid)
returns boolean
language sql volatile security definer set search_path = public, pg_temp
as $$
  with added as (
    insert into job (id, tenant_id, kind, priority, max_attempts, args, object_id)
    select service_job.id, null, service_job.kind, service_job.priority, service_job.max_attempts, service_job.args, object
     where service_job.kind in ('passwords.ask', 'passwords.changed')
    returning 1)
  select exists (select from added)
$$;
revoke execute on function gate.service_job(uuid, text, integer, integer, jsonb, uuid) from public;
grant execute on function gate.service_job(uuid, text, integer, integer, jsonb, uuid) to ringsight_app;
