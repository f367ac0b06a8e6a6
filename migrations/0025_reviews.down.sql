reset role;
update role set permissions = array_remove(array_remove(array_remove(permissions, 'reviews.write'), 'reviews.resolve'), 'reviews.answer');
set local role ringsight_owner;
drop table acknowledgement;
drop table dispute;
drop table review;
revoke update (voided_at, void_reason) on score from ringsight_app;
alter table score drop column void_reason, drop column voided_at, drop column account_id;
