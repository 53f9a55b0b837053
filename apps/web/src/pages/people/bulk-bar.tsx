import type { Role, User, UserBulkAction } from "@granary/protocol";
import { Button, Menu } from "@mantine/core";
import { useBulkPeople } from "../../api/people.ts";
import { useConfirm } from "../../kit/confirm.tsx";
import { SaidError } from "../../kit/error-note.tsx";
import { toastDone, toastError } from "../../kit/toast.tsx";
import classes from "./people.module.css";

interface Act {
  readonly action: Exclude<UserBulkAction, "add_role" | "remove_role">;
  readonly verb: string;
  readonly text: string;
  readonly danger: boolean;
}

const ACTS: readonly Act[] = [
  { action: "activate", verb: "Activate", text: "They can sign in again.", danger: false },
  { action: "unlock", verb: "Unlock", text: "Locks after wrong passwords are lifted.", danger: false },
  { action: "reset_password", verb: "Send password links", text: "Each gets a link to choose a new password. The old one works until then.", danger: false },
  {
    action: "deactivate",
    verb: "Deactivate",
    text: "Their sessions end at once and their API keys stop. You can activate them again at any time.",
    danger: true,
  },
  {
    action: "remove",
    verb: "Remove from the workspace",
    text: "They lose roles, groups and API keys here. An account without another workspace is deleted. This cannot be undone.",
    danger: true,
  },
];

/** Does the same to everybody chosen, and says for whom it did not work and why. */
export function BulkBar({ people, roles, onDone }: { readonly people: readonly User[]; readonly roles: readonly Role[]; readonly onDone: () => void }) {
  const bulk = useBulkPeople();
  const confirm = useConfirm();
  const names = people.map(({ name, email }) => `${name} (${email})`);
  const run = async (body: Omit<Parameters<typeof bulk.mutateAsync>[0], "ids">, verb: string) => {
    const { results } = await bulk.mutateAsync({ ...body, ids: people.map(({ id }) => id) });
    const failed = results.filter(({ ok }) => !ok);
    const nameOf = (id: string) => people.find((person) => person.id === id)?.name ?? id;
    if (failed.length === 0) toastDone(`${verb}: done for ${results.length}`);
    else
      toastError(
        `${verb}: ${failed.length} of ${results.length} not done`,
        new SaidError(failed.map(({ id, message }) => `${nameOf(id)}: ${message ?? ""}`).join(" ")),
      );
    onDone();
  };
  const giveRole = (role: Role, add: boolean) =>
    confirm({
      title: add ? `Give the role ${role.title}` : `Take the role ${role.title}`,
      text: role.text,
      touches: names,
      action: add ? "Give the role" : "Take the role",
      run: () => run({ action: add ? "add_role" : "remove_role", role: role.name }, role.title),
    });
  return (
    <div className={classes.bulk} role="region" aria-label="Chosen people">
      <strong>{people.length} chosen</strong>
      <Menu>
        <Menu.Target>
          <Button variant="default" size="xs">
            Roles
          </Button>
        </Menu.Target>
        <Menu.Dropdown mah={360} style={{ overflowY: "auto" }}>
          <Menu.Label>Give</Menu.Label>
          {roles
            .filter(({ grantable }) => grantable)
            .map((role) => (
              <Menu.Item key={role.name} onClick={() => giveRole(role, true)}>
                {role.title}
              </Menu.Item>
            ))}
          <Menu.Label>Take</Menu.Label>
          {roles
            .filter(({ grantable }) => grantable)
            .map((role) => (
              <Menu.Item key={role.name} onClick={() => giveRole(role, false)}>
                {role.title}
              </Menu.Item>
            ))}
        </Menu.Dropdown>
      </Menu>
      <Menu>
        <Menu.Target>
          <Button variant="default" size="xs">
            Accounts
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {ACTS.map(({ action, verb, text, danger }) => (
            <Menu.Item
              key={action}
              {...(danger ? { color: "red" } : {})}
              onClick={() => confirm({ title: verb, text, touches: names, action: verb, danger, run: () => run({ action }, verb) })}
            >
              {verb}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Button variant="subtle" color="gray" size="xs" onClick={onDone}>
        Choose none
      </Button>
    </div>
  );
}
