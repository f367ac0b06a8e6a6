-- How long a tenant keeps what it has, what must not go meanwhile, and what went.

-- days: null keeps for ever, for what a wider rule would take. Of the rules that fit a call the one with the most
-- conditions counts, of equal ones the longest.
create table retention_rule (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  kind text not null check (kind in ('recordings', 'transcripts', 'calls', 'hooks')),
  days integer check (days between 1 and 36500),
  integration_id uuid,
  direction text check (direction in ('inbound', 'outbound', 'internal', 'unknown')),
  disposition text check (length(disposition) between 1 and 40),
  by_name text not null,
  account_id uuid,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique nulls not distinct (tenant_id, kind, integration_id, direction, disposition),
  foreign key (tenant_id, integration_id) references integration (tenant_id, id),
  check (kind <> 'hooks' or direction is null and disposition is null)
);
create index retention_rule_integration on retention_rule (tenant_id, integration_id);
call ground.tenant_table('retention_rule', 'select, insert, delete');

-- What a court or an authority wants kept. Its rows stay when it ends; call_id and agent_id may outlive what they name.
create table legal_hold (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  kind text not null check (kind in ('call', 'number', 'agent', 'tenant')),
  call_id uuid,
  number text check (length(number) between 1 and 64),
  agent_id uuid,
  reason text not null check (length(reason) between 1 and 500),
  until timestamptz,
  by_name text not null,
  account_id uuid,
  created_at timestamptz not null default now(),
  released_at timestamptz,
  released_by text,
  primary key (tenant_id, id),
  check ((kind = 'call') = (call_id is not null) and (kind = 'number') = (number is not null)
     and (kind = 'agent') = (agent_id is not null))
);
create index legal_hold_in_force on legal_hold (tenant_id, kind) where released_at is null;
call ground.tenant_table('legal_hold', 'select, insert, update');

-- One row for each rule and day: what it took. No personal data: kinds, counts, the rule's words.
create table deletion (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  day date not null,
  kind text not null,
  rule_id uuid not null,
  rule jsonb not null,
  calls integer not null default 0,
  recordings integer not null default 0,
  transcripts integer not null default 0,
  contacts integer not null default 0,
  hooks integer not null default 0,
  files integer not null default 0,
  bytes bigint not null default 0,
  began_at timestamptz not null default now(),
  last_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, rule_id, day)
);
call ground.tenant_table('deletion', 'select, insert, update');

-- Its objects: named until the store has removed them, by the hash of their name for ever.
create table deletion_file (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  deletion_id uuid not null,
  object_key text,
  key_sha256 bytea not null check (length(key_sha256) = 32),
  bytes bigint not null default 0,
  gone_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, deletion_id) references deletion (tenant_id, id),
  check ((object_key is null) = (gone_at is not null))
);
create index deletion_file_of on deletion_file (tenant_id, deletion_id, id);
create index deletion_file_waits on deletion_file (tenant_id, id) where object_key is not null;
call ground.tenant_table('deletion_file', 'select, insert, update');

-- removed_at: the sound was taken by a rule; it is not fetched again.
alter table recording add column removed_at timestamptz;
create index call_with_sound on call (tenant_id, started_at, id) where has_recording;
create index call_with_transcript on call (tenant_id, started_at, id) where transcript_id is not null;
create index upload_call on upload (tenant_id, call_id) where call_id is not null;
grant delete on inbox, delivery, call_event to ringsight_app;

-- An id in the order of time (UUIDv7).
create function ground.uuid_now() returns uuid language sql volatile set search_path = pg_catalog, pg_temp
as $$ select (left(ground.uuid_at(clock_timestamp())::text, 14) || '7' || substr(gen_random_uuid()::text, 16))::uuid $$;

-- Holds and deletions take turns: what a hold was laid on before a batch began does not go with it.
create function ground.hold_turn() returns boolean language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$ begin
  perform pg_advisory_xact_lock(hashtextextended('ringsight.hold', 0) # hashtextextended(current_setting('app.tenant', true), 0));
  return true;
end $$;

-- Whether a hold in force names the call, its customer, one of its agents or the tenant; or the call that two phone
-- systems told of with it.
create function ground.held(c public.call) returns boolean language sql stable set search_path = pg_catalog, pg_temp
as $$ select exists (select from public.legal_hold h
   where h.tenant_id = c.tenant_id and h.released_at is null and (h.until is null or h.until > now())
     and case h.kind
         when 'tenant' then true
         when 'number' then h.number in (c.customer_e164, c.customer_number, c.from_number, c.to_number)
         when 'agent' then h.agent_id = c.agent_id or exists (select from public.call_leg l
              where l.tenant_id = c.tenant_id and l.call_id = c.id and l.agent_id = h.agent_id)
         else h.call_id in (c.id, c.same_as) or exists (select from public.call s
              where s.tenant_id = c.tenant_id and s.id = h.call_id and s.same_as = c.id) end) $$;

-- The rules of a kind as JSON, so that those in force and those only thought of are weighed the same way.
create function ground.retention_rules(of text) returns jsonb language sql stable set search_path = pg_catalog, pg_temp
as $$ select coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'days', r.days, 'integration_id', r.integration_id,
         'direction', r.direction, 'disposition', r.disposition)), '[]')
    from public.retention_rule r where r.kind = of $$;

