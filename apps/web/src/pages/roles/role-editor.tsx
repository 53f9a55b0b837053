import type { BuiltInRole, Permission, PermissionInfo, Role } from "@granary/protocol";
import { Button, Checkbox, Drawer, Select, Textarea, TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import { useCreateRole, useUpdateRole } from "../../api/roles.ts";
import { FormProblem, useApiForm } from "../../kit/form.tsx";
import { toastDone } from "../../kit/toast.tsx";
import { useVersionedForm, VersionedProblem } from "../../kit/versioned-form.tsx";
import people from "../people/people.module.css";
import { differenceFrom, differenceText } from "./role-difference.ts";
import classes from "./roles.module.css";

type RoleValues = {
  readonly title: string;
  readonly text: string;
  readonly permissions: readonly Permission[];
};

interface EditorProps {
  readonly roles: readonly Role[];
  readonly permissions: readonly PermissionInfo[];
  readonly onClose: () => void;
}

/** A new role of the workspace, begun from one that is there. */
export function CreateRole({ roles, permissions, from, onFrom, onClose }: EditorProps & { readonly from: Role; readonly onFrom: (name: string) => void }) {
  const create = useCreateRole();
  const mine = permissions.filter((permission) => permission.mine).map(({ name }) => name);
  const form = useApiForm<RoleValues>({
    initial: { title: "", text: "", permissions: from.permissions.filter((name) => mine.includes(name)) },
    send: async ({ title, text, permissions: chosen }) => {
      const basedOn = from.builtIn ? (from.name as BuiltInRole) : from.basedOn;
      await create.mutateAsync({ title, text, permissions: [...chosen], basedOn });
      toastDone(`${title} is created`, "Give it to people or groups as any other role.");
      onClose();
    },
  });
  const choose = (name: string | null) => {
    const role = roles.find((item) => item.name === name);
    if (role === undefined) return;
    onFrom(role.name);
    form.fields.setFieldValue(
      "permissions",
      role.permissions.filter((permission) => mine.includes(permission)),
    );
  };
  return (
    <Drawer opened onClose={onClose} position="right" size="xl" title="Create a role">
      <form className={people.stack} onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <TextInput label="Title" data-autofocus {...form.fields.getInputProps("title")} />
        <Textarea label="What it is for" autosize minRows={2} {...form.fields.getInputProps("text")} />
        <Select
          label="Begin with"
          description="What you do not hold yourself is left out."
          data={roles.map(({ name, title }) => ({ value: name, label: title }))}
          value={from.name}
          onChange={choose}
          allowDeselect={false}
          searchable
        />
        <PermissionChoice
          permissions={permissions}
          base={from}
          value={form.fields.values.permissions}
          onChange={(chosen) => form.fields.setFieldValue("permissions", chosen)}
          error={form.fields.errors["permissions"]}
        />
        <Buttons label="Create the role" sending={form.sending} disabled={form.fields.values.permissions.length === 0} onClose={onClose} />
      </form>
    </Drawer>
  );
}

/** Changes a role of the workspace; everybody who holds it has the change with their next request. */
export function EditRole({ role, roles, permissions, onClose }: EditorProps & { readonly role: Role }) {
  const update = useUpdateRole();
  const form = useVersionedForm<RoleValues>({
    version: role.version,
    stored: { title: role.title, text: role.text, permissions: role.permissions },
    words: { title: { label: "Title" }, text: { label: "What it is for" }, permissions: { label: "Permissions", say: (names) => names.join(", ") } },
    send: async (values, version) => {
      await update.mutateAsync({ params: { role: role.name }, version, body: { ...values, permissions: [...values.permissions] } });
      toastDone(`${values.title} is changed`, "Everybody who holds it has the change with their next request.");
      onClose();
    },
  });
  const holders = role.heldBy === null ? 0 : role.heldBy.people + role.heldBy.groups;
  return (
    <Drawer opened onClose={onClose} position="right" size="xl" title={`Edit ${role.title}`}>
      <form className={people.stack} onSubmit={form.onSubmit} noValidate>
        <VersionedProblem form={form} />
        {holders > 0 && <p className={classes.note}>{heldText(role)} A change holds for them at once.</p>}
        <TextInput label="Title" data-autofocus {...form.fields.getInputProps("title")} />
        <Textarea label="What it is for" autosize minRows={2} {...form.fields.getInputProps("text")} />
        <PermissionChoice
          permissions={permissions}
          base={roles.find(({ name }) => name === role.basedOn)}
          value={form.fields.values.permissions}
          onChange={(chosen) => form.fields.setFieldValue("permissions", chosen)}
          error={form.fields.errors["permissions"]}
        />
        <Buttons label="Save" sending={form.sending} disabled={!form.dirty || form.fields.values.permissions.length === 0} onClose={onClose} />
      </form>
    </Drawer>
  );
}

const some = (count: number, one: string, several: string): string[] => (count === 0 ? [] : [`${count} ${count === 1 ? one : several}`]);

/** "Held by 2 people and 1 group." */
export function heldText({ heldBy }: Role): string {
  if (heldBy === null) return "";
  const parts = [
    ...some(heldBy.people, "person", "people"),
    ...some(heldBy.groups, "group", "groups"),
    ...some(heldBy.invitations, "open invitation", "open invitations"),
  ];
  return parts.length === 0 ? "Held by nobody." : `Held by ${parts.join(", ").replace(/, ([^,]*)$/, " and $1")}.`;
}

function Buttons({
  label,
  sending,
  disabled,
  onClose,
}: {
  readonly label: string;
  readonly sending: boolean;
  readonly disabled: boolean;
  readonly onClose: () => void;
}) {
  return (
    <div className={people.buttons}>
      <Button variant="default" onClick={onClose}>
        Cancel
      </Button>
      <Button type="submit" loading={sending} disabled={disabled}>
        {label}
      </Button>
    </div>
  );
}

interface PermissionChoiceProps {
  readonly permissions: readonly PermissionInfo[];
  /** The role it is compared with. */
  readonly base: Role | undefined;
  readonly value: readonly Permission[];
  readonly onChange: (permissions: Permission[]) => void;
  readonly error: ReactNode;
}

/** Every permission of a workspace to tick, by area, with how the choice differs from the role it began with. */
function PermissionChoice({ permissions, base, value, onChange, error }: PermissionChoiceProps) {
  const offered = permissions.filter(({ scope }) => scope === "workspace");
  const difference = base === undefined ? undefined : differenceFrom(base, value);
  const mark = (name: Permission): string | undefined => (difference?.added.includes(name) ? "more" : difference?.left.includes(name) ? "fewer" : undefined);
  return (
    <Checkbox.Group
      label="Permissions"
      description={
        base === undefined || difference === undefined ? `${value.length} chosen` : `${value.length} chosen. ${differenceText(difference, base.title)}.`
      }
      value={[...value]}
      onChange={(names) => onChange(names as Permission[])}
      error={error}
    >
      {[...Map.groupBy(offered, ({ area }) => area)].map(([area, list]) => (
        <fieldset key={area} className={classes.group}>
          <legend className={classes.legend}>{area}</legend>
          {list.map(({ name, text, mine }) => (
            <Checkbox
              key={name}
              size="xs"
              value={name}
              disabled={!mine}
              label={
                <span className={classes.name}>
                  {name}
                  {mark(name) !== undefined && (
                    <span className={classes.mine} data-kind={mark(name)}>
                      {mark(name)}
                    </span>
                  )}
                </span>
              }
              description={mine ? text : "You do not hold it, so no role of yours can give it."}
            />
          ))}
        </fieldset>
      ))}
    </Checkbox.Group>
  );
}
