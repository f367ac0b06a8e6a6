-- One call through two of a tenant's phone systems: both rows stay as they are, one stands beneath
-- the other and is in no figure. stands_alone: a person has taken it out of that for good.
alter table call add column same_as uuid, add column stands_alone boolean not null default false;
alter table call add constraint call_same_as_fkey foreign key (tenant_id, same_as)
  references call (tenant_id, id) on delete set null (same_as);
alter table call add constraint call_not_itself check (same_as <> id);
create index call_same_as on call (tenant_id, same_as) where same_as is not null;
