-- Credentials, sessions, keys, invitations, one-time tokens and mail.
-- Secrets are stored as argon2id (passwords), SHA-256 (random tokens of 256 bits) or AES-256-GCM (TOTP seeds).

create table credentials (
  user_id text primary key references users (id) on delete cascade,
  password_hash text,
  password_changed_at timestamptz,
  must_change_password boolean not null default false,
  totp_secret bytea,
  totp_enabled_at timestamptz,
  -- The last accepted time step, so that a code works once.
  totp_last_step bigint
);

create table backup_codes (
  user_id text not null references users (id) on delete cascade,
  code_hash bytea not null,
  used_at timestamptz,
  primary key (user_id, code_hash)
);

-- Failures per account name, known or not, so that the answer does not tell which exist.
create table sign_in_failures (
  account text primary key,
  failures integer not null,
  last_failed_at timestamptz not null,
  locked_until timestamptz
);

create table sessions (
  id text primary key,
  user_id text not null references users (id) on delete cascade,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  expires_at timestamptz not null,
  -- Null: no idle limit ("remember me").
  idle_timeout_s integer,
  remember boolean not null default false,
  -- A session that passed the password but not yet the second factor may call nothing but the second factor.
  second_factor_pending boolean not null default false,
  ip text,
  user_agent text,
  client text not null default 'web' check (client in ('web', 'api', 'cli')),
  revoked_at timestamptz,
  revoked_reason text
);
create index sessions_user_idx on sessions (user_id, created_at desc);

create table session_tokens (
  hash bytea primary key,
  session_id text not null references sessions (id) on delete cascade,
  kind text not null check (kind in ('cookie', 'access', 'refresh')),
  expires_at timestamptz not null,
  -- A refresh token that was exchanged; seeing it again revokes the session.
  used_at timestamptz
);
create index session_tokens_session_idx on session_tokens (session_id);

create table api_keys (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  user_id text not null references users (id) on delete cascade,
  name text not null,
  hash bytea not null unique,
  -- The first characters of the key, to recognise it by.
  hint text not null,
  -- Permissions the key is limited to; empty: all of its owner's.
  scopes text[] not null default '{}',
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  last_used_ip text,
  revoked_at timestamptz
);
create index api_keys_workspace_idx on api_keys (workspace_id, id desc);
create index api_keys_user_idx on api_keys (user_id);
call isolate_by_workspace('api_keys');
grant select, insert, update on api_keys to granary_app;

create table groups (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  name text not null,
  description text not null default '',
  roles text[] not null default '{}',
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index groups_name_key on groups (workspace_id, lower(name));
call isolate_by_workspace('groups');
grant select, insert, update, delete on groups to granary_app;

create table group_members (
  workspace_id text not null,
  group_id text not null references groups (id) on delete cascade,
  user_id text not null,
  added_at timestamptz not null default now(),
  primary key (group_id, user_id),
  foreign key (workspace_id, user_id) references memberships (workspace_id, user_id) on delete cascade
);
create index group_members_user_idx on group_members (workspace_id, user_id);
call isolate_by_workspace('group_members');
grant select, insert, update, delete on group_members to granary_app;

create table invitations (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  email text not null,
  name text,
  roles text[] not null default '{}',
  token_hash bytea not null unique,
  invited_by text references users (id) on delete set null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  accepted_at timestamptz,
  revoked_at timestamptz
);
create index invitations_workspace_idx on invitations (workspace_id, id desc);
call isolate_by_workspace('invitations');
grant select, insert, update on invitations to granary_app;

create table one_time_tokens (
  hash bytea primary key,
  kind text not null check (kind in ('verify_email', 'reset_password', 'first_run')),
  user_id text references users (id) on delete cascade,
  email text,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz
);
create index one_time_tokens_user_idx on one_time_tokens (user_id, kind);

-- OAuth 2.0 device authorization (RFC 8628), for the command line.
create table device_grants (
  id text primary key,
  device_hash bytea not null unique,
  user_code text not null unique,
  client_name text not null,
  ip text,
  user_id text references users (id) on delete cascade,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  last_polled_at timestamptz,
  approved_at timestamptz,
  denied_at timestamptz,
  claimed_at timestamptz
);

-- Mail waits here and is sent by a job; without an SMTP server it stays readable in the local outbox.
create table mails (
  id text primary key,
  workspace_id text references workspaces (id) on delete cascade,
  to_address text not null,
  subject text not null,
  body_text text not null,
  body_html text not null,
  kind text not null,
  created_at timestamptz not null default now(),
  status text not null default 'waiting' check (status in ('waiting', 'sent', 'kept', 'failed')),
  attempts integer not null default 0,
  last_error text,
  sent_at timestamptz
);
create index mails_created_idx on mails (id desc);
call isolate_by_workspace('mails');
grant insert on mails to granary_app;
