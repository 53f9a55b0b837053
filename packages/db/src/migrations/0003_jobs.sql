-- Background jobs: one table is queue, lease and history at once; schedules that enqueue; logs of what a job said.
-- States and allowed moves are in packages/jobs/src/rules.ts; nothing else changes `state`.

create table jobs (
  id text primary key,
  workspace_id text references workspaces (id) on delete cascade,
  name text not null,
  payload jsonb not null,
  state text not null default 'queued' check (state in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  priority smallint not null default 0,
  run_at timestamptz not null default now(),
  -- At most one queued or running job of a name has this key; a further enqueue gets the first one's id.
  unique_key text,
  attempts integer not null default 0,
  max_attempts integer not null check (max_attempts between 1 and 100),
  lease_owner text,
  -- Fencing: counts every lease ever given. A worker whose number is not this one any more can commit nothing.
  lease_token bigint not null default 0,
  lease_until timestamptz,
  cancel_requested_at timestamptz,
  progress jsonb,
  result jsonb,
  error jsonb,
  started_by text references users (id) on delete set null,
  parent_id text references jobs (id) on delete set null,
  -- The schedule and the tick that made it.
  schedule_id text,
  tick_at timestamptz,
  correlation_id text not null,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  check ((state = 'running') = (lease_until is not null and lease_owner is not null)),
  check ((state in ('succeeded', 'failed', 'cancelled')) = (finished_at is not null))
);
create index jobs_queue_idx on jobs (priority desc, run_at, id) where state = 'queued';
create index jobs_lease_idx on jobs (lease_until) where state = 'running';
create unique index jobs_unique_key on jobs (coalesce(workspace_id, ''), name, unique_key) where unique_key is not null and state in ('queued', 'running');
create index jobs_workspace_idx on jobs (workspace_id, id desc);
create index jobs_workspace_state_idx on jobs (workspace_id, state, id desc);
create index jobs_finished_idx on jobs (finished_at) where finished_at is not null;
-- A tick makes one job, whatever the schedulers do.
create unique index jobs_tick_key on jobs (schedule_id, tick_at) where schedule_id is not null;
create index jobs_parent_idx on jobs (parent_id) where parent_id is not null;
call isolate_by_workspace('jobs');
grant select, insert, update on jobs to granary_app;

create table job_logs (
  seq bigint generated always as identity primary key,
  workspace_id text references workspaces (id) on delete cascade,
  job_id text not null references jobs (id) on delete cascade,
  attempt integer not null,
  at timestamptz not null,
  level text not null check (level in ('debug', 'info', 'warn', 'error')),
  message text not null,
  data jsonb
);
create index job_logs_job_idx on job_logs (job_id, seq);
call isolate_by_workspace('job_logs');
grant select on job_logs to granary_app;

create table job_schedules (
  id text primary key,
  workspace_id text references workspaces (id) on delete cascade,
  job_name text not null,
  payload jsonb not null,
  -- Five or six fields as croner reads them, in the zone `time_zone`.
  cron text not null,
  time_zone text not null default 'UTC',
  -- What happens to ticks nobody was there for: left out, or made up for by one job.
  missed text not null default 'skip' check (missed in ('skip', 'once')),
  enabled boolean not null default true,
  -- Moved forward by compare-and-set in the transaction that enqueues, so that each tick runs once.
  last_tick_at timestamptz not null default now(),
  last_job_id text references jobs (id) on delete set null,
  created_at timestamptz not null default now()
);
call isolate_by_workspace('job_schedules');
grant select, insert, update, delete on job_schedules to granary_app;
