-- The Iceberg JDBC catalog (V1 layout, so that other engines find the tables) and what we know about each stored file.
-- A namespace is a workspace id; the columns are the standard's and carry no workspace_id.

create table iceberg_tables (
  catalog_name varchar(255) not null,
  table_namespace varchar(255) not null,
  table_name varchar(255) not null,
  metadata_location varchar(1000),
  previous_metadata_location varchar(1000),
  iceberg_type varchar(5),
  primary key (catalog_name, table_namespace, table_name)
);

create table iceberg_namespace_properties (
  catalog_name varchar(255) not null,
  namespace varchar(255) not null,
  property_key varchar(255) not null,
  property_value varchar(1000),
  primary key (catalog_name, namespace, property_key)
);

-- Size and SHA-256 of every file our own commits made; files of other writers have no row.
create table lake_files (
  location text primary key,
  table_namespace text not null,
  table_name text not null,
  kind text not null check (kind in ('data', 'manifest', 'manifest_list', 'metadata')),
  bytes bigint not null,
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  created_at timestamptz not null default now()
);
create index lake_files_table_idx on lake_files (table_namespace, table_name);

alter table iceberg_tables enable row level security;
alter table iceberg_tables force row level security;
create policy one_workspace on iceberg_tables to granary_app
  using (table_namespace = current_workspace()) with check (table_namespace = current_workspace());
create policy every_workspace on iceberg_tables to granary_system using (true) with check (true);

alter table iceberg_namespace_properties enable row level security;
alter table iceberg_namespace_properties force row level security;
create policy one_workspace on iceberg_namespace_properties to granary_app
  using (namespace = current_workspace()) with check (namespace = current_workspace());
create policy every_workspace on iceberg_namespace_properties to granary_system using (true) with check (true);

alter table lake_files enable row level security;
alter table lake_files force row level security;
create policy one_workspace on lake_files to granary_app
  using (table_namespace = current_workspace()) with check (table_namespace = current_workspace());
create policy every_workspace on lake_files to granary_system using (true) with check (true);

grant select, insert, update, delete on iceberg_tables, iceberg_namespace_properties, lake_files to granary_app, granary_system;
