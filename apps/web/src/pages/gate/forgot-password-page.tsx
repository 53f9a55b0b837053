import { Button, TextInput } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { authConfigQuery, useAskPasswordReset } from "../../api/auth.ts";
import { FormProblem, useApiForm } from "../../kit/form.tsx";
import classes from "./gate.module.css";
import { GateTitle } from "./gate-title.tsx";
import { BackToSignIn } from "./sign-up-page.tsx";

const route = getRouteApi("/gate/forgot-password");

/** Asks for a link to choose a new password. Says the same whether or not the address is known. */
export function ForgotPasswordPage() {
  const { email } = route.useSearch();
  const { data: config } = useSuspenseQuery(authConfigQuery());
  const ask = useAskPasswordReset();
  const [sentTo, setSentTo] = useState<string>();
  const form = useApiForm({
    initial: { email: email ?? "" },
    send: async (values) => {
      await ask.mutateAsync(values.email);
      setSentTo(values.email);
    },
  });
  if (sentTo !== undefined) {
    return (
      <>
        <GateTitle
          title="Look into your mail"
          text={`If ${sentTo} has an account here, a link to choose a new password is on its way. It works once, for one hour.`}
        />
        {config.mail === "outbox" && <p className={classes.note}>This installation sends no mail. An administrator finds the link in the outbox.</p>}
        <BackToSignIn />
      </>
    );
  }
  return (
    <>
      <GateTitle title="Choose a new password" text="We send a link to your address. Your password stays as it is until you follow it." />
      <form className={classes.form} onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <TextInput label="E-mail" type="email" autoComplete="username" autoFocus {...form.fields.getInputProps("email")} />
        <Button type="submit" size="md" loading={form.sending} fullWidth>
          Send the link
        </Button>
      </form>
      <BackToSignIn />
    </>
  );
}