-- Which rule has the call due; null: none. The one that counts may keep it.
create function ground.due_by(c public.call, rules jsonb) returns uuid language sql stable set search_path = pg_catalog, pg_temp
as $$ select case when c.started_at < now() - make_interval(days => r.days) then r.id end
    from jsonb_to_recordset(rules) r (id uuid, days integer, integration_id uuid, direction text, disposition text)
   where (r.integration_id is null or r.integration_id = c.integration_id)
     and (r.direction is null or r.direction = c.direction)
     and (r.disposition is null or r.disposition = c.disposition)
   order by (r.integration_id is not null)::int + (r.direction is not null)::int + (r.disposition is not null)::int desc,
            r.days desc nulls first, r.id
   limit 1 $$;

-- Calls of which that kind of thing is due, oldest first. Indexes call_started, call_with_sound, call_with_transcript.
create function ground.retention_due(of text, rules jsonb, with_held boolean, most integer)
returns table (id uuid, rule uuid, held boolean)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  own constant uuid := nullif(current_setting('app.tenant', true), '')::uuid;
  oldest constant timestamptz := (select now() - make_interval(days => min(r.days)) from jsonb_to_recordset(rules) r (days integer));
begin
  if of = 'calls' then
    return query select c.id, d.rule, d.held from public.call c
      cross join lateral (select ground.due_by(c, rules) as rule, ground.held(c) as held) d
      where c.tenant_id = own and c.started_at < oldest and d.rule is not null and (with_held or not d.held)
      order by c.started_at, c.id limit most;
  elsif of = 'recordings' then
    return query select c.id, d.rule, d.held from public.call c
      cross join lateral (select ground.due_by(c, rules) as rule, ground.held(c) as held) d
      where c.tenant_id = own and c.has_recording and c.started_at < oldest and d.rule is not null and (with_held or not d.held)
        and (c.state not in ('received', 'fetching', 'decoding', 'transcribing', 'analysing') or c.created_at < now() - interval '2 days')
      order by c.started_at, c.id limit most;
  elsif of = 'transcripts' then
    return query select c.id, d.rule, d.held from public.call c
      cross join lateral (select ground.due_by(c, rules) as rule, ground.held(c) as held) d
      where c.tenant_id = own and c.transcript_id is not null and c.started_at < oldest and d.rule is not null and (with_held or not d.held)
        and (c.state not in ('transcribing', 'analysing') or c.created_at < now() - interval '2 days')
      order by c.started_at, c.id limit most;
  end if;
end $$;

-- Hooks as they came that are due by a rule of their integration, or by one of all where that has none of its own.
-- Those that wait to be read stay, and those of calls under a hold.
create function ground.hooks_due(rules jsonb, most integer) returns table (id uuid, rule uuid)
language sql stable set search_path = pg_catalog, pg_temp
as $$ select i.id, r.id
    from jsonb_to_recordset(rules) r (id uuid, days integer, integration_id uuid)
   cross join lateral (select i.* from public.inbox i
     where i.tenant_id = nullif(current_setting('app.tenant', true), '')::uuid
       and i.id < ground.uuid_at(now() - make_interval(days => r.days))
       and (r.integration_id = i.integration_id or r.integration_id is null and not exists (
            select from jsonb_to_recordset(rules) o (integration_id uuid) where o.integration_id = i.integration_id))
       and exists (select from public.delivery d where d.tenant_id = i.tenant_id and d.id = i.id)
       and not exists (select from public.legal_hold h where h.tenant_id = i.tenant_id and h.kind = 'tenant'
            and h.released_at is null and (h.until is null or h.until > now()))
       and not exists (select from public.call_event e join public.call c on c.tenant_id = e.tenant_id
              and c.integration_id = e.integration_id and c.call_key = e.call_key
            where e.tenant_id = i.tenant_id and e.delivery_id = i.id and ground.held(c))
     order by i.id limit most) i
   limit most $$;

