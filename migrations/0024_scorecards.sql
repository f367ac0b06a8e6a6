-- Scorecards as drafts, versions that are published and archived, who may do so, which calls get
-- which card, and scores that know the rule they came by.

-- A card is all its versions; revision counts the changes to a draft (If-Match).
alter table scorecard add column card_id uuid;
alter table scorecard add column revision integer not null default 1;
alter table scorecard add column published_at timestamptz;
alter table scorecard add column archived_at timestamptz;
alter table scorecard add column account_id uuid references account (id);
create index scorecard_account on scorecard (account_id) where account_id is not null;

-- How the calls of a card are chosen and what its scores are good for. rules: see assign.h.
create table scorecard_assignment (
  tenant_id uuid not null references tenant (id),
  card_id uuid not null,
  mode text not null default 'decide' check (mode in ('manual', 'suggest', 'decide')),
  rules jsonb not null default '[]',
  version integer not null default 1,
  primary key (tenant_id, card_id)
);
call ground.tenant_table('scorecard_assignment', 'select, insert, update');

-- The rule that a score came by, as it was then; and what the score is good for.
alter table score add column mode text not null default 'decide' check (mode in ('manual', 'suggest', 'decide'));
alter table score add column assignment jsonb;

-- Its owner does not see rows of tenants, the migrator does.
reset role;
update scorecard s set card_id = (select f.id from scorecard f where f.tenant_id = s.tenant_id and f.name = s.name order by f.version, f.id limit 1),
       published_at = case when state <> 'draft' then created_at end;
update scorecard s set state = 'archived', archived_at = now()
 where state = 'published' and exists (select 1 from scorecard n where n.tenant_id = s.tenant_id and n.name = s.name and n.state = 'published' and n.version > s.version);
-- Until now the newest card scored every call.
insert into scorecard_assignment (tenant_id, card_id, mode, rules)
select distinct on (tenant_id) tenant_id, card_id, 'decide', '[{}]'::jsonb from scorecard where state = 'published' order by tenant_id, id desc;
update role set permissions = permissions || '{scorecards.write}' where slug in ('owner', 'admin', 'manager', 'qa_analyst') and not permissions @> '{scorecards.write}';
update role set permissions = permissions || '{scorecards.publish}' where slug in ('owner', 'admin', 'manager') and not permissions @> '{scorecards.publish}';
set local role ringsight_owner;

alter table scorecard alter column card_id set not null;
alter table scorecard drop constraint scorecard_tenant_id_name_version_key;
alter table scorecard add unique (tenant_id, card_id, version);
create unique index scorecard_published on scorecard (tenant_id, card_id) where state = 'published';
create unique index scorecard_draft on scorecard (tenant_id, card_id) where state = 'draft';
create unique index scorecard_published_name on scorecard (tenant_id, lower(name)) where state = 'published';
grant update (name, body, state, revision, published_at, archived_at), delete on scorecard to ringsight_app;

-- What was published is what scores were made by: it stays as it is whoever asks.
create function ground.scorecard_stays() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
  if old.state <> 'draft' and (new.body <> old.body or new.name <> old.name or new.version <> old.version or new.state = 'draft') then
    raise exception 'a published scorecard stays' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger scorecard_stays before update on scorecard for each row execute function ground.scorecard_stays();
