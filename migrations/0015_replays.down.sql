drop index delivery_reason;
alter table delivery drop column settings_version;
alter table delivery drop column verdict;
revoke update (delivery_id) on call_event from ringsight_app;
revoke delete on call_event from ringsight_app;
drop index call_event_delivery;
create index call_event_polled on call_event (tenant_id, delivery_id) where polled;
drop table call_event_again, replay;
