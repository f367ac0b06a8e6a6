-- name: scorecards_list :page
-- in:  after_id uuid?, limit int
-- out: id uuid, name text, version int, questions int
-- key: id
-- The newest published version of each, oldest first. Primary and unique key of scorecard.
select s.id, s.name, s.version,
       (select sum(jsonb_array_length(x.section -> 'questions')) from jsonb_array_elements(s.body -> 'sections') as x (section))::int as questions
  from scorecard s
 where s.state = 'published'
   and s.id > coalesce($after_id, '00000000-0000-0000-0000-000000000000'::uuid)
   and not exists (select 1 from scorecard n where n.tenant_id = s.tenant_id and n.name = s.name
                     and n.state = 'published' and n.version > s.version)
 order by s.id
 limit $limit;

-- name: scorecard_get :one
-- in:  scorecard uuid
-- out: id uuid, name text, version int, sections json:scorecard_sections
-- Primary key.
select s.id, s.name, s.version,
       (select coalesce(jsonb_agg(jsonb_build_object('name', x.section -> 'name', 'questions',
                 (select coalesce(jsonb_agg(jsonb_build_object('key', y.q -> 'key', 'text', y.q -> 'text',
                           'weight', y.q -> 'weight', 'auto_fail', coalesce(y.q -> 'auto_fail', 'false'),
                           'by_rule', jsonb_exists(y.q, 'rule')) order by y.n), '[]')
                    from jsonb_array_elements(x.section -> 'questions') with ordinality as y (q, n))) order by x.n), '[]')
          from jsonb_array_elements(s.body -> 'sections') with ordinality as x (section, n)) as sections
  from scorecard s
 where s.id = $scorecard;

-- name: scorecard_newest :one
-- out: id uuid, name text, version int, body json
-- A tenant has few. Primary key.
select id, name, version, body from scorecard where state = 'published' order by id desc limit 1;

-- name: scorecard_publish_first :done
-- in:  id uuid, name text, body json
-- Unique key of scorecard.
insert into scorecard (id, name, version, state, body)
values ($id, $name, 1, 'published', $body)
on conflict (tenant_id, name, version) do nothing;
