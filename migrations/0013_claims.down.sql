create function ground.job_start(ids uuid[], for_worker text, lease_s integer) returns void
language sql volatile as $$
  update job set state = 'running', token = token + 1, worker = for_worker, started_at = now(), progress = 0,
         lease_until = now() + make_interval(secs => lease_s) where id = any(ids)
$$;
revoke execute on function ground.job_start(uuid[], text, integer) from public;
grant execute on function ground.job_start(uuid[], text, integer) to ringsight_jobs;
create or replace function ground.job_claim(ids uuid[], for_worker text, lease_s integer)
returns table (id uuid, tenant_id uuid, kind text, gate text, priority smallint, args jsonb, attempt integer,
               max_attempts integer, token bigint, created_at timestamptz, verdict text, wait_ms bigint)
language plpgsql as $$
#variable_conflict use_column
declare
  j record;
  g job_gate;
  mine uuid[] := '{}';
  limited boolean := false;
  pauses boolean := exists (select from job_pause);
begin
  for j in
    select q.*, s.max_running
      from job q left join job_share s on s.tenant_id = q.tenant_id
     where q.id = any(ids) and q.state = 'queued'
     order by q.priority, q.run_at, q.id for update of q skip locked
  loop
    id := j.id; tenant_id := j.tenant_id; kind := j.kind; gate := j.gate; priority := j.priority; args := j.args;
    attempt := j.attempt; max_attempts := j.max_attempts; token := j.token + 1; created_at := j.created_at;
    verdict := 'claimed';
    wait_ms := 0;
    if j.run_at > now() then
      verdict := 'early';
      wait_ms := greatest(ceil(extract(epoch from j.run_at - clock_timestamp()) * 1000), 1);
    elsif j.cancel_asked then
      verdict := 'cancelled';
    elsif pauses and exists (select from job_pause p where (p.tenant_id is null or p.tenant_id = j.tenant_id)
                                                       and (p.kind is null or p.kind = j.kind)) then
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
        perform ground.job_start(array[j.id], for_worker, lease_s);
      end if;
    else
      mine := mine || j.id;
    end if;
    return next;
  end loop;
  perform ground.job_start(mine, for_worker, lease_s);
end $$;
