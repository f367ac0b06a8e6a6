alter table call drop column lent_recording;
