-- Claiming many jobs costs one statement: what is under no cap, gate or pause is started by the statement
-- that locks it. (A function in SQL that writes is planned anew at each call; these are in PL/pgSQL.)
create or replace function ground.job_claim(ids uuid[], for_worker text, lease_s integer)
returns table (id uuid, tenant_id uuid, kind text, gate text, priority smallint, args jsonb, attempt integer,
               max_attempts integer, token bigint, created_at timestamptz, verdict text, wait_ms bigint)
language plpgsql as $$
#variable_conflict use_column
declare
  j record;
  g job_gate;
  limited boolean := false;
  pauses boolean := exists (select from job_pause);
begin
  for j in
    with locked as materialized (
      select q.id, q.tenant_id, q.kind, q.gate, q.priority, q.args, q.attempt, q.max_attempts, q.token, q.created_at, q.run_at,
             q.cancel_asked, s.max_running, q.run_at > now() as early,
             pauses and exists (select from job_pause p where (p.tenant_id is null or p.tenant_id = q.tenant_id)
                                                          and (p.kind is null or p.kind = q.kind)) as paused
        from job q left join job_share s on s.tenant_id = q.tenant_id
       where q.id = any(ids) and q.state = 'queued'
       order by q.priority, q.run_at, q.id for update of q skip locked),
    started as (
      update job u set state = 'running', token = u.token + 1, worker = for_worker, started_at = now(), progress = 0,
             lease_until = now() + make_interval(secs => lease_s)
        from locked l where u.id = l.id and l.max_running is null and l.gate = '' and not (l.early or l.cancel_asked or l.paused))
    select * from locked
  loop
    id := j.id; tenant_id := j.tenant_id; kind := j.kind; gate := j.gate; priority := j.priority; args := j.args;
    attempt := j.attempt; max_attempts := j.max_attempts; token := j.token + 1; created_at := j.created_at;
    verdict := 'claimed';
    wait_ms := 0;
    if j.early then
      verdict := 'early';
      wait_ms := greatest(ceil(extract(epoch from j.run_at - clock_timestamp()) * 1000), 1);
    elsif j.cancel_asked then
      verdict := 'cancelled';
    elsif j.paused then
      verdict := 'paused';
      wait_ms := 1000;
    elsif j.max_running is not null or j.gate <> '' then
      if not limited then
        perform pg_advisory_xact_lock(hashtext('ringsight.claim'));
        limited := true;
      end if;
      if j.max_running <= (select count(*) from job r where r.tenant_id = j.tenant_id and r.state = 'running') then
        verdict := 'capped';
        wait_ms := 2000;
      elsif j.gate <> '' then
        select * into g from job_gate o where o.name = j.gate;
        if found then
          select v.verdict, v.wait_ms into verdict, wait_ms from ground.gate_pass(g) v;
        end if;
      end if;
      if verdict = 'claimed' then
        -- At once, for the counts of the next one must see it.
        update job u set state = 'running', token = u.token + 1, worker = for_worker, started_at = now(), progress = 0,
               lease_until = now() + make_interval(secs => lease_s) where u.id = j.id;
      end if;
    end if;
    return next;
  end loop;
end $$;
drop function ground.job_start(uuid[], text, integer);
