-- 400,000 calls of 200 tenants, for plans that must be read on real sizes. Run as a superuser.
insert into tenant (id, slug, name)
select ('00000000-0000-7000-8000-' || lpad(to_hex(t), 12, '0'))::uuid, 'seeded-' || t, 'Seeded ' || t from generate_series(1, 200) t;
insert into agent (tenant_id, id, name, extension)
select ('00000000-0000-7000-8000-' || lpad(to_hex(t), 12, '0'))::uuid,
       ('00000000-0000-7000-8000-00000000a' || lpad(to_hex(g), 3, '0'))::uuid, 'Agent ' || g, (1000 + g)::text
  from generate_series(1, 200) t, generate_series(1, 10) g;
insert into integration (tenant_id, id, provider, name)
select ('00000000-0000-7000-8000-' || lpad(to_hex(t), 12, '0'))::uuid,
       ('00000000-0000-7000-8000-00000001' || lpad(to_hex(t), 4, '0'))::uuid, 'ucm', 'UCM' from generate_series(1, 200) t;
insert into call (tenant_id, id, integration_id, call_key, started_at, direction, disposition, from_number, to_number,
       customer_number, customer_e164, customer_tail, agent_id, agent_key, duration_s, talk_s, legs, has_recording, state, score_bp, score_state, short)
select ('00000000-0000-7000-8000-' || lpad(to_hex(1 + n % 200), 12, '0'))::uuid, gen_random_uuid(),
       ('00000000-0000-7000-8000-00000001' || lpad(to_hex(1 + n % 200), 4, '0'))::uuid, n::text,
       now() - n * interval '20 seconds', 'inbound', 'answered', '+44207946' || lpad((n / 200 % 100)::text, 5, '0'), '1001',
       '+44207946' || lpad((n / 200 % 100)::text, 5, '0'), '+44207946' || lpad((n / 200 % 100)::text, 5, '0'), '46' || lpad((n / 200 % 100)::text, 5, '0'),
       ('00000000-0000-7000-8000-00000000a' || lpad(to_hex(1 + n / 200 % 10), 3, '0'))::uuid, '1001',
       200, 180, 1, true, 'scored', (n * 37) % 10000, 'scored', 'Renewal questions answered.'
  from generate_series(1, 400000) n;
insert into inbox (tenant_id, id, integration_id, received_at, method, query, source, headers, body)
select ('00000000-0000-7000-8000-' || lpad(to_hex(1 + n % 200), 12, '0'))::uuid,
       ground.uuid_at(now() - n * interval '1 second'),
       ('00000000-0000-7000-8000-00000001' || lpad(to_hex(1 + n % 200), 4, '0'))::uuid,
       now(), 'POST', '', '192.0.2.1', 'a: b', '{}' from generate_series(1, 50000) n;
vacuum analyze;

-- Pages are bounded by what they read, whether or not the thing they hang on is seeded.
create or replace function ground.there(yes boolean) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$ begin return true; end $$;
