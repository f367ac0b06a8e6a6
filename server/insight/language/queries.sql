-- name: language_engines_list :many
-- out: id uuid, kind text, name text, base_url text, model text, context_tokens int, key_set bool, place int, state text,
--      state_reason text?, failures int, closed_until timestamptz?, test json:language_test?, prices json:language_prices,
--      version int
-- In the order in which they are tried; index language_engine_order, unique key of language_price.
select e.id, e.kind, e.name, e.base_url, e.model, e.context_tokens, e.key_sealed is not null as key_set, e.place, e.state,
       e.state_reason, e.failures, case when e.closed_until > now() then e.closed_until end as closed_until, e.test,
       (select coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'valid_from', p.valid_from, 'micro_in', p.micro_in,
               'micro_out', p.micro_out, 'currency', p.currency) order by p.valid_from desc), '[]')
          from language_price p where p.tenant_id = e.tenant_id and p.engine_id = e.id) as prices, e.version
  from language_engine e where e.state <> 'deleted' order by e.place, e.id;

-- name: language_engine_add :done
-- in:  id uuid, kind text, name text, base_url text, model text, context_tokens int, key_sealed bytea?
-- At the end of the order.
insert into language_engine (id, kind, name, base_url, model, context_tokens, key_sealed, place)
select $id, $kind, $name, $base_url, $model, $context_tokens, $key_sealed,
       coalesce((select max(place) from language_engine where state <> 'deleted'), 0) + 1;

-- name: language_engines_count :one
-- out: n int
select count(*)::int as n from language_engine where state <> 'deleted';

-- name: language_engine_read :one
-- in:  engine uuid
-- out: id uuid, kind text, name text, base_url text, model text, context_tokens int, key_sealed bytea?, state text,
--      state_reason text?, failures int, closed_until timestamptz?, version int
-- Primary key.
select id, kind, name, base_url, model, context_tokens, key_sealed, state, state_reason, failures, closed_until, version
  from language_engine where id = $engine and state <> 'deleted';

-- name: language_engine_lines :many
-- out: id uuid, kind text, name text, base_url text, model text, context_tokens int, key_sealed bytea?, state text,
--      state_reason text?, failures int, closed_until timestamptz?, version int
-- Index language_engine_order.
select id, kind, name, base_url, model, context_tokens, key_sealed, state, state_reason, failures, closed_until, version
  from language_engine where state in ('active', 'attention') order by place, id;

-- name: language_gate :one
-- out: gate text?
-- The gate of the engine that is asked first; index language_engine_order.
select (select kind || ':' || id from language_engine where state = 'active' order by place, id limit 1) as gate;

-- name: language_engine_change :done
-- in:  engine uuid, version int, name text, base_url text, model text, context_tokens int, key_sealed bytea?, state text
-- Saving ends "attention" and lets it be asked again: what was wrong may be mended.
update language_engine set name = $name, base_url = $base_url, model = $model, context_tokens = $context_tokens,
       key_sealed = $key_sealed, state = $state, state_reason = null, failures = 0, closed_until = null,
       version = version + 1
 where id = $engine and version = $version and state <> 'deleted';

-- name: language_engine_delete :done
-- in:  engine uuid
-- Scores keep naming it; its key is gone.
update language_engine set state = 'deleted', key_sealed = null, version = version + 1
 where id = $engine and state <> 'deleted';

-- name: language_engines_order :done
-- in:  ids uuid[]
update language_engine set place = array_position($ids, id) where state <> 'deleted' and id = any($ids);

-- name: language_engine_attention :done
-- in:  engine uuid, version int, reason text
-- Settings saved meanwhile are others than those that were refused.
update language_engine set state = 'attention', state_reason = $reason
 where id = $engine and version = $version and state = 'active';

-- name: language_engine_failed :done
-- in:  engine uuid, wait_s int
-- The fifth failure in a row passes it over for 30 seconds, each further one for twice as long up to ten
-- minutes; with wait_s it asked for that itself, which is no failure. Primary key.
update language_engine
   set failures = failures + case when $wait_s::int > 0 then 0 else 1 end,
       closed_until = case
         when $wait_s::int > 0 then greatest(closed_until, now() + make_interval(secs => least($wait_s::int, 86400)))
         when failures >= 4 then now() + least(interval '30 seconds' * power(2, least(failures - 4, 10)), interval '10 minutes')
         else closed_until end
 where id = $engine and state <> 'deleted';

-- name: language_engine_answered :done
-- in:  engine uuid
-- Primary key.
update language_engine set failures = 0, closed_until = null
 where id = $engine and (failures > 0 or closed_until is not null);

-- name: language_engine_tested :done
-- in:  engine uuid, test json, mend bool
-- A test that went well ends "attention" and closes the breaker.
update language_engine set test = $test,
       state = case when $mend and state = 'attention' then 'active' else state end,
       state_reason = case when $mend then null else state_reason end,
       failures = case when $mend then 0 else failures end,
       closed_until = case when $mend then null else closed_until end
 where id = $engine and state <> 'deleted';

-- name: language_price_add :done
-- in:  id uuid, engine uuid, valid_from text, micro_in bigint, micro_out bigint, currency text
insert into language_price (id, engine_id, valid_from, micro_in, micro_out, currency)
select $id, e.id, $valid_from::text::date, $micro_in, $micro_out, $currency
  from language_engine e where e.id = $engine and e.state <> 'deleted';

-- name: language_price_delete :done
-- in:  price uuid
delete from language_price where id = $price;

-- name: language_price_now :one
-- in:  engine uuid
-- out: micro_in bigint, micro_out bigint, currency text
-- Unique key of language_price.
select micro_in, micro_out, currency from language_price
 where engine_id = $engine and valid_from <= current_date order by valid_from desc limit 1;

-- name: language_first :one
-- out: name text, kind text, model text, micro_in bigint?, micro_out bigint?, currency text?, since text?
-- The engine that is asked first and its price of today; names its tenant, for the owner's role sees all. Index
-- language_engine_order, unique key of language_price.
select e.name, e.kind, e.model, p.micro_in, p.micro_out, p.currency, to_char(p.valid_from, 'YYYY-MM-DD') as since
  from (select o.tenant_id, o.id, o.name, o.kind, o.model from language_engine o
         where o.tenant_id = nullif(current_setting('app.tenant', true), '')::uuid and o.state in ('active', 'attention')
         order by o.place, o.id limit 1) e
  left join lateral (select x.micro_in, x.micro_out, x.currency, x.valid_from from language_price x
                      where x.tenant_id = e.tenant_id and x.engine_id = e.id and x.valid_from <= current_date
                      order by x.valid_from desc limit 1) p on true;

-- name: language_answer_get :one
-- in:  transcript uuid, engine uuid, piece bytea
-- out: model text, in_tokens bigint, out_tokens bigint, answer text
-- Primary key.
select model, in_tokens, out_tokens, answer from language_answer
 where transcript_id = $transcript and engine_id = $engine and piece = $piece;

-- name: language_answer_put :done
-- in:  transcript uuid, engine uuid, piece bytea, model text, prompt_version text, request_id text?, in_tokens bigint,
--      out_tokens bigint, answer text
insert into language_answer (transcript_id, engine_id, piece, model, prompt_version, request_id, in_tokens, out_tokens, answer)
values ($transcript, $engine, $piece, $model, $prompt_version, $request_id, $in_tokens, $out_tokens, $answer)
on conflict (tenant_id, transcript_id, engine_id, piece) do nothing;
