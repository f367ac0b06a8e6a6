-- name: report_call :one
-- in:  call uuid, scope uuid[]?, me uuid?
-- out: id uuid, started_at timestamptz, direction text, disposition text, customer text, agent_name text?,
--      agent_id uuid?, duration_s int?, queue text, title text?, state text, state_reason text?, blind bool,
--      speech text?, language text?, confidence_bp int?, moods json?, analysis json?, score_id uuid?,
--      score_state text?, reason text?, score_bp int?, auto_fail bool, card text?, card_version int?,
--      sections json?, criteria json?, mode text?, engine text?, reviewer text?, void_reason text?
-- What the page of the call shows, with the same score: that which counts, nothing for who reviews the call and
-- has not submitted. Primary keys, indexes analysis_transcript and score_transcript.
select c.id, c.started_at, c.direction, c.disposition,
       coalesce((select x.name from contact_number n join contact x on x.tenant_id = n.tenant_id and x.id = n.contact_id
                  where n.tenant_id = c.tenant_id and n.number in (c.customer_e164, c.customer_number)
                  order by n.number = c.customer_e164 desc nulls last limit 1), nullif(c.customer_name, ''), c.customer_number) as customer,
       coalesce(a.name, nullif(c.agent_key, '')) as agent_name, c.agent_id, c.duration_s, c.queue, c.title, c.state,
       case when not b.blind then c.state_reason end as state_reason, b.blind, t.engine as speech, t.language,
       t.confidence_bp,
       (select jsonb_agg(jsonb_build_object('ms', x.turn -> 'start_ms', 'bp', m.body -> 'turn_sentiment_bp' -> (x.n - 1)::int) order by x.n)
          from jsonb_array_elements(t.turns) with ordinality as x (turn, n)) as moods,
       m.body as analysis, s.id as score_id, s.state as score_state, s.reason, s.score_bp,
       coalesce(s.auto_fail, false) as auto_fail, s.card, s.version as card_version, s.body -> 'sections' as sections,
       s.body -> 'criteria' as criteria, s.mode, s.engine, s.reviewer,
       case when s.voided_at is not null then coalesce(s.void_reason, '') end as void_reason
  from call c
  left join agent a on a.tenant_id = c.tenant_id and a.id = c.agent_id
  left join transcript t on t.tenant_id = c.tenant_id and t.id = c.transcript_id
  left join lateral (select y.body from analysis y where y.tenant_id = t.tenant_id and y.transcript_id = t.id
                      order by y.id desc limit 1) m on true
  cross join lateral (select exists (select 1 from review v where v.tenant_id = c.tenant_id and v.call_id = c.id
                                        and v.account_id = $me and v.state = 'open') as blind) b
  left join lateral (
    select o.id, o.state, o.reason, o.score_bp, o.auto_fail, k.name as card, k.version, o.body, o.mode, o.engine,
           (select p.name from account p where p.id = o.account_id) as reviewer, o.voided_at, o.void_reason
      from score o join scorecard k on k.tenant_id = o.tenant_id and k.id = o.scorecard_id
     where o.tenant_id = t.tenant_id and o.transcript_id = t.id and not b.blind
     order by o.mode = 'decide' desc, exists (select 1 from scorecard p where p.tenant_id = k.tenant_id and p.card_id = k.card_id and p.state = 'published') desc,
              k.card_id, o.voided_at is null desc, o.engine = 'human' desc, o.id desc limit 1) s on true
 where c.id = $call [[scope: and c.agent_id = any($scope)]];

