import type { Settings } from "@granary/protocol";
import { Button, TextInput } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { settingsQuery, useRenameWorkspace, useTestMail } from "../../api/settings.ts";
import { useSession } from "../../api/session.ts";
import { Meter } from "../../kit/charts.tsx";
import { CopyId } from "../../kit/copy-id.tsx";
import { useFormat } from "../../kit/format.tsx";
import { FormProblem, useApiForm } from "../../kit/form.tsx";
import { KeyValue } from "../../kit/key-value.tsx";
import { Page, PageHeader } from "../../kit/page-header.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Tabs } from "../../kit/tabs.tsx";
import { toastDone } from "../../kit/toast.tsx";
import { useVersionedForm, VersionedProblem } from "../../kit/versioned-form.tsx";
import classes from "../people/people.module.css";
import { DeveloperPanel } from "./developer-panel.tsx";
import { SecurityPanel } from "./security-panel.tsx";

const route = getRouteApi("/w/$workspace/settings");

/** Settings of the workspace, and of the installation for those who administer it. */
export function SettingsPage() {
  const { tab = "workspace" } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: settings } = useSuspenseQuery(settingsQuery());
  const tabs = [
    { value: "workspace", title: "Workspace" },
    ...(settings.instance === null ? [] : [{ value: "security", title: "Sign-up and security" } as const]),
    { value: "mail", title: "Mail" },
    { value: "developers", title: "Developers in production" },
  ] as const;
  return (
    <Page narrow>
      <PageHeader title="Settings" />
      <Tabs
        label="Settings"
        tabs={tabs}
        value={tab}
        onChange={(value) => void navigate({ search: { tab: value === "workspace" ? undefined : value } as never, replace: true })}
      />
      {tab === "workspace" && (
        <>
          <WorkspacePanel key={settings.workspace.id} settings={settings} />
          <StoragePanel settings={settings} />
        </>
      )}
      {tab === "security" && settings.instance !== null && <SecurityPanel instance={settings.instance} mayChange={settings.can.updateInstance} />}
      {tab === "mail" && <MailPanel settings={settings} />}
      {tab === "developers" && <DeveloperPanel />}
    </Page>
  );
}

function WorkspacePanel({ settings }: { readonly settings: Settings }) {
  const { workspace, can } = settings;
  const rename = useRenameWorkspace();
  const navigate = useNavigate();
  const form = useVersionedForm({
    version: workspace.version,
    stored: { name: workspace.name, slug: workspace.slug },
    words: { name: { label: "Name" }, slug: { label: "Address" } },
    send: async (values, version) => {
      const after = await rename.mutateAsync({ params: { workspace: workspace.id }, body: values, version });
      toastDone("Saved");
      if (after.slug !== workspace.slug) await navigate({ to: "/w/$workspace/settings", params: { workspace: after.slug } });
    },
  });
  return (
    <Panel title="Workspace">
      <form className={classes.stack} onSubmit={form.onSubmit} noValidate>
        <VersionedProblem form={form} />
        <TextInput label="Name" readOnly={!can.updateWorkspace} {...form.fields.getInputProps("name")} />
        <TextInput
          label="Address"
          description="Links to the old address stop working when it changes."
          leftSection={<span className="g-mono">/w/</span>}
          leftSectionWidth={40}
          readOnly={!can.updateWorkspace}
          {...form.fields.getInputProps("slug")}
        />
        <KeyValue items={[["Identifier", <CopyId key="id" value={workspace.id} whole />]]} />
        {can.updateWorkspace && (
          <div className={classes.buttons}>
            <Button type="submit" loading={form.sending} disabled={!form.dirty || form.conflict !== undefined}>
              Save
            </Button>
          </div>
        )}
      </form>
    </Panel>
  );
}

/** What files take that people sent, and what they may take. */
function StoragePanel({ settings }: { readonly settings: Settings }) {
  const format = useFormat();
  const { keptBytes, quotaBytes } = settings.storage;
  const kept = format.bytes(keptBytes);
  return (
    <Panel title="Uploaded files" text="The original of every file that was loaded is kept as long as its dataset.">
      <div className={classes.stack}>
        {quotaBytes !== null && <Meter done={keptBytes} total={quotaBytes} label="Quota" />}
        <KeyValue
          items={[
            ["Kept", quotaBytes === null ? kept : `${kept} of ${format.bytes(quotaBytes)}`],
            ["Limit", quotaBytes === null ? "None. GRANARY_WORKSPACE_QUOTA sets one for each workspace." : "Set by GRANARY_WORKSPACE_QUOTA"],
            ["Virus scan", settings.virusScan ? "Every file, before it can be used" : "Off. GRANARY_CLAMD names the scanner."],
          ]}
        />
      </div>
    </Panel>
  );
}

function MailPanel({ settings }: { readonly settings: Settings }) {
  const { mail, can } = settings;
  const { user } = useSession();
  const test = useTestMail();
  const form = useApiForm({
    initial: { to: user.email },
    send: async ({ to }) => {
      const sent = await test.mutateAsync(to);
      toastDone(sent.delivery === "smtp" ? "The test mail is on its way" : "The test mail is in the outbox", `To ${sent.to}`);
    },
  });
  return (
    <Panel
      title="Mail"
      text={
        mail.delivery === "smtp"
          ? "Mail is sent by the configured server."
          : "No mail server is set: mails are kept in the outbox. Set GRANARY_SMTP_URL and start Granary again."
      }
    >
      <div className={classes.stack}>
        <KeyValue
          items={[
            ["Delivery", mail.delivery === "smtp" ? "Mail server (SMTP)" : "Local outbox"],
            ["Sender", mail.from],
          ]}
        />
        {can.testMail && (
          <form className={classes.stack} onSubmit={form.onSubmit} noValidate>
            <FormProblem problem={form.problem} />
            <TextInput label="Send a test mail to" type="email" {...form.fields.getInputProps("to")} />
            <div className={classes.buttons}>
              <Button type="submit" variant="default" loading={form.sending}>
                Send the test mail
              </Button>
            </div>
          </form>
        )}
      </div>
    </Panel>
  );
}
