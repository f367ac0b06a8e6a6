-- The queue's rules as PostgreSQL alone keeps them: who may be claimed, turns without Redis, gates and
-- their breaker, caps, pauses, dependencies, unique keys, the ledger. Each block is one test; run as
-- ringsight_jobs by tests/sql/queue, which makes two tenants and empties the tables before each.

-- @ a claim takes what is due, once, and says of the rest why not
do $$
declare r record; n int;
begin
  perform pg_temp.add(1, 'k'), pg_temp.add(1, 'k', run_in => '1 minute');
  select count(*) into n from ground.job_claim(array(select id from job), 'w', 10) where verdict = 'claimed';
  assert n = 1, 'one is due';
  select * into r from ground.job_claim(array(select id from job), 'w', 10);
  assert r.verdict = 'early' and r.wait_ms between 50000 and 60000, r;
  select count(*) into n from ground.job_claim(array(select id from job where state = 'running'), 'w', 10);
  assert n = 0, 'what runs is not answered';
end $$;

-- @ turns go round the tenants whatever their number of jobs
do $$
declare first int; all_of_two int;
begin
  perform pg_temp.add(1, 'k') from generate_series(1, 3000);
  perform pg_temp.add(2, 'k') from generate_series(1, 5);
  select count(*) into first from ground.job_take(array['k'], array[100], 6, 'w', 10) where tenant_id = pg_temp.tenant(2) and verdict = 'claimed';
  assert first = 3, first;
  select count(*) + first into all_of_two from ground.job_take(array['k'], array[100], 4, 'w', 10) where tenant_id = pg_temp.tenant(2);
  assert all_of_two = 5, all_of_two;
end $$;

-- @ a weight of three gets three turns of four
do $$
declare n int;
begin
  insert into job_share values (pg_temp.tenant(1), 3);
  perform pg_temp.add(1, 'k'), pg_temp.add(2, 'k') from generate_series(1, 100);
  select count(*) into n from ground.job_take(array['k'], array[100], 40, 'w', 10) where tenant_id = pg_temp.tenant(1);
  assert n = 30, n;
end $$;

-- @ who was away saves no turns up
do $$
declare n int;
begin
  perform pg_temp.add(1, 'k') from generate_series(1, 200);
  perform ground.job_take(array['k'], array[100], 10, 'w', 10) from generate_series(1, 10);
  perform pg_temp.add(2, 'k') from generate_series(1, 100);
  select count(*) into n from ground.job_take(array['k'], array[100], 20, 'w', 10) where tenant_id = pg_temp.tenant(2);
  assert n between 9 and 11, n;
end $$;

-- @ urgent before normal, and kinds that are not asked for stay
do $$
declare p int[];
begin
  perform pg_temp.add(1, 'k', priority => 30), pg_temp.add(1, 'k', priority => 0), pg_temp.add(1, 'other', priority => 0);
  select array_agg(priority order by ord) into p from ground.job_take(array['k'], array[100], 5, 'w', 10) with ordinality t(a,b,c,d,priority,f,g,h,i,j,k,l,ord);
  assert p = '{0,30}', p;
end $$;

-- @ of a kind no more than its room
do $$
declare n int;
begin
  perform pg_temp.add(1, 'k'), pg_temp.add(2, 'k'), pg_temp.add(1, 'other') from generate_series(1, 5);
  select count(*) filter (where kind = 'k') into n from ground.job_take(array['k', 'other'], array[3, 100], 50, 'w', 10);
  assert n = 3, n;
  assert (select count(*) from job where state = 'running') = 8;
end $$;

-- @ a pause holds a tenant, a kind or all, and nobody else
do $$
declare n int;
begin
  perform pg_temp.add(1, 'k'), pg_temp.add(2, 'k'), pg_temp.add(2, 'other');
  insert into job_pause (id, tenant_id, kind) values (gen_random_uuid(), pg_temp.tenant(1), null), (gen_random_uuid(), null, 'other');
  select count(*) into n from ground.job_claim(array(select id from job), 'w', 10) where verdict = 'paused';
  assert n = 2, n;
  update job set state = 'queued';
  select count(*) into n from ground.job_take(array['k', 'other'], array[100, 100], 5, 'w', 10);
  assert n = 1, n;
  delete from job_pause;
  insert into job_pause (id) values (gen_random_uuid());
  update job set state = 'queued';
  assert not exists (select from ground.job_take(array['k', 'other'], array[100, 100], 5, 'w', 10)), 'all are held';
end $$;

-- @ a tenant's cap is never passed, and frees with each end
do $$
declare n int;
begin
  insert into job_share values (pg_temp.tenant(1), 1, 3);
  perform pg_temp.add(1, 'k') from generate_series(1, 10);
  select count(*) into n from ground.job_claim(array(select id from job), 'w', 10) where verdict = 'claimed';
  assert n = 3, n;
  select count(*) into n from ground.job_take(array['k'], array[100], 5, 'w', 10) where verdict = 'claimed';
  assert n = 0, n;
  delete from job where id = (select id from job where state = 'running' limit 1);
  select count(*) into n from ground.job_take(array['k'], array[100], 5, 'w', 10) where verdict = 'claimed';
  assert n = 1, n;
end $$;

-- @ a gate's limit of running jobs, and others pass
do $$
declare n int;
begin
  insert into job_gate (name, max_running) values ('g', 2);
  perform pg_temp.add(1, 'k', gate => 'g') from generate_series(1, 10);
  perform pg_temp.add(1, 'k', gate => 'other');
  select count(*) into n from ground.job_claim(array(select id from job), 'w', 10) where verdict = 'claimed';
  assert n = 3, n;
