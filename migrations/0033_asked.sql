-- Which engine was asked, how, and which were passed over and why.
alter table analysis add column asked jsonb;
alter table score add column asked jsonb;
