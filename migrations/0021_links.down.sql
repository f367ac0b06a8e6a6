drop index call_same_as;
alter table call drop constraint call_not_itself, drop constraint call_same_as_fkey;
alter table call drop column stands_alone, drop column same_as;
