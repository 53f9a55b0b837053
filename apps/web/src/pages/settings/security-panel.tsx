import type { InstanceSettings } from "@granary/protocol";
import { Button, MultiSelect, NumberInput, Radio } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { rolesQuery } from "../../api/roles.ts";
import { useUpdateSettings } from "../../api/settings.ts";
import { Panel } from "../../kit/panel.tsx";
import { rolesText } from "../../kit/roles-text.ts";
import { toastDone } from "../../kit/toast.tsx";
import { useVersionedForm, VersionedProblem } from "../../kit/versioned-form.tsx";
import classes from "../people/people.module.css";

const MINUTE_S = 60;
const HOUR_S = 3_600;
const DAY_S = 86_400;

const SIGN_UP = [
  { value: "open", label: "Open", description: "Anybody who reaches this address may create an account." },
  { value: "invitation", label: "By invitation", description: "Only with a link that an administrator sent." },
  { value: "closed", label: "Closed", description: "Administrators create accounts; invitations are for existing accounts." },
] as const;

const WORDS = {
  signUp: { label: "Who may create an account", say: (value: string) => SIGN_UP.find((choice) => choice.value === value)?.label ?? value },
  secondFactorRoles: { label: "Roles that need a second factor", say: rolesText },
  "session.idleTimeout": { label: "Idle sessions end after", say: (minutes: number) => `${minutes} minutes` },
  "session.lifetime": { label: "Sessions end in any case after", say: (hours: number) => `${hours} hours` },
  "session.remember": { label: "“Keep me signed in” lasts", say: (days: number) => `${days} days` },
};

/** Who may sign up, who needs a second factor, how long sessions last. */
export function SecurityPanel({ instance, mayChange }: { readonly instance: InstanceSettings; readonly mayChange: boolean }) {
  const { data: roles } = useQuery(rolesQuery());
  const update = useUpdateSettings();
  const form = useVersionedForm({
    version: instance.version,
    stored: {
      signUp: instance.signUp,
      secondFactorRoles: instance.secondFactorRoles as string[],
      "session.idleTimeout": instance.session.idleTimeout / MINUTE_S,
      "session.lifetime": instance.session.lifetime / HOUR_S,
      "session.remember": instance.session.remember / DAY_S,
    },
    words: WORDS,
    send: async (values, version) => {
      await update.mutateAsync({
        body: {
          signUp: values.signUp,
          secondFactorRoles: values.secondFactorRoles,
          session: {
            idleTimeout: Math.round(Number(values["session.idleTimeout"]) * MINUTE_S),
            lifetime: Math.round(Number(values["session.lifetime"]) * HOUR_S),
            remember: Math.round(Number(values["session.remember"]) * DAY_S),
          },
        },
        version,
      });
      toastDone("Saved", "It holds for every sign-in from now on.");
    },
  });
  const { values, errors, setFieldValue } = form.fields;
  const duration = (name: "session.idleTimeout" | "session.lifetime" | "session.remember") => ({
    value: values[name],
    error: errors[name],
    onChange: (value: string | number) => form.fields.setValues({ [name]: Number(value) } as Partial<typeof values>),
    readOnly: !mayChange,
  });
  return (
    <Panel title="Sign-up and security" text="For the whole installation, every workspace in it.">
      <form className={classes.stack} onSubmit={form.onSubmit} noValidate>
        <VersionedProblem form={form} />
        <Radio.Group
          label="Who may create an account"
          value={values.signUp}
          onChange={(value) => setFieldValue("signUp", value as typeof values.signUp)}
          error={errors["signUp"]}
        >
          <div className={classes.stack} style={{ gap: 8, marginTop: 8 }}>
            {SIGN_UP.map((choice) => (
              <Radio key={choice.value} {...choice} disabled={!mayChange} />
            ))}
          </div>
        </Radio.Group>
        <MultiSelect
          label="Roles that need a second factor"
          description="Whoever holds one sets it up at the next sign-in, before anything else."
          placeholder={values.secondFactorRoles.length === 0 ? "No role" : ""}
          data={(roles?.items ?? []).map(({ name, title }) => ({ value: name, label: title }))}
          value={values.secondFactorRoles}
          onChange={(value) => setFieldValue("secondFactorRoles", value)}
          error={errors["secondFactorRoles"]}
          readOnly={!mayChange}
        />
        <div className={classes.choices}>
          <NumberInput label="Idle sessions end after" suffix=" minutes" min={5} max={1_440} {...duration("session.idleTimeout")} />
          <NumberInput label="Sessions end in any case after" suffix=" hours" min={0.25} max={168} {...duration("session.lifetime")} />
          <NumberInput label="“Keep me signed in” lasts" suffix=" days" min={1} max={90} {...duration("session.remember")} />
        </div>
        {mayChange && (
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