end $$;

-- @ a gate's rate: six seconds' worth at once, then as they come
do $$
declare n int; w bigint;
begin
  insert into job_gate (name, per_minute) values ('g', 60);
  perform pg_temp.add(1, 'k', gate => 'g') from generate_series(1, 20);
  select count(*) filter (where verdict = 'claimed'), min(wait_ms) filter (where verdict = 'gate') into n, w
    from ground.job_claim(array(select id from job), 'w', 10);
  assert n = 6 and w between 1 and 1000, format('%s claimed, %s ms', n, w);
end $$;

-- @ a Retry-After closes its gate alone and is no failure
do $$
declare v text[];
begin
  perform ground.gate_told('g', false, 30, 'too many requests');
  perform pg_temp.add(1, 'k', gate => 'g'), pg_temp.add(1, 'k', gate => 'h');
  select array_agg(verdict order by gate) into v from ground.job_claim(array(select id from job), 'w', 10);
  assert v = '{gate,claimed}', v;
  assert (select failures from job_gate) = 0;
  perform ground.gate_told('g', true, 0, null);
  assert (select closed_until from job_gate) > now(), 'another''s late success does not open it';
end $$;

-- @ the breaker opens at the fifth failure, tries one when its time is over, and closes on success
do $$
declare n int;
begin
  perform ground.gate_told('g', false, 0, 'no answer') from generate_series(1, 4);
  assert (select closed_until from job_gate) is null, 'four are not five';
  perform ground.gate_told('g', false, 0, 'no answer');
  assert (select closed_until from job_gate) between now() + interval '29 seconds' and now() + interval '31 seconds';
  perform pg_temp.add(1, 'k', gate => 'g') from generate_series(1, 5);
  assert not exists (select from ground.job_claim(array(select id from job), 'w', 10) where verdict = 'claimed'), 'open';
  update job_gate set closed_until = now() - interval '1 second';
  select count(*) into n from ground.job_claim(array(select id from job), 'w', 10) where verdict = 'claimed';
  assert n = 1, 'half open: one tries';
  perform ground.gate_told('g', false, 0, 'no answer');
  assert (select closed_until from job_gate) > now() + interval '59 seconds', 'twice as long';
  update job_gate set closed_until = now() - interval '1 second';
  perform ground.gate_told('g', true, 0, null);
  select count(*) into n from ground.job_claim(array(select id from job), 'w', 10) where verdict = 'claimed';
  assert n = 4, n;
end $$;

-- @ a blocked job becomes due with the last it needs
do $$
declare a uuid := pg_temp.add(1, 'k'); b uuid := pg_temp.add(1, 'k'); c uuid := pg_temp.add(1, 'k');
begin
  update job set state = 'blocked', needs = 2 where id = c;
  insert into job_need (tenant_id, job_id, needs_id) values (pg_temp.tenant(1), c, a), (pg_temp.tenant(1), c, b);
  assert not exists (select from ground.job_claim(array[c], 'w', 10)), 'blocked';
  perform ground.job_ended(array[a]);
  assert (select state from job where id = c) = 'blocked';
  perform ground.job_ended(array[b]);
  assert (select state from job where id = c) = 'queued';
end $$;

-- @ one living job of a key: a thousand tries make one, and it is free again at its end
do $$
declare n int;
begin
  for i in 1..1000 loop
    insert into job (id, tenant_id, kind, max_attempts, args, dedupe_key) values (gen_random_uuid(), pg_temp.tenant(1), 'k', 1, '{}', 'one')
    on conflict (tenant_key, dedupe_key) where dedupe_key is not null and state <> 'dead' do nothing;
  end loop;
  assert (select count(*) from job) = 1;
  update job set state = 'dead';
  insert into job (id, tenant_id, kind, max_attempts, args, dedupe_key) values (gen_random_uuid(), pg_temp.tenant(1), 'k', 1, '{}', 'one');
  insert into job (id, tenant_id, kind, max_attempts, args, dedupe_key) values (gen_random_uuid(), pg_temp.tenant(2), 'k', 1, '{}', 'one');
end $$;

-- @ the ledger holds through every end, and shows a row that went astray
do $$
declare a uuid := pg_temp.add(1, 'k'); b uuid := pg_temp.add(1, 'k'); c uuid := pg_temp.add(2, 'k'); d uuid := pg_temp.add(1, 'k');
begin
  perform ground.job_claim(array[a], 'w', 10);
  perform ground.tally_up();
  delete from job where id = b;
  insert into job_history (id, tenant_id, kind, outcome, attempt, created_at) values (b, pg_temp.tenant(1), 'k', 'done', 0, now());
  update job set state = 'dead' where id = c;
  delete from job where id = d;
  insert into job_history (id, tenant_id, kind, outcome, attempt, created_at) values (d, pg_temp.tenant(1), 'k', 'cancelled', 0, now());
  assert (select sum(abs(drift)) from job_balance) = 0, (select jsonb_agg(b) from job_balance b);
  assert (select (created, queued, running, done, dead, cancelled) = (3, 0, 1, 1, 0, 1) from job_balance where tenant_id = pg_temp.tenant(1));
  perform ground.tally_up();
  assert (select sum(abs(drift)) from job_balance) = 0;
  assert not exists (select from job_tally), 'added up';
  delete from job where id = a;
  assert (select drift from job_balance where tenant_id = pg_temp.tenant(1)) = 1, 'a lost job is seen';
end $$;
