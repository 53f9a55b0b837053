-- Files of the lake that are to go: what expired snapshots needed, and what an erasure replaces or has under way.

alter table lake_files drop constraint lake_files_kind_check;
alter table lake_files add constraint lake_files_kind_check
  check (kind in ('data', 'delete', 'manifest', 'manifest_list', 'metadata', 'change_set'));

-- A file, or with a slash at the end all files below a directory, to be deleted when due unless a kept snapshot needs it by then.
create table lake_discards (
  location text primary key,
  table_namespace text not null,
  table_name text not null,
  due_at timestamptz not null
);
create index lake_discards_due_idx on lake_discards (table_namespace, due_at);

alter table lake_discards enable row level security;
alter table lake_discards force row level security;
create policy one_workspace on lake_discards to granary_app
  using (table_namespace = current_workspace()) with check (table_namespace = current_workspace());
create policy every_workspace on lake_discards to granary_system using (true) with check (true);
grant select, insert, update, delete on lake_discards to granary_app, granary_system;
