drop table field_map;
alter table call drop column trial;
drop table trial;
