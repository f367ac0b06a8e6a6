drop function ground.end_tenant(uuid), ground.erase_tenant(uuid, integer), ground.close_tenant(text), ground.tenant_rows(uuid),
  ground.tenant_relations();
drop table tenant_erasure;
