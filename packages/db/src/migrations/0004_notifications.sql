-- What the bell shows: one row a person and message, written in the transaction of what it tells about.

create table notifications (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  user_id text not null references users (id) on delete cascade,
  kind text not null,
  title text not null,
  body text not null default '',
  -- A path of the web application, such as `/jobs/job_...`.
  link text check (link is null or link like '/%'),
  created_at timestamptz not null default now(),
  read_at timestamptz
);
create index notifications_user_idx on notifications (workspace_id, user_id, id desc);
create index notifications_unread_idx on notifications (workspace_id, user_id) where read_at is null;
create index notifications_created_idx on notifications (created_at);
call isolate_by_workspace('notifications');
grant select, insert, update on notifications to granary_app;
