import { isApiError } from "@granary/client";
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { invitationLinkQuery, useAcceptInvitation } from "../../api/auth.ts";
import { sessionQuery } from "../../api/session.ts";
import { ErrorNote } from "../../kit/error-note.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { Line } from "../../kit/skeleton.tsx";
import classes from "./gate.module.css";
import { GateTitle } from "./gate-title.tsx";
import { BackToSignIn } from "./sign-up-page.tsx";

const route = getRouteApi("/gate/invitation");

/** What an invitation link offers, and the way in that fits the reader. */
export function InvitationPage() {
  const { token } = route.useSearch();
  if (token === undefined) return <Broken text="The link is not complete. Copy the whole line of the mail into the address bar." />;
  return <Invitation token={token} />;
}

function Broken({ text }: { readonly text: string }) {
  return (
    <>
      <GateTitle title="This invitation does not work" text={text} />
      <BackToSignIn />
    </>
  );
}

function Invitation({ token }: { readonly token: string }) {
  const invitation = useQuery(invitationLinkQuery(token));
  const session = useQuery({ ...sessionQuery(), retry: false });
  const accept = useAcceptInvitation();
  const navigate = useNavigate();
  if (isApiError(invitation.error, "auth.token_invalid"))
    return <Broken text="It has been used, taken back or has expired. Whoever invited you can send a new one." />;
  if (invitation.error !== null) return <ErrorNote error={invitation.error} onRetry={() => void invitation.refetch()} />;
  if (invitation.data === undefined || session.isPending) return <Line width={240} height={28} />;
  const { workspaceName, email, inviterName, expiresAt, accountExists } = invitation.data;
  const here = `/invitation?token=${encodeURIComponent(token)}`;
  const signedInAs = session.data?.user.email;
  return (
    <>
      <GateTitle title={`Join ${workspaceName}`} text={inviterName === null ? `You are invited as ${email}.` : `${inviterName} invites you as ${email}.`} />
      <div className={classes.form}>
        {accept.error !== null && <ErrorNote error={accept.error} />}
        {signedInAs === email && (
          <Button
            size="md"
            loading={accept.isPending}
            onClick={() =>
              accept.mutate(token, { onSuccess: ({ workspace }) => void navigate({ to: "/w/$workspace", params: { workspace: workspace.slug } }) })
            }
          >
            Join as {session.data?.user.name}
          </Button>
        )}
        {signedInAs !== undefined && signedInAs !== email && (
          <p className={classes.note}>
            You are signed in as {signedInAs}, but the invitation is for {email}. Sign in with that address.
          </p>
        )}
        {signedInAs !== email && accountExists && (
          <Button size="md" onClick={() => void navigate({ to: "/sign-in", search: { return: here } })}>
            Sign in to join
          </Button>
        )}
        {signedInAs !== email && !accountExists && (
          <Button size="md" onClick={() => void navigate({ to: "/sign-up", search: { invitation: token, email } })}>
            Create your account
          </Button>
        )}
        <p className={classes.advice}>
          The invitation ends <RelativeTime at={expiresAt} />.
        </p>
      </div>
    </>
  );
}
