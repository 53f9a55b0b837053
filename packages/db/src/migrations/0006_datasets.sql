-- Datasets, the files they were loaded from, their batches, schema versions, grants and rejected records.

create table datasets (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  name text not null,
  description text not null default '',
  visibility text not null default 'private' check (visibility in ('private', 'workspace')),
  -- Null when the account was deleted; administrators act as owners then.
  owner_id text references users (id) on delete set null,
  -- The stored table; its name never changes and says nothing, so that renaming a dataset moves no file.
  table_name text not null,
  row_count bigint,
  -- The newest data version and the table snapshot it names; 0 before the first load.
  data_version integer not null default 0,
  snapshot_id text,
  schema_version integer not null default 0,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  trashed_at timestamptz
);
create unique index datasets_name_key on datasets (workspace_id, lower(name)) where trashed_at is null;
create unique index datasets_table_key on datasets (table_name);
create index datasets_list_idx on datasets (workspace_id, id desc) where trashed_at is null;
call isolate_by_workspace('datasets');
grant select, insert, update on datasets to granary_app;

create table uploads (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  file_name text not null,
  bytes bigint not null,
  sha256 text not null,
  uploaded_by text references users (id) on delete set null,
  created_at timestamptz not null default now()
);
create index uploads_sha256_idx on uploads (workspace_id, sha256);
call isolate_by_workspace('uploads');
grant select, insert on uploads to granary_app;

create table batches (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  dataset_id text not null references datasets (id) on delete cascade,
  upload_id text not null references uploads (id),
  job_id text,
  -- Set when the batch was loaded. Before that its job tells whether it is being imported or has failed.
  row_count bigint,
  rejected_count bigint,
  data_version integer,
  snapshot_id text,
  schema_version integer,
  -- Kept because the job is forgotten one day.
  error_code text,
  error_message text,
  created_at timestamptz not null default now(),
  ended_at timestamptz
);
create index batches_dataset_idx on batches (workspace_id, dataset_id, id desc);
call isolate_by_workspace('batches');
grant select, insert, update on batches to granary_app;

-- What each data version is: the snapshot of the table and the batch that made it.
create table dataset_versions (
  workspace_id text not null references workspaces (id) on delete cascade,
  dataset_id text not null references datasets (id) on delete cascade,
  number integer not null,
  snapshot_id text not null,
  batch_id text references batches (id),
  schema_version integer not null,
  row_count bigint not null,
  created_by text references users (id) on delete set null,
  created_at timestamptz not null default now(),
  primary key (dataset_id, number)
);
call isolate_by_workspace('dataset_versions');
grant select, insert on dataset_versions to granary_app;

create table schema_versions (
  workspace_id text not null references workspaces (id) on delete cascade,
  dataset_id text not null references datasets (id) on delete cascade,
  number integer not null,
  -- [{fieldId, name, type, storedType}]
  columns jsonb not null,
  created_at timestamptz not null default now(),
  primary key (dataset_id, number)
);
call isolate_by_workspace('schema_versions');
grant select, insert on schema_versions to granary_app;

create table dataset_grants (
  workspace_id text not null references workspaces (id) on delete cascade,
  dataset_id text not null references datasets (id) on delete cascade,
  grantee_kind text not null check (grantee_kind in ('user', 'group')),
  grantee_id text not null,
  level text not null check (level in ('viewer', 'contributor', 'owner')),
  granted_by text references users (id) on delete set null,
  created_at timestamptz not null default now(),
  primary key (dataset_id, grantee_kind, grantee_id)
);
create index dataset_grants_grantee_idx on dataset_grants (workspace_id, grantee_kind, grantee_id);
call isolate_by_workspace('dataset_grants');
grant select, insert, update, delete on dataset_grants to granary_app;

create table rejected_records (
  workspace_id text not null references workspaces (id) on delete cascade,
  batch_id text not null references batches (id) on delete cascade,
  line bigint not null,
  reason text not null,
  raw text not null,
  primary key (batch_id, line)
);
call isolate_by_workspace('rejected_records');
grant select, insert on rejected_records to granary_app;
