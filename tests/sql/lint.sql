-- The catalogue lint: each row is a finding. Run as ringsight_migrator on the migrated schema.
with t as (
  select c.oid, c.relname, c.relkind, c.relrowsecurity, c.relforcerowsecurity, c.relispartition,
         coalesce(substring(obj_description(c.oid) from 'class: (\w+)'), '') as class,
         exists (select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped) as has_tenant
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = 'public' and c.relkind in ('r', 'p')),
keys as (
  select i.indrelid, i.indexrelid, i.indisprimary, x.relname as index_name,
         (select a.attname from pg_attribute a where a.attrelid = i.indrelid and a.attnum = i.indkey[0]) as first_column
    from pg_index i join pg_class x on x.oid = i.indexrelid where i.indisunique),
fks as (
  select k.conrelid, k.confrelid, k.conname, k.confdeltype, k.confdelsetcols,
         array(select a.attname::text from unnest(k.conkey) with ordinality u(n, o) join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.n order by u.o) as cols
    from pg_constraint k where k.contype = 'f' and k.conparentid = 0)
select 'table without a class' as finding, relname::text as what from t where class not in ('tenant', 'directory', 'system', 'platform', 'partition')
union all select 'partition that does not say so', relname from t where relispartition <> (class = 'partition')
union all select 'tenant table without tenant_id', relname from t where class = 'tenant' and not has_tenant
union all select 'row security is not enabled and forced', relname from t
  where (has_tenant or class in ('tenant', 'directory')) and not (relrowsecurity and relforcerowsecurity)
union all select 'tenant table without exactly one policy for ringsight_app', relname from t
  where class = 'tenant' and 1 <> (select count(*) from pg_policy p where p.polrelid = t.oid and p.polpermissive and p.polroles @> array['ringsight_app'::regrole::oid])
union all select 'policy for everybody', c.relname || '.' || p.polname from pg_policy p join pg_class c on c.oid = p.polrelid where p.polroles = '{0}'
union all select 'policy of ringsight_app that does not name the tenant', c.relname || '.' || p.polname
  from pg_policy p join pg_class c on c.oid = p.polrelid
 where p.polpermissive and p.polroles @> array['ringsight_app'::regrole::oid] -- restrictive ones only narrow
   and (pg_get_expr(p.polqual, p.polrelid) !~ 'NULLIF\(current_setting\(''app.tenant''::text, true\), ''''::text\)'
        or pg_get_expr(p.polwithcheck, p.polrelid) !~ 'NULLIF\(current_setting\(''app.tenant''::text, true\), ''''::text\)')
union all select 'policy of ringsight_app loosened by an or', c.relname || '.' || p.polname
  from pg_policy p join pg_class c on c.oid = p.polrelid
 where p.polpermissive and p.polroles @> array['ringsight_app'::regrole::oid] and pg_get_expr(p.polqual, p.polrelid) ~* '\mor\M'
union all select 'tenant policy without a check on writes', c.relname || '.' || p.polname
  from pg_policy p join t on t.oid = p.polrelid join pg_class c on c.oid = p.polrelid
 where t.class = 'tenant' and p.polpermissive and p.polroles @> array['ringsight_app'::regrole::oid] and p.polwithcheck is null
union all select 'policy that is not permissive for its role as meant: gate may see all, nobody else', c.relname || '.' || p.polname
  from pg_policy p join pg_class c on c.oid = p.polrelid
 where pg_get_expr(p.polqual, p.polrelid) = 'true'
   and not (p.polroles <@ array['ringsight_gate'::regrole::oid, 'ringsight_owner'::regrole::oid])
   and not (c.relname in ('job', 'job_history', 'job_need', 'job_share', 'job_pause', 'schedule', 'job_tally', 'job_ledger')
            and p.polroles = array['ringsight_jobs'::regrole::oid])
   and not (c.relname in ('job', 'job_history', 'job_share', 'job_pause', 'schedule', 'job_tally', 'job_ledger')
            and p.polroles = array['ringsight_platform'::regrole::oid])
   and not (c.relname = 'tenant' and p.polroles = array['ringsight_platform'::regrole::oid])
union all select 'owner may read more than the default partitions', c.relname || '.' || p.polname
  from pg_policy p join pg_class c on c.oid = p.polrelid
 where p.polroles @> array['ringsight_owner'::regrole::oid] and c.relname !~ '_default$'
union all select 'tenant_id without the current tenant as default', relname from t
  where class = 'tenant' and not exists (
    select 1 from pg_attrdef d join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
     where d.adrelid = t.oid and a.attname = 'tenant_id' and pg_get_expr(d.adbin, d.adrelid) ~ 'app.tenant')
union all select 'tenant_id may be null', relname from t
  where class = 'tenant' and exists (select 1 from pg_attribute a where a.attrelid = t.oid and a.attname = 'tenant_id' and not a.attnotnull)
