-- name: redaction_get :one
-- out: active bool, kinds text[], patterns json, version int, changed_at timestamptz
-- Of the tenant; none: never set. Primary key.
select active, kinds, patterns, version, changed_at from redaction;

-- name: redaction_set :done
-- in:  version int, active bool, kinds text[], patterns json
-- From this version on, 0 for none. Primary key.
insert into redaction as r (tenant_id, active, kinds, patterns)
select nullif(current_setting('app.tenant', true), '')::uuid, $active, $kinds, $patterns
 where $version = 0 or exists (select from redaction where version = $version)
on conflict (tenant_id) do update set active = excluded.active, kinds = excluded.kinds, patterns = excluded.patterns,
       version = r.version + 1, changed_at = now()
 where r.version = $version;

-- name: redaction_waiting :one
-- out: transcripts int, muting int
-- At most 1,000 are counted: transcripts that did not go through it, and recordings whose silence is not made yet.
select (select count(*)::int from (select from transcript where redacted_by is null limit 1000) a) as transcripts,
       (select count(*)::int from (select from recording where silent <> '[]' and muted_key is null limit 1000) b) as muting;

-- name: redaction_lift :one
-- out: lifted text
-- For the rest of the transaction, words that did not go through it are there: for what takes them through, and
-- for counting them.
select set_config('app.unredacted', 'on', true) as lifted;

-- name: original_put :done
-- in:  transcript uuid, call uuid, recording uuid, places int, sealed bytea
insert into redaction_original (transcript_id, call_id, recording_id, places, sealed)
values ($transcript, $call, $recording, $places, $sealed);

-- name: originals_of_call :many
-- in:  call uuid, scope uuid[]?
-- out: transcript_id uuid, sealed bytea
-- Of the recording that the call's words are of, oldest first. Index transcript_recording, primary keys.
select o.transcript_id, o.sealed
  from call c
  join transcript t on t.tenant_id = c.tenant_id and t.id = c.transcript_id
  join transcript x on x.tenant_id = t.tenant_id and x.recording_id = t.recording_id
  join redaction_original o on o.tenant_id = x.tenant_id and o.transcript_id = x.id
 where c.id = $call [[scope: and c.agent_id = any($scope)]]
 order by o.transcript_id limit 100;

-- name: originals_call :one
-- in:  call uuid, scope uuid[]?
-- out: id uuid
-- Primary key.
select id from call c where c.id = $call [[scope: and c.agent_id = any($scope)]];

-- name: originals_delete :done
-- in:  call uuid
-- What it is of stays redacted for good. Index redaction_original_call.
delete from redaction_original where call_id = $call;

-- name: provider_seal :done
-- in:  recording uuid, sealed bytea
-- The text goes from its recording, from the events that brought it, and from what was delivered. Primary keys, unique
-- key of call_event.
with r as (
  update recording set provider_sealed = $sealed, provider_transcript = null where id = $recording
  returning tenant_id, call_id, name),
e as (
  update call_event e set event = jsonb_set(e.event, '{recordings}', (
           select jsonb_agg(case when x ? 'transcript' then jsonb_set(x, '{transcript}', 'null') else x end order by n)
             from jsonb_array_elements(e.event -> 'recordings') with ordinality y (x, n)))
    from r join call c on c.tenant_id = r.tenant_id and c.id = r.call_id
   where e.tenant_id = c.tenant_id and e.integration_id = c.integration_id and e.call_key = c.call_key
     and jsonb_typeof(e.event -> 'recordings') = 'array' and jsonb_array_length(e.event -> 'recordings') > 0
  returning e.delivery_id)
update inbox i set body = convert_to('{"redacted":true}', 'UTF8') from e where i.id = e.delivery_id;

-- name: run_add :done
-- in:  id uuid, mode text, account uuid?, by_name text
-- None is added while another goes on: unique index redaction_run_one.
insert into redaction_run (id, mode, account_id, by_name) values ($id, $mode, $account, $by_name)
on conflict (tenant_id) where state = 'running' do nothing;

-- name: run_task :one
-- in:  run uuid
-- out: id uuid, mode text, reached_id uuid, state text, total int?
-- Locks the run. Primary key.
select id, mode, reached_id, state, total from redaction_run where id = $run for update;

-- name: run_total :one
-- in:  version int
-- out: total int
-- Those that did not go through the settings in force. Reads the tenant's transcripts once.
select count(*)::int as total from transcript where redacted_by is distinct from $version;