-- name: report_clip :one
-- in:  call uuid, scope uuid[]?, recording uuid?
-- out: started_at timestamptz, title text?, agent_name text?, object_key text?, duration_ms int?, transcript_id uuid?,
--      looked bool, silent json?, muted_key text?, muted_reason text?
-- That recording, else the one that was written down, else the longest; the transcript where it is of the same.
-- Primary keys, unique key of recording.
select c.started_at, c.title, coalesce(a.name, nullif(c.agent_key, '')) as agent_name, r.object_key, r.duration_ms,
       case when t.recording_id = r.id then t.id end as transcript_id,
       r.silent is not null or not exists (select from redaction d where d.active) as looked, r.silent, r.muted_key, r.muted_reason
  from call c
  left join agent a on a.tenant_id = c.tenant_id and a.id = c.agent_id
  left join transcript t on t.tenant_id = c.tenant_id and t.id = c.transcript_id
  join lateral (select x.id, x.object_key, x.duration_ms, x.silent, x.muted_key, x.muted_reason from recording x
                 where x.tenant_id = c.tenant_id and x.call_id = c.id and x.state = 'ready' [[recording: and x.id = $recording]]
                 order by x.id = t.recording_id desc nulls last, x.duration_ms desc nulls last, x.id limit 1) r on true
 where c.id = $call [[scope: and c.agent_id = any($scope)]];

-- name: report_agent :one
-- in:  agent uuid, scope uuid[]?
-- out: id uuid, name text
-- Primary key.
select id, name from agent where id = $agent [[scope: and id = any($scope)]];

-- name: report_agent_calls :many
-- in:  agent uuid, from timestamptz, to timestamptz, me uuid?
-- out: id uuid, started_at timestamptz, title text?, direction text, state text, duration_s int?, score_bp int,
--      sentiment_bp int?, agent_share_bp int?, breaches int
-- The newest 5,000 of the time, oldest first; score_bp -1: none, or not told to who reviews the call blind. Index call_agent.
select x.id, x.started_at, x.title, x.direction, x.state, x.duration_s,
       coalesce(case when not exists (select 1 from review v where v.tenant_id = x.tenant_id and v.call_id = x.id and v.account_id = $me
                                         and v.state = 'open') then x.score_bp end, -1) as score_bp,
       x.sentiment_bp, x.agent_share_bp, cardinality(x.breaches) as breaches
  from (select * from call c where c.agent_id = $agent and c.started_at >= $from and c.started_at < $to
           and c.same_as is null and not c.trial order by c.started_at desc, c.id desc limit 5000) x
 order by x.started_at, x.id;

-- name: report_agent_criteria :many
-- in:  agent uuid, from timestamptz, to timestamptz, me uuid?
-- out: card text, key text, text text, verdicts int, mean_bp int, early int, early_bp int?, late int, late_bp int?
-- Each criterion over the newest 1,000 scored calls of the time, by the scores that count; early and late: the two
-- halves of the time. Index call_agent, score_transcript.
select max(k.name) as card, e.c ->> 'key' as key, (array_agg(e.c ->> 'text' order by x.started_at desc))[1] as text,
       count(*)::int as verdicts, avg((e.c ->> 'points_bp')::int)::int as mean_bp,
       (count(*) filter (where x.started_at < $from + ($to - $from) / 2))::int as early,
       (avg((e.c ->> 'points_bp')::int) filter (where x.started_at < $from + ($to - $from) / 2))::int as early_bp,
       (count(*) filter (where x.started_at >= $from + ($to - $from) / 2))::int as late,
       (avg((e.c ->> 'points_bp')::int) filter (where x.started_at >= $from + ($to - $from) / 2))::int as late_bp
  from (select c.tenant_id, c.id, c.transcript_id, c.started_at from call c
         where c.agent_id = $agent and c.started_at >= $from and c.started_at < $to and c.score_bp is not null
           and c.same_as is null and not c.trial
           and not exists (select 1 from review v where v.tenant_id = c.tenant_id and v.call_id = c.id and v.account_id = $me and v.state = 'open')
         order by c.started_at desc, c.id desc limit 1000) x
  join lateral (select o.body, o.scorecard_id from score o join scorecard q on q.tenant_id = o.tenant_id and q.id = o.scorecard_id
                 where o.tenant_id = x.tenant_id and o.transcript_id = x.transcript_id and o.mode = 'decide' and o.voided_at is null
                 order by exists (select 1 from scorecard p where p.tenant_id = q.tenant_id and p.card_id = q.card_id and p.state = 'published') desc,
                          q.card_id, o.engine = 'human' desc, o.id desc limit 1) s on true
  join scorecard k on k.tenant_id = x.tenant_id and k.id = s.scorecard_id
  cross join lateral jsonb_array_elements(s.body -> 'criteria') as e (c)
 where e.c ->> 'points_bp' is not null
 group by k.card_id, e.c ->> 'key'
 order by mean_bp, verdicts desc, k.card_id, key;

