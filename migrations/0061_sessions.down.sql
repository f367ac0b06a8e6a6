drop trigger session_ended on session;
reset role;
set local role ringsight_gate;
create or replace function gate.session_stays() returns trigger
language plpgsql security definer set search_path = public, pg_temp
as $$ begin
  if new.oidc_tenant is not null then
    return case when new.tenant_id = new.oidc_tenant then new end;
  end if;
  if new.tenant_id is null or not gate.oidc_only(new.account_id, new.tenant_id) then return new; end if;
  if tg_op = 'UPDATE' then return null; end if;
  new.tenant_id := null;
  return new;
end $$;
drop function gate.session_barred(bytea, uuid), gate.session_renew(bytea, bytea), gate.member_sessions_end(uuid),
  gate.session_end(bytea, uuid), gate.session_list(bytea), gate.session_describe(bytea, text, text, text),
  gate.session_used(bytea), gate.session_ended();
reset role;
set local role ringsight_owner;
drop sequence ground.session_end;
drop index session_id;
alter table session drop column barred, drop column way, drop column address, drop column device, drop column id;
