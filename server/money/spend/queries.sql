-- name: spend_terms :one
-- in:  call uuid
-- out: currency text?, day_micro bigint?, month_micro bigint?, call_micro bigint?, call_scope text, day_scope text,
--      month_scope text, day text
-- The caps, and under which names sums stand now, by the tenant's clock. Primary keys.
select c.currency, c.day_micro, c.month_micro, c.call_micro, 'call:' || $call::uuid::text as call_scope,
       'day:' || to_char(now() at time zone t.zone, 'YYYY-MM-DD') as day_scope,
       'month:' || to_char(now() at time zone t.zone, 'YYYY-MM') as month_scope,
       to_char(now() at time zone t.zone, 'YYYY-MM-DD') as day
  from tenant t left join spend_cap c on c.tenant_id = t.id
 where t.id = nullif(current_setting('app.tenant', true), '')::uuid;

-- name: spend_left :one
-- out: currency text, day_micro bigint?, month_micro bigint?, call_micro bigint?, day_spent bigint, month_spent bigint
-- The caps and what is spent or reserved of them now, by the tenant's clock; names its tenant. Primary keys.
select c.currency, c.day_micro, c.month_micro, c.call_micro,
       coalesce((select s.micro from spend_sum s where s.tenant_id = c.tenant_id and s.currency = c.currency
                    and s.scope = 'day:' || to_char(now() at time zone t.zone, 'YYYY-MM-DD')), 0) as day_spent,
       coalesce((select s.micro from spend_sum s where s.tenant_id = c.tenant_id and s.currency = c.currency
                    and s.scope = 'month:' || to_char(now() at time zone t.zone, 'YYYY-MM')), 0) as month_spent
  from tenant t join spend_cap c on c.tenant_id = t.id
 where t.id = nullif(current_setting('app.tenant', true), '')::uuid;

-- name: spend_sum_add :done
-- in:  scope text, currency text, micro bigint, cap bigint?
-- Not above the cap: the row's lock makes one wait for the other. Primary key.
insert into spend_sum as s (scope, currency, micro)
select $scope, $currency, $micro::bigint where $cap::bigint is null or $micro::bigint <= $cap::bigint
on conflict (tenant_id, scope, currency) do update set micro = s.micro + excluded.micro
 where $cap::bigint is null or s.micro + excluded.micro <= $cap::bigint;

-- name: spend_sum_shift :done
-- in:  scope text, currency text, by bigint
-- Primary key.
update spend_sum set micro = greatest(micro + $by::bigint, 0) where scope = $scope and currency = $currency;

-- name: spend_sum_read :one
-- in:  scope text, currency text
-- out: micro bigint
-- Primary key.
select micro from spend_sum where scope = $scope and currency = $currency;

-- name: spend_add :done
-- in:  id uuid, event text, service text, engine uuid, call uuid, job uuid, run bigint, day text, currency text?,
--      micro bigint, bound text?, expires_s int
insert into spend (id, event, service, engine_id, call_id, job_id, run, day, currency, micro, bound_scope, expires_at)
values ($id, $event, $service, $engine, $call, $job, $run, $day::text::date, $currency, $micro, $bound,
        now() + make_interval(secs => $expires_s));

-- name: spend_open :one
-- in:  spend uuid
-- out: micro bigint, currency text?, call_scope text, day_scope text, month_scope text, bound_scope text?
-- Primary key; the row's lock lets nobody else end it.
select micro, currency, 'call:' || call_id::text as call_scope, 'day:' || to_char(day, 'YYYY-MM-DD') as day_scope,
       'month:' || to_char(day, 'YYYY-MM') as month_scope,
       bound_scope
  from spend where id = $spend and state = 'reserved' for update;

-- name: spend_end :done
-- in:  spend uuid, state text, micro bigint, in_tokens bigint?, out_tokens bigint?, sound_ms bigint?
-- Primary key.
update spend set state = $state, micro = $micro, in_tokens = $in_tokens, out_tokens = $out_tokens,
       sound_ms = $sound_ms, ended_at = now()
 where id = $spend;

-- name: spend_stale :many
-- in:  job uuid, run bigint
-- out: id uuid
-- Left behind by workers that died: over their time, or of an earlier run of this job. Index spend_open.
select id from spend
 where state = 'reserved' and (expires_at < now() or (job_id = $job and run <> $run::bigint))
 order by expires_at, id limit 20 for update skip locked;

-- name: spend_today :one
-- out: currency text?, day_micro bigint?, month_micro bigint?, call_micro bigint?, version int, day text,
--      sums json:spend_sums, engines json:spend_engines
-- What counts today and this month by the tenant's clock, and today's requests by engine. Primary keys, index spend_day.
with d as (
  select (now() at time zone t.zone)::date as day from tenant t
   where t.id = nullif(current_setting('app.tenant', true), '')::uuid)
select c.currency, c.day_micro, c.month_micro, c.call_micro, coalesce(c.version, 0) as version,
       to_char(d.day, 'YYYY-MM-DD') as day,
       (select coalesce(jsonb_agg(jsonb_build_object('currency', x.currency, 'today_micro', x.today, 'month_micro', x.month)
                                  order by x.currency), '[]')
          from (select s.currency, coalesce(max(s.micro) filter (where s.scope like 'day:%'), 0) as today,
                       coalesce(max(s.micro) filter (where s.scope like 'month:%'), 0) as month
                  from spend_sum s
                 where s.scope in ('day:' || to_char(d.day, 'YYYY-MM-DD'), 'month:' || to_char(d.day, 'YYYY-MM'))
                 group by s.currency) x) as sums,
       (select coalesce(jsonb_agg(jsonb_build_object('engine_id', y.engine_id, 'name', y.name, 'service', y.service,
                 'currency', y.currency, 'micro', y.micro, 'requests', y.requests, 'open', y.open, 'assumed', y.assumed,
                 'in_tokens', y.in_tokens, 'out_tokens', y.out_tokens, 'sound_ms', y.sound_ms) order by y.micro desc, y.engine_id), '[]')
          from (select s.engine_id, s.service, s.currency,
                       coalesce((select e.name from language_engine e where e.tenant_id = s.tenant_id and e.id = s.engine_id),
                                (select e.name from speech_engine e where e.tenant_id = s.tenant_id and e.id = s.engine_id), '') as name,
                       sum(s.micro)::bigint as micro, count(*)::int as requests,
                       count(*) filter (where s.state = 'reserved')::int as open,
                       count(*) filter (where s.state = 'assumed')::int as assumed,
                       coalesce(sum(s.in_tokens), 0)::bigint as in_tokens, coalesce(sum(s.out_tokens), 0)::bigint as out_tokens,
                       coalesce(sum(s.sound_ms), 0)::bigint as sound_ms
                  from spend s where s.day = d.day
                 group by s.tenant_id, s.engine_id, s.service, s.currency) y) as engines
  from d left join spend_cap c on c.tenant_id = nullif(current_setting('app.tenant', true), '')::uuid;

-- name: spend_cap_set :done
-- in:  currency text, day_micro bigint?, month_micro bigint?, call_micro bigint?, version int
-- Version 0: none is set yet. Primary key.
insert into spend_cap as c (currency, day_micro, month_micro, call_micro)
select $currency, $day_micro, $month_micro, $call_micro
 where $version = 0 or exists (select from spend_cap p where p.version = $version)
on conflict (tenant_id) do update
   set currency = excluded.currency, day_micro = excluded.day_micro, month_micro = excluded.month_micro,
       call_micro = excluded.call_micro, version = c.version + 1
 where c.version = $version;
