-- Connections, pipelines, their versions, triggers, runs, state of streams, lineage, and the library of transformations.

create table connections (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  name text not null,
  kind text not null,
  description text not null default '',
  -- Settings without their secrets.
  config jsonb not null,
  -- The secrets by their path, as JSON, sealed with the installation's key and bound to this row.
  secrets bytea,
  secret_paths text[] not null default '{}',
  owner_id text references users (id) on delete set null,
  version integer not null default 1,
  -- The last test: {ok, at, steps, advice}.
  last_check jsonb,
  -- Streams as they were discovered last, and when.
  streams jsonb,
  discovered_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index connections_name_idx on connections (workspace_id, lower(name));
create index connections_list_idx on connections (workspace_id, updated_at desc, id desc);
call isolate_by_workspace('connections');
grant select, insert, update, delete on connections to granary_app;

create table pipelines (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  name text not null,
  description text not null default '',
  tags text[] not null default '{}',
  owner_id text references users (id) on delete set null,
  -- The newest of pipeline_versions.
  version_number integer not null default 1,
  -- Runs by themselves only while this is true.
  enabled boolean not null default true,
  -- The number of the newest run.
  run_number integer not null default 0,
  version integer not null default 1,
  -- SHA-256 of the secret of its hook; null where it has none.
  hook_hash bytea,
  -- The person in whose name its runs read and write: whoever saved it last.
  runs_as text references users (id) on delete set null,
  -- What they might do where they saved it, so that a key cannot get more through a pipeline than it was given; null for all they may.
  runs_permissions text[],
  trashed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index pipelines_name_idx on pipelines (workspace_id, lower(name)) where trashed_at is null;
create index pipelines_list_idx on pipelines (workspace_id, updated_at desc, id desc);
call isolate_by_workspace('pipelines');
grant select, insert, update, delete on pipelines to granary_app;

-- Every save; never changed.
create table pipeline_versions (
  workspace_id text not null references workspaces (id) on delete cascade,
  pipeline_id text not null references pipelines (id) on delete cascade,
  number integer not null,
  document jsonb not null,
  -- SHA-256 of the document in canonical form.
  digest text not null,
  author_id text references users (id) on delete set null,
  note text not null default '',
  restored_from integer,
  created_at timestamptz not null default now(),
  primary key (pipeline_id, number)
);
call isolate_by_workspace('pipeline_versions');
grant select, insert on pipeline_versions to granary_app;

-- What the newest versions use, so that nobody has to look through documents: connections, datasets, pipelines, transformations.
create table pipeline_uses (
  workspace_id text not null references workspaces (id) on delete cascade,
  pipeline_id text not null references pipelines (id) on delete cascade,
  node text not null,
  kind text not null check (kind in ('connection', 'reads_dataset', 'writes_dataset', 'pipeline', 'transformation')),
  -- An id, or the name of what does not exist yet.
  target text not null,
  primary key (pipeline_id, node, kind, target)
);
create index pipeline_uses_target_idx on pipeline_uses (workspace_id, kind, target);
call isolate_by_workspace('pipeline_uses');
grant select, insert, delete on pipeline_uses to granary_app;

-- Triggers of the newest versions, as the clock and the relay look for them.
create table pipeline_triggers (
  workspace_id text not null references workspaces (id) on delete cascade,
  pipeline_id text not null references pipelines (id) on delete cascade,
  trigger_id text not null,
  kind text not null check (kind in ('schedule', 'dataset', 'pipeline', 'webhook')),
  rule jsonb not null,
  enabled boolean not null,
  -- For schedules: when to look at it next, its jitter included; null where it is never due again.
  next_at timestamptz,
  -- For schedules: the newest time that was dealt with, its jitter left out.
  last_at timestamptz,
  -- For `when: all`: which of the awaited things have happened since the last run, as {id: position}.
  arrived jsonb not null default '{}',
  primary key (pipeline_id, trigger_id)
);
create index pipeline_triggers_due_idx on pipeline_triggers (next_at) where enabled and next_at is not null;
call isolate_by_workspace('pipeline_triggers');
grant select, insert, update, delete on pipeline_triggers to granary_app;

-- How far consumers that keep their place have read the events.
create table event_consumers (
  name text primary key,
  position bigint not null
);

create table backfills (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  pipeline_id text not null references pipelines (id) on delete cascade,
  -- {unit, timeZone, from, until, select, order, maxParallel, stopAfterFailures, priority, version, parameters}
  spec jsonb not null,
  state text not null default 'running' check (state in ('running', 'paused', 'succeeded', 'failed', 'cancelled')),
  started_by text references users (id) on delete set null,
  created_at timestamptz not null default now(),
  ended_at timestamptz
);
create index backfills_list_idx on backfills (pipeline_id, id desc);
call isolate_by_workspace('backfills');
grant select, insert, update, delete on backfills to granary_app;

create table runs (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  pipeline_id text not null references pipelines (id) on delete cascade,
  number integer not null,
  pipeline_version integer not null,
  state text not null default 'queued'
    check (state in ('queued', 'running', 'paused', 'cancelling', 'succeeded', 'succeeded_with_warnings', 'failed', 'cancelled')),
  cause text not null check (cause in ('person', 'api', 'schedule', 'dataset', 'pipeline', 'webhook', 'backfill', 'retry')),
  -- The trigger in the pipeline, where one started it, and the time it was due.
  trigger_id text,
  scheduled_for timestamptz,
  started_by text references users (id) on delete set null,
  -- In whose name it reads and writes: {personId, permissions, apiKeyId, purpose}.
  asker jsonb not null default '{}',
  parameters jsonb not null default '{}',
  interval_start timestamptz,
  interval_end timestamptz,
  partition text,
  backfill_id text references backfills (id) on delete set null,
  is_dry boolean not null default false,
  -- The failed run whose outputs it takes up, and the run whose rejected rows it brings in.
  retry_of text references runs (id) on delete set null,
  replay_of text references runs (id) on delete set null,
  -- The nodes whose rejected rows come in; all where empty.
  replay_nodes text[] not null default '{}',
  priority integer not null default 0,
  -- How many runs led to this one through triggers on datasets and pipelines, so that a circle ends.
  depth integer not null default 0,
  job_id text,
  -- Asked for while it was running: 'pause' or 'cancel'.
  wanted text check (wanted in ('pause', 'cancel')),
  -- How often its job was begun since the last committed checkpoint.
  attempt integer not null default 0,
  fault jsonb,
  counts jsonb not null default '{"rowsIn": 0, "rowsOut": 0, "rejected": 0, "bytes": 0}',
  warnings integer not null default 0,
  -- What came of it, as the protocol's run has it.
  results jsonb not null default '[]',
  event_seq integer not null default 0,
  queued_at timestamptz not null default now(),
  started_at timestamptz,
  ended_at timestamptz,
  unique (pipeline_id, number),
  check ((state in ('succeeded', 'succeeded_with_warnings', 'failed', 'cancelled')) = (ended_at is not null))
);
-- A time of a schedule starts one run, whoever looks at the clock.
create unique index runs_scheduled_idx on runs (pipeline_id, trigger_id, scheduled_for) where scheduled_for is not null;
create index runs_list_idx on runs (workspace_id, id desc);
create index runs_pipeline_idx on runs (pipeline_id, id desc);
create index runs_open_idx on runs (pipeline_id, priority desc, id) where ended_at is null;
create index runs_backfill_idx on runs (backfill_id, partition) where backfill_id is not null;
call isolate_by_workspace('runs');
grant select, insert, update, delete on runs to granary_app;

create table backfill_partitions (
  workspace_id text not null references workspaces (id) on delete cascade,
  backfill_id text not null references backfills (id) on delete cascade,
  partition text not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  state text not null default 'waiting' check (state in ('waiting', 'running', 'succeeded', 'failed', 'cancelled', 'skipped')),
  run_id text references runs (id) on delete set null,
  primary key (backfill_id, partition)
);
create index backfill_partitions_state_idx on backfill_partitions (backfill_id, state, starts_at);
call isolate_by_workspace('backfill_partitions');
grant select, insert, update, delete on backfill_partitions to granary_app;

-- Each try of each step.
create table run_steps (
  workspace_id text not null references workspaces (id) on delete cascade,
  run_id text not null references runs (id) on delete cascade,
  node text not null,
  attempt integer not null,
  state text not null check (state in ('pending', 'ready', 'running', 'retry_wait', 'waiting', 'succeeded', 'warned', 'failed', 'cancelled', 'skipped', 'upstream_failed', 'reused')),
  fault jsonb,
  waiting_for jsonb,
  rows_in bigint,
  rows_out bigint,
  rejected bigint,
  bytes bigint,
  ports jsonb not null default '{}',
  progress double precision,
  columns jsonb,
  sql text,
  plan text,
  fused_into text,
  reused_from text,
  -- Files of its output in the run's folder: {ports: {out: {files: [{path, rows, bytes, sha256}], columns}}}; null once they are gone.
  output jsonb,
  started_at timestamptz,
  ended_at timestamptz,
  primary key (run_id, node, attempt)
);
call isolate_by_workspace('run_steps');
grant select, insert, update, delete on run_steps to granary_app;

-- Parts of a stream that are read and kept, so that a killed run goes on behind them.
create table run_chunks (
  workspace_id text not null references workspaces (id) on delete cascade,
  run_id text not null references runs (id) on delete cascade,
  node text not null,
  seq integer not null,
  path text not null,
  format jsonb not null,
  rows bigint,
  bytes bigint not null,
  sha256 text not null,
  -- The connector's state after it.
  state jsonb,
  created_at timestamptz not null default now(),
  primary key (run_id, node, seq)
);
call isolate_by_workspace('run_chunks');
grant select, insert, update, delete on run_chunks to granary_app;

create table run_events (
  workspace_id text not null references workspaces (id) on delete cascade,
  run_id text not null references runs (id) on delete cascade,
  seq integer not null,
  at timestamptz not null default clock_timestamp(),
  node text,
  from_state text,
  to_state text not null,
  text text not null default '',
  primary key (run_id, seq)
);
call isolate_by_workspace('run_events');
grant select, insert, delete on run_events to granary_app;

create table run_logs (
  workspace_id text not null references workspaces (id) on delete cascade,
  run_id text not null references runs (id) on delete cascade,
  seq bigint generated always as identity,
  at timestamptz not null default clock_timestamp(),
  level text not null check (level in ('debug', 'info', 'warn', 'error')),
  node text,
  message text not null,
  data jsonb,
  primary key (run_id, seq)
);
call isolate_by_workspace('run_logs');
grant select, insert, delete on run_logs to granary_app;

-- Rows that did not fit, kept until they are replayed or the run is cleared away.
create table run_rejects (
  workspace_id text not null references workspaces (id) on delete cascade,
  run_id text not null references runs (id) on delete cascade,
  node text not null,
  seq integer not null,
  column_name text,
  reason text not null,
  row jsonb not null,
  replayed_in text references runs (id) on delete set null,
  primary key (run_id, node, seq)
);
call isolate_by_workspace('run_rejects');
grant select, insert, update, delete on run_rejects to granary_app;

-- The state of a stream in a pipeline, one line a change. The newest line that was not undone holds.
create table stream_states (
  workspace_id text not null references workspaces (id) on delete cascade,
  pipeline_id text not null references pipelines (id) on delete cascade,
  node text not null,
  seq integer not null,
  kind text not null check (kind in ('sync', 'reset', 'undo')),
  -- Null: read from the beginning.
  state jsonb,
  -- The stream it is of, so that a changed node does not go on from somebody else's state: {connectionId, namespace, name, cursor}.
  stream jsonb not null,
  run_id text references runs (id) on delete set null,
  -- The versions the same transaction made: {datasetId: number}.
  produced jsonb not null default '{}',
  rows bigint not null default 0,
  created_by text references users (id) on delete set null,
  created_at timestamptz not null default now(),
  primary key (pipeline_id, node, seq)
);
call isolate_by_workspace('stream_states');
grant select, insert, delete on stream_states to granary_app;

-- Deliveries to other systems, so that a repeated attempt is known for one.
create table run_deliveries (
  workspace_id text not null references workspaces (id) on delete cascade,
  run_id text not null references runs (id) on delete cascade,
  node text not null,
  state text not null check (state in ('begun', 'done')),
  rows bigint,
  begun_at timestamptz not null default now(),
  ended_at timestamptz,
  primary key (run_id, node)
);
call isolate_by_workspace('run_deliveries');
grant select, insert, update, delete on run_deliveries to granary_app;

-- Where values came from: by run, table and column. `from_kind` `dataset` has the dataset's id, `stream` connection id, namespace and name.
create table lineage_edges (
  workspace_id text not null references workspaces (id) on delete cascade,
  run_id text references runs (id) on delete set null,
  pipeline_id text references pipelines (id) on delete set null,
  pipeline_version integer,
  from_kind text not null check (from_kind in ('dataset', 'stream', 'rows')),
  from_id text not null,
  from_version integer,
  -- Empty for the table as a whole: filters, joins and orders depend on it.
  from_column text not null,
  to_kind text not null check (to_kind in ('dataset', 'stream', 'file')),
  to_id text not null,
  to_version integer,
  to_column text not null,
  -- `direct`: the value itself; `derived`: computed from it; `indirect`: it decided about rows.
  kind text not null check (kind in ('direct', 'derived', 'indirect')),
  created_at timestamptz not null default now()
);
create index lineage_edges_to_idx on lineage_edges (workspace_id, to_kind, to_id, to_version desc);
create index lineage_edges_from_idx on lineage_edges (workspace_id, from_kind, from_id);
create index lineage_edges_run_idx on lineage_edges (run_id);
call isolate_by_workspace('lineage_edges');
grant select, insert, update, delete on lineage_edges to granary_app;

-- Functions people write: SQL expressions, or JavaScript over whole rows.
create table transformations (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  -- How expressions call it.
  name text not null check (name ~ '^[a-z][a-z0-9_]{0,62}$'),
  title text not null default '',
  category text not null default 'Own',
  description text not null default '',
  language text not null check (language in ('sql', 'javascript')),
  owner_id text references users (id) on delete set null,
  version_number integer not null default 1,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, name)
);
call isolate_by_workspace('transformations');
grant select, insert, update, delete on transformations to granary_app;

create table transformation_versions (
  workspace_id text not null references workspaces (id) on delete cascade,
  transformation_id text not null references transformations (id) on delete cascade,
  number integer not null,
  -- {arguments: [{name, type, description}], returns, body, tests: [{name, inputs, expected}]}
  definition jsonb not null,
  author_id text references users (id) on delete set null,
  note text not null default '',
  created_at timestamptz not null default now(),
  primary key (transformation_id, number)
);
call isolate_by_workspace('transformation_versions');
grant select, insert on transformation_versions to granary_app;

alter table dataset_versions
  -- The run of a pipeline that made it.
  add column run_id text references runs (id) on delete set null,
  drop constraint dataset_versions_operation_check,
  add constraint dataset_versions_operation_check
    check (operation in ('loaded', 'batch_deleted', 'batch_restored', 'restored', 'schema_changed', 'merged', 'run'));
