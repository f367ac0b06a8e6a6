-- What nobody but few should read or hear is taken out of transcripts before anything else sees them, and
-- is silent in the recordings that are played.

-- kinds: names of what is taken out; patterns: [{"name","pattern"}] of the tenant's own.
create table redaction (
  tenant_id uuid primary key references tenant (id),
  active boolean not null default false,
  kinds text[] not null,
  patterns jsonb not null default '[]',
  version integer not null default 1,
  changed_at timestamptz not null default now()
);
call ground.tenant_table('redaction', 'select, insert, update');

-- redacted_by: version of the settings that it went through; null: it did not.
alter table transcript add column redacted_by integer;
grant update (redacted_by) on transcript to ringsight_app;

-- What was made of words that are taken out later goes or is rewritten; so does what brought them.
-- reworded: words went from the score, so that it cannot be derived again from what it pins.
alter table score add column reworded boolean not null default false;
grant update (body, raw, asked, reason, reworded) on score to ringsight_app;
grant update (words_before, words_after) on transcript_edit to ringsight_app;
grant update (event) on call_event to ringsight_app;
grant update (body) on inbox to ringsight_app;
grant delete on language_answer to ringsight_app;

-- The words behind the places of one transcript, sealed under the tenant's key.
create table redaction_original (
  tenant_id uuid not null references tenant (id),
  transcript_id uuid not null,
  call_id uuid not null,
  recording_id uuid not null,
  places integer not null,
  sealed bytea not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, transcript_id),
  foreign key (tenant_id, transcript_id) references transcript (tenant_id, id) on delete cascade
);
create index redaction_original_call on redaction_original (tenant_id, call_id);
call ground.tenant_table('redaction_original', 'select, insert, update, delete');

-- silent: [{"from","to"} in ms], what is muted for all but few; null: its words have not been looked at. muted_key:
-- the sound with that silence. provider_sealed: what the phone system wrote of it, where that held something.
alter table recording
  add column silent jsonb,
  add column muted_key text,
  add column muted_bytes bigint,
  add column muted_reason text,
  add column provider_sealed bytea;

-- Past calls gone through. changed: calls in which something was found.
create table redaction_run (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  mode text not null check (mode in ('count', 'redact')),
  reached_id uuid not null default '00000000-0000-0000-0000-000000000001',
  state text not null default 'running' check (state in ('running', 'done', 'failed', 'stopped')),
  reason text,
  total integer,
  seen integer not null default 0,
  changed integer not null default 0,
  places integer not null default 0,
  account_id uuid,
  by_name text not null,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  primary key (tenant_id, id)
);
create unique index redaction_run_one on redaction_run (tenant_id) where state = 'running';
call ground.tenant_table('redaction_run', 'select, insert, update');

-- Closed by the database itself: while redaction is on, words that did not go through it are there for nobody,
-- nor is what was made of them; only the run that takes them through asks for them by name.
create policy unredacted on transcript as restrictive to ringsight_app
  using (redacted_by is not null
         or current_setting('app.unredacted', true) = 'on'
         or not exists (select from redaction r where r.active))
  with check (redacted_by is not null
         or current_setting('app.unredacted', true) = 'on'
         or not exists (select from redaction r where r.active));

create policy unredacted on analysis as restrictive to ringsight_app
  using (not exists (select from redaction r where r.active)
         or exists (select from transcript t where t.tenant_id = analysis.tenant_id and t.id = analysis.transcript_id));
create policy unredacted on score as restrictive to ringsight_app
  using (not exists (select from redaction r where r.active)
         or exists (select from transcript t where t.tenant_id = score.tenant_id and t.id = score.transcript_id));

-- Its owner does not see rows of tenants, the migrator does.
reset role;
update role set permissions = permissions || '{originals.read}' where slug = 'owner' and not permissions @> '{originals.read}';
