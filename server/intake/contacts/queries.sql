-- name: contacts_list :page
-- in:  scope uuid[]?, q text?, number text?, after_name text?, after_id uuid?, limit int
-- out: id uuid, name text, company text, numbers json:strings, version int
-- key: name, id
-- By name. Index contact_name; a search reads the tenant's contacts; with a number its primary key. Who sees only
-- his own calls sees those he spoke with (index call_customer).
select c.id, c.name, c.company,
       (select coalesce(jsonb_agg(n.number order by n.number), '[]') from contact_number n
         where n.tenant_id = c.tenant_id and n.contact_id = c.id) as numbers, c.version
  from contact c
 where true
   [[after_id: and (c.name, c.id) > ($after_name, $after_id)]]
   [[q: and (position(lower($q) in lower(c.name)) > 0 or position(lower($q) in lower(c.company)) > 0)]]
   [[number: and c.id = (select n.contact_id from contact_number n where n.number = $number)]]
   [[scope: and exists (select 1 from contact_number n join call k on k.tenant_id = n.tenant_id and (k.customer_e164 = n.number or k.customer_number = n.number) and k.same_as is null
       where n.tenant_id = c.tenant_id and n.contact_id = c.id and k.agent_id = any($scope))]]
 order by c.name, c.id limit $limit;

-- name: contact_get :one
-- in:  contact uuid, scope uuid[]?
-- out: id uuid, name text, company text, notes text, fields json:contact_fields, origins json:contact_origins, numbers json:strings,
--      version int, created_at timestamptz
-- Primary keys.
select c.id, c.name, c.company, c.notes, c.fields, c.origins,
       (select coalesce(jsonb_agg(n.number order by n.number), '[]') from contact_number n
         where n.tenant_id = c.tenant_id and n.contact_id = c.id) as numbers, c.version, c.created_at
  from contact c
 where c.id = $contact
   [[scope: and exists (select 1 from contact_number n join call k on k.tenant_id = n.tenant_id and (k.customer_e164 = n.number or k.customer_number = n.number) and k.same_as is null
       where n.tenant_id = c.tenant_id and n.contact_id = c.id and k.agent_id = any($scope))]];

-- name: contact_calls :page
-- in:  contact uuid, scope uuid[]?, me uuid?, after_started_at timestamptz?, after_id uuid?, limit int
-- out: id uuid, started_at timestamptz, direction text, disposition text, customer_number text, agent_name text?, duration_s int?,
--      state text, score_bp int?, title text?
-- key: started_at, id
-- Newest first; a contact has few numbers, each walks call_customer_e164 and call_customer for one page. A call that two
-- phone systems told of is there once.
select c.id, c.started_at, c.direction, c.disposition, c.customer_number,
       coalesce((select a.name from agent a where a.tenant_id = c.tenant_id and a.id = c.agent_id), nullif(c.agent_key, '')) as agent_name,
       c.duration_s, c.state,
       case when not exists (select 1 from review v where v.tenant_id = c.tenant_id and v.call_id = c.id and v.account_id = $me and v.state = 'open') then c.score_bp end as score_bp,
       c.title
  from (select k.id from contact_number n cross join lateral (
               select k.id from call k where k.tenant_id = n.tenant_id and k.customer_e164 = n.number
                  and k.same_as is null and not k.trial
                  [[after_id: and (k.started_at, k.id) < ($after_started_at, $after_id)]]
                  [[scope: and k.agent_id = any($scope)]]
                order by k.started_at desc, k.id desc limit $limit) k
         where n.contact_id = $contact
        union
        select k.id from contact_number n cross join lateral (
               select k.id from call k where k.tenant_id = n.tenant_id and k.customer_number = n.number
                  and k.same_as is null and not k.trial
                  [[after_id: and (k.started_at, k.id) < ($after_started_at, $after_id)]]
                  [[scope: and k.agent_id = any($scope)]]
                order by k.started_at desc, k.id desc limit $limit) k
         where n.contact_id = $contact) x
  join call c on c.id = x.id
 where ground.there(exists (select from contact p where p.id = $contact))
 order by c.started_at desc, c.id desc limit $limit;

-- name: contact_add :done
-- in:  id uuid, name text, company text, notes text, origins json
insert into contact (id, name, company, notes, origins) values ($id, $name, $company, $notes, $origins);

-- name: contact_change :done
-- in:  contact uuid, version int, name text?, company text?, notes text?, origins json
-- What is given was written by a person, and says so. Primary key.
update contact set name = coalesce($name, name), company = coalesce($company, company), notes = coalesce($notes, notes),
       origins = origins || $origins, version = version + 1
 where id = $contact and version = $version;

-- name: contact_numbers_put :many
-- in:  contact uuid, numbers text[]
-- out: number text, contact_id uuid
-- Its numbers are these; answers those that belong to other contacts. Primary key, contact_number_contact.
with gone as (
  delete from contact_number where contact_id = $contact and not number = any($numbers)),
put as (
  insert into contact_number (number, contact_id) select n.number, $contact from unnest($numbers) as n (number)
  on conflict (tenant_id, number) do nothing)
select n.number, n.contact_id from contact_number n where n.number = any($numbers) and n.contact_id <> $contact;

-- name: contact_number_take :done
-- in:  number text, contact uuid
-- Nothing where the number has a contact. Primary key.
insert into contact_number (number, contact_id) values ($number, $contact) on conflict (tenant_id, number) do nothing;

-- name: contact_of_number :one
-- in:  number text
-- out: contact_id uuid
-- Primary key.
select contact_id from contact_number where number = $number;

-- name: contact_delete :done
-- in:  contact uuid, scope uuid[]?
-- Its calls stay. Primary key.
delete from contact c where c.id = $contact
   [[scope: and exists (select 1 from contact_number n join call k on k.tenant_id = n.tenant_id and (k.customer_e164 = n.number or k.customer_number = n.number) and k.same_as is null
       where n.tenant_id = c.tenant_id and n.contact_id = c.id and k.agent_id = any($scope))]];

-- name: contact_seen :one
-- in:  contact uuid, scope uuid[]?
-- out: id uuid
-- Primary keys.
select c.id from contact c where c.id = $contact
   [[scope: and exists (select 1 from contact_number n join call k on k.tenant_id = n.tenant_id and (k.customer_e164 = n.number or k.customer_number = n.number) and k.same_as is null
       where n.tenant_id = c.tenant_id and n.contact_id = c.id and k.agent_id = any($scope))]];

-- name: contact_heard_add :done
-- in:  id uuid, number text, origins json
-- Nothing where the number has a contact; who adds the same number waits here. Primary keys.
with took as (insert into contact_number (number, contact_id) values ($number, $id)
  on conflict (tenant_id, number) do nothing returning number, contact_id)
insert into contact (id, name, origins) select contact_id, number, $origins from took;

-- name: contact_lock :one
-- in:  number text
-- out: id uuid, by_calls bool
-- Primary keys.
select c.id, c.origins -> 'name' ->> 'by' = 'rule' as by_calls
  from contact_number n join contact c on c.tenant_id = n.tenant_id and c.id = n.contact_id
 where n.number = $number for update of c;

-- name: contact_rename :done
-- in:  contact uuid, name text, origins json
-- Primary key.
update contact set name = left($name, 120), origins = origins || $origins, version = version + 1
 where id = $contact and origins -> 'name' ->> 'by' = 'rule' and name <> left($name, 120);