union all select 'unique key not led by tenant_id', t.relname || '.' || k.index_name from keys k join t on t.oid = k.indrelid
  where t.class = 'tenant' and k.first_column <> 'tenant_id'
union all select 'tenant table without a primary key', relname from t
  where class = 'tenant' and not exists (select 1 from keys k where k.indrelid = t.oid and k.indisprimary)
union all select 'foreign key to a tenant table without tenant_id', a.relname || '.' || f.conname from fks f
  join t a on a.oid = f.conrelid join t b on b.oid = f.confrelid
  where b.class = 'tenant' and f.cols[1] is distinct from 'tenant_id'
union all select 'foreign key to a partitioned table', a.relname || '.' || f.conname from fks f
  join t a on a.oid = f.conrelid join pg_class b on b.oid = f.confrelid where b.relkind = 'p'
union all select 'on delete set null without naming its column', a.relname || '.' || f.conname from fks f
  join t a on a.oid = f.conrelid where f.confdeltype = 'n' and f.confdelsetcols is null
union all select 'foreign key without an index', a.relname || '.' || f.conname from fks f join t a on a.oid = f.conrelid
  where not exists (select 1 from pg_index i where i.indrelid = f.conrelid and
    (select array_agg(x.attname::text order by o) from unnest(i.indkey::int2[]) with ordinality u(n, o)
       join pg_attribute x on x.attrelid = i.indrelid and x.attnum = u.n where o <= cardinality(f.cols)) @> f.cols)
  and not (f.cols = array['tenant_id'] and exists (select 1 from keys k where k.indrelid = f.conrelid and k.first_column = 'tenant_id'))
union all select 'view that is not security_invoker', c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname in ('public', 'gate', 'ground') and c.relkind = 'v' and not coalesce(c.reloptions::text ~ 'security_invoker=(true|on)', false)
union all select 'materialized view', c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname in ('public', 'gate', 'ground') and c.relkind = 'm'
union all select 'definer function outside the gate', n.nspname || '.' || p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where n.nspname in ('public', 'gate', 'ground') and p.prosecdef
    and not (n.nspname = 'gate' and p.proowner = 'ringsight_gate'::regrole)
    and not (n.nspname = 'ground' and p.proname = 'keep_all_partitions')
union all select 'definer function without a fixed search_path', n.nspname || '.' || p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where n.nspname in ('public', 'gate', 'ground') and p.prosecdef
    and not coalesce(p.proconfig::text ~ 'search_path=(public|gate|pg_catalog)[^"]*pg_temp', false)
union all select 'definer function that anybody may call', n.nspname || '.' || p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where n.nspname in ('public', 'gate', 'ground') and p.prosecdef and (p.proacl is null or p.proacl::text ~ '[{,]=X')
union all select 'server role that owns something', r.rolname || ' owns ' || c.relname from pg_class c join pg_roles r on r.oid = c.relowner
  where r.rolname in ('ringsight_app', 'ringsight_jobs', 'ringsight_platform', 'ringsight_gate') and c.relkind <> 'c'
union all select 'server role too strong', rolname from pg_roles
  where rolname in ('ringsight_app', 'ringsight_jobs', 'ringsight_platform', 'ringsight_gate', 'ringsight_owner')
    and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)
union all select 'server role is a member of more than it should', r.rolname || ' in ' || g.rolname from pg_auth_members m
  join pg_roles r on r.oid = m.member join pg_roles g on g.oid = m.roleid
  where r.rolname in ('ringsight_app', 'ringsight_platform', 'ringsight_gate', 'ringsight_jobs')
    and not (r.rolname = 'ringsight_jobs' and g.rolname = 'ringsight_app')
union all select 'truncate, references or trigger granted', g.grantee || ' on ' || g.table_name from information_schema.role_table_grants g
  where g.grantee like 'ringsight\_%' and g.grantee not in ('ringsight_owner', 'ringsight_migrator')
    and g.privilege_type in ('TRUNCATE', 'REFERENCES', 'TRIGGER')
union all select 'granted to everybody', table_name::text from information_schema.role_table_grants where grantee = 'PUBLIC' and table_schema = 'public'
union all select 'platform role sees what tenants say', table_name::text from information_schema.role_table_grants
  where grantee = 'ringsight_platform' and table_name in ('call', 'call_leg', 'call_event', 'recording', 'transcript', 'analysis', 'score', 'inbox', 'delivery', 'upload', 'upload_part', 'integration')
union all select 'server role may create in a schema', r.rolname || ' in ' || n.nspname from pg_namespace n, pg_roles r
  where n.nspname in ('public', 'gate', 'ground') and r.rolname in ('ringsight_app', 'ringsight_jobs', 'ringsight_platform')
    and has_schema_privilege(r.rolname, n.nspname, 'create')
union all select 'app may read password hashes', 'account.password_hash' where has_column_privilege('ringsight_app', 'account', 'password_hash', 'select')
union all select 'sequence (shows others'' volume)', c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = 'public' and c.relkind = 'S'
order by 1, 2;
