-- People by name in large workspaces. Row-level security lets only leakproof comparisons use an index, which lower() is not:
-- the sort name is stored. The policy asks for a value instead of existence, since an EXISTS may be hashed over all
-- memberships before the first row of a page is known (200,000 members: 78 ms a page before, 1.4 ms after).

alter table users add column sort_name text not null generated always as (lower(name)) stored;
drop index users_name_idx;
create index users_sort_name_idx on users (sort_name, id);

drop policy members on users;
create policy members on users to granary_app
  using ((select true from memberships m where m.user_id = users.id and m.workspace_id = current_workspace()));
