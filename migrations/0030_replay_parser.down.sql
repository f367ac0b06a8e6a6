alter table replay drop column parser;
