-- Policies: who reads what, which values are masked and which rows are left out; what they look at of members and columns; access that ends.

create table policies (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  name text not null,
  description text not null default '',
  enabled boolean not null default true,
  effect text not null check (effect in ('allow', 'deny', 'mask', 'filter')),
  -- [{kind, ...}], as the protocol has them.
  subjects jsonb not null,
  exceptions jsonb not null default '[]',
  targets jsonb not null,
  level text check (level in ('viewer', 'contributor')),
  mask jsonb,
  filter jsonb,
  conditions jsonb not null default '{}',
  -- The setting a policy stands for, such as the mask of one column; '' for those that people wrote as policies.
  origin text not null default '',
  version integer not null default 1,
  created_by text references users (id) on delete set null,
  updated_by text references users (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check ((effect = 'allow') = (level is not null) and (effect = 'mask') = (mask is not null) and (effect = 'filter') = (filter is not null))
);
create unique index policies_name_key on policies (workspace_id, lower(name));
create index policies_origin_idx on policies (workspace_id, origin) where origin <> '';
call isolate_by_workspace('policies');
grant select, insert, update, delete on policies to granary_app;

-- Changes with every change of a workspace's policies, so that nobody decides by older ones. A sequence never gives a number
-- twice, not even after a transaction that failed.
create sequence policy_revision_numbers;
grant usage on sequence policy_revision_numbers to granary_app, granary_system;
create table policy_revisions (
  workspace_id text primary key references workspaces (id) on delete cascade,
  revision bigint not null
);
call isolate_by_workspace('policy_revisions');
grant select, insert, update on policy_revisions to granary_app;

create function renew_policy_revision() returns trigger
  language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    -- The workspace itself may be going, so nothing may be inserted; the policy's own insertion made the row.
    update policy_revisions set revision = nextval('policy_revision_numbers') where workspace_id = old.workspace_id;
  else
    insert into policy_revisions (workspace_id, revision) values (new.workspace_id, nextval('policy_revision_numbers'))
    on conflict (workspace_id) do update set revision = excluded.revision;
  end if;
  return null;
end
$$;
create trigger renew_revision after insert or update or delete on policies
  for each row execute function renew_policy_revision();

-- What is known of members, for policies to look at: {department: sales}.
create table member_attributes (
  workspace_id text not null,
  user_id text not null,
  name text not null check (name ~ '^[a-z][a-z0-9_.-]{0,63}$'),
  value text not null check (value <> ''),
  primary key (workspace_id, user_id, name),
  foreign key (workspace_id, user_id) references memberships (workspace_id, user_id) on delete cascade
);
call isolate_by_workspace('member_attributes');
grant select, insert, update, delete on member_attributes to granary_app;

-- What a column is about, such as pii.email.
create table column_tags (
  workspace_id text not null references workspaces (id) on delete cascade,
  dataset_id text not null references datasets (id) on delete cascade,
  field_id integer not null,
  tag text not null check (tag ~ '^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$'),
  source text not null check (source in ('person', 'accepted suggestion')),
  created_by text references users (id) on delete set null,
  created_at timestamptz not null default now(),
  primary key (dataset_id, field_id, tag)
);
create index column_tags_tag_idx on column_tags (workspace_id, tag);
call isolate_by_workspace('column_tags');
grant select, insert, update, delete on column_tags to granary_app;

alter table dataset_grants
  -- By the database's clock; the grant is nothing from then on.
  add column expires_at timestamptz;

alter table downloads
  -- What decided about what its reader saw, beside the person.
  add column purpose text,
  add column api_key_id text;

-- Whoever leaves a workspace comes back without what policies let them do, and with what policies keep from them.
create function forget_policies_of_member() returns trigger
  language plpgsql as $$
declare
  gone jsonb := jsonb_build_object('kind', 'user', 'id', old.user_id);
begin
  delete from policies where workspace_id = old.workspace_id and effect = 'allow' and subjects = jsonb_build_array(gone);
  update policies p set version = version + 1,
    exceptions = (select coalesce(jsonb_agg(item), '[]') from jsonb_array_elements(p.exceptions) item where item <> gone)
    where workspace_id = old.workspace_id and effect <> 'allow' and exceptions @> jsonb_build_array(gone);
  update policies p set version = version + 1,
    subjects = (select jsonb_agg(item) from jsonb_array_elements(p.subjects) item where item <> gone)
    where workspace_id = old.workspace_id and effect = 'allow' and subjects @> jsonb_build_array(gone);
  return null;
end
$$;
create trigger forget_policies after delete on memberships
  for each row execute function forget_policies_of_member();
