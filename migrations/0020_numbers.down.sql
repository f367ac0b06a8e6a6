reset role;
delete from job where kind = 'numbers.again';
set local role ringsight_owner;
drop index call_customer_tail, call_customer_e164;
alter table call drop column customer_tail, drop column customer_e164;
revoke update (region) on tenant from ringsight_app;
alter table tenant drop column region;
