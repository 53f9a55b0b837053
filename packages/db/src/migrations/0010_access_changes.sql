-- Tells every process that what somebody may do has changed, so that what it remembers of callers is forgotten at once.

create function tell_access_changed() returns trigger
  language plpgsql as $$
begin
  perform pg_notify('granary_access', '');
  return null;
end
$$;

create trigger access_changed after delete or update of revoked_at, expires_at, idle_timeout_s, second_factor_pending on sessions
  for each statement execute function tell_access_changed();
create trigger access_changed after delete or update on session_tokens
  for each statement execute function tell_access_changed();
create trigger access_changed after delete or update of revoked_at, expires_at, scopes, hash on api_keys
  for each statement execute function tell_access_changed();
create trigger access_changed after delete or update of name, email, status, instance_admin, home_workspace_id on users
  for each statement execute function tell_access_changed();
create trigger access_changed after insert or delete or update on credentials
  for each statement execute function tell_access_changed();
create trigger access_changed after insert or delete or update on memberships
  for each statement execute function tell_access_changed();
create trigger access_changed after insert or delete or update on groups
  for each statement execute function tell_access_changed();
create trigger access_changed after insert or delete or update on group_members
  for each statement execute function tell_access_changed();
create trigger access_changed after insert or delete or update on instance_settings
  for each statement execute function tell_access_changed();
create trigger access_changed after delete or update of slug on workspaces
  for each statement execute function tell_access_changed();
