-- What customers' own systems are told: endpoints, events, and each delivery with its attempts.

-- sealed: the secrets that sign, under the tenant's key; old_sealed: those before, until old_until. disabled: by the
-- service, with its reason; what comes meanwhile is held for a replay. deleted: gone once its log is.
create table webhook_endpoint (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  url text not null check (length(url) between 8 and 2000),
  description text not null default '' check (length(description) <= 200),
  events text[] not null default '{}',
  state text not null default 'on' check (state in ('on', 'off', 'disabled', 'deleted')),
  state_reason text check (length(state_reason) <= 500),
  state_at timestamptz not null default now(),
  failing_since timestamptz,
  sealed bytea not null,
  public_key text,
  secret_at timestamptz not null default now(),
  old_sealed bytea,
  old_public_key text,
  old_until timestamptz,
  by_name text not null,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  check ((old_sealed is null) = (old_until is null))
);
call ground.tenant_table('webhook_endpoint', 'select, insert, update, delete');

-- body: the bytes that are signed and sent, the same each time. With the call it tells of it goes.
create table webhook_event (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  type text not null check (type in ('call.received', 'call.updated', 'recording.ready', 'transcript.ready', 'call.scored',
    'review.completed', 'task.created', 'task.done', 'webhook.test')),
  call_id uuid,
  body text not null check (octet_length(body) <= 20480),
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, call_id) references call (tenant_id, id) on delete cascade
);
create index webhook_event_call on webhook_event (tenant_id, call_id) where call_id is not null;
call ground.tenant_table('webhook_event', 'select, insert, delete');

-- job_id: the job that sends it; no other may. held: not sent, for the endpoint was disabled or too much waited.
create table webhook_delivery (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  endpoint_id uuid not null,
  event_id uuid not null,
  state text not null check (state in ('waiting', 'delivered', 'failed', 'held')),
  reason text check (length(reason) <= 500),
  attempts integer not null default 0,
  status integer,
  next_at timestamptz,
  job_id uuid,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, endpoint_id) references webhook_endpoint (tenant_id, id),
  foreign key (tenant_id, event_id) references webhook_event (tenant_id, id) on delete cascade
);
create index webhook_delivery_endpoint on webhook_delivery (tenant_id, endpoint_id, id desc);
create index webhook_delivery_state on webhook_delivery (tenant_id, endpoint_id, state, id desc);
create index webhook_delivery_event on webhook_delivery (tenant_id, event_id);
call ground.tenant_table('webhook_delivery', 'select, insert, update, delete');

-- answer: the beginning of what was answered.
create table webhook_attempt (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  delivery_id uuid not null,
  at timestamptz not null default now(),
  status integer,
  ms integer not null,
  error text check (length(error) <= 500),
  answer text check (length(answer) <= 1000),
  primary key (tenant_id, id),
  foreign key (tenant_id, delivery_id) references webhook_delivery (tenant_id, id) on delete cascade
);
create index webhook_attempt_of on webhook_attempt (tenant_id, delivery_id, id);
call ground.tenant_table('webhook_attempt', 'select, insert, delete');

-- What an event tells of a call: ids, times and figures, never what was said.
create function ground.webhook_call(c public.call, base text) returns jsonb language sql stable set search_path = public, pg_temp
as $$ select jsonb_build_object('call_id', c.id, 'integration_id', c.integration_id, 'provider_call_id', left(c.call_key, 200),
    'direction', c.direction, 'disposition', c.disposition, 'from', left(c.from_number, 64), 'to', left(c.to_number, 64),
    'customer_number', left(coalesce(c.customer_e164, c.customer_number), 64), 'agent_id', c.agent_id, 'queue', left(c.queue, 100),
    'started_at', c.started_at, 'answered_at', c.answered_at, 'ended_at', c.ended_at, 'duration_s', c.duration_s,
    'talk_s', c.talk_s, 'wait_s', c.wait_s, 'state', c.state, 'url', base || '/calls/' || c.id) $$;

