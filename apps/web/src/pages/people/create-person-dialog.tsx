import { Button, Modal, Radio, TextInput } from "@mantine/core";
import { useState } from "react";
import { useCreatePerson } from "../../api/people.ts";
import { CopyId } from "../../kit/copy-id.tsx";
import { FormProblem, useApiForm } from "../../kit/form.tsx";
import classes from "./people.module.css";
import { RoleChoice } from "./role-choice.tsx";

interface Made {
  readonly user: { readonly name: string; readonly email: string };
  readonly link: string | null;
  readonly temporaryPassword: string | null;
}

/** Creates an account without waiting for the person. */
export function CreatePersonDialog({ onClose }: { readonly onClose: () => void }) {
  const [made, setMade] = useState<Made>();
  return (
    <Modal opened onClose={onClose} title={made === undefined ? "Create an account" : `${made.user.name} has an account`} size="lg">
      {made === undefined ? <CreateForm onMade={setMade} onClose={onClose} /> : <Handover made={made} onClose={onClose} />}
    </Modal>
  );
}

function CreateForm({ onMade, onClose }: { readonly onMade: (made: Made) => void; readonly onClose: () => void }) {
  const create = useCreatePerson();
  const form = useApiForm({
    initial: { name: "", email: "", roles: ["viewer"] as string[], password: "mail" as "mail" | "generate" },
    send: async ({ roles, ...values }) => onMade(await create.mutateAsync({ ...values, roles })),
  });
  return (
    <form className={classes.stack} onSubmit={form.onSubmit} noValidate>
      <FormProblem problem={form.problem} />
      <TextInput label="Name" data-autofocus {...form.fields.getInputProps("name")} />
      <TextInput label="E-mail" type="email" {...form.fields.getInputProps("email")} />
      <Radio.Group label="First password" {...form.fields.getInputProps("password")}>
        <div className={classes.stack} style={{ gap: 8, marginTop: 8 }}>
          <Radio value="mail" label="Mail a link to choose one" />
          <Radio value="generate" label="Generate one and show it to me once" description="It must be changed at the first sign-in." />
        </div>
      </Radio.Group>
      <RoleChoice value={form.fields.values.roles} onChange={(roles) => form.fields.setFieldValue("roles", roles)} error={form.fields.errors["roles"]} />
      <div className={classes.buttons}>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" loading={form.sending}>
          Create the account
        </Button>
      </div>
    </form>
  );
}

function Handover({ made, onClose }: { readonly made: Made; readonly onClose: () => void }) {
  return (
    <div className={classes.stack}>
      {made.temporaryPassword !== null && (
        <p className={classes.secret}>
          First password, shown only now: <CopyId value={made.temporaryPassword} label="password" whole />
        </p>
      )}
      {made.link !== null && (
        <p className={classes.secret}>
          Link to choose a password: <CopyId value={made.link} label="link" whole />
        </p>
      )}
      {made.temporaryPassword === null && made.link === null && <p>A link to choose a password is on its way to {made.user.email}.</p>}
      <div className={classes.buttons}>
        <Button onClick={onClose} data-autofocus>
          Done
        </Button>
      </div>
    </div>
  );
}
