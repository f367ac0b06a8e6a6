-- Of a call that two phone systems told of: another that counts as it has a recording. Kept with the link,
-- so that lists and their filter need not look beneath each row.
alter table call add column lent_recording boolean not null default false;
update call c set lent_recording = true
 where exists (select from call s where s.tenant_id = c.tenant_id and s.same_as = c.id and s.has_recording);
