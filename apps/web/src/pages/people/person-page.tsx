import type { User } from "@granary/protocol";
import { Button, TextInput } from "@mantine/core";
import { useInfiniteQuery, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { personActivityQuery } from "../../api/activity.ts";
import { itemsOf } from "../../api/list.ts";
import { personQuery, useResetPersonPassword, useSetRoles, useUpdatePerson } from "../../api/people.ts";
import { useMay } from "../../api/session.ts";
import { CopyId } from "../../kit/copy-id.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { KeyValue } from "../../kit/key-value.tsx";
import { Page, PageHeader } from "../../kit/page-header.tsx";
import { Panel } from "../../kit/panel.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { rolesText, roleTitle } from "../../kit/roles-text.ts";
import { Label, StatusBadge } from "../../kit/status-badge.tsx";
import { toastDone } from "../../kit/toast.tsx";
import { useVersionedForm, VersionedProblem } from "../../kit/versioned-form.tsx";
import { useCrumb, useSlug } from "../../shell/index.ts";
import { AttributesPanel } from "../person-access/attributes-panel.tsx";
import { DatasetsPanel } from "../person-access/datasets-panel.tsx";
import { MasksPanel } from "../person-access/masks-panel.tsx";
import classes from "./people.module.css";
import { PersonActions } from "./person-actions.tsx";
import { PersonState } from "./person-state.tsx";
import { RoleChoice } from "./role-choice.tsx";

const route = getRouteApi("/w/$workspace/people/$person");

/** One person: account, roles and groups, what they did, and what can be done about them. */
export function PersonPage() {
  const { person: id } = route.useParams();
  const { data: person } = useSuspenseQuery(personQuery(id));
  const navigate = useNavigate();
  const slug = useSlug();
  const mayReadActivity = useMay("activity:read");
  const mayReadPolicies = useMay("privacy:read");
  useCrumb(person.name);
  return (
    <Page>
      <PageHeader
        title={person.name}
        text={person.email}
        beside={
          <>
            <PersonState person={person} />
            {person.instanceAdmin && <Label strong>Administers the installation</Label>}
          </>
        }
        actions={<PersonActions person={person} onRemoved={() => void navigate({ to: "/w/$workspace/people", params: { workspace: slug } })} />}
      />
      <div className={classes.two}>
        <AccountPanel key={person.id} person={person} />
        <Facts person={person} />
      </div>
      <RolesPanel key={`roles-${person.id}`} person={person} slug={slug} />
      {mayReadPolicies && (
        <div className={classes.two}>
          <DatasetsPanel person={person} />
          <MasksPanel person={person} />
        </div>
      )}
      <AttributesPanel person={person} />
      {mayReadActivity && <Did person={person} />}
    </Page>
  );
}

function AccountPanel({ person }: { readonly person: User }) {
  const update = useUpdatePerson();
  const form = useVersionedForm({
    version: person.version,
    stored: { name: person.name, email: person.email },
    words: { name: { label: "Name" }, email: { label: "E-mail" } },
    send: async (values, version) => {
      await update.mutateAsync({ params: { user: person.id }, body: values, version });
      toastDone("Saved");
    },
  });
  const why = person.home ? undefined : "The account belongs to another workspace, whose administrators change it.";
  return (
    <Panel title="Account" text={why}>
      <form className={classes.stack} onSubmit={form.onSubmit} noValidate>
        <VersionedProblem form={form} />
        <TextInput label="Name" readOnly={!person.can.update} {...form.fields.getInputProps("name")} />
        <TextInput label="E-mail" type="email" readOnly={!person.can.update} {...form.fields.getInputProps("email")} />
        {person.can.update && (
          <div className={classes.buttons}>
            <Button type="submit" variant="default" loading={form.sending} disabled={!form.dirty || form.conflict !== undefined}>
              Save
            </Button>
          </div>
        )}
      </form>
    </Panel>
  );
}

function Facts({ person }: { readonly person: User }) {
  const { security } = person;
  return (
    <Panel title="Facts">
      <KeyValue
        items={[
          ["Identifier", <CopyId key="id" value={person.id} whole />],
          ["Last sign-in", <RelativeTime key="seen" at={person.lastSignInAt} />],
          ["Joined", <RelativeTime key="joined" at={person.joinedAt} />],
          ["E-mail confirmed", person.emailVerified ? "yes" : "no"],
          ...(security === null
            ? []
            : ([
                [
                  "Second factor",
                  security.secondFactor ? (
                    <StatusBadge key="2fa" tone="good">
                      On
                    </StatusBadge>
                  ) : (
                    <StatusBadge key="2fa" tone="idle">
                      Off
                    </StatusBadge>
                  ),
                ],
                ["Locked", security.lockedUntil === null ? "no" : <RelativeTime key="lock" at={security.lockedUntil} />],
              ] as const)),
          ...(person.protected ? ([["Protected", "The first administrator cannot be deactivated, removed or demoted."]] as const) : []),
        ]}
      />
      {person.can.resetPassword && <ResetPassword person={person} />}
    </Panel>
  );
}

function ResetPassword({ person }: { readonly person: User }) {
  const reset = useResetPersonPassword();
  return (
    <div className={classes.stack} style={{ marginTop: 16, gap: 8 }}>
      {reset.error !== null && <ErrorNote error={reset.error} />}
      {reset.data?.link != null && (
        <p className={classes.secret}>
          Link to choose a new password: <CopyId value={reset.data.link} label="link" whole />
        </p>
      )}
      {reset.data !== undefined && reset.data.link === null && <p className={classes.secret}>A link is on its way to {reset.data.sentTo}.</p>}
      <Button variant="default" size="xs" style={{ alignSelf: "flex-start" }} loading={reset.isPending} onClick={() => reset.mutate(person.id)}>
        Send a password link
      </Button>
    </div>
  );
}

function RolesPanel({ person, slug }: { readonly person: User; readonly slug: string }) {
  const setRoles = useSetRoles();
  const form = useVersionedForm({
    version: person.version,
    stored: { roles: person.roles as string[] },
    words: { roles: { label: "Roles", say: rolesText } },
    send: async ({ roles }, version) => {
      await setRoles.mutateAsync({ params: { user: person.id }, body: { roles, version } });
      toastDone("Roles saved", `${person.name} has them from the next click on.`);
    },
  });
  const why = person.protected
    ? "The first administrator keeps the administrator role."
    : "What this person may do is the union over these roles and those of their groups.";
  return (
    <Panel title="Roles and groups" text={why}>
      <form className={classes.stack} onSubmit={form.onSubmit} noValidate>
        <VersionedProblem form={form} />
        <RoleChoice
          label="Given directly"
          value={form.fields.values.roles}
          onChange={(roles) => form.fields.setFieldValue("roles", roles)}
          disabled={!person.can.assignRoles}
          error={form.fields.errors["roles"]}
        />
        <div>
          <p style={{ margin: "0 0 4px", fontSize: "0.8125rem", fontWeight: 500 }}>Groups</p>
          {person.groups.length === 0 && <span className="g-soft">In no group.</span>}
          <span className={classes.roles}>
            {person.groups.map((group) => (
              <Link key={group.id} to={`/w/${slug}/groups/${group.id}` as "/"}>
                <Label>
                  {group.name}
                  {group.roles.length > 0 && `: ${group.roles.map(roleTitle).join(", ")}`}
                </Label>
              </Link>
            ))}
          </span>
        </div>
        {person.can.assignRoles && (
          <div className={classes.buttons}>
            <Button type="submit" loading={form.sending} disabled={!form.dirty || form.conflict !== undefined}>
              Save roles
            </Button>
          </div>
        )}
      </form>
    </Panel>
  );
}

function Did({ person }: { readonly person: User }) {
  const query = useInfiniteQuery(personActivityQuery(person.id));
  const items = itemsOf(query.data);
  return (
    <Panel title="What they did">
      {query.error !== null && <ErrorNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.data !== undefined && items.length === 0 && <EmptyState small title="Nothing yet" text="Sign-ins and changes by this person appear here." />}
      <ul className={classes.list}>
        {items.map((entry) => (
          <li key={entry.id}>
            <span className={classes.grow}>{entry.text}</span>
            {entry.result !== "success" && <StatusBadge tone={entry.result === "denied" ? "warn" : "bad"}>{entry.result}</StatusBadge>}
            <span className="g-soft">
              <RelativeTime at={entry.at} />
            </span>
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <Button variant="default" size="xs" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          Show more
        </Button>
      )}
    </Panel>
  );
}
