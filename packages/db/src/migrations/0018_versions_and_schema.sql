-- Why each version of a dataset came to be and what it changed; who changed its columns, and which of them identify a row.

alter table dataset_versions
  add column operation text not null default 'loaded'
    check (operation in ('loaded', 'batch_deleted', 'batch_restored', 'restored', 'schema_changed')),
  -- What the person who made it said.
  add column reason text not null default '',
  -- The version whose rows and columns came back.
  add column restored_from integer,
  -- Rows that came, went, and were replaced by others of the same key; null where nobody counted them.
  add column added_count bigint,
  add column removed_count bigint,
  add column replaced_count bigint;

-- `columns` tell description, semanticType, required, unique and allowedValues too, each only where it says something.
alter table schema_versions
  -- Field ids of the columns that identify a row, in order.
  add column key_fields integer[] not null default '{}',
  add column created_by text references users (id) on delete set null,
  add column reason text not null default '';
