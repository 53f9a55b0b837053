import { isApiError } from "@granary/client";
import { Anchor, Button, Checkbox, PasswordInput, TextInput } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { authConfigQuery, useResendVerification, useSignIn } from "../../api/auth.ts";
import { FormProblem, useApiForm } from "../../kit/form.tsx";
import { toastDone, toastError } from "../../kit/toast.tsx";
import classes from "./gate.module.css";
import { GateTitle } from "./gate-title.tsx";
import { SecondFactor } from "./second-factor.tsx";

const route = getRouteApi("/gate/sign-in");

const REASONS = {
  idle: "You were signed out because nothing had happened for a while. Sign in to go on where you were.",
  expired: "Your session has ended. Sign in to go on where you were.",
  changed: "Your password is changed. Sign in with the new one.",
} as const;

/** Sign in with e-mail and password, and with a second factor where one is set up. */
export function SignInPage() {
  const { return: back, reason } = route.useSearch();
  const [pending, setPending] = useState(false);
  const router = useRouter();
  const enter = () => router.history.push(back ?? "/");
  if (pending) return <SecondFactor onDone={enter} onBack={() => setPending(false)} />;
  return (
    <>
      <GateTitle title="Sign in" />
      {reason !== undefined && (
        <p className={classes.note} role="status">
          {REASONS[reason]}
        </p>
      )}
      <Credentials onEnter={enter} onSecondFactor={() => setPending(true)} />
    </>
  );
}

function Credentials({ onEnter, onSecondFactor }: { readonly onEnter: () => void; readonly onSecondFactor: () => void }) {
  const { data: config } = useSuspenseQuery(authConfigQuery());
  const signIn = useSignIn();
  const navigate = useNavigate();
  const form = useApiForm({
    initial: { email: "", password: "", remember: false },
    send: async (values) => {
      try {
        const answer = await signIn.mutateAsync(values);
        if (answer.status === "second_factor") onSecondFactor();
        else onEnter();
      } catch (error) {
        if (isApiError(error, "account.inactive")) return navigate({ to: "/inactive" });
        throw error;
      }
    },
  });
  const unverified = isApiError(form.problem?.error, "auth.email_unverified");
  return (
    <form className={classes.form} onSubmit={form.onSubmit} noValidate>
      <FormProblem problem={form.problem} />
      {unverified && <Resend email={form.fields.values.email} />}
      <TextInput label="E-mail" type="email" autoComplete="username" autoFocus {...form.fields.getInputProps("email")} />
      <PasswordInput label="Password" autoComplete="current-password" {...form.fields.getInputProps("password")} />
      <div className={classes.row}>
        <Checkbox size="xs" label="Keep me signed in" {...form.fields.getInputProps("remember", { type: "checkbox" })} />
        <Anchor component={Link} to="/forgot-password" size="sm">
          Forgot your password?
        </Anchor>
      </div>
      <Button type="submit" size="md" loading={form.sending} fullWidth>
        Sign in
      </Button>
      {config.signUp === "open" && (
        <p className={classes.more}>
          New here?{" "}
          <Anchor component={Link} to="/sign-up" size="sm">
            Create an account
          </Anchor>
        </p>
      )}
      {config.signUp === "invitation" && <p className={classes.more}>Accounts are by invitation. Ask an administrator of your workspace for one.</p>}
    </form>
  );
}

function Resend({ email }: { readonly email: string }) {
  const resend = useResendVerification();
  return (
    <Button
      variant="default"
      loading={resend.isPending}
      onClick={() =>
        resend.mutate(email, {
          onSuccess: () => toastDone("The mail is on its way", `Follow the link sent to ${email}.`),
          onError: (error) => toastError("The mail was not sent", error),
        })
      }
    >
      Send the confirmation mail again
    </Button>
  );
}
