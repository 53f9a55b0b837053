-- The hash chain over events, the relay that extends it, and the indexes of people and activity lists.

-- The facts of an event as one text that never depends on a session's settings.
create function event_canonical(event events) returns text
  language sql stable parallel safe
  return jsonb_build_array(
    event.id, event.workspace_id, event.type, event.actor_kind, event.actor_id, event.actor_label, event.subject_kind, event.subject_id,
    event.subject_label, event.result, event.data, event.ip, event.user_agent, event.request_id, (extract(epoch from event.at) * 1000000)::bigint
  )::text;

-- The hash of an event in the chain; the one before the first is empty.
create function event_hash(previous bytea, event events) returns bytea
  language sql stable parallel safe
  return sha256(previous || convert_to(event_canonical(event), 'UTF8'));

-- Identifiers of one millisecond have no order; this keeps the events of one transaction in theirs.
alter table event_backlog add column sequence bigint not null generated always as identity;

-- Gives up to `batch` waiting events the next positions, in one transaction with their removal from the backlog and the notice of it.
-- Returns how many; -1 when another process is at it. Under READ COMMITTED each statement after the lock sees all that is committed,
-- so an event committed later never gets an earlier position.
create function place_events(batch integer) returns integer
  language plpgsql as $$
declare
  event events;
  last_position bigint;
  last_hash bytea;
  placed integer := 0;
begin
  -- The number is arbitrary and belongs to this function alone.
  if not pg_try_advisory_xact_lock(7260410881) then return -1; end if;
  select position, hash into last_position, last_hash from event_positions order by position desc limit 1;
  last_position := coalesce(last_position, 0);
  last_hash := coalesce(last_hash, ''::bytea);
  for event in select e.* from event_backlog b join events e on e.id = b.event_id order by b.sequence limit batch loop
    last_position := last_position + 1;
    last_hash := event_hash(last_hash, event);
    insert into event_positions (position, event_id, workspace_id, hash) values (last_position, event.id, event.workspace_id, last_hash);
    delete from event_backlog where event_id = event.id;
    placed := placed + 1;
  end loop;
  if placed > 0 then perform pg_notify('granary_events', last_position::text); end if;
  return placed;
end
$$;
revoke execute on function place_events(integer) from public;
grant execute on function place_events(integer) to granary_system;
create index event_backlog_sequence_idx on event_backlog (sequence);

-- Lists read newest first by id, which begins with the time; these serve the filters of the activity log.
create index events_type_idx on events (workspace_id, type, id desc);
create index events_denied_idx on events (workspace_id, id desc) where result <> 'success';
create index events_ip_idx on events (workspace_id, ip, id desc);
-- Counts by time read this index alone.
create index events_time_idx on events (workspace_id, at) include (type, result);

-- People by name, as the list shows them.
create index users_name_idx on users (lower(name), id);
create index group_members_workspace_idx on group_members (workspace_id, group_id);

-- The first administrator stays: not deleted, not deactivated, not demoted, not unprotected.
create function keep_protected_user() returns trigger
  language plpgsql as $$
begin
  if tg_op = 'DELETE' or not new.protected then
    raise exception 'the first administrator is protected' using errcode = 'check_violation', constraint = 'users_protected';
  end if;
  return new;
end
$$;
create trigger keep_protected_user before update or delete on users for each row when (old.protected) execute function keep_protected_user();

-- Who switched a setting, for the pages that show it.
alter table instance_settings add column updated_by text;
