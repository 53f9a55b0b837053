-- Change requests: proposed changes of a dataset's rows or columns, their revisions, reviews, comments and the rules they go by.

create table change_rules (
  workspace_id text not null references workspaces (id) on delete cascade,
  dataset_id text not null references datasets (id) on delete cascade,
  -- Counts up with every change of a dataset's rules; older ones stay, for the requests that went by them.
  version integer not null,
  -- {approvals, groupId, owners, extraOnDeletes, extraAboveShare, autoApproveBelow, requiredForSchema}, as the protocol has them.
  review jsonb not null,
  strictness text not null default 'cell' check (strictness in ('cell', 'row', 'table', 'groups')),
  -- Lists of field ids whose cells are changed together, for the strictness `groups`.
  column_groups jsonb not null default '[]',
  -- How values of columns are compared, by field id: {trim, collapseSpaces, ignoreCase, absoluteTolerance, relativeTolerance}.
  comparisons jsonb not null default '{}',
  set_by text references users (id) on delete set null,
  set_at timestamptz not null default now(),
  primary key (dataset_id, version)
);
call isolate_by_workspace('change_rules');
grant select, insert on change_rules to granary_app;

create table change_requests (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  -- Counts up in its workspace: what people call it.
  number integer not null,
  dataset_id text not null references datasets (id) on delete cascade,
  kind text not null check (kind in ('rows', 'schema')),
  title text not null,
  description text not null default '',
  state text not null default 'draft'
    check (state in ('draft', 'open', 'changes_requested', 'approved', 'merging', 'merged', 'closed', 'superseded', 'reverted')),
  author_id text references users (id) on delete set null,
  -- Those who made a revision, or took a part out: their approval does not count.
  co_author_ids text[] not null default '{}',
  -- The newest revision that is ready; 0 before the first.
  revision integer not null default 0,
  version integer not null default 1,
  opened_at timestamptz,
  merged_version integer,
  merged_by text references users (id) on delete set null,
  merged_at timestamptz,
  -- The job that merges it.
  merge_job_id text,
  -- Why the last merge failed: {code, message, issues}.
  merge_error jsonb,
  closed_by text references users (id) on delete set null,
  closed_at timestamptz,
  closed_reason text not null default '',
  -- Why the rules were passed over, and by whom; null for merges that kept to them.
  bypassed_by text references users (id) on delete set null,
  bypass_reason text,
  -- The merged request this one takes back, and the one it was split from.
  reverts_id text references change_requests (id) on delete set null,
  follows_id text references change_requests (id) on delete set null,
  superseded_by text references change_requests (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, number),
  check ((state in ('merged', 'reverted')) = (merged_version is not null))
);
create index change_requests_list_idx on change_requests (workspace_id, updated_at desc, id desc);
create index change_requests_dataset_idx on change_requests (dataset_id, id desc);
create index change_requests_author_idx on change_requests (workspace_id, author_id, id desc);
call isolate_by_workspace('change_requests');
grant select, insert, update, delete on change_requests to granary_app;

-- What was proposed at one time; never changed once it is ready.
create table change_revisions (
  workspace_id text not null references workspaces (id) on delete cascade,
  change_id text not null references change_requests (id) on delete cascade,
  number integer not null,
  origin text not null check (origin in ('file', 'edits', 'schema', 'revert', 'selection', 'resolution', 'split')),
  author_id text references users (id) on delete set null,
  note text not null default '',
  -- What it is made of, as it was asked for: {from, uploadId, options, keys, missing, edits, choices, resolutions, asker, opens}.
  source jsonb not null,
  base_version integer not null,
  base_snapshot_id text not null,
  rules_version integer not null default 0,
  schema_version integer not null,
  state text not null default 'computing' check (state in ('computing', 'ready', 'failed')),
  job_id text,
  -- The file it was made of, which is kept with it.
  upload_id text references uploads (id),
  -- {code, message, issues}
  error jsonb,
  -- The lake's description of the stored change set; null for changes of columns and while it is computed.
  change_set jsonb,
  -- {added, removed, modified, unchanged, formatOnly, cells, damagedCells, columns: {fieldId: {changed, damaged}}} of all rows.
  counts jsonb,
  warnings jsonb not null default '[]',
  -- What a merge tried while it was compared told of the dataset's rules: {version, fault}; null where none could be tried.
  rules_tried jsonb,
  -- For changes of columns: the document as it is to be.
  schema_document jsonb,
  -- SHA-256 over schema version, rules version and change set: what an approval is bound to.
  digest text,
  created_at timestamptz not null default now(),
  ready_at timestamptz,
  primary key (change_id, number)
);
create index change_revisions_upload_idx on change_revisions (upload_id);
call isolate_by_workspace('change_revisions');
grant select, insert, update on change_revisions to granary_app;

-- Rows edited in the grid, until they are proposed: one line a row.
create table change_edits (
  workspace_id text not null references workspaces (id) on delete cascade,
  change_id text not null references change_requests (id) on delete cascade,
  -- The row's key as a JSON list of texts; for added rows an id of the client's own.
  row_id text not null,
  op text not null check (op in ('add', 'modify', 'delete')),
  -- Edited cells by field id, as texts; null empties a cell.
  cells jsonb not null default '{}',
  updated_at timestamptz not null default now(),
  primary key (change_id, row_id)
);
call isolate_by_workspace('change_edits');
grant select, insert, update, delete on change_edits to granary_app;

create table change_reviews (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  change_id text not null references change_requests (id) on delete cascade,
  revision integer not null,
  digest text not null,
  reviewer_id text references users (id) on delete set null,
  verdict text not null check (verdict in ('comment', 'approve', 'request_changes')),
  body text not null default '',
  created_at timestamptz not null default now(),
  -- Set when an administrator put it aside.
  dismissed_by text references users (id) on delete set null,
  dismissed_at timestamptz,
  dismissed_reason text
);
create index change_reviews_change_idx on change_reviews (change_id, id);
call isolate_by_workspace('change_reviews');
grant select, insert, update on change_reviews to granary_app;

create table change_comments (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  change_id text not null references change_requests (id) on delete cascade,
  revision integer not null,
  -- The comment it answers.
  parent_id text references change_comments (id) on delete cascade,
  -- The row it is about as a JSON list of texts, and the cell by its column's field id; null for the request as a whole.
  row_key text,
  field_id integer,
  author_id text references users (id) on delete set null,
  body text not null,
  created_at timestamptz not null default now(),
  edited_at timestamptz,
  resolved_by text references users (id) on delete set null,
  resolved_at timestamptz
);
create index change_comments_change_idx on change_comments (change_id, id);
call isolate_by_workspace('change_comments');
grant select, insert, update, delete on change_comments to granary_app;

-- A merge is a version of its own kind, and tells which request it carried out.
alter table dataset_versions
  drop constraint dataset_versions_operation_check,
  add constraint dataset_versions_operation_check
    check (operation in ('loaded', 'batch_deleted', 'batch_restored', 'restored', 'schema_changed', 'merged')),
  add column change_id text references change_requests (id) on delete set null;
