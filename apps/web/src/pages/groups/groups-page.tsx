import type { Group } from "@granary/protocol";
import { Button, Modal, Textarea, TextInput } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import Plus from "lucide-react/icons/plus";
import { useState } from "react";
import { groupsQuery, useCreateGroup } from "../../api/groups.ts";
import { rowsOf } from "../../api/list.ts";
import { useMay } from "../../api/session.ts";
import { type Column, DataList } from "../../kit/data-list.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { FilterBar } from "../../kit/filter-bar.tsx";
import { FormProblem, useApiForm } from "../../kit/form.tsx";
import { moreOf } from "../../kit/list-more.ts";
import { Page, PageHeader } from "../../kit/page-header.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { roleTitle } from "../../kit/roles-text.ts";
import { Label } from "../../kit/status-badge.tsx";
import { toastDone } from "../../kit/toast.tsx";
import { useSlug } from "../../shell/index.ts";
import classes from "../people/people.module.css";
import { RoleChoice } from "../people/role-choice.tsx";

const route = getRouteApi("/w/$workspace/groups");

/** Groups give roles to many people at once. */
export function GroupsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const slug = useSlug();
  const mayManage = useMay("group:manage");
  const [creating, setCreating] = useState(false);
  const query = useInfiniteQuery(groupsQuery(search.search));
  const columns: readonly Column<Group>[] = [
    {
      id: "name",
      header: "Name",
      primary: true,
      cell: (group) => (
        <span className={classes.name}>
          <Link to={`/w/${slug}/groups/${group.id}` as "/"} className={classes.link}>
            {group.name}
          </Link>
          {group.description !== "" && <span className={classes.mail}>{group.description}</span>}
        </span>
      ),
    },
    {
      id: "roles",
      header: "Roles of every member",
      cell: (group) =>
        group.roles.length === 0 ? (
          <span className="g-soft">none</span>
        ) : (
          <span className={classes.roles}>
            {group.roles.map((role) => (
              <Label key={role}>{roleTitle(role)}</Label>
            ))}
          </span>
        ),
    },
    { id: "members", header: "Members", align: "right", width: "110px", cell: (group) => group.members },
    { id: "changed", header: "Changed", width: "150px", deskOnly: true, cell: (group) => <RelativeTime at={group.updatedAt} /> },
  ];
  const create = (
    <Button leftSection={<Plus size={15} />} onClick={() => setCreating(true)}>
      Create a group
    </Button>
  );
  return (
    <Page>
      <PageHeader title="Groups" text="Give roles to a team once; whoever joins or leaves the group gains or loses them." actions={mayManage && create} />
      <FilterBar
        values={search}
        onChange={(change) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true })}
        filters={[{ kind: "text", name: "search", label: "Search groups" }]}
      />
      <div className={classes.frame}>
        <DataList
          label="Groups"
          columns={columns}
          rows={rowsOf(query.data)}
          rowId={(group) => group.id}
          rowName={(group) => group.name}
          error={query.error}
          onRetry={() => void query.refetch()}
          more={moreOf(query)}
          empty={
            <EmptyState
              title={search.search === undefined ? "No group yet" : "No group has this name"}
              text="A group is a team with roles: analysts, stewards, the people of one project."
              action={mayManage ? create : undefined}
            />
          }
        />
      </div>
      {creating && <CreateGroup onClose={() => setCreating(false)} />}
    </Page>
  );
}

function CreateGroup({ onClose }: { readonly onClose: () => void }) {
  const create = useCreateGroup();
  const form = useApiForm({
    initial: { name: "", description: "", roles: [] as string[] },
    send: async ({ roles, ...values }) => {
      await create.mutateAsync({ ...values, roles });
      toastDone(`${values.name} is created`, "Open it to choose its members.");
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title="Create a group" size="lg">
      <form className={classes.stack} onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <TextInput label="Name" data-autofocus {...form.fields.getInputProps("name")} />
        <Textarea label="What it is for" autosize minRows={2} {...form.fields.getInputProps("description")} />
        <RoleChoice
          label="Roles of every member"
          value={form.fields.values.roles}
          onChange={(roles) => form.fields.setFieldValue("roles", roles)}
          error={form.fields.errors["roles"]}
        />
        <div className={classes.buttons}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={form.sending}>
            Create the group
          </Button>
        </div>
      </form>
    </Modal>
  );
}
