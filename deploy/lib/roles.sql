-- The roles and the database of an installation; run by a superuser, as often as one likes. Needs
-- the psql variables app_password, jobs_password, platform_password and migrator_password, e.g.
--   psql -v app_password=… -v jobs_password=… -v platform_password=… -v migrator_password=… -f roles.sql postgres
-- Tables and grants on them are the migrations' business.
\set ON_ERROR_STOP on
\set QUIET on
set client_min_messages = warning;

select format('create role %I', name)
  from unnest(array['ringsight_owner', 'ringsight_gate', 'ringsight_app', 'ringsight_jobs',
                    'ringsight_platform', 'ringsight_migrator']) as name
 where not exists (select from pg_roles where rolname = name)
\gexec

-- Owns every table, is never logged in as, and its tables force row security on it too.
alter role ringsight_owner nologin nosuperuser nocreatedb nocreaterole nobypassrls noreplication;
-- Owns the few functions that look across tenants: session, key, hook token, host, invite, login.
alter role ringsight_gate nologin nosuperuser nocreatedb nocreaterole nobypassrls noreplication;
-- The server: one tenant at a time.
alter role ringsight_app login nosuperuser nocreatedb nocreaterole nobypassrls noreplication
    password :'app_password';
-- Workers: all of the job tables, else what the server may.
alter role ringsight_jobs login nosuperuser nocreatedb nocreaterole nobypassrls noreplication
    password :'jobs_password';
-- /platform: facts about tenants, usage and money; no transcripts, no recordings.
alter role ringsight_platform login nosuperuser nocreatedb nocreaterole nobypassrls noreplication
    password :'platform_password';
-- `ringsight migrate` alone: back-fills must see all rows.
alter role ringsight_migrator login nosuperuser nocreatedb nocreaterole bypassrls noreplication
    password :'migrator_password';

grant ringsight_app to ringsight_jobs;
grant ringsight_owner, ringsight_gate to ringsight_migrator;

select 'create database ringsight owner ringsight_owner encoding ''UTF8'' template template0'
 where not exists (select from pg_database where datname = 'ringsight')
\gexec

revoke all on database ringsight from public;
grant connect on database ringsight
   to ringsight_app, ringsight_jobs, ringsight_platform, ringsight_migrator;
alter database ringsight set timezone to 'UTC';
