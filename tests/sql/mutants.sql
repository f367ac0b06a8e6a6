-- Each line loosens one lock. The lint must find every one of them; a mutant that lives is a hole
-- in the lint. Made for all tables by tests/sql/lint.mjs: the names in <> are filled in.
alter table <tenant table> no force row level security
alter table <tenant table> disable row level security
drop policy tenant on <tenant table>
alter policy tenant on <tenant table> using (true)
alter policy tenant on <tenant table> with check (true)
alter policy tenant on <tenant table> using (tenant_id is null or tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)
alter policy tenant on <tenant table> to public
create policy more on <tenant table> to ringsight_app using (true)
create policy more on <tenant table> to ringsight_platform using (true)
alter table <tenant table> alter tenant_id drop default
grant truncate on <tenant table> to ringsight_app
grant select on <tenant table> to public
comment on table <tenant table> is null
alter table <directory table> no force row level security
alter table <directory table> disable row level security
alter policy gate on <directory table> to ringsight_app
create view peek as select * from call; grant select on peek to ringsight_app
create materialized view peek as select * from call
create function gate.peek() returns bigint language sql security definer as 'select count(*) from call'
create function public.peek() returns bigint language sql security definer set search_path = public, pg_temp as 'select count(*) from call'
alter function gate.session(bytea) reset search_path
grant execute on function gate.session(bytea) to public
alter role ringsight_app bypassrls
grant ringsight_owner to ringsight_app
grant ringsight_gate to ringsight_jobs
alter table call owner to ringsight_app
grant select on transcript to ringsight_platform
grant create on schema public to ringsight_app
grant select on account to ringsight_app
create sequence counter
create table loose (tenant_id uuid, id uuid)
alter table call_leg drop constraint call_leg_tenant_id_call_id_fkey; create unique index on call (id); alter table call_leg add foreign key (call_id) references call (id)
drop index transcript_recording
alter table call drop constraint call_tenant_id_agent_id_fkey; alter table call add foreign key (tenant_id, agent_id) references agent (tenant_id, id) on delete set null
