alter table drop_file drop column facts, drop column held;
drop table drop_sheet;
