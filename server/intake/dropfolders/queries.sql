-- name: drop_folder_add :done
-- in:  id uuid, integration uuid?, name text, kind text, settings json, secrets bytea?, pattern text, zone text,
--      after_taking text, stable_s int
insert into drop_folder (id, integration_id, name, kind, settings, secrets, pattern, zone, after_taking, stable_s)
values ($id, $integration, $name, $kind, $settings, $secrets, $pattern, $zone, $after_taking, $stable_s);

-- name: drop_folder_read :one
-- in:  folder uuid
-- out: id uuid, integration_id uuid?, name text, kind text, settings json, secrets bytea?, pattern text, zone text,
--      after_taking text, stable_s int, state text, state_reason text?, looked_at timestamptz?, look json?,
--      version int, slug text
-- Primary keys.
select f.id, f.integration_id, f.name, f.kind, f.settings, f.secrets, f.pattern, f.zone, f.after_taking, f.stable_s,
       f.state, f.state_reason, f.looked_at, f.look, f.version, t.slug
  from drop_folder f join tenant t on t.id = f.tenant_id
 where f.id = $folder and f.state <> 'deleted';

-- name: drop_folder_change :done
-- in:  folder uuid, version int, integration uuid?, name text, settings json, secrets bytea?, pattern text, zone text,
--      after_taking text, stable_s int, state text
-- Saving ends "attention": what was wrong may be mended.
update drop_folder set integration_id = $integration, name = $name, settings = $settings, secrets = $secrets,
       pattern = $pattern, zone = $zone, after_taking = $after_taking, stable_s = $stable_s, state = $state,
       state_reason = null, version = version + 1
 where id = $folder and version = $version and state <> 'deleted';

-- name: drop_folder_delete :done
-- in:  folder uuid
-- Its calls stay, its secrets are gone.
update drop_folder set state = 'deleted', secrets = null, version = version + 1
 where id = $folder and state <> 'deleted';

-- name: drop_folder_integration :one
-- in:  integration uuid
-- out: provider text
-- Primary key.
select provider from integration where id = $integration and state <> 'deleted';

-- name: drop_folder_looked :done
-- in:  folder uuid, version int, look json, reason text?, attention bool
-- Settings saved meanwhile are others than those that were tried.
update drop_folder set looked_at = now(), look = $look, state_reason = $reason,
       state = case when $attention then 'attention' else state end
 where id = $folder and version = $version and state in ('active', 'attention', 'paused');

-- name: drop_folders_list :many
-- out: id uuid, name text, kind text, integration_id uuid?, integration_name text?, state text, state_reason text?,
--      looked_at timestamptz?, waiting int, done_24h int, failed int, version int
-- A tenant has few; the counts walk drop_file_state.
select f.id, f.name, f.kind, f.integration_id, i.name as integration_name, f.state, f.state_reason, f.looked_at,
       (select count(*)::int from drop_file x where x.tenant_id = f.tenant_id and x.folder_id = f.id and x.state in ('seen', 'queued')) as waiting,
       (select count(*)::int from drop_file x where x.tenant_id = f.tenant_id and x.folder_id = f.id and x.state = 'done'
           and x.ended_at > now() - interval '1 day') as done_24h,
       (select count(*)::int from drop_file x where x.tenant_id = f.tenant_id and x.folder_id = f.id and x.state = 'failed') as failed,
       f.version
  from drop_folder f left join integration i on i.tenant_id = f.tenant_id and i.id = f.integration_id
 where f.state <> 'deleted' order by f.created_at, f.id;

-- name: drop_files_list :page
-- in:  folder uuid?, state text?, after_id uuid?, limit int
-- out: id uuid, folder_id uuid, name text, size bigint, state text, reason text?, moved_to text?, call_id uuid?, seen_at timestamptz,
--      ended_at timestamptz?
-- key: id
-- Newest first. Primary key; with a folder drop_file_folder, with a state too drop_file_state.
select f.id, f.folder_id, f.name, f.size, f.state, f.reason, f.moved_to, f.call_id, f.seen_at, f.ended_at
  from drop_file f
 where true [[folder: and f.folder_id = $folder]] [[state: and f.state = $state]] [[after_id: and f.id < $after_id]]
 order by f.id desc limit $limit;

