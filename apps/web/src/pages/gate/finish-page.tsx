import type { SessionInfo } from "@granary/protocol";
import { Button, PasswordInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Navigate, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { useChangePassword } from "../../api/auth.ts";
import { sessionQuery } from "../../api/session.ts";
import { ErrorNote } from "../../kit/error-note.tsx";
import { FormProblem, useApiForm } from "../../kit/form.tsx";
import { Line } from "../../kit/skeleton.tsx";
import { EnrolSecondFactor } from "./enrol-second-factor.tsx";
import classes from "./gate.module.css";
import { GateTitle } from "./gate-title.tsx";
import { NewPassword } from "./new-password.tsx";

const route = getRouteApi("/gate/finish");

/** What a session must do before anything else: choose a password of its own, or set up a second factor. */
export function FinishPage() {
  const { return: back } = route.useSearch();
  const session = useQuery({ ...sessionQuery(), retry: false });
  const client = useQueryClient();
  const router = useRouter();
  // Kept until the step says that it is done: the session loses its restriction before the backup codes have been read.
  const [task, setTask] = useState<SessionInfo["restriction"]>(null);
  const restriction = session.data?.restriction ?? null;
  if (task === null && restriction !== null) setTask(restriction);
  const goOn = async () => {
    const after = await client.fetchQuery({ ...sessionQuery(), staleTime: 0 });
    if (after.restriction === null) router.history.push(back ?? "/");
    else setTask(after.restriction);
  };
  if (session.isPending) return <Line width={240} height={28} />;
  if (session.data === undefined) return <ErrorNote error={session.error} onRetry={() => void session.refetch()} />;
  if (task === "password_change") return <ChangePassword email={session.data.user.email} name={session.data.user.name} onDone={goOn} />;
  if (task === "second_factor_enrolment") {
    return (
      <>
        <GateTitle title="Set up a second factor" text="Your role demands one. You need an authenticator application on your phone or computer." />
        <EnrolSecondFactor onDone={() => void goOn()} />
      </>
    );
  }
  return <Navigate to="/" replace />;
}

function ChangePassword({ email, name, onDone }: { readonly email: string; readonly name: string; readonly onDone: () => Promise<void> }) {
  const change = useChangePassword();
  const form = useApiForm({
    initial: { currentPassword: "", newPassword: "" },
    send: async (values) => {
      await change.mutateAsync(values);
      await onDone();
    },
  });
  return (
    <>
      <GateTitle title="Choose your own password" text="The one you signed in with was made for you by somebody else and works only here." />
      <form className={classes.form} onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <PasswordInput label="Password you were given" autoComplete="current-password" autoFocus {...form.fields.getInputProps("currentPassword")} />
        <NewPassword
          label="New password"
          password={form.fields.values.newPassword}
          email={email}
          name={name}
          input={form.fields.getInputProps("newPassword")}
        />
        <Button type="submit" size="md" loading={form.sending} fullWidth>
          Save and go on
        </Button>
      </form>
    </>
  );
}
