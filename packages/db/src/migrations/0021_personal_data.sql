-- What was found in columns that looks like personal data, what people decided about it, and what a workspace wants looked for.

create table personal_data_findings (
  id text primary key,
  workspace_id text not null references workspaces (id) on delete cascade,
  dataset_id text not null references datasets (id) on delete cascade,
  field_id integer not null,
  -- A name of the protocol's catalogue, such as `email`.
  entity text not null,
  confidence real not null check (confidence between 0 and 1),
  -- {looked, matched, recogniser, nameWords, inText, shapes}; no value of the data, only how values are written.
  evidence jsonb not null,
  state text not null default 'suggested' check (state in ('suggested', 'accepted', 'refused')),
  -- Kept when something refused is suggested again because the data changed a lot.
  decided_by text references users (id) on delete set null,
  decided_at timestamptz,
  -- The version of the data it was found in last.
  data_version integer not null,
  created_at timestamptz not null default now(),
  unique (dataset_id, field_id, entity),
  check (state = 'suggested' or decided_at is not null)
);
create index personal_data_findings_state_idx on personal_data_findings (workspace_id, state, id desc);
call isolate_by_workspace('personal_data_findings');
grant select, insert, update, delete on personal_data_findings to granary_app;

-- The last look at a dataset.
create table personal_data_scans (
  dataset_id text primary key references datasets (id) on delete cascade,
  workspace_id text not null references workspaces (id) on delete cascade,
  data_version integer not null,
  columns integer not null,
  -- Different values that were looked at.
  looked bigint not null,
  scanned_at timestamptz not null
);
call isolate_by_workspace('personal_data_scans');
grant select, insert, update, delete on personal_data_scans to granary_app;

create table personal_data_settings (
  workspace_id text primary key references workspaces (id) on delete cascade,
  -- New datasets are for their owner and stewards until one of those releases them.
  quarantine boolean not null default false,
  driving_licences boolean not null default false,
  -- Numbers of phones without a country are taken for numbers of this one first.
  phone_region text check (phone_region ~ '^[A-Z]{2}$'),
  version integer not null default 1
);
call isolate_by_workspace('personal_data_settings');
grant select, insert, update on personal_data_settings to granary_app;

-- Who a quarantined dataset is for changes with its owner; with the dataset its quarantine goes.
create function follow_owner_in_quarantine() returns trigger
  language plpgsql as $$
begin
  update policies p set version = version + 1,
    exceptions = (select coalesce(jsonb_agg(item), '[]') from jsonb_array_elements(p.exceptions) item
      where item is distinct from jsonb_build_object('kind', 'user', 'id', old.owner_id))
      || case when new.owner_id is null then '[]'::jsonb else jsonb_build_array(jsonb_build_object('kind', 'user', 'id', new.owner_id)) end
    where workspace_id = new.workspace_id and origin = 'quarantine:' || new.id and effect = 'deny';
  return null;
end
$$;
create trigger follow_owner_in_quarantine after update of owner_id on datasets
  for each row when (old.owner_id is distinct from new.owner_id) execute function follow_owner_in_quarantine();

create function end_quarantine_of_dataset() returns trigger
  language plpgsql as $$
begin
  delete from policies where workspace_id = old.workspace_id and origin = 'quarantine:' || old.id;
  return null;
end
$$;
create trigger end_quarantine after delete on datasets
  for each row execute function end_quarantine_of_dataset();
