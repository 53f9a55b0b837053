import { Button } from "@mantine/core";
import type { Feature, User } from "@granary/protocol";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import UserPlus from "lucide-react/icons/user-plus";
import { useState } from "react";
import { rowsOf } from "../../api/list.ts";
import { peopleQuery } from "../../api/people.ts";
import { rolesQuery } from "../../api/roles.ts";
import { useSession } from "../../api/session.ts";
import { type Column, DataList, type Selection } from "../../kit/data-list.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { FilterBar } from "../../kit/filter-bar.tsx";
import { moreOf } from "../../kit/list-more.ts";
import { Page, PageHeader } from "../../kit/page-header.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { roleTitle } from "../../kit/roles-text.ts";
import { Label } from "../../kit/status-badge.tsx";
import { useSlug } from "../../shell/index.ts";
import { BulkBar } from "./bulk-bar.tsx";
import { CreatePersonDialog } from "./create-person-dialog.tsx";
import { Invitations } from "./invitations.tsx";
import { InviteDialog } from "./invite-dialog.tsx";
import classes from "./people.module.css";
import { PersonState } from "./person-state.tsx";

const route = getRouteApi("/w/$workspace/people");

const STATUSES = [
  { value: "active", label: "Active" },
  { value: "inactive", label: "Inactive" },
] as const;

/** The people of the workspace and who is on the way in. */
export function PeoplePage() {
  const { invite, ...filters } = route.useSearch();
  const navigate = route.useNavigate();
  const slug = useSlug();
  const { features } = useSession();
  const [creating, setCreating] = useState(false);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const { data: roles } = useQuery(rolesQuery());
  const query = useInfiniteQuery(peopleQuery(filters as Parameters<typeof peopleQuery>[0]));
  const rows = rowsOf(query.data);
  const mayInvite = features["invitePeople"] === true;
  const setInvite = (open: boolean) => void navigate({ search: ({ invite: _, ...before }) => (open ? { ...before, invite: "1" } : before), replace: true });
  const selection = useSelectionFor("managePeople", chosen, setChosen);
  const columns: readonly Column<User>[] = [
    { id: "name", header: "Name", primary: true, cell: (person) => <Name person={person} slug={slug} /> },
    { id: "roles", header: "Roles", cell: (person) => <Roles person={person} /> },
    { id: "state", header: "Status", width: "150px", cell: (person) => <PersonState person={person} /> },
    { id: "seen", header: "Last sign-in", width: "150px", cell: (person) => <RelativeTime at={person.lastSignInAt} /> },
  ];
  return (
    <Page>
      <PageHeader
        title="People"
        text="Who works in this workspace, and what their roles let them do."
        actions={mayInvite && <Add onCreate={() => setCreating(true)} onInvite={() => setInvite(true)} />}
      />
      {mayInvite && <Invitations />}
      <FilterBar
        values={filters}
        onChange={(change) => void navigate({ search: (before) => ({ ...before, ...change }) as typeof before, replace: true })}
        filters={[
          { kind: "text", name: "search", label: "Search name or e-mail" },
          {
            kind: "choice",
            name: "role",
            label: "Role",
            any: "Any role",
            options: (roles?.items ?? []).map(({ name, title }) => ({ value: name, label: title })),
          },
          { kind: "choice", name: "status", label: "Status", any: "Any status", options: STATUSES },
        ]}
      />
      {chosen.size > 0 && <BulkBar people={rows?.filter(({ id }) => chosen.has(id)) ?? []} roles={roles?.items ?? []} onDone={() => setChosen(new Set())} />}
      <div className={classes.frame}>
        <DataList
          label="People"
          columns={columns}
          rows={rows}
          rowId={(person) => person.id}
          rowName={(person) => person.name}
          selection={selection}
          error={query.error}
          onRetry={() => void query.refetch()}
          more={moreOf(query)}
          empty={<EmptyState title="Nobody fits these filters" text="Loosen the filters, or invite the person you are looking for." />}
        />
      </div>
      {mayInvite && <InviteDialog opened={invite === "1"} onClose={() => setInvite(false)} />}
      {creating && <CreatePersonDialog onClose={() => setCreating(false)} />}
    </Page>
  );
}

/** The selection of a list, for those who may use the feature that needs it. */
function useSelectionFor(feature: Feature, ids: ReadonlySet<string>, onChange: (ids: ReadonlySet<string>) => void): Selection | undefined {
  return useSession().features[feature] === true ? { ids, onChange } : undefined;
}

function Add({ onCreate, onInvite }: { readonly onCreate: () => void; readonly onInvite: () => void }) {
  return (
    <>
      <Button variant="default" onClick={onCreate}>
        Create an account
      </Button>
      <Button leftSection={<UserPlus size={15} />} onClick={onInvite}>
        Invite people
      </Button>
    </>
  );
}

function Name({ person, slug }: { readonly person: User; readonly slug: string }) {
  return (
    <span className={classes.name}>
      <Link to={`/w/${slug}/people/${person.id}` as "/"} className={classes.link}>
        {person.name}
      </Link>
      <span className={classes.mail}>{person.email}</span>
    </span>
  );
}

function Roles({ person }: { readonly person: User }) {
  const given = new Map<string, string | undefined>(person.roles.map((role) => [role, undefined]));
  for (const group of person.groups) for (const role of group.roles) if (!given.has(role)) given.set(role, group.name);
  if (given.size === 0) return <span className="g-soft">none</span>;
  return (
    <span className={classes.roles}>
      {[...given].map(([role, group]) => (
        <Label key={role} strong={role === "admin"}>
          {roleTitle(role)}
          {group !== undefined && <span className="g-soft"> · {group}</span>}
        </Label>
      ))}
    </span>
  );
}
