alter table score drop column asked;
alter table analysis drop column asked;
