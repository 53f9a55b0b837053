-- What people say about a file before it is imported, and rejected records that are corrected and loaded after all.

alter table batches
  -- How the file is to be read, as the person said; the rest is detected.
  add column file_options jsonb,
  -- {file column: column of the dataset, or null to leave it out}
  add column column_mapping jsonb,
  -- {count} or {share}: with more rejected records nothing is loaded.
  add column max_rejects jsonb,
  -- How the file's records are written and its columns were read: {dialect, nested, columns: [{source, name, reading}]}.
  add column record_form jsonb,
  -- The load whose corrected records it brings.
  add column repairs text references batches (id) on delete set null;
alter table batches drop constraint batches_new_columns_check;
alter table batches add constraint batches_new_columns_check check (new_columns in ('refuse', 'evolve', 'map'));

-- Several records may begin on one line, so they are known by their place among the rejected.
alter table rejected_records
  add column number integer,
  -- The record's values where they could be told apart.
  add column fields jsonb,
  -- As somebody corrected it: its values by the file's columns, or the text of a JSON object.
  add column repaired_fields jsonb,
  add column repaired_raw text,
  add column repaired_by text references users (id) on delete set null,
  add column repaired_at timestamptz,
  -- The load that was made of it; counts only while that load has not failed.
  add column resubmitted_in text references batches (id) on delete set null,
  add column version integer not null default 1;
update rejected_records r set number = n.number
  from (select batch_id, line, row_number() over (partition by batch_id order by line) as number from rejected_records) n
  where n.batch_id = r.batch_id and n.line = r.line;
alter table rejected_records alter column number set not null;
alter table rejected_records drop constraint rejected_records_pkey;
alter table rejected_records add primary key (batch_id, number);
create index rejected_records_resubmitted_idx on rejected_records (resubmitted_in) where resubmitted_in is not null;
grant update on rejected_records to granary_app;
