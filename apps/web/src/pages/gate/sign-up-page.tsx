import { Anchor, Button, TextInput } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { authConfigQuery, useRegister } from "../../api/auth.ts";
import { FormProblem, useApiForm } from "../../kit/form.tsx";
import classes from "./gate.module.css";
import { GateTitle } from "./gate-title.tsx";
import { NewPassword } from "./new-password.tsx";

const route = getRouteApi("/gate/sign-up");

/** Create an account, freely or by an invitation. */
export function SignUpPage() {
  const { invitation, email } = route.useSearch();
  const { data: config } = useSuspenseQuery(authConfigQuery());
  const [sentTo, setSentTo] = useState<string>();
  if (sentTo !== undefined) {
    return (
      <>
        <GateTitle title="Look into your mail" text={`We wrote to ${sentTo}. Follow the link in the mail to confirm the address; then sign in.`} />
        {config.mail === "outbox" && <p className={classes.note}>This installation sends no mail. An administrator finds the link in the outbox.</p>}
        <BackToSignIn />
      </>
    );
  }
  if (config.signUp !== "open" && invitation === undefined) {
    return (
      <>
        <GateTitle
          title="Accounts are by invitation"
          text={
            config.signUp === "closed"
              ? "Sign-up is closed here. An administrator can create an account for you."
              : "Ask an administrator of your workspace to invite you; the mail has a link that opens this page."
          }
        />
        <BackToSignIn />
      </>
    );
  }
  return <SignUpForm invitation={invitation} email={email ?? ""} onSent={setSentTo} />;
}

export function BackToSignIn() {
  return (
    <p className={classes.more}>
      <Anchor component={Link} to="/sign-in" size="sm">
        Back to signing in
      </Anchor>
    </p>
  );
}

function SignUpForm({
  invitation,
  email,
  onSent,
}: {
  readonly invitation: string | undefined;
  readonly email: string;
  readonly onSent: (email: string) => void;
}) {
  const register = useRegister();
  const navigate = useNavigate();
  const form = useApiForm({
    initial: { email, name: "", password: "" },
    send: async (values) => {
      const answer = await register.mutateAsync({ ...values, ...(invitation === undefined ? {} : { invitation }) });
      if (answer.status === "signed_in") await navigate({ to: "/" });
      else onSent(values.email);
    },
  });
  const { values } = form.fields;
  return (
    <>
      <GateTitle title="Create an account" />
      <form className={classes.form} onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <TextInput label="Your name" autoComplete="name" autoFocus {...form.fields.getInputProps("name")} />
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="username"
          readOnly={invitation !== undefined && email !== ""}
          {...form.fields.getInputProps("email")}
        />
        <NewPassword password={values.password} email={values.email} name={values.name} input={form.fields.getInputProps("password")} />
        <Button type="submit" size="md" loading={form.sending} fullWidth>
          Create the account
        </Button>
      </form>
      <BackToSignIn />
    </>
  );
}
