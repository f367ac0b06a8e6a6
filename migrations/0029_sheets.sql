-- CSV sheets that lie beside the recordings of a drop folder and say whose calls they are.

-- What was seen of them: one is read once it has lain still as long as a recording has to.
create table drop_sheet (
  tenant_id uuid not null references tenant (id),
  id uuid not null,
  folder_id uuid not null,
  name text not null,
  size bigint not null,
  stamp text not null,
  since timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, folder_id, name),
  foreign key (tenant_id, folder_id) references drop_folder (tenant_id, id)
);
call ground.tenant_table('drop_sheet', 'select, insert, update, delete');

-- facts: what a sheet says of the file. held: it waits for a sheet that is still being written, or for a
-- row that cannot be read to be corrected (reason says which).
alter table drop_file
  add column facts jsonb,
  add column held text check (held in ('sheet', 'row'));