-- The data of an event about an object; no row: there is nothing to tell. Primary keys.
create function ground.webhook_data(of text, object uuid, base text, out call_id uuid, out data jsonb)
language plpgsql stable set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
  c public.call; api text := base || '/api/v1';
begin
  if of in ('task.created', 'task.done') then
    select t.call_id, jsonb_build_object('task_id', t.id, 'call_id', t.call_id, 'agent_id', t.owner_id, 'kind', t.kind,
             'priority', t.priority, 'due_at', t.due_at, 'created_at', t.created_at, 'done_at', t.done_at, 'url', base || '/tasks')
      into call_id, data from task t where t.id = object;
    return;
  end if;
  if of = 'recording.ready' then
    select r.call_id, jsonb_build_object('recording', jsonb_build_object('id', r.id, 'duration_ms', r.duration_ms,
             'channels', r.channels, 'bytes', r.bytes, 'content_type', left(r.content_type, 100),
             'url', api || '/calls/' || r.call_id || '/recordings/' || r.id))
      into call_id, data from recording r where r.id = object;
  elsif of = 'review.completed' then
    select r.call_id, jsonb_build_object('review_id', r.id, 'scorecard_id', r.scorecard_id, 'score_id', r.score_id,
             'score_bp', (select s.score_bp from score s where s.tenant_id = r.tenant_id and s.id = r.score_id), 'ended_at', r.ended_at)
      into call_id, data from review r where r.id = object;
  else
    call_id := object;
    data := '{}';
  end if;
  select x.* into c from call x where x.id = call_id;
  if c.id is null or c.trial then
    data := null;
  elsif of = 'transcript.ready' then
    data := ground.webhook_call(c, base) || jsonb_build_object('transcript', jsonb_build_object('id', c.transcript_id,
      'url', api || '/calls/' || c.id || '/transcript'));
  elsif of = 'call.scored' then
    data := ground.webhook_call(c, base) || jsonb_build_object('score', jsonb_build_object('state', c.score_state,
      'score_bp', c.score_bp, 'scored_at', c.scored_at, 'url', api || '/calls/' || c.id || '/score'));
  else
    data := ground.webhook_call(c, base) || data;
  end if;
end $$;

-- A delivery and its job for each of the endpoints; without a job where the endpoint is disabled or five thousand wait
-- for it already. Index webhook_delivery_state.
create function ground.webhook_queue(event uuid, endpoints uuid[], tries integer, urgency integer)
returns table (job_id uuid, job_gate text) language plpgsql volatile set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
  return query
  with due as materialized (
    select e.id, ground.uuid_now() as delivery, ground.uuid_now() as job, case
        when e.state = 'disabled' then 'The endpoint was switched off because it failed.'
        when (select count(*) from (select from webhook_delivery d where d.tenant_id = e.tenant_id and d.endpoint_id = e.id
                and d.state = 'waiting' limit 5000) w) >= 5000 then '5,000 deliveries waited for the endpoint already.' end as held
      from webhook_endpoint e where e.id = any(endpoints)),
  put as (
    insert into webhook_delivery (id, endpoint_id, event_id, state, reason, job_id, next_at, ended_at)
    select delivery, id, event, case when held is null then 'waiting' else 'held' end, held,
           case when held is null then job end, case when held is null then now() end, case when held is not null then now() end
      from due)
  insert into job as j (id, kind, priority, max_attempts, args, object_id, gate)
  select job, 'webhooks.send', urgency, tries, jsonb_build_object('delivery', delivery), delivery, 'webhook:' || id
    from due where held is null
  returning j.id, j.gate;
end $$;

-- What happened, in the transaction of its cause. Answers the jobs that tell of it; nothing is written where no endpoint
-- wants to know. A tenant has at most twenty endpoints.
create function ground.webhook_tell(of text, object uuid, base text, tries integer, urgency integer)
returns table (job_id uuid, job_gate text) language plpgsql volatile set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
  own constant uuid := nullif(current_setting('app.tenant', true), '')::uuid;
  wanted uuid[];
  event uuid;
  what record;
