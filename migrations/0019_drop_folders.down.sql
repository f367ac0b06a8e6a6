drop index recording_sha256;
alter table recording drop column by_file;
drop table drop_file;
drop table drop_folder;
