-- Who read and wrote which data, why, from where, and what was decided: append-only and chained like the events.

create table access_log (
  id text primary key,
  workspace_id text not null references workspaces (id),
  at timestamptz not null,
  principal_kind text not null check (principal_kind in ('user', 'api_key', 'system', 'anonymous')),
  principal_id text,
  principal_label text not null,
  -- The person behind it: the principal itself, or whose key it is.
  person_id text,
  -- Through whose eyes the principal looked; null for its own.
  viewed_as text,
  dataset_id text,
  -- As it was called then.
  dataset_name text,
  version integer,
  action text not null,
  -- What lasts, such as the writing of a file, has an entry at its begin and one with the counts at its end.
  stage text not null default 'whole' check (stage in ('whole', 'begin', 'end')),
  -- Columns that were shown or asked about, by their ids and by their names then; values are nowhere in this table.
  field_ids integer[] not null default '{}',
  column_names text[] not null default '{}',
  -- Those of them that were masked.
  masked_ids integer[] not null default '{}',
  -- Whether a policy kept rows back.
  filtered boolean not null default false,
  row_count bigint,
  purpose text,
  ip text,
  user_agent text,
  request_id text,
  decision text not null check (decision in ('allowed', 'denied')),
  policy_ids text[] not null default '{}',
  -- Why it was denied or failed.
  reason text
);
create index access_log_workspace_idx on access_log (workspace_id, id desc) include (at, decision);
create index access_log_dataset_idx on access_log (workspace_id, dataset_id, id desc);
create index access_log_person_idx on access_log (workspace_id, person_id, id desc);
create index access_log_denied_idx on access_log (workspace_id, id desc) where decision = 'denied';
call isolate_by_workspace('access_log');
grant select, insert on access_log to granary_app;
revoke update, delete on access_log from granary_system;

-- Commit order, given by one process: positions have no gaps, each hash covers the entry and the hash before it.
create table access_log_positions (
  position bigint primary key,
  entry_id text not null unique references access_log (id),
  workspace_id text not null,
  hash bytea not null
);
create index access_log_positions_workspace_idx on access_log_positions (workspace_id, position);
call isolate_by_workspace('access_log_positions');
grant select on access_log_positions to granary_app;
revoke update, delete on access_log_positions from granary_system;

-- Entries that have no position yet.
create table access_log_backlog (
  sequence bigint primary key generated always as identity,
  entry_id text not null references access_log (id),
  workspace_id text not null
);
call isolate_by_workspace('access_log_backlog');
grant insert on access_log_backlog to granary_app;

-- No entry can be written past the chain.
create function queue_access_entries() returns trigger
  language plpgsql as $$
begin
  insert into access_log_backlog (entry_id, workspace_id) select id, workspace_id from fresh;
  return null;
end
$$;
create trigger queue_access_entries after insert on access_log
  referencing new table as fresh for each statement execute function queue_access_entries();

-- The facts of an entry as one text that never depends on a session's settings.
create function access_entry_canonical(entry access_log) returns text
  language sql stable parallel safe
  return jsonb_build_array(
    entry.id, entry.workspace_id, (extract(epoch from entry.at) * 1000000)::bigint, entry.principal_kind, entry.principal_id, entry.principal_label,
    entry.person_id, entry.viewed_as, entry.dataset_id, entry.dataset_name, entry.version, entry.action, entry.stage, entry.field_ids,
    entry.column_names, entry.masked_ids, entry.filtered, entry.row_count, entry.purpose, entry.ip, entry.user_agent, entry.request_id,
    entry.decision, entry.policy_ids, entry.reason
  )::text;

create function access_entry_hash(previous bytea, entry access_log) returns bytea
  language sql stable parallel safe
  return sha256(previous || convert_to(access_entry_canonical(entry), 'UTF8'));

-- Gives up to `batch` waiting entries the next positions, as place_events does for events. Returns how many; -1 when another is at it.
create function place_access_entries(batch integer) returns integer
  language plpgsql as $$
declare
  waiting record;
  entry access_log;
  last_position bigint;
  last_hash bytea;
  placed integer := 0;
begin
  -- The number is arbitrary and belongs to this function alone.
  if not pg_try_advisory_xact_lock(7260410882) then return -1; end if;
  select position, hash into last_position, last_hash from access_log_positions order by position desc limit 1;
  last_position := coalesce(last_position, 0);
  last_hash := coalesce(last_hash, ''::bytea);
  for waiting in select sequence, entry_id from access_log_backlog order by sequence limit batch loop
    select * into strict entry from access_log where id = waiting.entry_id;
    last_position := last_position + 1;
    last_hash := access_entry_hash(last_hash, entry);
    insert into access_log_positions (position, entry_id, workspace_id, hash) values (last_position, entry.id, entry.workspace_id, last_hash);
    delete from access_log_backlog where sequence = waiting.sequence;
    placed := placed + 1;
  end loop;
  return placed;
end
$$;
revoke execute on function place_access_entries(integer) from public;
grant execute on function place_access_entries(integer) to granary_system;
