-- Stored answers are data of the workspace they were given in: the key's principal begins with its id.

alter table idempotency_keys enable row level security;
alter table idempotency_keys force row level security;
create policy one_workspace on idempotency_keys to granary_app
  using (split_part(principal, '/', 1) = current_workspace()) with check (split_part(principal, '/', 1) = current_workspace());
create policy every_workspace on idempotency_keys to granary_system using (true) with check (true);
