-- Queries people ran with SQL, with what they read and until when their rows are kept, and queries they saved.

create table sql_queries (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  person_id text not null references users (id) on delete cascade,
  sql text not null,
  status text not null default 'running' check (status in ('running', 'succeeded', 'failed', 'cancelled')),
  -- Set by whoever cancels it; the process that runs it looks.
  cancel_asked boolean not null default false,
  -- A query still running then was lost with its process.
  lost_at timestamptz not null,
  -- [{id, name, version, planHash}]: rows are shown again only while the plans are the same.
  datasets jsonb not null default '[]',
  -- [{name, type, storedType, isWide}]
  columns jsonb,
  row_count bigint,
  bytes bigint,
  cut text check (cut in ('rows', 'bytes')),
  error_code text,
  error_message text,
  error_line integer,
  error_column integer,
  -- Whether a file of this id lies in the data directory, until when.
  kept boolean not null default false,
  expires_at timestamptz,
  created_at timestamptz not null,
  ended_at timestamptz
);
create index sql_queries_person_idx on sql_queries (workspace_id, person_id, id desc);
create index sql_queries_expiry_idx on sql_queries (expires_at) where kept;
call isolate_by_workspace('sql_queries');
grant select, insert, update on sql_queries to granary_app;

create table saved_queries (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  owner_id text not null references users (id) on delete cascade,
  name text not null,
  description text not null default '',
  sql text not null,
  visibility text not null check (visibility in ('private', 'workspace')),
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index saved_queries_name_key on saved_queries (workspace_id, owner_id, lower(name));
create index saved_queries_list_idx on saved_queries (workspace_id, lower(name), id);
call isolate_by_workspace('saved_queries');
grant select, insert, update, delete on saved_queries to granary_app;
