import { Button, PasswordInput, TextInput } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useChangePassword } from "../../api/auth.ts";
import { useSession, useUpdateAccount } from "../../api/session.ts";
import { CopyId } from "../../kit/copy-id.tsx";
import { FormProblem, useApiForm } from "../../kit/form.tsx";
import { KeyValue } from "../../kit/key-value.tsx";
import { Page, PageHeader } from "../../kit/page-header.tsx";
import { Panel } from "../../kit/panel.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { roleTitle } from "../../kit/roles-text.ts";
import { Label } from "../../kit/status-badge.tsx";
import { Tabs } from "../../kit/tabs.tsx";
import { toastDone } from "../../kit/toast.tsx";
import { useVersionedForm, VersionedProblem } from "../../kit/versioned-form.tsx";
import { useCrumb } from "../../shell/index.ts";
import { NewPassword } from "../gate/new-password.tsx";
import classes from "../people/people.module.css";
import { PreferencesPanel } from "./preferences-panel.tsx";
import { SecondFactorPanel } from "./second-factor-panel.tsx";
import { SessionsPanel } from "./sessions-panel.tsx";

const route = getRouteApi("/w/$workspace/profile");

const TABS = [
  { value: "account", title: "Account" },
  { value: "security", title: "Password and second factor" },
  { value: "sessions", title: "Sessions" },
  { value: "preferences", title: "Preferences" },
] as const;

/** The signed-in person's own account. */
export function ProfilePage() {
  const { tab = "account" } = route.useSearch();
  const navigate = route.useNavigate();
  const { user } = useSession();
  useCrumb("Profile");
  return (
    <Page narrow>
      <PageHeader title={user.name} text={user.email} />
      <Tabs
        label="Profile"
        tabs={TABS}
        value={tab}
        onChange={(value) => void navigate({ search: { tab: value === "account" ? undefined : value } as never, replace: true })}
      />
      {tab === "account" && <AccountPanel />}
      {tab === "security" && (
        <>
          <PasswordPanel />
          <SecondFactorPanel />
        </>
      )}
      {tab === "sessions" && <SessionsPanel />}
      {tab === "preferences" && <PreferencesPanel />}
    </Page>
  );
}

function AccountPanel() {
  const { user, roles, workspace } = useSession();
  const update = useUpdateAccount();
  const form = useVersionedForm({
    version: user.version,
    stored: { name: user.name },
    words: { name: { label: "Name" } },
    send: async ({ name }, version) => {
      await update.mutateAsync({ body: { name }, version });
      toastDone("Saved");
    },
  });
  return (
    <Panel title="Account">
      <form className={classes.stack} onSubmit={form.onSubmit} noValidate>
        <VersionedProblem form={form} />
        <TextInput label="Name" autoComplete="name" {...form.fields.getInputProps("name")} />
        <KeyValue
          items={[
            ["E-mail", user.email],
            ["Identifier", <CopyId key="id" value={user.id} whole />],
            [
              `Roles in ${workspace?.name ?? "no workspace"}`,
              <span key="roles" className={classes.roles}>
                {roles.map((role) => (
                  <Label key={role}>{roleTitle(role)}</Label>
                ))}
              </span>,
            ],
            ["Last sign-in", <RelativeTime key="seen" at={user.lastSignInAt} />],
            ["Member since", <RelativeTime key="since" at={user.createdAt} />],
          ]}
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

function PasswordPanel() {
  const { user } = useSession();
  const change = useChangePassword();
  const form = useApiForm({
    initial: { currentPassword: "", newPassword: "" },
    send: async (values) => {
      const { sessionsEnded } = await change.mutateAsync(values);
      toastDone("The password is changed", sessionsEnded === 0 ? undefined : `${sessionsEnded} other sessions were ended.`);
      form.reset();
    },
  });
  return (
    <Panel
      title="Password"
      text={
        user.passwordChangedAt === null ? (
          "All your other sessions end when you change it."
        ) : (
          <>
            Changed <RelativeTime at={user.passwordChangedAt} />. All your other sessions end when you change it.
          </>
        )
      }
    >
      <form className={classes.stack} onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <PasswordInput label="Password you have now" autoComplete="current-password" {...form.fields.getInputProps("currentPassword")} />
        <NewPassword
          label="New password"
          password={form.fields.values.newPassword}
          email={user.email}
          name={user.name}
          input={form.fields.getInputProps("newPassword")}
        />
        <div className={classes.buttons}>
          <Button type="submit" loading={form.sending} disabled={form.fields.values.newPassword === ""}>
            Change the password
          </Button>
        </div>
      </form>
    </Panel>
  );
}
