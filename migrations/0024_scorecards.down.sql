drop trigger scorecard_stays on scorecard;
drop function ground.scorecard_stays();
revoke update (name, body, state, revision, published_at, archived_at), delete on scorecard from ringsight_app;
drop index scorecard_published_name, scorecard_draft, scorecard_published;
alter table scorecard drop constraint scorecard_tenant_id_card_id_version_key;
alter table score drop column assignment, drop column mode;
drop table scorecard_assignment;

-- Names and versions were unique together: those that no longer are get their id behind the name.
reset role;
update role set permissions = array_remove(array_remove(permissions, 'scorecards.write'), 'scorecards.publish');
update scorecard s set name = left(s.name, 80) || ' ' || s.id
 where exists (select 1 from scorecard o where o.tenant_id = s.tenant_id and o.name = s.name and o.version = s.version and o.id < s.id);
set local role ringsight_owner;
alter table scorecard add unique (tenant_id, name, version);
alter table scorecard drop column account_id, drop column archived_at, drop column published_at, drop column revision, drop column card_id;
