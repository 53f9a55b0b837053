import type { Role } from "@granary/protocol";
import { Button, Modal, Select } from "@mantine/core";
import { useState } from "react";
import { useDeleteRole } from "../../api/roles.ts";
import { type Column, DataList } from "../../kit/data-list.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { Panel } from "../../kit/panel.tsx";
import { toastDone } from "../../kit/toast.tsx";
import people from "../people/people.module.css";
import { differenceFrom, differenceText } from "./role-difference.ts";
import { heldText } from "./role-editor.tsx";

interface OwnRolesProps {
  readonly roles: readonly Role[];
  readonly onEdit: (name: string) => void;
}

/** The roles a workspace made for itself, with what they were made from. */
export function OwnRoles({ roles, onEdit }: OwnRolesProps) {
  const [deleting, setDeleting] = useState<Role>();
  const own = roles.filter((role) => !role.builtIn);
  const compared = (role: Role): string => {
    const base = roles.find(({ name }) => name === role.basedOn);
    return base === undefined
      ? `${role.permissions.length} permissions`
      : `${role.permissions.length} permissions, ${differenceText(differenceFrom(base, role.permissions), base.title)}`;
  };
  const columns: readonly Column<Role>[] = [
    {
      id: "title",
      header: "Role",
      primary: true,
      cell: (role) => (
        <span className={people.name}>
          {role.title}
          <span className={people.mail}>{role.text === "" ? role.name : role.text}</span>
        </span>
      ),
    },
    { id: "gives", header: "Gives", cell: compared },
    { id: "held", header: "Held", width: "240px", cell: heldText },
  ];
  return (
    <Panel title="Roles of this workspace" flush>
      <DataList
        label="Roles of this workspace"
        columns={columns}
        rows={own}
        rowId={(role) => role.name}
        rowName={(role) => role.title}
        error={null}
        empty={<EmptyState small title="None yet" text="The built-in roles are below. Create one from any of them where they give too much or too little." />}
        rowAction={(role) =>
          role.can.update && (
            <span className={people.roles}>
              <Button variant="subtle" color="gray" size="compact-xs" aria-label={`Edit ${role.title}`} onClick={() => onEdit(role.name)}>
                Edit
              </Button>
              <Button variant="subtle" color="gray" size="compact-xs" aria-label={`Delete ${role.title}`} onClick={() => setDeleting(role)}>
                Delete
              </Button>
            </span>
          )
        }
      />
      {deleting !== undefined && <DeleteRole role={deleting} roles={roles} onClose={() => setDeleting(undefined)} />}
    </Panel>
  );
}

/** Asks which role its holders get instead, before a role goes. */
function DeleteRole({ role, roles, onClose }: { readonly role: Role; readonly roles: readonly Role[]; readonly onClose: () => void }) {
  const remove = useDeleteRole();
  const [moveTo, setMoveTo] = useState<string | null>(null);
  const isHeld = role.heldBy !== null && role.heldBy.people + role.heldBy.groups + role.heldBy.invitations > 0;
  const go = () =>
    remove.mutate(
      { params: { role: role.name }, query: moveTo === null ? {} : { moveTo } },
      {
        onSuccess: () => {
          toastDone(`${role.title} is deleted`);
          onClose();
        },
      },
    );
  return (
    <Modal opened onClose={onClose} title={`Delete ${role.title}`}>
      <div className={people.stack}>
        <span>{isHeld ? `${heldText(role)} Choose what they hold instead.` : "Nobody holds it. It cannot be brought back, only created again."}</span>
        {isHeld && (
          <Select
            label="Instead"
            placeholder="Choose a role"
            data={roles.filter((other) => other.grantable && other.name !== role.name).map(({ name, title }) => ({ value: name, label: title }))}
            value={moveTo}
            onChange={setMoveTo}
            data-autofocus
            searchable
          />
        )}
        {remove.error !== null && <ErrorNote error={remove.error} />}
        <div className={people.buttons}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button color="red" loading={remove.isPending} disabled={isHeld && moveTo === null} onClick={go}>
            Delete the role
          </Button>
        </div>
      </div>
    </Modal>
  );
}
