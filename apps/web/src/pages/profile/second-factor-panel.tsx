import { Button, Modal, PasswordInput, TextInput } from "@mantine/core";
import { useState } from "react";
import { useDisableSecondFactor, useRenewBackupCodes } from "../../api/auth.ts";
import { useSession } from "../../api/session.ts";
import { FormProblem, useApiForm } from "../../kit/form.tsx";
import { Panel } from "../../kit/panel.tsx";
import { StatusBadge } from "../../kit/status-badge.tsx";
import { toastDone } from "../../kit/toast.tsx";
import { BackupCodes, EnrolSecondFactor } from "../gate/enrol-second-factor.tsx";
import classes from "../people/people.module.css";

type Step = "enrol" | "disable" | "codes";

const TITLES = { enrol: "Set up a second factor", disable: "Remove the second factor", codes: "Make new backup codes" } as const;
const FEW_CODES = 3;

/** The second factor of the account: set up, renew the backup codes, remove. */
export function SecondFactorPanel() {
  const { user } = useSession();
  const [step, setStep] = useState<Step>();
  const close = () => setStep(undefined);
  return (
    <Panel
      title="Second factor"
      text="A code from an application on your phone, asked after the password. It keeps a stolen password useless."
      actions={user.secondFactorEnabled ? <StatusBadge tone="good">On</StatusBadge> : <StatusBadge tone="idle">Off</StatusBadge>}
    >
      {user.secondFactorEnabled ? (
        <div className={classes.stack}>
          <p style={{ margin: 0 }}>
            {user.backupCodesLeft} backup codes are left.
            {user.backupCodesLeft <= FEW_CODES && " Make new ones before they run out."}
          </p>
          <div style={{ display: "flex", gap: 8, flexWrap: "wrap" }}>
            <Button variant="default" onClick={() => setStep("codes")}>
              Make new backup codes
            </Button>
            <Button variant="default" disabled={!user.can.disableSecondFactor} onClick={() => setStep("disable")}>
              Remove the second factor
            </Button>
          </div>
          {!user.can.disableSecondFactor && <p className="g-soft">One of your roles demands it, so it cannot be removed.</p>}
        </div>
      ) : (
        <Button onClick={() => setStep("enrol")}>Set it up</Button>
      )}
      <Modal opened={step !== undefined} onClose={close} title={step === undefined ? "" : TITLES[step]} closeOnClickOutside={false}>
        {step === "enrol" && <EnrolSecondFactor onDone={close} />}
        {step === "disable" && <Disable onDone={close} />}
        {step === "codes" && <NewCodes onDone={close} />}
      </Modal>
    </Panel>
  );
}

function Disable({ onDone }: { readonly onDone: () => void }) {
  const disable = useDisableSecondFactor();
  const form = useApiForm({
    initial: { password: "", code: "" },
    send: async (values) => {
      await disable.mutateAsync(values);
      toastDone("The second factor is removed");
      onDone();
    },
  });
  return (
    <form className={classes.stack} onSubmit={form.onSubmit} noValidate>
      <FormProblem problem={form.problem} />
      <PasswordInput label="Your password" autoComplete="current-password" data-autofocus {...form.fields.getInputProps("password")} />
      <TextInput label="Code of the authenticator, or a backup code" autoComplete="one-time-code" {...form.fields.getInputProps("code")} />
      <Button type="submit" color="red" loading={form.sending}>
        Remove it
      </Button>
    </form>
  );
}

function NewCodes({ onDone }: { readonly onDone: () => void }) {
  const renew = useRenewBackupCodes();
  const [codes, setCodes] = useState<readonly string[]>();
  const form = useApiForm({ initial: { password: "" }, send: async ({ password }) => setCodes((await renew.mutateAsync(password)).backupCodes) });
  if (codes !== undefined) return <BackupCodes codes={codes} onDone={onDone} />;
  return (
    <form className={classes.stack} onSubmit={form.onSubmit} noValidate>
      <p style={{ margin: 0 }}>The codes you have now stop working.</p>
      <FormProblem problem={form.problem} />
      <PasswordInput label="Your password" autoComplete="current-password" data-autofocus {...form.fields.getInputProps("password")} />
      <Button type="submit" loading={form.sending}>
        Make ten new codes
      </Button>
    </form>
  );
}