-- name: drop_files_seen :done
-- in:  folder uuid, files json
-- files: [{id, name, size, stamp, modified_at, old, held, reason, facts}]. Unique key of drop_file. A file that changed begins anew, one that is being
-- taken is left alone.
insert into drop_file as d (id, folder_id, name, size, stamp, modified_at, old, held, reason, facts)
select f.id, $folder, f.name, f.size, f.stamp, f.modified_at, f.old, f.held, f.reason, f.facts
  from jsonb_to_recordset($files) as f (id uuid, name text, size bigint, stamp text, modified_at timestamptz, old boolean,
       held text, reason text, facts jsonb)
on conflict (tenant_id, folder_id, name) do update set seen_at = now(), size = excluded.size, stamp = excluded.stamp,
       modified_at = excluded.modified_at, old = excluded.old, held = excluded.held,
       facts = case when d.size = excluded.size and d.stamp = excluded.stamp and d.state <> 'seen' then d.facts else excluded.facts end,
       since = case when d.size = excluded.size and d.stamp = excluded.stamp then d.since else now() end,
       state = case when d.size = excluded.size and d.stamp = excluded.stamp then d.state else 'seen' end,
       reason = case when d.size = excluded.size and d.stamp = excluded.stamp and (d.state <> 'seen' or excluded.held is null and d.held is null)
         then d.reason else excluded.reason end,
       moved_to = case when d.size = excluded.size and d.stamp = excluded.stamp then d.moved_to end,
       call_id = case when d.size = excluded.size and d.stamp = excluded.stamp then d.call_id end,
       ended_at = case when d.size = excluded.size and d.stamp = excluded.stamp then d.ended_at end
 where d.state <> 'queued';

-- name: drop_files_gone :done
-- in:  folder uuid, began timestamptz
-- Seen before this look began, not any more, and never taken. Index drop_file_state.
delete from drop_file where folder_id = $folder and state = 'seen' and seen_at < $began;

-- name: drop_files_ready :many
-- in:  folder uuid, stable_s int
-- out: id uuid, old bool
-- Seen in this transaction, and unchanged since an earlier look. Index drop_file_state.
update drop_file set state = 'queued'
 where folder_id = $folder and state = 'seen' and held is null and seen_at = now() and since <= now() - make_interval(secs => $stable_s)
returning id, old;

-- name: drop_files_waiting :one
-- in:  folder uuid
-- out: waiting bool
-- Not those that wait for somebody to correct a sheet. Index drop_file_state.
select exists (select 1 from drop_file where folder_id = $folder and state = 'seen' and held is distinct from 'row') as waiting;

-- name: drop_sheets_known :many
-- in:  folder uuid, stable_s int
-- out: name text, size bigint, stamp text, still bool
-- Unique key of drop_sheet.
select name, size, stamp, since <= now() - make_interval(secs => $stable_s) as still from drop_sheet where folder_id = $folder;

-- name: drop_sheets_seen :done
-- in:  folder uuid, sheets json
-- sheets: [{id, name, size, stamp}]. Unique key of drop_sheet.
insert into drop_sheet as d (id, folder_id, name, size, stamp)
select s.id, $folder, s.name, s.size, s.stamp
  from jsonb_to_recordset($sheets) as s (id uuid, name text, size bigint, stamp text)
on conflict (tenant_id, folder_id, name) do update set seen_at = now(), size = excluded.size, stamp = excluded.stamp,
       since = case when d.size = excluded.size and d.stamp = excluded.stamp then d.since else now() end;

-- name: drop_sheets_gone :done
-- in:  folder uuid, began timestamptz
-- Unique key of drop_sheet.
delete from drop_sheet where folder_id = $folder and seen_at < $began;

-- name: drop_file_task :one
-- in:  file uuid
-- out: id uuid, folder_id uuid, name text, size bigint, file_state text, moved_to text?, file_reason text?, modified_at timestamptz?,
--      since timestamptz, old bool, facts json?
-- Primary key.
select id, folder_id, name, size, state as file_state, moved_to, reason as file_reason, modified_at, since, old, facts from drop_file where id = $file;

