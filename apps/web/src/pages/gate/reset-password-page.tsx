import { Button } from "@mantine/core";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useResetPassword } from "../../api/auth.ts";
import { FormProblem, useApiForm } from "../../kit/form.tsx";
import classes from "./gate.module.css";
import { GateTitle } from "./gate-title.tsx";
import { NewPassword } from "./new-password.tsx";
import { BackToSignIn } from "./sign-up-page.tsx";

const route = getRouteApi("/gate/reset-password");

/** Sets a new password with the token of a mailed link. */
export function ResetPasswordPage() {
  const { token } = route.useSearch();
  const reset = useResetPassword();
  const navigate = useNavigate();
  const form = useApiForm({
    initial: { newPassword: "" },
    send: async ({ newPassword }) => {
      await reset.mutateAsync({ token: token ?? "", newPassword });
      await navigate({ to: "/sign-in", search: { reason: "changed" } });
    },
  });
  if (token === undefined) {
    return (
      <>
        <GateTitle title="This link is not complete" text="Copy the whole line of the mail into the address bar, or ask for a new link." />
        <BackToSignIn />
      </>
    );
  }
  return (
    <>
      <GateTitle title="Choose a new password" text="All your sessions on other devices end." />
      <form className={classes.form} onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <NewPassword label="New password" password={form.fields.values.newPassword} input={form.fields.getInputProps("newPassword")} />
        <Button type="submit" size="md" loading={form.sending} fullWidth>
          Save the password
        </Button>
      </form>
      <BackToSignIn />
    </>
  );
}
