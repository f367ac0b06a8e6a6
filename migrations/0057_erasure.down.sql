drop function ground.erase(uuid, integer), ground.calls_of_person(text[]), ground.numbers_of_person(text), ground.remove_calls(uuid[], uuid);
alter function ground.remove_call_rows(uuid[], uuid) rename to remove_calls;
drop table call_gone, erasure;
