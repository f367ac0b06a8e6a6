-- name: erasures_list :page
-- in:  after_id uuid?, limit int
-- out: id uuid, number text?, reason text, by_name text, created_at timestamptz, done_at timestamptz?, held int,
--      calls int, recordings int, transcripts int, contacts int, hooks int, files int, files_waiting int
-- key: id
-- Newest first: primary key; what went: unique key of deletion, index deletion_file_waits.
select e.id, e.number, e.reason, e.by_name, e.created_at, e.done_at, e.held, d.calls, d.recordings, d.transcripts, d.contacts,
       d.hooks, d.files, d.files_waiting
  from erasure e
  left join lateral (select coalesce(sum(d.calls), 0)::int as calls, coalesce(sum(d.recordings), 0)::int as recordings,
              coalesce(sum(d.transcripts), 0)::int as transcripts, coalesce(sum(d.contacts), 0)::int as contacts,
              coalesce(sum(d.hooks), 0)::int as hooks, coalesce(sum(d.files), 0)::int as files,
              coalesce(sum((select count(*) from deletion_file f where f.tenant_id = d.tenant_id and f.deletion_id = d.id
                and f.object_key is not null)), 0)::int as files_waiting
         from deletion d where d.tenant_id = e.tenant_id and d.rule_id = e.id) d on true
 where true [[after_id: and e.id < $after_id]]
 order by e.id desc limit $limit;

-- name: erasure_preview :one
-- in:  number text
-- out: numbers json:strings, contact text?, calls int, held int
-- Indexes call_customer_e164, call_customer.
with of as (select ground.numbers_of_person($number) as numbers)
select to_jsonb(of.numbers) as numbers,
       (select c.name from contact c join contact_number n on n.tenant_id = c.tenant_id and n.contact_id = c.id where n.number = $number)
         as contact,
       (select count(*)::int from ground.calls_of_person(of.numbers) p where not p.held) as calls,
       (select count(*)::int from ground.calls_of_person(of.numbers) p where p.held) as held
  from of;

-- name: erasure_add :done
-- in:  id uuid, number text, reason text, by_name text, account uuid?
insert into erasure (id, number, reason, by_name, account_id) values ($id, $number, $reason, $by_name, $account);

-- name: erasure_again :done
-- in:  erasure uuid
-- Primary key. One that waits for a hold to end.
update erasure set done_at = null where id = $erasure and held > 0 and done_at is not null;

-- name: erase :one
-- in:  erasure uuid, most int
-- out: done int
-- The next batch: ground.erase.
select ground.erase($erasure, $most) as done;
