import { Button, Loader } from "@mantine/core";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useVerifyEmail } from "../../api/auth.ts";
import { ErrorNote } from "../../kit/error-note.tsx";
import classes from "./gate.module.css";
import { GateTitle } from "./gate-title.tsx";
import { BackToSignIn } from "./sign-up-page.tsx";

const route = getRouteApi("/gate/verify-email");

/** Confirms the address of a link from a mail as soon as it is opened. */
export function VerifyEmailPage() {
  const { token } = route.useSearch();
  const { mutate, data, error } = useVerifyEmail();
  const navigate = useNavigate();
  const sent = useRef(false);
  useEffect(() => {
    if (token === undefined || sent.current) return;
    sent.current = true;
    mutate(token);
  }, [token, mutate]);
  if (data !== undefined) {
    return (
      <>
        <GateTitle title="Your address is confirmed" text={`${data.email} is yours. You can sign in now.`} />
        <div className={classes.form}>
          <Button size="md" onClick={() => void navigate({ to: "/sign-in" })}>
            Sign in
          </Button>
        </div>
      </>
    );
  }
  return (
    <>
      <GateTitle
        title="Confirm your address"
        text={token === undefined ? "The link is not complete. Copy the whole line of the mail into the address bar." : undefined}
      />
      <div className={classes.form}>
        {error !== null && <ErrorNote error={error} />}
        {token !== undefined && error === null && <Loader size="sm" aria-label="Confirming" />}
      </div>
      {error !== null && <p className={classes.more}>Sign in with your password to have a new link sent.</p>}
      <BackToSignIn />
    </>
  );
}