-- name: report_overview :many
-- in:  before timestamptz, from timestamptz, to timestamptz, scope uuid[]?, agent uuid?, team uuid?, me uuid?
-- out: agent_id uuid?, name text?, calls int, before int, scored int, mean_bp int?, before_bp int?, held int, breached int,
--      moody int, mood_bp int?, seconds bigint
-- Agent by agent from `from` on, with as long a time before; the lowest mean first, at most 1,000. Scores of calls
-- that `me` reviews blind are not told. Indexes call_started and call_agent, key of review.
select x.agent_id, max(g.name) as name,
       (count(*) filter (where x.now))::int as calls, (count(*) filter (where not x.now))::int as before,
       (count(x.score_bp) filter (where x.now))::int as scored,
       (avg(x.score_bp) filter (where x.now))::int as mean_bp, (avg(x.score_bp) filter (where not x.now))::int as before_bp,
       (count(*) filter (where x.now and x.state = 'held'))::int as held,
       (count(*) filter (where x.now and cardinality(x.breaches) > 0))::int as breached,
       (count(x.sentiment_bp) filter (where x.now))::int as moody, (avg(x.sentiment_bp) filter (where x.now))::int as mood_bp,
       coalesce(sum(x.duration_s) filter (where x.now), 0)::bigint as seconds
  from (select c.tenant_id, c.agent_id, c.started_at >= $from as now, c.state, c.breaches, c.duration_s, c.sentiment_bp,
               case when c.state = 'scored' and not exists (select 1 from review v where v.tenant_id = c.tenant_id and v.call_id = c.id
                           and v.account_id = $me and v.state = 'open') then c.score_bp end as score_bp
          from call c
         where c.started_at >= $before and c.started_at < $to and c.same_as is null and not c.trial
           [[scope: and c.agent_id = any($scope)]] [[agent: and c.agent_id = $agent]]
           [[team: and c.agent_id in (select a.agent_id from team_agent a where a.team_id = $team)]]) x
  left join agent g on g.tenant_id = x.tenant_id and g.id = x.agent_id
 group by x.agent_id
 order by mean_bp nulls last, x.agent_id limit 1000;

-- name: report_plans_list :many
-- out: id uuid, name text, agent_id uuid?, agent text?, team_id uuid?, team text?, every text, on_day int, hour int, zone text?,
--      format text, attach bool, active bool, next_at timestamptz?, readers json:report_readers, last json:report_last?, version int
-- A tenant has at most 50, by name. Primary keys, unique key of schedule, index report_run_plan.
select p.id, p.name, p.agent_id, g.name as agent, p.team_id, t.name as team, p.every, p.on_day, p.hour, p.zone, p.format,
       p.attach, p.active, case when p.active then s.next_at end as next_at,
       (select coalesce(jsonb_agg(jsonb_build_object('id', r.account_id, 'name', a.name, 'off', r.off_at is not null) order by a.name, a.id), '[]')
          from report_reader r join account a on a.id = r.account_id
         where r.tenant_id = p.tenant_id and r.plan_id = p.id) as readers,
       (select jsonb_build_object('id', u.id, 'at', u.created_at, 'sent', count(*) filter (where m.state = 'sent'),
                 'waiting', count(*) filter (where m.state = 'waiting'), 'skipped', count(*) filter (where m.state = 'skipped'),
                 'failed', count(*) filter (where m.state = 'failed'))
          from (select o.tenant_id, o.id, o.created_at from report_run o where o.tenant_id = p.tenant_id and o.plan_id = p.id order by o.id desc limit 1) u
          left join report_mail m on m.tenant_id = u.tenant_id and m.run_id = u.id
         group by u.id, u.created_at) as last, p.version
  from report_plan p
  left join agent g on g.tenant_id = p.tenant_id and g.id = p.agent_id
  left join team t on t.tenant_id = p.tenant_id and t.id = p.team_id
  left join schedule s on s.tenant_id = p.tenant_id and s.name = 'report:' || p.id
 order by lower(p.name), p.id limit 50;

