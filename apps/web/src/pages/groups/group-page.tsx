import type { Group, GroupMember } from "@granary/protocol";
import { Button, MultiSelect, Textarea, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useInfiniteQuery, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { groupMembersQuery, groupQuery, useAddMembers, useDeleteGroup, useRemoveMember, useUpdateGroup } from "../../api/groups.ts";
import { itemsOf, rowsOf } from "../../api/list.ts";
import { peopleQuery } from "../../api/people.ts";
import { useConfirm } from "../../kit/confirm.tsx";
import { type Column, DataList } from "../../kit/data-list.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { moreOf } from "../../kit/list-more.ts";
import { Page, PageHeader } from "../../kit/page-header.tsx";
import { Panel } from "../../kit/panel.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { rolesText } from "../../kit/roles-text.ts";
import { StatusBadge } from "../../kit/status-badge.tsx";
import { toastDone, toastError } from "../../kit/toast.tsx";
import { useVersionedForm, VersionedProblem } from "../../kit/versioned-form.tsx";
import { useCrumb, useSlug } from "../../shell/index.ts";
import classes from "../people/people.module.css";
import { RoleChoice } from "../people/role-choice.tsx";

const route = getRouteApi("/w/$workspace/groups/$group");
const TYPING_MS = 200;

/** One group: what it is for, its roles, its members. */
export function GroupPage() {
  const { group: id } = route.useParams();
  const { data: group } = useSuspenseQuery(groupQuery(id));
  const remove = useDeleteGroup();
  const confirm = useConfirm();
  const navigate = useNavigate();
  const slug = useSlug();
  useCrumb(group.name);
  const askDelete = () =>
    confirm({
      title: "Delete the group",
      text: `Its ${group.members} members lose the roles it gave them. Their accounts and own roles stay. This cannot be undone.`,
      touches: [group.name],
      action: "Delete the group",
      danger: true,
      run: async () => {
        await remove.mutateAsync(group.id);
        await navigate({ to: "/w/$workspace/groups", params: { workspace: slug } });
      },
    });
  return (
    <Page>
      <PageHeader
        title={group.name}
        text={group.description === "" ? undefined : group.description}
        actions={
          group.can.delete && (
            <Button variant="default" onClick={askDelete}>
              Delete
            </Button>
          )
        }
      />
      <Members group={group} slug={slug} />
      {group.can.update && <Edit key={group.id} group={group} />}
    </Page>
  );
}

function Members({ group, slug }: { readonly group: Group; readonly slug: string }) {
  const query = useInfiniteQuery(groupMembersQuery(group.id));
  const remove = useRemoveMember();
  const confirm = useConfirm();
  const columns: readonly Column<GroupMember>[] = [
    {
      id: "name",
      header: "Name",
      primary: true,
      cell: (member) => (
        <span className={classes.name}>
          <Link to={`/w/${slug}/people/${member.id}` as "/"} className={classes.link}>
            {member.name}
          </Link>
          <span className={classes.mail}>{member.email}</span>
        </span>
      ),
    },
    {
      id: "status",
      header: "Status",
      width: "140px",
      cell: (member) => (member.status === "active" ? <StatusBadge tone="good">Active</StatusBadge> : <StatusBadge tone="off">Inactive</StatusBadge>),
    },
    { id: "added", header: "Added", width: "160px", cell: (member) => <RelativeTime at={member.addedAt} /> },
  ];
  const takeOut = (member: GroupMember) =>
    confirm({
      title: "Take out of the group",
      text: `${member.name} loses the roles that ${group.name} gave. They can be added again.`,
      touches: [`${member.name} (${member.email})`],
      action: "Take out",
      danger: true,
      run: () => remove.mutateAsync({ group: group.id, user: member.id }),
    });
  return (
    <Panel title="Members" flush>
      {group.can.changeMembers && <AddMembers group={group} />}
      <DataList
        label={`Members of ${group.name}`}
        columns={columns}
        rows={rowsOf(query.data)}
        rowId={(member) => member.id}
        rowName={(member) => member.name}
        error={query.error}
        onRetry={() => void query.refetch()}
        more={moreOf(query)}
        empty={<EmptyState small title="Nobody yet" text="Add people above; they hold the group's roles at once." />}
        rowAction={
          group.can.changeMembers
            ? (member) => (
                <Button variant="subtle" color="gray" size="compact-xs" onClick={() => takeOut(member)} aria-label={`Take ${member.name} out`}>
                  Take out
                </Button>
              )
            : undefined
        }
      />
    </Panel>
  );
}

function AddMembers({ group }: { readonly group: Group }) {
  const [typed, setTyped] = useState("");
  const [settled] = useDebouncedValue(typed, TYPING_MS);
  const [chosen, setChosen] = useState<string[]>([]);
  const people = useInfiniteQuery({ ...peopleQuery(settled === "" ? {} : { search: settled }), placeholderData: keepPreviousData });
  const [names, setNames] = useState<ReadonlyMap<string, string>>(new Map());
  const add = useAddMembers();
  const found = itemsOf(people.data).map(({ id, name, email }) => ({ value: id as string, label: `${name} (${email})` }));
  const kept = chosen.filter((id) => !found.some(({ value }) => value === id)).map((id) => ({ value: id, label: names.get(id) ?? id }));
  const choose = (ids: string[]) => {
    setNames(new Map([...names, ...found.map(({ value, label }) => [value, label] as const)]));
    setChosen(ids);
  };
  const submit = () =>
    add.mutate(
      { params: { group: group.id }, body: { users: chosen as Parameters<typeof add.mutate>[0]["body"]["users"] } },
      {
        onSuccess: () => {
          toastDone(chosen.length === 1 ? "Added one person" : `Added ${chosen.length} people`);
          setChosen([]);
        },
        onError: (error) => toastError("Nobody was added", error),
      },
    );
  return (
    <div style={{ display: "flex", gap: 8, padding: "0 20px 12px", alignItems: "flex-start" }}>
      <MultiSelect
        style={{ flex: 1 }}
        aria-label="People to add"
        placeholder={chosen.length === 0 ? "Search people to add" : ""}
        data={[...found, ...kept]}
        value={chosen}
        onChange={choose}
        searchable
        searchValue={typed}
        onSearchChange={setTyped}
        hidePickedOptions
        clearable
        clearButtonProps={{ "aria-label": "Choose nobody" }}
        nothingFoundMessage="Nobody has this name"
      />
      <Button onClick={submit} disabled={chosen.length === 0} loading={add.isPending}>
        Add
      </Button>
    </div>
  );
}

function Edit({ group }: { readonly group: Group }) {
  const update = useUpdateGroup();
  const form = useVersionedForm({
    version: group.version,
    stored: { name: group.name, description: group.description, roles: group.roles as string[] },
    words: { name: { label: "Name" }, description: { label: "What it is for" }, roles: { label: "Roles of every member", say: rolesText } },
    send: async ({ roles, ...values }, version) => {
      await update.mutateAsync({ params: { group: group.id }, body: { ...values, roles }, version });
      toastDone("Saved");
    },
  });
  return (
    <Panel title="Name and roles">
      <form className={classes.stack} onSubmit={form.onSubmit} noValidate>
        <VersionedProblem form={form} />
        <TextInput label="Name" {...form.fields.getInputProps("name")} />
        <Textarea label="What it is for" autosize minRows={2} {...form.fields.getInputProps("description")} />
        <RoleChoice
          label="Roles of every member"
          value={form.fields.values.roles}
          onChange={(roles) => form.fields.setFieldValue("roles", roles)}
          error={form.fields.errors["roles"]}
        />
        <div className={classes.buttons}>
          <Button type="submit" loading={form.sending} disabled={!form.dirty || form.conflict !== undefined}>
            Save
          </Button>
        </div>
      </form>
    </Panel>
  );
}
