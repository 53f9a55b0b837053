-- The catalog: what datasets are described and found by, saved filters; and sharing with everyone, by request, and while people are here.

alter table datasets
  drop constraint datasets_visibility_check,
  -- `askable`: whoever has its address may learn that it exists and ask for access.
  add constraint datasets_visibility_check check (visibility in ('private', 'askable', 'workspace')),
  add column tags text[] not null default '{}',
  -- Names and values of people's own choice, {name: text}.
  add column properties jsonb not null default '{}',
  -- How often new data is to come.
  add column frequency text check (frequency in ('once', 'hourly', 'daily', 'weekly', 'monthly', 'quarterly', 'yearly')),
  -- What kind of file was loaded last.
  add column format text,
  -- What the dataset is found by, in lower case: words of its name, and those of name, description, tags and columns. One function writes both.
  add column name_words text[] not null default '{}',
  add column words text[] not null default '{}',
  -- By which rules the words were made; 0 for a dataset nobody has looked at since there is a catalog.
  add column words_made_by integer not null default 0,
  -- Searches look at many rows and never at their words, which the index has: kept elsewhere they leave the rows close together.
  alter column words set storage external,
  set (toast_tuple_target = 512);

-- Without a list of pending entries: a search right after a change must not pay for it.
create index datasets_name_words_idx on datasets using gin (name_words) with (fastupdate = off);
create index datasets_words_idx on datasets using gin (words) with (fastupdate = off);
create index datasets_tags_idx on datasets using gin (tags) with (fastupdate = off);
create index datasets_updated_idx on datasets (workspace_id, updated_at desc, id desc) where trashed_at is null;
create index datasets_rows_idx on datasets (workspace_id, coalesce(row_count, -1) desc, id desc) where trashed_at is null;
create index datasets_owner_idx on datasets (workspace_id, owner_id);
create index datasets_trash_idx on datasets (trashed_at) where trashed_at is not null;
-- What is purged from the trash goes for good.
grant delete on datasets to granary_app;

-- Every word of the workspace's datasets once, so that a mistyped one is looked for among words and not among datasets.
create table catalog_words (
  workspace_id text not null references workspaces (id) on delete cascade,
  word text not null,
  -- Three letters in a row as `~abc`, to find the word by a part of it; the word without one letter, to find it by a mistyped one.
  keys text[] not null,
  primary key (workspace_id, word)
);
create index catalog_words_keys_idx on catalog_words using gin (keys) with (fastupdate = off);
call isolate_by_workspace('catalog_words');
grant select, insert on catalog_words to granary_app;

create table dataset_views (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  owner_id text not null references users (id) on delete cascade,
  name text not null,
  -- {q, tag, owner, visibility, format, frequency, sort}, as the list of datasets takes it.
  query jsonb not null,
  shared boolean not null default false,
  created_at timestamptz not null default now()
);
create unique index dataset_views_name_key on dataset_views (workspace_id, owner_id, lower(name));
create index dataset_views_shared_idx on dataset_views (workspace_id, lower(name)) where shared;
call isolate_by_workspace('dataset_views');
grant select, insert, delete on dataset_views to granary_app;

-- `everyone` in the workspace may have more than to read, which visibility says.
alter table dataset_grants
  drop constraint dataset_grants_grantee_kind_check,
  add constraint dataset_grants_grantee_kind_check check (grantee_kind in ('user', 'group', 'everyone'));

create table dataset_access_requests (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  dataset_id text not null references datasets (id) on delete cascade,
  asked_by text not null references users (id) on delete cascade,
  level text not null check (level in ('viewer', 'contributor', 'owner')),
  reason text not null default '',
  state text not null default 'pending' check (state in ('pending', 'approved', 'denied')),
  decided_by text references users (id) on delete set null,
  decided_at timestamptz,
  -- What whoever decided says to whoever asked.
  answer text not null default '',
  created_at timestamptz not null default now(),
  check ((state = 'pending') = (decided_at is null))
);
create unique index dataset_access_requests_pending_key on dataset_access_requests (dataset_id, asked_by) where state = 'pending';
create index dataset_access_requests_dataset_idx on dataset_access_requests (workspace_id, dataset_id, id desc);
create index dataset_access_requests_person_idx on dataset_access_requests (workspace_id, asked_by, id desc);
call isolate_by_workspace('dataset_access_requests');
grant select, insert, update, delete on dataset_access_requests to granary_app;

-- Whoever leaves a workspace, and a group that is deleted, leaves nothing behind that would work again on their return.
create function forget_dataset_access_of_member() returns trigger
  language plpgsql as $$
begin
  delete from dataset_grants where workspace_id = old.workspace_id and grantee_kind = 'user' and grantee_id = old.user_id;
  delete from dataset_access_requests where workspace_id = old.workspace_id and asked_by = old.user_id and state = 'pending';
  update datasets set owner_id = null where workspace_id = old.workspace_id and owner_id = old.user_id;
  return null;
end
$$;
create trigger forget_dataset_access after delete on memberships
  for each row execute function forget_dataset_access_of_member();

create function forget_dataset_access_of_group() returns trigger
  language plpgsql as $$
begin
  delete from dataset_grants where workspace_id = old.workspace_id and grantee_kind = 'group' and grantee_id = old.id;
  return null;
end
$$;
create trigger forget_dataset_access after delete on groups
  for each row execute function forget_dataset_access_of_group();