-- name: run_batch :many
-- in:  after uuid, version int, limit int
-- out: id uuid, call_id uuid, recording_id uuid, notes json, redacted_by int?, current bool
-- The next by id. Primary keys.
select t.id, t.call_id, t.recording_id, t.notes, t.redacted_by, c.transcript_id = t.id as current
  from transcript t join call c on c.tenant_id = t.tenant_id and c.id = t.call_id
 where t.id > $after and t.redacted_by is distinct from $version
 order by t.id limit $limit;

-- name: run_passed :done
-- in:  transcript uuid, version int
-- Nothing was found. Primary key.
update transcript set redacted_by = $version where id = $transcript;

-- name: run_rewrite :done
-- in:  transcript uuid, version int, turns json, hash bytea, words int
-- The one time that a stored transcript changes. Primary key.
update transcript set redacted_by = $version, turns = $turns, hash = $hash, words = $words where id = $transcript;

-- name: run_scores :many
-- in:  transcript uuid
-- out: id uuid, body json, raw json, asked json?, reason text?
-- Index score_transcript.
select id, body, raw, asked, reason from score where transcript_id = $transcript limit 1000;

-- name: run_score_rewrite :done
-- in:  id uuid, body json, raw json, asked json?, reason text?
-- What a machine scored is void, for the call is scored anew; what a person scored counts. Primary key.
update score set body = $body, raw = $raw, asked = $asked, reason = $reason, reworded = true,
       voided_at = case when engine = 'human' then voided_at else coalesce(voided_at, now()) end,
       void_reason = case when engine = 'human' or voided_at is not null then void_reason
         else 'Words of the call were redacted later; it is scored anew.' end
 where id = $id;

-- name: run_clear :done
-- in:  transcript uuid, call uuid
-- What was made of the words and is made anew; what people wrote of them stays without the words. Indexes
-- analysis_transcript, transcript_edit_of, task_call, primary keys.
with a as (delete from analysis where transcript_id = $transcript),
l as (delete from language_answer where transcript_id = $transcript),
h as (delete from tracker_hit where call_id = $call and transcript_id = $transcript),
t as (delete from task where call_id = $call and from_call and not touched and done_at is null),
e as (update transcript_edit set words_before = '[redacted]', words_after = '[redacted]' where transcript_id = $transcript)
update call set title = null, short = null where id = $call and transcript_id = $transcript;

-- name: original_get :one
-- in:  transcript uuid
-- out: sealed bytea
select sealed from redaction_original where transcript_id = $transcript;

-- name: original_drop :done
-- in:  transcript uuid
delete from redaction_original where transcript_id = $transcript;

-- name: run_provider :one
-- in:  recording uuid
-- out: text text?
-- Primary key.
select provider_transcript as text from recording where id = $recording;

-- name: run_step :done
-- in:  run uuid, reached uuid, total int?, seen int, changed int, places int, over bool
update redaction_run set reached_id = $reached, total = $total, seen = seen + $seen, changed = changed + $changed,
       places = places + $places,
       state = case when $over and state = 'running' then 'done' else state end,
       ended_at = case when $over and state = 'running' then now() else ended_at end
 where id = $run;

-- name: run_end :done
-- in:  run uuid, reason text
update redaction_run set state = 'failed', reason = $reason, ended_at = now() where id = $run and state = 'running';

-- name: run_again :done
-- in:  run uuid
-- Its dead job is tried again, unless another run goes on meanwhile.
update redaction_run set state = 'running', reason = null, ended_at = null
 where id = $run and state = 'failed' and not exists (select from redaction_run where state = 'running');

-- name: run_stop :done
-- in:  run uuid
-- Its job finds it so and ends.
update redaction_run set state = 'stopped', ended_at = now() where id = $run and state = 'running';

-- name: runs_list :page
-- in:   after_id uuid?, limit int
-- out:  id uuid, mode text, state text, reason text?, total int?, seen int, changed int, places int, by_name text,
--       created_at timestamptz, ended_at timestamptz?
-- key:  id
-- Newest first: primary key.
select r.id, r.mode, r.state, r.reason, r.total, r.seen, r.changed, r.places, r.by_name, r.created_at, r.ended_at
  from redaction_run r
 where true [[after_id: and r.id < $after_id]]
 order by r.id desc limit $limit;
