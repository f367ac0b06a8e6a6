-- What was agreed to be spent on judging calls again holds while it runs, not at its beginning alone.

-- Millionths of the currency; none where the engine had no price when it was agreed.
alter table score_rerun
  add column most_micro bigint check (most_micro between 0 and 1000000000000000000),
  add column currency text check (currency ~ '^[A-Z]{3}$'),
  add check ((most_micro is null) = (currency is null)),
  drop constraint score_rerun_state_check,
  add constraint score_rerun_state_check check (state in ('queued', 'done', 'failed', 'stopped'));

-- The sum beside those of call, day and month that a request counts for, "rerun:<id>"; locked before them.
alter table spend add column bound_scope text;
