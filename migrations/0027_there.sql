-- A list of something that hangs on another thing: where that thing is not there, or not for these
-- eyes, the answer is "not found", not an empty list. Stable and without columns, so it is asked
-- once for a statement, before anything is read.
create function ground.there(yes boolean) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$ begin
  if yes then return true; end if;
  raise no_data_found;
end $$;
revoke execute on function ground.there(boolean) from public;
grant execute on function ground.there(boolean) to ringsight_app;
