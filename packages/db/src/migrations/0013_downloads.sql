-- Files that people took rows out as: who, which version, which columns and rows, so that an edited file can be compared with its base.

create table downloads (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  dataset_id text not null references datasets (id) on delete cascade,
  requested_by text references users (id) on delete set null,
  -- What the caller might do when it was asked for: a job made for an API key has no more than the key had.
  permissions text[] not null,
  data_version integer not null,
  snapshot_id text not null,
  -- SHA-256 of the read plan: a kept file is given out only while the caller would still be shown the same.
  plan_hash text not null,
  format text not null check (format in ('csv', 'ndjson', 'json', 'parquet', 'xlsx')),
  -- {delimiter, header, bom, spreadsheetSafe}
  options jsonb not null,
  columns text[] not null,
  filter jsonb,
  sort text,
  search text,
  batch_id text references batches (id) on delete set null,
  file_name text not null,
  -- Null for a file that was sent as it was written; otherwise the job tells how far it is.
  job_id text,
  -- Set when the file was written.
  row_count bigint,
  bytes bigint,
  error_code text,
  error_message text,
  -- Whether a file of this id lies in the data directory, until when.
  kept boolean not null default false,
  expires_at timestamptz,
  created_at timestamptz not null default now(),
  ended_at timestamptz
);
create index downloads_person_idx on downloads (workspace_id, requested_by, id desc);
create index downloads_dataset_idx on downloads (dataset_id, id desc);
create index downloads_expiry_idx on downloads (expires_at) where kept;
call isolate_by_workspace('downloads');
grant select, insert, update on downloads to granary_app;
