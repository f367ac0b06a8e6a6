-- What calls tell of customers, by a schema each tenant edits; what people made of it; intents.

-- One row for each version; the highest is in force, none: the fields that come with the product.
create table customer_schema (
  tenant_id uuid not null references tenant (id),
  version integer not null check (version > 0),
  fields jsonb not null,
  account_id uuid,
  created_at timestamptz not null default now(),
  primary key (tenant_id, version)
);
call ground.tenant_table('customer_schema', 'select, insert');

-- What one call told of its customer. value: as the field's type reads it, null where it cannot. A
-- contact's record is derived from these rows when it is read, so it depends on nothing but the set of
-- its calls.
create table call_field (
  tenant_id uuid not null references tenant (id),
  call_id uuid not null,
  transcript_id uuid not null,
  key text not null check (length(key) between 1 and 40),
  said text not null check (length(said) between 1 and 400),
  value text check (length(value) between 1 and 400),
  spans jsonb not null,
  schema_version integer not null,
  primary key (tenant_id, call_id, key),
  foreign key (tenant_id, call_id) references call (tenant_id, id) on delete cascade
);
call ground.tenant_table('call_field', 'select, insert, delete');

-- A person's word on a value of a contact: no call overwrites it. kept: what that call told, by choice.
create table contact_value (
  tenant_id uuid not null references tenant (id),
  contact_id uuid not null,
  key text not null check (length(key) between 1 and 40),
  state text not null check (state in ('edited', 'kept', 'cleared')),
  value text not null check (length(value) <= 400),
  call_id uuid,
  account_id uuid,
  at timestamptz not null default now(),
  primary key (tenant_id, contact_id, key),
  foreign key (tenant_id, contact_id) references contact (tenant_id, id) on delete cascade,
  foreign key (tenant_id, call_id) references call (tenant_id, id) on delete set null (call_id)
);
create index contact_value_call on contact_value (tenant_id, call_id);
call ground.tenant_table('contact_value', 'select, insert, update, delete');

-- A tenant's own intents, and what it changed of those that come with the product. The code stays for
-- good, the name may change; calls bear the code.
create table intent (
  tenant_id uuid not null references tenant (id),
  code text not null check (code ~ '^[A-Z][A-Z0-9_]{0,39}$'),
  name text not null check (length(name) between 1 and 80),
  phrases jsonb not null,
  retired boolean not null default false,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  primary key (tenant_id, code),
  unique (tenant_id, name)
);
call ground.tenant_table('intent', 'select, insert, update');

alter table call add column intent text, add column second_intent text;
