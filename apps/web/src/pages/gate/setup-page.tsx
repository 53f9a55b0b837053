import { Button, TextInput } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Navigate, useNavigate } from "@tanstack/react-router";
import { setupStateQuery, useSetup } from "../../api/auth.ts";
import { FormProblem, useApiForm } from "../../kit/form.tsx";
import classes from "./gate.module.css";
import { GateTitle } from "./gate-title.tsx";
import { NewPassword } from "./new-password.tsx";

const route = getRouteApi("/gate/setup");

/** The first minute of an installation: its first administrator and workspace. */
export function SetupPage() {
  const { token } = route.useSearch();
  const { data } = useSuspenseQuery(setupStateQuery(token));
  if (!data.needed) return <Navigate to="/" replace />;
  if (token === undefined || !data.tokenValid) return <LinkNeeded stale={token !== undefined} />;
  return <SetupForm token={token} />;
}

function LinkNeeded({ stale }: { readonly stale: boolean }) {
  return (
    <>
      <GateTitle
        title="Set up Granary"
        text={
          stale
            ? "This setup link has been replaced by a newer one. A new link is printed at every start of the server."
            : "This installation has no administrator yet. Whoever can read the server's output sets it up."
        }
      />
      <p className={classes.note}>
        Open the link that the server printed in its terminal. It ends in <code>/setup?token=…</code> and works once.
      </p>
    </>
  );
}

function SetupForm({ token }: { readonly token: string }) {
  const setup = useSetup();
  const navigate = useNavigate();
  const form = useApiForm({
    initial: { name: "", email: "", password: "", workspaceName: "" },
    send: async (values) => {
      await setup.mutateAsync({ ...values, token });
      await navigate({ to: "/" });
    },
  });
  const { name, email, password } = form.fields.values;
  return (
    <>
      <GateTitle title="Set up Granary" text="You become the first administrator. This page closes for ever once you are." />
      <form className={classes.form} onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <TextInput label="Your name" autoComplete="name" autoFocus {...form.fields.getInputProps("name")} />
        <TextInput label="E-mail" type="email" autoComplete="username" {...form.fields.getInputProps("email")} />
        <NewPassword password={password} email={email} name={name} input={form.fields.getInputProps("password")} />
        <TextInput label="Name of the first workspace" description="Your team or company; more can follow." {...form.fields.getInputProps("workspaceName")} />
        <Button type="submit" size="md" loading={form.sending} fullWidth>
          Create and sign in
        </Button>
      </form>
    </>
  );
}
