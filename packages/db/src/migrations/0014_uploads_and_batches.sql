-- Files on their way up in parts, and loads into datasets that hold data already.

create table incoming_uploads (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  person_id text not null references users (id) on delete cascade,
  file_name text not null,
  bytes bigint not null check (bytes > 0),
  -- Bytes that are durable. What the file holds behind them was never confirmed and is written over.
  received bigint not null default 0 check (received between 0 and bytes),
  -- What the sender says the whole file has.
  sha256 text,
  -- Set when the whole file turned out not to be what was announced.
  refused boolean not null default false,
  created_at timestamptz not null default now(),
  -- Moves on with every part.
  expires_at timestamptz not null
);
create index incoming_uploads_person_idx on incoming_uploads (workspace_id, person_id, id desc);
create index incoming_uploads_expiry_idx on incoming_uploads (expires_at);
call isolate_by_workspace('incoming_uploads');
grant select, insert, update, delete on incoming_uploads to granary_app;

create index uploads_person_idx on uploads (workspace_id, uploaded_by, id desc);
-- To take hold of a row one has to be allowed to change some of it, though nobody does.
grant delete, update (created_at) on uploads to granary_app;

alter table batches
  -- Why a load failed in detail, [{path, message}]; may quote values of its file.
  add column error_issues jsonb,
  add column mode text not null default 'append' check (mode in ('append', 'replace', 'upsert')),
  -- What happens to columns the dataset does not have.
  add column new_columns text not null default 'refuse' check (new_columns in ('refuse', 'evolve')),
  -- Names of the columns rows are matched by; null for the dataset's own key columns.
  add column key_columns text[],
  -- The day the data is about, as the sender says.
  add column batch_date date,
  add column frequency text check (frequency in ('once', 'hourly', 'daily', 'weekly', 'monthly', 'quarterly', 'yearly')),
  -- Of an upsert: rows that were new, that replaced another, and that were there with the very values.
  add column added_count bigint,
  add column updated_count bigint,
  add column unchanged_count bigint,
  -- The data version that took the batch's rows out; null while they are in.
  add column deleted_in integer;
create index batches_upload_idx on batches (upload_id);
