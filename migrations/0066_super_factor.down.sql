reset role;
set local role ringsight_gate;
create or replace function gate.lacks_factor(account uuid, tenant uuid, role text, permissions text[]) returns boolean
language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  return coalesce((
    select p.second_factor = 'everyone' or p.second_factor = 'admins' and (role in ('owner', 'admin') or 'people.write' = any (permissions))
      from sign_in_policy p where p.tenant_id = tenant), false)
    and not exists (select from account a where a.id = account and a.factor_at is not null);
end $$;
reset role;
set local role ringsight_owner;