-- name: drop_match_id :one
-- in:  integration uuid, key text
-- out: id uuid
-- Unique key of call.
select id from call where integration_id = $integration and call_key = $key;

-- name: drop_match_announced :one
-- in:  integration uuid, name text, at timestamptz
-- out: call_id uuid, recording_id uuid
-- A recording that the phone system told of by this very file name, within a day of the file. Two days of index
-- call_started, then the unique key of recording.
select c.id as call_id, r.id as recording_id
  from call c join recording r on r.tenant_id = c.tenant_id and r.call_id = c.id
 where c.started_at >= $at - interval '1 day' and c.started_at <= $at + interval '1 day'
   and c.integration_id = $integration and r.object_key is null
   and (r.name = $name or right(r.name, length($name) + 1) = '/' || $name)
 order by abs(extract(epoch from c.started_at - $at)), c.id limit 1;

-- name: drop_match_number :many
-- in:  integration uuid, number text, agent text, at timestamptz, window_s int
-- out: id uuid, seconds int
-- The nearest two by number and time: the file is named while the call lasts. Last seven digits, for
-- prefixes are written in many ways. Two hours of index call_started.
select c.id, (abs(extract(epoch from c.started_at - $at)))::int as seconds
  from call c
 where c.started_at >= $at - interval '2 hours' and c.started_at <= $at + make_interval(secs => $window_s)
   and c.integration_id = $integration
   and $at <= coalesce(c.ended_at, c.started_at) + make_interval(secs => $window_s)
   and (c.agent_key = $agent or c.agent_key = '' or $agent = '')
   and right(regexp_replace($number, '\D', '', 'g'), 7) in (right(regexp_replace(c.customer_number, '\D', '', 'g'), 7),
     right(regexp_replace(c.from_number, '\D', '', 'g'), 7), right(regexp_replace(c.to_number, '\D', '', 'g'), 7))
   and not exists (select from recording r where r.tenant_id = c.tenant_id and r.call_id = c.id and r.object_key is not null)
 order by seconds, c.id limit 2;

-- name: drop_content_lock :done
-- in:  sha256 bytea
-- Two equal files taken at a time must see each other.
select pg_advisory_xact_lock(hashtextextended(current_setting('app.tenant') || encode($sha256, 'hex'), 0));

-- name: drop_known :one
-- in:  sha256 bytea
-- out: call_id uuid
-- Index recording_sha256.
select call_id from recording where sha256 = $sha256 order by id limit 1;

-- name: drop_file_end :done
-- in:  file uuid, state text, reason text?, sha256 bytea?, call uuid?
update drop_file set state = $state, reason = $reason, sha256 = $sha256, call_id = $call, ended_at = now()
 where id = $file and state = 'queued';

-- name: drop_file_grew :done
-- in:  file uuid
-- Back to be looked at.
update drop_file set state = 'seen', since = now(), reason = 'It changed while it was read.'
 where id = $file and state = 'queued';

-- name: drop_file_moved :done
-- in:  file uuid, moved_to text?, reason text?
update drop_file set moved_to = coalesce($moved_to, moved_to), reason = coalesce($reason, reason)
 where id = $file and state in ('done', 'duplicate', 'failed', 'skipped');

-- name: drop_file_again :one
-- in:  file uuid
-- out: id uuid, old bool
-- A person's word stands above the policy that did not want it. Primary keys.
with f as (
  update drop_file set state = 'queued', reason = null, ended_at = null where id = $file and state in ('failed', 'skipped')
  returning tenant_id, id, old, call_id),
c as (
  update call set chosen = true, fetch_wanted = true, analyse_wanted = true, choice_reason = null, state_reason = null
    from f where call.tenant_id = f.tenant_id and call.id = f.call_id and not call.fetch_wanted)
select id, old from f;

-- name: drop_wanted :one
-- in:  call uuid
-- out: wanted bool, reason text
-- The choice of the policy that was in force when the call came. Primary key.
select fetch_wanted as wanted, coalesce(choice_reason, '') as reason from call where id = $call;

-- name: drop_not_wanted :done
-- in:  call uuid
-- The call says why it has no recording. Primary key.
update call set state_reason = choice_reason where id = $call and state = 'no_recording';
