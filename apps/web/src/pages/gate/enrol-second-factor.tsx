import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useMemo, useState } from "react";
import { encode } from "uqr";
import { useStartSecondFactor, useVerifySecondFactor } from "../../api/auth.ts";
import { CopyId, useCopy } from "../../kit/copy-id.tsx";
import { FormProblem, useApiForm } from "../../kit/form.tsx";
import classes from "./gate.module.css";

/** Three steps: the password, the picture and a code of it, the backup codes. */
export function EnrolSecondFactor({ onDone }: { readonly onDone: () => void }) {
  const [secret, setSecret] = useState<{ secret: string; uri: string }>();
  const [codes, setCodes] = useState<readonly string[]>();
  if (codes !== undefined) return <BackupCodes codes={codes} onDone={onDone} />;
  if (secret === undefined) return <AskPassword onStarted={setSecret} />;
  return <ScanAndProve {...secret} onEnabled={setCodes} />;
}

function AskPassword({ onStarted }: { readonly onStarted: (secret: { secret: string; uri: string }) => void }) {
  const start = useStartSecondFactor();
  const form = useApiForm({ initial: { password: "" }, send: async ({ password }) => onStarted(await start.mutateAsync(password)) });
  return (
    <form className={classes.form} onSubmit={form.onSubmit} noValidate>
      <FormProblem problem={form.problem} />
      <PasswordInput label="Your password" autoComplete="current-password" autoFocus {...form.fields.getInputProps("password")} />
      <Button type="submit" loading={form.sending}>
        Continue
      </Button>
    </form>
  );
}

/** The picture an authenticator reads, drawn as one path. */
function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const { path, size } = useMemo(() => {
    const { data, size: side } = encode(text, { border: 1 });
    const squares = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : "")));
    return { path: squares.join(""), size: side };
  }, [text]);
  return (
    <svg className={classes.qr} viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <path d={path} fill="#000000" />
    </svg>
  );
}

function ScanAndProve({ secret, uri, onEnabled }: { readonly secret: string; readonly uri: string; readonly onEnabled: (codes: readonly string[]) => void }) {
  const verify = useVerifySecondFactor();
  const form = useApiForm({
    initial: { code: "" },
    send: async ({ code }) => {
      const answer = await verify.mutateAsync(code.replaceAll(" ", ""));
      if (answer.status === "enabled") onEnabled(answer.backupCodes);
    },
  });
  return (
    <form className={classes.form} onSubmit={form.onSubmit} noValidate>
      <FormProblem problem={form.problem} />
      <QrCode text={uri} label="QR code of the authenticator secret" />
      <p className={classes.text}>
        Scan this with your authenticator, or type the secret <CopyId value={secret} label="secret" whole />.
      </p>
      <TextInput
        label="Code it shows"
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={7}
        autoFocus
        styles={{ input: { fontFamily: "var(--g-mono)" } }}
        {...form.fields.getInputProps("code")}
      />
      <Button type="submit" loading={form.sending}>
        Turn it on
      </Button>
    </form>
  );
}

/** Ten codes, shown once. */
export function BackupCodes({ codes, onDone }: { readonly codes: readonly string[]; readonly onDone: () => void }) {
  const { copied, copy } = useCopy();
  const text = codes.join("\n");
  return (
    <div className={classes.form}>
      <p className={classes.text}>
        Keep these ten codes where your phone is not. Each lets you in once when the authenticator is out of reach. They are not shown again.
      </p>
      <ul className={classes.codes} aria-label="Backup codes">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className={classes.row}>
        <Button variant="default" onClick={() => copy(text)}>
          {copied ? "Copied" : "Copy all"}
        </Button>
        <Button variant="default" component="a" download="granary-backup-codes.txt" href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`}>
          Save as a file
        </Button>
        <Button onClick={onDone}>I have kept them</Button>
      </div>
    </div>
  );
}
