-- name: customer_schema_get :one
-- out: version int, fields json
-- The one in force. Primary key.
select version, fields from customer_schema order by version desc limit 1;

-- name: customer_schema_put :done
-- in:  version int, fields json, me uuid?
insert into customer_schema (version, fields, account_id) values ($version, $fields, $me);

-- name: customer_call :one
-- in:  call uuid, transcript uuid
-- out: analysis json?, day int, usable bool
-- The newest analysis of the call's current transcript. Primary keys, index analysis_transcript.
select (select a.body from analysis a where a.tenant_id = c.tenant_id and a.transcript_id = c.transcript_id
         order by a.id desc limit 1) as analysis,
       ((c.started_at at time zone t.zone)::date - date '1970-01-01') as day, x.state = 'ok' as usable
  from call c
  join tenant t on t.id = c.tenant_id
  join transcript x on x.tenant_id = c.tenant_id and x.id = c.transcript_id
 where c.id = $call and c.transcript_id = $transcript;

-- name: customer_call_lock :one
-- in:  call uuid, transcript uuid
-- out: agent_id uuid?, number text, known bool, recent bool
-- One job writes what a call tells at a time. known: its other side is somebody. Primary key.
select c.agent_id, coalesce(nullif(c.customer_e164, ''), c.customer_number) as number,
       c.direction <> 'internal' and not c.trial and c.customer_number <> '' as known,
       c.started_at > now() - interval '30 days' and not c.trial as recent
  from call c where c.id = $call and c.transcript_id = $transcript for update;

-- name: call_fields_drop :done
-- in:  call uuid
-- Primary key prefix.
delete from call_field where call_id = $call;

-- name: call_field_put :done
-- in:  call uuid, transcript uuid, key text, said text, value text?, spans json, version int
insert into call_field (call_id, transcript_id, key, said, value, spans, schema_version)
values ($call, $transcript, $key, $said, $value, $spans, $version);

-- name: call_fields_list :page
-- in:  call uuid, scope uuid[]?, after_key text?, limit int
-- out: key text, said text, value text?, spans json:spans, schema_version int
-- key: key
-- Primary key prefix.
select f.key, f.said, f.value, f.spans, f.schema_version
  from call_field f
 where f.call_id = $call [[after_key: and f.key > $after_key]]
   and ground.there(exists (select from call p where p.id = $call [[scope: and p.agent_id = any($scope)]]))
 order by f.key limit $limit;

-- name: contact_heard :many
-- in:  contact uuid, scope uuid[]?
-- out: call_id uuid, started_at timestamptz, key text, said text, value text?, spans json
-- What the contact's calls told, of its newest thousand. Two calls that are one count once, the one that
-- stands above first. Indexes call_customer_e164, call_customer, primary key of call_field.
select distinct on (x.one, f.key) f.call_id, x.started_at, f.key, f.said, f.value, f.spans
  from (select k.id, k.started_at, coalesce(k.same_as, k.id) as one, k.same_as is null as above
          from (select k.id from contact_number n cross join lateral (
                       select k.id from call k where k.tenant_id = n.tenant_id and k.customer_e164 = n.number and not k.trial
                          [[scope: and k.agent_id = any($scope)]]
                        order by k.started_at desc, k.id desc limit 1000) k
                 where n.contact_id = $contact
                union
                select k.id from contact_number n cross join lateral (
                       select k.id from call k where k.tenant_id = n.tenant_id and k.customer_number = n.number and not k.trial
                          [[scope: and k.agent_id = any($scope)]]
                        order by k.started_at desc, k.id desc limit 1000) k
                 where n.contact_id = $contact) i
          join call k on k.id = i.id) x
  join call_field f on f.call_id = x.id
 order by x.one, f.key, x.above desc, f.call_id;

-- name: contact_words :many
-- in:  contact uuid
-- out: key text, state text, value text, call_id uuid?, at timestamptz, by_name text?
-- Primary keys.
select v.key, v.state, v.value, v.call_id, v.at, a.name as by_name
  from contact_value v left join account a on a.id = v.account_id
 where v.contact_id = $contact order by v.key;

-- name: contact_word_put :done
-- in:  contact uuid, key text, state text, value text, call uuid?, me uuid?
-- Primary key.
insert into contact_value (contact_id, key, state, value, call_id, account_id) values ($contact, $key, $state, $value, $call, $me)
on conflict (tenant_id, contact_id, key) do update
   set state = excluded.state, value = excluded.value, call_id = excluded.call_id, account_id = excluded.account_id, at = now();

-- name: contact_word_drop :done
-- in:  contact uuid, key text
-- Primary key.
delete from contact_value where contact_id = $contact and key = $key;

-- name: customer_try_on :one
-- in:  call uuid, scope uuid[]?
-- out: transcript_id uuid?
-- Primary key.
select transcript_id from call where id = $call [[scope: and agent_id = any($scope)]];

-- name: customer_past_calls :many
-- in:  days int, after uuid?, limit int
-- out: id uuid, transcript_id uuid
-- Calls with an analysed transcript, in order of their ids. Primary key of call.
select c.id, c.transcript_id from call c
 where c.id > coalesce($after, '00000000-0000-0000-0000-000000000000'::uuid) and c.transcript_id is not null
   and c.title is not null and c.same_as is null and c.started_at >= now() - $days::int * interval '1 day'
 order by c.id limit $limit;
