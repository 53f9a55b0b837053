-- Workspaces, people, memberships, the event stream and idempotent requests.
-- Two roles besides the owner: granary_app sees one workspace at a time (row-level security),
-- granary_system sees all and is used by sign-in, the job dispatcher, the relay and instance administration.

do $$
begin
  if not exists (select from pg_roles where rolname = 'granary_app') then create role granary_app nologin; end if;
  if not exists (select from pg_roles where rolname = 'granary_system') then create role granary_system nologin; end if;
  execute format('grant granary_app, granary_system to %I', current_user);
  -- The embedded server is reached through its socket alone, so the program signs in as these roles themselves there.
  -- Elsewhere it signs in as the owner and takes the role on.
  if current_setting('listen_addresses') = '' and exists (select from pg_roles where rolname like 'granary\_%' and not rolcanlogin) then
    alter role granary_app login;
    alter role granary_system login;
  end if;
exception
  -- Roles belong to the server, not to the database: two databases may create them at the same moment.
  when duplicate_object or unique_violation then
    execute format('grant granary_app, granary_system to %I', current_user);
end
$$;

grant usage on schema public to granary_app, granary_system;
alter default privileges in schema public grant usage, select on sequences to granary_app, granary_system;
alter default privileges in schema public grant select, insert, update, delete on tables to granary_system;

create function current_workspace() returns text
  language sql stable parallel safe
  return nullif(current_setting('granary.workspace', true), '');

-- Gives a table that carries workspace_id its two policies; forced, so that even the owner is bound.
create procedure isolate_by_workspace(target regclass)
  language plpgsql as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format('create policy one_workspace on %s to granary_app using (workspace_id = current_workspace()) with check (workspace_id = current_workspace())', target);
  execute format('create policy every_workspace on %s to granary_system using (true) with check (true)', target);
end
$$;

create table workspaces (
  id text primary key,
  slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,47}$'),
  name text not null,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
alter table workspaces enable row level security;
alter table workspaces force row level security;
create policy one_workspace on workspaces to granary_app using (id = current_workspace()) with check (id = current_workspace());
create policy every_workspace on workspaces to granary_system using (true) with check (true);
grant select, update on workspaces to granary_app;

create table users (
  id text primary key,
  email text not null,
  name text not null,
  home_workspace_id text references workspaces (id),
  status text not null default 'active' check (status in ('active', 'inactive')),
  instance_admin boolean not null default false,
  -- The first administrator: cannot be deactivated, deleted or demoted.
  protected boolean not null default false,
  email_verified_at timestamptz,
  last_sign_in_at timestamptz,
  preferences jsonb not null default '{}',
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (not protected or (status = 'active' and instance_admin))
);
create unique index users_email_key on users (lower(email));
create unique index users_protected_key on users (protected) where protected;

create table memberships (
  workspace_id text not null references workspaces (id) on delete cascade,
  user_id text not null references users (id) on delete cascade,
  roles text[] not null default '{}',
  version integer not null default 1,
  joined_at timestamptz not null default now(),
  primary key (workspace_id, user_id)
);
create index memberships_user_idx on memberships (user_id);
call isolate_by_workspace('memberships');
grant select, insert, update, delete on memberships to granary_app;

alter table users enable row level security;
alter table users force row level security;
create policy members on users to granary_app
  using (exists (select from memberships m where m.user_id = users.id and m.workspace_id = current_workspace()));
create policy every_user on users to granary_system using (true) with check (true);
grant select on users to granary_app;

-- The one stream of facts: written in the transaction of the change itself, never changed afterwards.
create table events (
  id text primary key,
  workspace_id text references workspaces (id),
  type text not null,
  actor_kind text not null check (actor_kind in ('user', 'api_key', 'system', 'anonymous')),
  actor_id text,
  actor_label text not null,
  subject_kind text not null,
  subject_id text,
  subject_label text not null,
  result text not null default 'success' check (result in ('success', 'denied', 'failure')),
  data jsonb not null default '{}',
  ip text,
  user_agent text,
  request_id text,
  at timestamptz not null default now()
);
create index events_workspace_idx on events (workspace_id, id desc);
create index events_actor_idx on events (workspace_id, actor_id, id desc);
create index events_subject_idx on events (workspace_id, subject_kind, subject_id, id desc);
call isolate_by_workspace('events');
grant select, insert on events to granary_app;
revoke update, delete on events from granary_system;

-- Commit order, given by one relay: positions have no gaps, each hash covers the row and the hash before it.
create table event_positions (
  position bigint primary key,
  event_id text not null unique references events (id),
  workspace_id text,
  hash bytea not null
);
create index event_positions_workspace_idx on event_positions (workspace_id, position);
call isolate_by_workspace('event_positions');
grant select on event_positions to granary_app;
revoke update, delete on event_positions from granary_system;

-- Events the relay has not placed yet: inserted beside the event, deleted in the transaction that gives it a position.
create table event_backlog (
  event_id text primary key references events (id)
);
grant insert on event_backlog to granary_app;

create table idempotency_keys (
  principal text not null,
  key text not null,
  route text not null,
  request_hash bytea not null,
  status integer,
  headers jsonb,
  response text,
  created_at timestamptz not null default now(),
  primary key (principal, key)
);
create index idempotency_keys_created_idx on idempotency_keys (created_at);
-- The answer is stored in the transaction of the change it answers.
grant select, update on idempotency_keys to granary_app;

create table instance_settings (
  key text primary key,
  value jsonb not null,
  version integer not null default 1,
  updated_at timestamptz not null default now()
);
