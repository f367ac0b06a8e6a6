-- name: speech_engines_list :many
-- out: id uuid, kind text, name text, base_url text, model text, language text, key_set bool, place int, state text,
--      state_reason text?, test json:speech_test?, prices json:speech_prices, version int
-- In the order in which they are tried; index speech_engine_order, unique key of speech_price.
select e.id, e.kind, e.name, e.base_url, e.model, e.language, e.key_sealed is not null as key_set, e.place, e.state,
       e.state_reason, e.test,
       (select coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'valid_from', p.valid_from,
               'micro_per_minute', p.micro_per_minute, 'currency', p.currency) order by p.valid_from desc), '[]')
          from speech_price p where p.tenant_id = e.tenant_id and p.engine_id = e.id) as prices, e.version
  from speech_engine e where e.state <> 'deleted' order by e.place, e.id;

-- name: speech_engine_add :done
-- in:  id uuid, kind text, name text, base_url text, model text, language text, key_sealed bytea?
-- At the end of the order.
insert into speech_engine (id, kind, name, base_url, model, language, key_sealed, place)
select $id, $kind, $name, $base_url, $model, $language, $key_sealed,
       coalesce((select max(place) from speech_engine where state <> 'deleted'), 0) + 1;

-- name: speech_engines_count :one
-- out: n int
select count(*)::int as n from speech_engine where state <> 'deleted';

-- name: speech_engine_read :one
-- in:  engine uuid
-- out: id uuid, kind text, name text, base_url text, model text, language text, key_sealed bytea?, state text, version int
-- Primary key.
select id, kind, name, base_url, model, language, key_sealed, state, version from speech_engine
 where id = $engine and state <> 'deleted';

-- name: speech_engine_lines :many
-- out: id uuid, kind text, name text, base_url text, model text, language text, key_sealed bytea?, state text, version int
-- Index speech_engine_order.
select id, kind, name, base_url, model, language, key_sealed, state, version from speech_engine
 where state in ('active', 'attention') order by place, id;

-- name: speech_engine_change :done
-- in:  engine uuid, version int, name text, base_url text, model text, language text, key_sealed bytea?, state text
-- Saving ends "attention": what was wrong may be mended.
update speech_engine set name = $name, base_url = $base_url, model = $model, language = $language,
       key_sealed = $key_sealed, state = $state, state_reason = null, version = version + 1
 where id = $engine and version = $version and state <> 'deleted';

-- name: speech_engine_delete :done
-- in:  engine uuid
-- Transcripts keep naming it; its key is gone.
update speech_engine set state = 'deleted', key_sealed = null, version = version + 1
 where id = $engine and state <> 'deleted';

-- name: speech_engines_order :done
-- in:  ids uuid[]
update speech_engine set place = array_position($ids, id) where state <> 'deleted' and id = any($ids);

-- name: speech_engine_attention :done
-- in:  engine uuid, version int, reason text
-- Settings saved meanwhile are others than those that were refused.
update speech_engine set state = 'attention', state_reason = $reason
 where id = $engine and version = $version and state = 'active';

-- name: speech_engine_tested :done
-- in:  engine uuid, test json, mend bool
-- A test that went well ends "attention".
update speech_engine set test = $test,
       state = case when $mend and state = 'attention' then 'active' else state end,
       state_reason = case when $mend then null else state_reason end
 where id = $engine and state <> 'deleted';

-- name: speech_price_add :done
-- in:  id uuid, engine uuid, valid_from text, micro_per_minute bigint, currency text
insert into speech_price (id, engine_id, valid_from, micro_per_minute, currency)
select $id, e.id, $valid_from::text::date, $micro_per_minute, $currency
  from speech_engine e where e.id = $engine and e.state <> 'deleted';

-- name: speech_price_delete :done
-- in:  price uuid
delete from speech_price where id = $price;

-- name: speech_price_now :one
-- in:  engine uuid
-- out: micro_per_minute bigint, currency text
-- Unique key of speech_price.
select micro_per_minute, currency from speech_price
 where engine_id = $engine and valid_from <= current_date order by valid_from desc limit 1;

-- name: speech_answer_get :one
-- in:  recording uuid, engine uuid, piece bytea
-- out: remote_id text?, answer bytea?
-- Primary key.
select remote_id, answer from speech_answer where recording_id = $recording and engine_id = $engine and piece = $piece;

-- name: speech_answer_put :done
-- in:  recording uuid, engine uuid, piece bytea, remote_id text?, answer bytea?
insert into speech_answer as x (recording_id, engine_id, piece, remote_id, answer)
values ($recording, $engine, $piece, $remote_id, $answer)
on conflict (tenant_id, recording_id, engine_id, piece) do update
   set remote_id = coalesce(excluded.remote_id, x.remote_id), answer = coalesce(excluded.answer, x.answer);

-- name: speech_answers_clear :done
-- in:  recording uuid
-- Primary key prefix.
delete from speech_answer where recording_id = $recording;

-- name: speech_words_list :many
-- out: id uuid, word text
select id, word from speech_word order by lower(word), id;

-- name: speech_word_add :done
-- in:  id uuid, word text
insert into speech_word (id, word) values ($id, $word);

-- name: speech_word_delete :done
-- in:  word uuid
delete from speech_word where id = $word;

-- name: speech_corrections_list :many
-- out: id uuid, heard text, written text
select id, heard, written from speech_correction order by lower(heard), id;

-- name: speech_correction_add :done
-- in:  id uuid, heard text, written text
insert into speech_correction (id, heard, written) values ($id, $heard, $written);

-- name: speech_correction_delete :done
-- in:  correction uuid
delete from speech_correction where id = $correction;
