import type { InvitationResult } from "@granary/protocol";
import { Button, Modal, Textarea } from "@mantine/core";
import { useState } from "react";
import { useInvitePeople } from "../../api/people.ts";
import { CopyId } from "../../kit/copy-id.tsx";
import { FormProblem, useApiForm } from "../../kit/form.tsx";
import { StatusBadge } from "../../kit/status-badge.tsx";
import classes from "./people.module.css";
import { RoleChoice } from "./role-choice.tsx";

/** Invites one or many addresses with the same roles. */
export function InviteDialog({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }) {
  const [results, setResults] = useState<readonly InvitationResult[]>();
  const close = () => {
    setResults(undefined);
    onClose();
  };
  return (
    <Modal opened={opened} onClose={close} title={results === undefined ? "Invite people" : "Invited"} size="lg">
      {results === undefined ? <InviteForm onInvited={setResults} onClose={close} /> : <Results results={results} onClose={close} />}
    </Modal>
  );
}

function splitAddresses(text: string): string[] {
  return text.split(/[\s,;]+/).filter((part) => part !== "");
}

function InviteForm({ onInvited, onClose }: { readonly onInvited: (results: readonly InvitationResult[]) => void; readonly onClose: () => void }) {
  const invite = useInvitePeople();
  const form = useApiForm({
    initial: { emails: "", roles: ["viewer"] as string[] },
    check: ({ emails }) => (splitAddresses(emails).length === 0 ? { emails: "Type at least one address" } : {}),
    send: async ({ emails, roles }) => onInvited((await invite.mutateAsync({ emails: splitAddresses(emails), roles })).results),
  });
  return (
    <form className={classes.stack} onSubmit={form.onSubmit} noValidate>
      <FormProblem problem={form.problem} />
      <Textarea
        label="E-mail addresses"
        description="Several may be separated by commas, blanks or lines."
        autosize
        minRows={2}
        maxRows={8}
        data-autofocus
        {...form.fields.getInputProps("emails")}
      />
      <RoleChoice
        label="Roles they get"
        value={form.fields.values.roles}
        onChange={(roles) => form.fields.setFieldValue("roles", roles)}
        error={form.fields.errors["roles"]}
      />
      <div className={classes.buttons}>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" loading={form.sending}>
          Send invitations
        </Button>
      </div>
    </form>
  );
}

const SAID = {
  invited: { tone: "good", text: "Invited" },
  already_member: { tone: "idle", text: "Already a member" },
  already_invited: { tone: "idle", text: "Already invited" },
} as const;

function Results({ results, onClose }: { readonly results: readonly InvitationResult[]; readonly onClose: () => void }) {
  return (
    <div className={classes.stack}>
      <ul className={classes.list}>
        {results.map(({ email, result, link }) => (
          <li key={email}>
            <span className={classes.grow}>{email}</span>
            <StatusBadge tone={SAID[result].tone}>{SAID[result].text}</StatusBadge>
            {link !== null && <CopyId value={link} label="invitation link" whole />}
          </li>
        ))}
      </ul>
      <div className={classes.buttons}>
        <Button onClick={onClose} data-autofocus>
          Done
        </Button>
      </div>
    </div>
  );
}
