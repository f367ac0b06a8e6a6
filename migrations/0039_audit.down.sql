reset role;
update role set permissions = array_remove(permissions, 'audit.read');
set local role ringsight_owner;
drop function ground.audit_verify();
drop function ground.audit_chain();
drop function ground.audit_text(audit_entry);
drop table audit_link, audit_entry;
