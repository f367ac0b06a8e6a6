-- name: members_list :page
-- in:  after_name text?, after_id uuid?, limit int
-- out: id uuid, account_id uuid, name text, email text, role text, role_name text, by_user_name bool,
--      second_factor bool, created_at timestamptz
-- key: name, id
-- By name; the cursor holds the values, so the next page is found when that member is gone. A tenant's memberships (primary key prefix) with their accounts and roles by key.
select m.id, a.id as account_id, a.name, a.email, r.slug as role, r.name as role_name,
       a.home_id is not null as by_user_name, a.factor_at is not null as second_factor, m.created_at
  from membership m
  join account a on a.id = m.account_id
  join role r on r.tenant_id = m.tenant_id and r.id = m.role_id
 where true
   [[after_id: and (a.name, m.id) > ($after_name, $after_id)]]
 order by a.name, m.id
 limit $limit;

-- name: role_by_slug :one
-- in:  slug text
-- out: id uuid, name text, scope text, permissions text[]
-- Unique key of role. The tenant is named because `ringsight admin` passes by row security.
select id, name, scope, permissions from role
 where slug = $slug and retired_at is null and tenant_id = nullif(current_setting('app.tenant', true), '')::uuid;

-- name: member_by_email :one
-- in:  email text
-- out: account_id uuid
-- Unique keys of account and membership.
select m.account_id from account a join membership m on m.account_id = a.id
 where a.email = $email and m.tenant_id = nullif(current_setting('app.tenant', true), '')::uuid;

-- name: member_insert :done
-- in:  id uuid, account uuid, role uuid
insert into membership (id, account_id, role_id) values ($id, $account, $role);

-- name: member_get :one
-- in:  member uuid
-- out: account_id uuid, role text, scope text, permissions text[]
-- Primary keys.
select m.account_id, r.slug as role, r.scope, r.permissions
  from membership m join role r on r.tenant_id = m.tenant_id and r.id = m.role_id
 where m.id = $member;

-- name: members_owners :many
-- out: id uuid
-- Locked in one order, so that of two owners who remove each other one stays. Index membership_role.
select m.id from membership m join role r on r.tenant_id = m.tenant_id and r.id = m.role_id
 where r.slug = 'owner' order by m.id for update of m;

-- name: member_change_role :done
-- in:  member uuid, role uuid
-- Primary key.
update membership set role_id = $role where id = $member;

-- name: member_remove :done
-- in:  member uuid, account uuid
-- What was theirs stays; the agent that this account was is nobody's account. Primary key, index agent_account.
with freed as (update agent set account_id = null where account_id = $account)
delete from membership where id = $member;