-- Today's record of what the rule takes.
create function ground.deletion_of(of text, the_rule uuid, words jsonb) returns uuid
language sql volatile set search_path = pg_catalog, pg_temp
as $$ insert into public.deletion (id, day, kind, rule_id, rule)
  values (ground.uuid_now(), (now() at time zone 'UTC')::date, of, the_rule, words)
  on conflict (tenant_id, rule_id, day) do update set last_at = now() returning id $$;

-- The sound of these calls: its objects are listed to be removed, the rows say that it is gone.
create function ground.remove_sound(calls uuid[], entry uuid) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  n integer; f integer; b bigint;
begin
  with had as (
    select r.* from public.recording r where r.call_id = any(calls) and (r.object_key is not null or r.opus_key is not null or r.muted_key is not null) for update
  ), listed as (
    insert into public.deletion_file (id, deletion_id, object_key, key_sha256, bytes)
    select ground.uuid_now(), entry, k.key, sha256(convert_to(k.key, 'UTF8')), coalesce(k.bytes, 0)
      from (select h.object_key as key, case when h.original_gone_at is null then h.bytes else h.opus_bytes end as bytes
              from had h where h.object_key is not null
            union select h.opus_key, h.opus_bytes from had h where h.opus_key is not null and h.opus_key is distinct from h.object_key
            union select h.muted_key, h.muted_bytes from had h where h.muted_key is not null) k
    returning bytes
  ), emptied as (
    update public.recording r set object_key = null, opus_key = null, opus_bytes = null, opus_at = null, muted_key = null, muted_bytes = null,
           peaks = null, silences = null,
           state = 'missing', removed_at = now(), reason = 'Deleted by a retention rule.'
      from had h where r.tenant_id = h.tenant_id and r.id = h.id
  )
  select (select count(*) from had), (select count(*) from listed), (select coalesce(sum(bytes), 0) from listed) into n, f, b;
  update public.recording r set state = 'missing', removed_at = now(), reason = 'Deleted by a retention rule.'
   where r.call_id = any(calls) and r.removed_at is null;
  update public.call c set has_recording = false where c.id = any(calls);
  update public.deletion d set recordings = d.recordings + n, files = d.files + f, bytes = d.bytes + b where d.id = entry;
end $$;

-- What was said in these calls and all that was made of it. The call keeps its facts and the number of its score.
create function ground.remove_words(of_calls uuid[], entry uuid) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  n integer;
begin
  delete from public.task t where t.call_id = any(of_calls);
  delete from public.call_field f where f.call_id = any(of_calls);
  delete from public.call_note f where f.call_id = any(of_calls);
  delete from public.tracker_hit h where h.call_id = any(of_calls);
  delete from public.speech_answer s using public.recording r
   where r.call_id = any(of_calls) and s.tenant_id = r.tenant_id and s.recording_id = r.id;
  update public.recording r set provider_transcript = null, provider_sealed = null
   where r.call_id = any(of_calls) and (r.provider_transcript is not null or r.provider_sealed is not null);
  delete from public.transcript t where t.call_id = any(of_calls);
  get diagnostics n = row_count;
  update public.call c set transcript_id = null, title = null, short = null, breaches = '{}',
         state = case when c.state in ('transcribing', 'analysing') then 'stored' else c.state end,
         state_reason = 'The transcript was deleted by a retention rule.' where c.id = any(of_calls);
  update public.deletion d set transcripts = d.transcripts + n where d.id = entry;
end $$;