-- name: report_plans_mine :many
-- in:  me uuid?
-- out: id uuid, name text, every text, off bool
-- Of which the asker is a reader. Index report_reader_account.
select p.id, p.name, p.every, r.off_at is not null as off
  from report_reader r join report_plan p on p.tenant_id = r.tenant_id and p.id = r.plan_id
 where r.account_id = $me order by lower(p.name), p.id limit 50;

-- name: report_plans_count :one
-- out: n int
select count(*)::int as n from report_plan;

-- name: report_plan_get :one
-- in:  plan uuid
-- out: name text, agent_id uuid?, team_id uuid?, every text, on_day int, hour int, zone text?, format text, attach bool, active bool,
--      version int, tenant_zone text
-- Primary keys.
select p.name, p.agent_id, p.team_id, p.every, p.on_day, p.hour, p.zone, p.format, p.attach, p.active, p.version, t.zone as tenant_zone
  from report_plan p join tenant t on t.id = p.tenant_id where p.id = $plan;

-- name: report_plan_add :done
-- in:  id uuid, name text, agent uuid?, team uuid?, every text, on_day int, hour int, zone text?, format text, attach bool, active bool
insert into report_plan (id, name, agent_id, team_id, every, on_day, hour, zone, format, attach, active)
values ($id, $name, $agent, $team, $every, $on_day, $hour, $zone, $format, $attach, $active);

-- name: report_plan_change :done
-- in:  plan uuid, version int, name text, agent uuid?, team uuid?, every text, on_day int, hour int, zone text?, format text,
--      attach bool, active bool
-- Primary key.
update report_plan set name = $name, agent_id = $agent, team_id = $team, every = $every, on_day = $on_day, hour = $hour, zone = $zone,
       format = $format, attach = $attach, active = $active, version = version + 1
 where id = $plan and version = $version;

-- name: report_plan_drop :done
-- in:  plan uuid
-- Primary key.
delete from report_plan where id = $plan;

-- name: report_readers_unfit :one
-- in:  ids uuid[]
-- out: n int, name text?
-- The first that is no member of the tenant (without a name), or one without an address. Keys of membership and account.
select coalesce(y.n, 0)::int as n, y.name
  from (select 1) one left join lateral (
    select x.n, a.name from unnest($ids) with ordinality as x (id, n)
      left join membership m on m.account_id = x.id
      left join account a on a.id = m.account_id
     where m.id is null or a.home_id is not null order by x.n limit 1) y on true;

-- name: report_readers_put :done
-- in:  plan uuid, ids uuid[]
-- Who had asked to get no more stays so. Primary key.
with gone as (delete from report_reader where plan_id = $plan and account_id <> all($ids))
insert into report_reader (plan_id, account_id) select distinct $plan::uuid, x.id from unnest($ids) x (id)
on conflict do nothing;

-- name: report_reader_off :done
-- in:  plan uuid, me uuid, off bool
-- Primary key.
update report_reader set off_at = case when $off then coalesce(off_at, now()) end where plan_id = $plan and account_id = $me;

-- name: report_run_add :done
-- in:  id uuid, plan uuid, since timestamptz, until timestamptz, by_hand bool
-- None if it went out for this time already.
insert into report_run (id, plan_id, since, until, by_hand) values ($id, $plan, $since, $until, $by_hand) on conflict do nothing;

