-- A replay may read with an older version of its provider's parser; null: with the newest.
alter table replay add column parser integer check (parser >= 1);
