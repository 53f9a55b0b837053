import type { User } from "@granary/protocol";
import { Button, Menu } from "@mantine/core";
import Ellipsis from "lucide-react/icons/ellipsis";
import { type PersonVerb, usePersonVerb, useSetInstanceAdmin } from "../../api/people.ts";
import { useSession } from "../../api/session.ts";
import { useConfirm } from "../../kit/confirm.tsx";
import { toastDone, toastError } from "../../kit/toast.tsx";

function isLocked({ security }: User): boolean {
  return security !== null && security.lockedUntil !== null;
}

/** What can be done about a person, as far as the reader may. */
export function PersonActions({ person, onRemoved }: { readonly person: User; readonly onRemoved: () => void }) {
  const act = usePersonVerb();
  const setAdmin = useSetInstanceAdmin();
  const confirm = useConfirm();
  const { user } = useSession();
  const touches = [`${person.name} (${person.email})`];
  const now = (verb: PersonVerb, said: string) =>
    act.mutate({ user: person.id, verb }, { onSuccess: () => toastDone(said), onError: (error) => toastError("Not done", error) });
  const { can } = person;
  if (!Object.values(can).some(Boolean) || person.id === user.id) return null;
  return (
    <>
      {can.unlock && isLocked(person) && <Button onClick={() => now("unlock", "Unlocked")}>Unlock</Button>}
      {can.activate && person.status === "inactive" && <Button onClick={() => now("activate", `${person.name} can sign in again`)}>Activate</Button>}
      <Menu position="bottom-end" width={240}>
        <Menu.Target>
          <Button variant="default" rightSection={<Ellipsis size={15} />}>
            More
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {can.setInstanceAdmin && (
            <Menu.Item
              onClick={() =>
                confirm({
                  title: person.instanceAdmin ? "Take the administration of the installation" : "Let this person administer the installation",
                  text: person.instanceAdmin
                    ? "Workspace roles stay as they are."
                    : "They may change sign-up, security and mail settings and see every workspace's existence.",
                  touches,
                  action: person.instanceAdmin ? "Take it" : "Give it",
                  danger: true,
                  run: () => setAdmin.mutateAsync({ user: person.id, instanceAdmin: !person.instanceAdmin }),
                })
              }
            >
              {person.instanceAdmin ? "No longer an installation administrator" : "Make an installation administrator"}
            </Menu.Item>
          )}
          {can.deactivate && person.status === "active" && (
            <Menu.Item
              color="red"
              onClick={() =>
                confirm({
                  title: "Deactivate the account",
                  text: "Every session ends at once and API keys stop. Nothing is deleted; you can activate it again.",
                  touches,
                  action: "Deactivate",
                  danger: true,
                  run: () => act.mutateAsync({ user: person.id, verb: "deactivate" }),
                })
              }
            >
              Deactivate
            </Menu.Item>
          )}
          {can.remove && (
            <Menu.Item
              color="red"
              onClick={() =>
                confirm({
                  title: "Remove from the workspace",
                  text: "Roles, groups and API keys of this workspace go. If this is their only workspace, the account is deleted too. This cannot be undone.",
                  touches,
                  action: "Remove",
                  danger: true,
                  typed: person.email,
                  run: async () => {
                    await act.mutateAsync({ user: person.id, verb: "remove" });
                    onRemoved();
                  },
                })
              }
            >
              Remove from the workspace
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
