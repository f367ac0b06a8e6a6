-- 200 tenants with 2,000 calls each, as rows of months would lie: by time, all tenants mixed. Run as
-- ringsight_migrator on the bench's own database. Ids and tokens follow from the tenant's number n:
--   tenant   01900000-0000-7000-8000-<100000000000 + n>
--   session  bench-session-<100000000000 + n>      hook  bench-hook-<100000000000 + n>
\set ON_ERROR_STOP on
begin;
create temp table t on commit drop as
  select n, 100000000000 + n as tail,
         ('01900000-0000-7000-8000-' || 100000000000 + n)::uuid as id,
         ('01900000-0001-7000-8000-' || 100000000000 + n)::uuid as role,
         ('01900000-0002-7000-8000-' || 100000000000 + n)::uuid as account,
         ('01900000-0003-7000-8000-' || 100000000000 + n)::uuid as integration
    from generate_series(1, 200) n;

insert into tenant (id, slug, name, zone) select id, 'bench-' || n, 'Bench ' || n, 'Europe/London' from t;
insert into role (tenant_id, id, slug, name, permissions)
select id, role, 'manager', 'Manager', '{calls.read,calls.write,integrations.read}' from t;
insert into account (id, email, name, password_hash)
select account, 'manager-' || n || '@bench.test', 'Manager ' || n, '-' from t;
insert into membership (tenant_id, id, account_id, role_id)
select id, ('01900000-0004-7000-8000-' || tail)::uuid, account, role from t;
insert into integration (tenant_id, id, provider, name, token_hash)
select id, integration, 'ucm', 'Front desk', sha256(('bench-hook-' || tail)::bytea) from t;
insert into agent (tenant_id, id, name, extension)
select id, ('01900000-00' || 10 + a || '-7000-8000-' || tail)::uuid, 'Agent ' || a, (1000 + a)::text
  from t, generate_series(1, 20) a;

insert into call (tenant_id, id, integration_id, call_key, started_at, answered_at, ended_at, direction,
       disposition, from_number, to_number, customer_number, customer_name, agent_id, agent_key,
       duration_s, talk_s, wait_s, legs, has_recording, state, score_bp, score_state, title, short,
       sentiment_bp, agent_share_bp, breaches, scored_at)
select t.id,
       (substr(ground.uuid_at(x.at)::text, 1, 14) || '7' || substr(md5(t.n || '.' || x.i), 1, 3) || '-8'
        || substr(md5(t.n || '.' || x.i), 4, 3) || '-' || substr(md5(t.n || '.' || x.i), 7, 12))::uuid,
       t.integration, 'seed-' || x.i, x.at, x.at + interval '8 s', x.at + interval '3 min',
       case x.i % 3 when 0 then 'outbound' else 'inbound' end, 'answered',
       '+4420794' || lpad((x.i * 7 % 100000)::text, 5, '0'), (1000 + a)::text,
       '+4420794' || lpad((x.i * 7 % 100000)::text, 5, '0'), 'Customer ' || x.i % 700,
       ('01900000-00' || 10 + a || '-7000-8000-' || t.tail)::uuid, (1000 + a)::text,
       180, 172, 8, 1, true, 'scored', (x.i * 37 % 10001), 'scored',
       'A parcel that did not come (' || x.i || ')',
       'The customer asked where the parcel is; the agent found it at the depot and promised delivery by Friday.',
       5000 + x.i % 5000, 4000 + x.i % 2000,
       case when x.i % 25 = 0 then array['Promised a price that is not on the list'] else '{}'::text[] end,
       x.at + interval '5 min'
  from (select i, timestamptz '2026-09-01 00:00+00' + i * interval '43 min 12 s' as at
          from generate_series(1, 2000) i) x
 cross join t
 cross join lateral (select 1 + (x.i + t.n) % 20 as a) k
 order by x.i, t.n;

select gate.session_open(sha256(('bench-session-' || tail)::bytea), account, 'bench-csrf', '1000 days')
  from t \g /dev/null
commit;
vacuum analyze call, agent, tenant, role, account, membership, integration, session;