begin
  wanted := array(select e.id from webhook_endpoint e
    where e.tenant_id = own and e.state in ('on', 'disabled') and (e.events = '{}' or of = any(e.events)));
  if wanted = '{}' then return; end if;
  select * into what from ground.webhook_data(of, object, base);
  if what.data is null then return; end if;
  event := ground.uuid_now();
  insert into webhook_event (id, type, call_id, body) values (event, of, what.call_id,
    jsonb_build_object('type', of, 'timestamp', now(), 'data', what.data)::text);
  return query select q.job_id, q.job_gate from ground.webhook_queue(event, wanted, tries, urgency) q;
end $$;

-- An event that asks for nothing, to one endpoint, whatever its filter and state: tried once.
create function ground.webhook_test(endpoint uuid, urgency integer)
returns table (delivery_id uuid, job_id uuid, job_gate text) language plpgsql volatile set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
  event constant uuid := ground.uuid_now();
  put uuid;
begin
  insert into webhook_event (id, type, body) values (event, 'webhook.test',
    jsonb_build_object('type', 'webhook.test', 'timestamp', now(), 'data', jsonb_build_object('endpoint_id', endpoint))::text);
  put := ground.uuid_now();
  insert into webhook_delivery (id, endpoint_id, event_id, state, job_id, next_at) values (put, endpoint, event, 'waiting', ground.uuid_now(), now());
  return query insert into job as j (id, kind, priority, max_attempts, args, object_id, gate)
    select d.job_id, 'webhooks.send', urgency, 1, jsonb_build_object('delivery', d.id), d.id, 'webhook:' || endpoint
      from webhook_delivery d where d.id = put returning put, j.id, j.gate;
end $$;

-- Sends again what has ended, under the same event id. Primary key.
create function ground.webhook_again(deliveries uuid[], tries integer, urgency integer)
returns table (job_id uuid, job_gate text) language plpgsql volatile set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
  return query
  with again as (
    update webhook_delivery d set state = 'waiting', job_id = ground.uuid_now(), next_at = now(), ended_at = null, reason = null
     where d.id = any(deliveries) and d.state <> 'waiting' returning d.id, d.job_id, d.endpoint_id)
  insert into job as j (id, kind, priority, max_attempts, args, object_id, gate)
  select a.job_id, 'webhooks.send', urgency, tries, jsonb_build_object('delivery', a.id), a.id, 'webhook:' || a.endpoint_id
    from again a returning j.id, j.gate;
end $$;

-- The same for what happened in a time, the oldest first: what failed or was held, or all. Index webhook_delivery_endpoint.
create function ground.webhook_replay(endpoint uuid, since timestamptz, until timestamptz, delivered_too boolean, most integer,
  tries integer, urgency integer)
returns table (job_id uuid, job_gate text) language plpgsql volatile set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
  return query select a.job_id, a.job_gate from ground.webhook_again(array(
    select d.id from webhook_delivery d join webhook_event e on e.tenant_id = d.tenant_id and e.id = d.event_id
     where d.endpoint_id = endpoint and e.created_at >= since and e.created_at < until and e.type <> 'webhook.test'
       and (d.state in ('failed', 'held') or delivered_too and d.state = 'delivered')
     order by d.id limit most), tries, urgency) a;
end $$;

-- One try that went well.
create function ground.webhook_delivered(delivery uuid, of_job uuid, answered integer, took integer, said text) returns void
language plpgsql volatile set search_path = public, pg_temp as $$
declare
  of_endpoint uuid;
begin
  update webhook_delivery d set state = 'delivered', attempts = d.attempts + 1, status = answered, reason = null, next_at = null,
         ended_at = now() where d.id = delivery and d.job_id = of_job returning d.endpoint_id into of_endpoint;
  if of_endpoint is null then return; end if;
  insert into webhook_attempt (id, delivery_id, status, ms, answer) values (ground.uuid_now(), delivery, answered, took, said);
  update webhook_endpoint e set failing_since = null where e.id = of_endpoint and e.failing_since is not null;