-- name: report_run_readers :many
-- in:  run uuid
-- out: account_id uuid, name text
-- Who did not ask to get no more. Primary key of report_reader.
select r.account_id, a.name
  from report_run u join report_reader r on r.tenant_id = u.tenant_id and r.plan_id = u.plan_id
  join account a on a.id = r.account_id
 where u.id = $run and r.off_at is null;

-- name: report_mail_add :done
-- in:  id uuid, run uuid, account uuid, name text
insert into report_mail (id, run_id, account_id, name) values ($id, $run, $account, $name);

-- name: report_runs_forget :done
-- in:  plan uuid
-- All but the newest hundred. Index report_run_plan.
delete from report_run where plan_id = $plan and id < (select o.id from report_run o where o.plan_id = $plan order by o.id desc offset 99 limit 1);

-- name: report_runs_list :page
-- in:  report uuid, after_id uuid?, limit int
-- out: id uuid, since timestamptz, until timestamptz, by_hand bool, created_at timestamptz, mails json:report_mails
-- key: id
-- Newest first. Index report_run_plan, unique key of report_mail.
select u.id, u.since, u.until, u.by_hand, u.created_at,
       (select coalesce(jsonb_agg(jsonb_build_object('name', m.name, 'state', m.state, 'reason', m.reason, 'attached', m.attached, 'at', m.ended_at)
                 order by m.name, m.id), '[]') from report_mail m where m.tenant_id = u.tenant_id and m.run_id = u.id) as mails
  from report_run u
 where u.plan_id = $report and ground.there(exists (select from report_plan p where p.id = $report))
   and u.id < coalesce($after_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
 order by u.id desc limit $limit;

-- name: report_run_get :one
-- in:  run uuid
-- out: plan_id uuid, since timestamptz, until timestamptz
-- Primary key.
select plan_id, since, until from report_run where id = $run;

-- name: report_mail_get :one
-- in:  mail uuid
-- out: run_id uuid, account_id uuid, plan_id uuid, since timestamptz, until timestamptz, tenant text, reader bool, off bool, sees bool,
--      scope uuid[]?, email text?, name text?
-- One that waits, with what its reader is now: no member, held to others' calls, a reader no more. Primary keys.
select m.run_id, m.account_id, u.plan_id, u.since, u.until, t.name as tenant, r.account_id is not null as reader,
       coalesce(r.off_at is not null, false) as off,
       coalesce('calls.read' = any (k.permissions) and a.disabled_at is null and t.state = 'active', false) as sees,
       gate.sight(m.account_id, m.tenant_id, g.id,
                  case when s.own_teams and k.scope = 'all' and k.slug <> 'owner' then 'team' else coalesce(k.scope, 'own') end) as scope,
       a.email, a.name
  from report_mail m
  join report_run u on u.tenant_id = m.tenant_id and u.id = m.run_id
  join tenant t on t.id = m.tenant_id
  left join report_reader r on r.tenant_id = m.tenant_id and r.plan_id = u.plan_id and r.account_id = m.account_id
  left join membership s on s.tenant_id = m.tenant_id and s.account_id = m.account_id
  left join role k on k.tenant_id = s.tenant_id and k.id = s.role_id
  left join account a on a.id = s.account_id
  left join agent g on g.tenant_id = s.tenant_id and g.account_id = s.account_id
 where m.id = $mail and m.state = 'waiting';

-- name: report_mail_end :done
-- in:  mail uuid, state text, reason text?, attached bool
-- Primary key.
update report_mail set state = $state, reason = $reason, attached = $attached, ended_at = now() where id = $mail and state = 'waiting';

-- name: report_mail_again :done
-- in:  mail uuid
-- Primary key.
update report_mail set state = 'waiting', reason = null, ended_at = null where id = $mail and state = 'failed';

-- name: report_team :one
-- in:  team uuid
-- out: name text
-- Primary key.
select name from team where id = $team;
