reset role;
delete from schedule where kind = 'reports.due';
set local role ringsight_owner;
drop table report_mail;
drop table report_run;
drop table report_reader;
drop table report_plan;
