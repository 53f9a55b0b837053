import { Anchor, Button, TextInput } from "@mantine/core";
import { useState } from "react";
import { useVerifySecondFactor } from "../../api/auth.ts";
import { FormProblem, useApiForm } from "../../kit/form.tsx";
import classes from "./gate.module.css";
import { GateTitle } from "./gate-title.tsx";

const DIGITS = 6;

/** The second step of a sign-in: a code of the authenticator, or one of the backup codes. */
export function SecondFactor({ onDone, onBack }: { readonly onDone: () => void; readonly onBack: () => void }) {
  const [backup, setBackup] = useState(false);
  const verify = useVerifySecondFactor();
  const form = useApiForm({
    initial: { code: "" },
    send: async ({ code }) => {
      await verify.mutateAsync(code.replaceAll(" ", ""));
      onDone();
    },
  });
  return (
    <>
      <GateTitle
        title="One more step"
        text={backup ? "Type one of the backup codes you kept. Each works once." : "Type the six digits your authenticator shows now."}
      />
      <form className={classes.form} onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <TextInput
          key={String(backup)}
          label={backup ? "Backup code" : "Code"}
          autoComplete="one-time-code"
          inputMode={backup ? "text" : "numeric"}
          maxLength={backup ? 16 : DIGITS + 1}
          autoFocus
          styles={{ input: { fontFamily: "var(--g-mono)", letterSpacing: "0.12em" } }}
          {...form.fields.getInputProps("code")}
        />
        <Button type="submit" size="md" loading={form.sending} fullWidth>
          Continue
        </Button>
        <div className={classes.row}>
          <Anchor component="button" type="button" size="sm" onClick={() => setBackup(!backup)}>
            {backup ? "Use the authenticator" : "Use a backup code"}
          </Anchor>
          <Anchor component="button" type="button" size="sm" onClick={onBack}>
            Start over
          </Anchor>
        </div>
      </form>
    </>
  );
}
