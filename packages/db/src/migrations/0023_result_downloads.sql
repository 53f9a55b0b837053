-- Results of SQL queries among the downloads.

alter table downloads
  alter column dataset_id drop not null,
  alter column data_version drop not null,
  alter column snapshot_id drop not null,
  alter column plan_hash drop not null,
  -- Of the result of a query: which, its text shortened, and {id, name, version} of each dataset it read.
  add column query_id text,
  add column query_label text,
  add column query_datasets jsonb,
  add constraint downloads_source_check check (
    case when query_id is null then num_nulls(dataset_id, data_version, snapshot_id, plan_hash) = 0
      else dataset_id is null and num_nulls(query_label, query_datasets) = 0 end);
-- Owners are told of downloads of results that read their dataset.
create index downloads_query_datasets_idx on downloads using gin (query_datasets jsonb_path_ops) where query_id is not null;
