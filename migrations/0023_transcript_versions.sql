-- A transcript is never changed: a correction or a swap of speakers is a new one, based on another.

alter table transcript
  add column engine_id uuid,
  add column based_on uuid,
  add column changed_by uuid,
  add column request_ids text,
  add column notes jsonb not null default '{}',
  add column sent_ms bigint not null default 0,
  add column cost_micro bigint,
  add column cost_currency text,
  add foreign key (tenant_id, engine_id) references speech_engine (tenant_id, id),
  add foreign key (tenant_id, based_on) references transcript (tenant_id, id) on delete set null (based_on);
create index transcript_engine on transcript (tenant_id, engine_id) where engine_id is not null;
create index transcript_based_on on transcript (tenant_id, based_on) where based_on is not null;

-- What a person changed in a transcript: the words of a turn.
create table transcript_edit (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  transcript_id uuid not null,
  turn integer not null,
  words_before text not null,
  words_after text not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, transcript_id) references transcript (tenant_id, id) on delete cascade
);
create index transcript_edit_of on transcript_edit (tenant_id, transcript_id);
call ground.tenant_table('transcript_edit', 'select, insert');

-- Which channel of a phone system's stereo recordings the own people are on.
alter table integration add column agent_channel text not null default 'left'
  check (agent_channel in ('left', 'right'));
