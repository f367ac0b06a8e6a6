alter table call drop column second_intent, drop column intent;
drop table intent, contact_value, call_field, customer_schema;
