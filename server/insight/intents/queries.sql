-- name: intents_all :many
-- out: code text, name text, phrases json, retired bool, version int
-- A tenant has few. Primary key.
select code, name, phrases, retired, version from intent order by code limit 200;

-- name: intent_add :done
-- in:  code text, name text, phrases json
insert into intent (code, name, phrases) values ($code, $name, $phrases);

-- name: intent_first_change :done
-- in:  code text, name text, phrases json, retired bool
-- Of one that comes with the product; nothing where another has changed it meanwhile. Primary key.
insert into intent (code, name, phrases, retired) values ($code, $name, $phrases, $retired)
on conflict (tenant_id, code) do nothing;

-- name: intent_rewrite :done
-- in:  code text, version int, name text, phrases json, retired bool
-- Primary key.
update intent set name = $name, phrases = $phrases, retired = $retired, version = version + 1
 where code = $code and version = $version;

-- name: intents_put :done
-- in:  call uuid, transcript uuid, primary text?, second text?
-- Primary key of call.
update call set intent = $primary, second_intent = $second where id = $call and transcript_id = $transcript;

-- name: call_intent_get :one
-- in:  call uuid, scope uuid[]?
-- out: primary_intent text?, secondary_intent text?
-- Primary key of call.
select c.intent as primary_intent, c.second_intent as secondary_intent from call c
 where c.id = $call [[scope: and c.agent_id = any($scope)]];