-- These calls with all that hangs on them: sound, words, the deliveries that told of no other call, files uploaded,
-- and people known from nothing else. What money needs (spend) names no person and stays.
create function ground.remove_calls(of_calls uuid[], entry uuid) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  people uuid[]; told uuid[]; n_calls integer; n_people integer; n_hooks integer; f integer; b bigint;
begin
  perform ground.remove_sound(of_calls, entry);
  select array_agg(distinct p.contact_id) into people from public.call c
    join public.contact_number p on p.tenant_id = c.tenant_id and p.number in (c.customer_e164, c.customer_number)
   where c.id = any(of_calls);
  with listed as (
    insert into public.deletion_file (id, deletion_id, object_key, key_sha256, bytes)
    select ground.uuid_now(), entry, p.object_key, sha256(convert_to(p.object_key, 'UTF8')), p.bytes
      from public.upload u join public.upload_part p on p.tenant_id = u.tenant_id and p.upload_id = u.id
     where u.call_id = any(of_calls) returning bytes)
  select count(*), coalesce(sum(bytes), 0) into f, b from listed;
  delete from public.upload u where u.call_id = any(of_calls);
  with gone as (
    delete from public.call_event e using public.call c
     where c.id = any(of_calls) and e.tenant_id = c.tenant_id and e.integration_id = c.integration_id and e.call_key = c.call_key
    returning e.delivery_id)
  select array_agg(distinct g.delivery_id) into told from gone g where g.delivery_id is not null;
  delete from public.inbox i where i.id = any(told)
     and not exists (select from public.call_event e where e.tenant_id = i.tenant_id and e.delivery_id = i.id);
  get diagnostics n_hooks = row_count;
  delete from public.delivery i where i.id = any(told)
     and not exists (select from public.call_event e where e.tenant_id = i.tenant_id and e.delivery_id = i.id);
  update public.deletion d set transcripts = d.transcripts + (select count(*) from public.transcript t where t.call_id = any(of_calls))
   where d.id = entry;
  delete from public.call c where c.id = any(of_calls);
  get diagnostics n_calls = row_count;
  delete from public.contact p where p.id = any(people)
     and not exists (select from jsonb_each(p.origins) o where o.value ->> 'by' = 'person')
     and not exists (select from public.contact_number n join public.call c on c.tenant_id = n.tenant_id and c.customer_e164 = n.number
          where n.tenant_id = p.tenant_id and n.contact_id = p.id)
     and not exists (select from public.contact_number n join public.call c on c.tenant_id = n.tenant_id and c.customer_number = n.number
          where n.tenant_id = p.tenant_id and n.contact_id = p.id);
  get diagnostics n_people = row_count;
  update public.deletion d set calls = d.calls + n_calls, hooks = d.hooks + n_hooks, contacts = d.contacts + n_people,
         files = d.files + f, bytes = d.bytes + b where d.id = entry;
end $$;

-- One small batch of what the rules in force have due: whole calls first, for with them goes all else.
create function ground.retain(most integer) returns integer
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  of text; rules jsonb; due record; words jsonb; entry uuid; done integer := 0; n integer;
begin
  perform ground.hold_turn();
  foreach of in array array['calls', 'transcripts', 'recordings', 'hooks'] loop
    rules := ground.retention_rules(of);
    continue when rules = '[]';
    for due in
      select d.rule, array_agg(d.id) as ids from (
        select x.id, x.rule from ground.retention_due(of, rules, false, most) x
        union all select x.id, x.rule from ground.hooks_due(case when of = 'hooks' then rules else '[]' end, most) x) d
       group by d.rule
    loop
      select r.value - 'id' into words from jsonb_array_elements(rules) r where r.value ->> 'id' = due.rule::text;
      entry := ground.deletion_of(of, due.rule, words);
      if of = 'calls' then perform ground.remove_calls(due.ids, entry);
      elsif of = 'recordings' then perform ground.remove_sound(due.ids, entry);
      elsif of = 'transcripts' then perform ground.remove_words(due.ids, entry);
      else
        delete from public.inbox i where i.id = any(due.ids);
        get diagnostics n = row_count;
        update public.deletion d set hooks = d.hooks + n where d.id = entry;
      end if;
      done := done + cardinality(due.ids);
    end loop;
    exit when done >= most;
  end loop;
  return done;
end $$;

revoke execute on function ground.uuid_now(), ground.hold_turn(), ground.held(public.call), ground.retention_rules(text),
  ground.due_by(public.call, jsonb), ground.retention_due(text, jsonb, boolean, integer), ground.hooks_due(jsonb, integer),
  ground.deletion_of(text, uuid, jsonb), ground.remove_sound(uuid[], uuid), ground.remove_words(uuid[], uuid),
  ground.remove_calls(uuid[], uuid), ground.retain(integer) from public;
grant execute on function ground.uuid_now(), ground.hold_turn(), ground.held(public.call), ground.retention_rules(text),
  ground.due_by(public.call, jsonb), ground.retention_due(text, jsonb, boolean, integer), ground.hooks_due(jsonb, integer),
  ground.deletion_of(text, uuid, jsonb), ground.remove_sound(uuid[], uuid), ground.remove_words(uuid[], uuid),
  ground.remove_calls(uuid[], uuid), ground.retain(integer) to ringsight_app;

-- Its owner does not see rows of tenants, the migrator does.
reset role;
update role set permissions = permissions || '{retention.write}'
 where slug in ('owner', 'admin') and not permissions @> '{retention.write}';