end $$;

-- One that did not, and when the next one is. True: the endpoint is switched off now, for it is gone or has done nothing
-- but fail for five days; what waits for it is held. A test counts for nothing.
create function ground.webhook_failed(delivery uuid, of_job uuid, answered integer, took integer, why text, said text,
  again_ms bigint, gone boolean) returns boolean
language plpgsql volatile set search_path = public, pg_temp as $$
declare
  d record;
  e public.webhook_endpoint;
  off text;
begin
  update webhook_delivery x set attempts = x.attempts + 1, status = answered, reason = why,
         next_at = now() + again_ms * interval '1 millisecond'
    from webhook_event v where x.id = delivery and x.job_id = of_job and v.tenant_id = x.tenant_id and v.id = x.event_id
   returning x.endpoint_id, v.type into d;
  if not found then return false; end if;
  insert into webhook_attempt (id, delivery_id, status, ms, error, answer) values (ground.uuid_now(), delivery, answered, took, why, said);
  if d.type = 'webhook.test' then return false; end if;
  update webhook_endpoint x set failing_since = coalesce(x.failing_since, now()) where x.id = d.endpoint_id returning x.* into e;
  if e.state <> 'on' or not (gone or e.failing_since < now() - interval '5 days') then return false; end if;
  off := case when gone then 'It answered that it is gone for good (status 410).' else 'It has done nothing but fail for five days.' end;
  update webhook_endpoint x set state = 'disabled', state_reason = off, state_at = now(), version = x.version + 1 where x.id = e.id;
  update webhook_delivery x set state = 'held', next_at = null, ended_at = now()
   where x.tenant_id = e.tenant_id and x.endpoint_id = e.id and x.state = 'waiting';
  return true;
end $$;

-- One batch of what is older than thirty days; and endpoints that were deleted, once nothing tells of them.
create function ground.webhook_purge(most integer) returns integer
language plpgsql volatile set search_path = public, pg_temp as $$
declare
  own constant uuid := nullif(current_setting('app.tenant', true), '')::uuid;
  n integer;
begin
  delete from webhook_event e where e.tenant_id = own and e.id in (
    select x.id from webhook_event x where x.tenant_id = own and x.id < ground.uuid_at(now() - interval '30 days') order by x.id limit most);
  get diagnostics n = row_count;
  if n < most then
    delete from webhook_endpoint e where e.tenant_id = own and e.state = 'deleted' and not exists (
      select from webhook_delivery d where d.tenant_id = e.tenant_id and d.endpoint_id = e.id);
  end if;
  return n;
end $$;

revoke execute on function ground.webhook_call(public.call, text), ground.webhook_data(text, uuid, text),
  ground.webhook_queue(uuid, uuid[], integer, integer), ground.webhook_tell(text, uuid, text, integer, integer),
  ground.webhook_test(uuid, integer), ground.webhook_again(uuid[], integer, integer),
  ground.webhook_replay(uuid, timestamptz, timestamptz, boolean, integer, integer, integer),
  ground.webhook_delivered(uuid, uuid, integer, integer, text),
  ground.webhook_failed(uuid, uuid, integer, integer, text, text, bigint, boolean), ground.webhook_purge(integer) from public;
grant execute on function ground.webhook_call(public.call, text), ground.webhook_data(text, uuid, text),
  ground.webhook_queue(uuid, uuid[], integer, integer), ground.webhook_tell(text, uuid, text, integer, integer),
  ground.webhook_test(uuid, integer), ground.webhook_again(uuid[], integer, integer),
  ground.webhook_replay(uuid, timestamptz, timestamptz, boolean, integer, integer, integer),
  ground.webhook_delivered(uuid, uuid, integer, integer, text),
  ground.webhook_failed(uuid, uuid, integer, integer, text, text, bigint, boolean), ground.webhook_purge(integer) to ringsight_app;
