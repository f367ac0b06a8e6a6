-- The people who call and are called, found by their numbers; notes on calls.

-- origins: where each value comes from, {"name": {"by": "person", "call": null, "at": "..."}}. What a
-- person wrote is never overwritten by a rule; a rule's value names the call it was heard in.
create table contact (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  name text not null check (length(name) between 1 and 120),
  company text not null default '' check (length(company) <= 120),
  notes text not null default '' check (length(notes) <= 4000),
  fields jsonb not null default '{}',
  origins jsonb not null default '{}',
  version integer not null default 1,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create index contact_name on contact (tenant_id, name, id);
call ground.tenant_table('contact', 'select, insert, update, delete');

-- A number belongs to one contact.
create table contact_number (
  tenant_id uuid not null references tenant (id),
  number text not null check (length(number) between 1 and 64),
  contact_id uuid not null,
  primary key (tenant_id, number),
  foreign key (tenant_id, contact_id) references contact (tenant_id, id) on delete cascade
);
create index contact_number_contact on contact_number (tenant_id, contact_id);
call ground.tenant_table('contact_number', 'select, insert, update, delete');

create table call_note (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  call_id uuid not null,
  account_id uuid,
  body text not null check (length(body) between 1 and 4000),
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, call_id) references call (tenant_id, id) on delete cascade
);
create index call_note_call on call_note (tenant_id, call_id, id);
call ground.tenant_table('call_note', 'select, insert, delete');
