-- The same sound as Opus beside a recording, or in its place; files that a policy does not want.

-- opus_key names the second file. original_gone_at: object_key is opus_key from then on; bytes, codec and
-- sha256 stay those of what came. plays: whether browsers play what came; unknown of older ones.
alter table recording
  add column plays boolean,
  add column opus_key text,
  add column opus_bytes bigint,
  add column opus_at timestamptz,
  add column opus_reason text,
  add column original_gone_at timestamptz;

alter table drop_file drop constraint drop_file_state_check;
alter table drop_file add constraint drop_file_state_check
  check (state in ('seen', 'queued', 'done', 'duplicate', 'failed', 'skipped')) not valid;
alter table drop_file validate constraint drop_file_state_check;
