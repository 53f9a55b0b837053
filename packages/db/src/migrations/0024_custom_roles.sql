-- Roles of a workspace's own, beside the built-in ones.

create table custom_roles (
  workspace_id text not null references workspaces (id) on delete cascade,
  -- What memberships, groups and invitations call it; made from its first title and never changed.
  name text not null check (name ~ '^[a-z][a-z0-9-]{0,47}$'),
  title text not null,
  -- The title as people read it at a glance: no two that look alike.
  title_key text not null,
  description text not null default '',
  permissions text[] not null,
  -- The built-in role it was made from, to show how it differs.
  based_on text,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (workspace_id, name)
);
create unique index custom_roles_title_key on custom_roles (workspace_id, title_key);
call isolate_by_workspace('custom_roles');
grant select, insert, update, delete on custom_roles to granary_app;

create trigger access_changed after insert or delete or update on custom_roles
  for each statement execute function tell_access_changed();

-- A role that is gone is held by nobody, so that another of its name gives nothing to those who held it.
create function forget_custom_role() returns trigger
  language plpgsql as $$
begin
  update memberships set roles = array_remove(roles, old.name), version = version + 1 where workspace_id = old.workspace_id and old.name = any (roles);
  update groups set roles = array_remove(roles, old.name), version = version + 1 where workspace_id = old.workspace_id and old.name = any (roles);
  update invitations set roles = array_remove(roles, old.name) where workspace_id = old.workspace_id and old.name = any (roles);
  return null;
end
$$;
create trigger forget_custom_role after delete on custom_roles
  for each row execute function forget_custom_role();
