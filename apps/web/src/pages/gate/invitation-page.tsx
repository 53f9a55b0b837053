import { isApiError } from "@granary/client";
import type { RouteResult, Routes } from "@granary/protocol";
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

type Offer = RouteResult<Routes["auth.invitation"]>;

function Invitation({ token }: { readonly token: string }) {
  const invitation = useQuery(invitationLinkQuery(token));
  const session = useQuery({ ...sessionQuery(), retry: false });
  if (isApiError(invitation.error, "auth.token_invalid"))
    return <Broken text="It has been used, taken back or has expired. Whoever invited you can send a new one." />;
  if (invitation.error !== null) return <ErrorNote error={invitation.error} onRetry={() => void invitation.refetch()} />;
  if (invitation.data === undefined || session.isPending) return <Line width={240} height={28} />;
  const { workspaceName, email, inviterName, expiresAt } = invitation.data;
  return (
    <>
      <GateTitle title={`Join ${workspaceName}`} text={inviterName === null ? `You are invited as ${email}.` : `${inviterName} invites you as ${email}.`} />
      <div className={classes.form}>
        {session.data?.user.email === email ? (
          <Join token={token} name={session.data.user.name} />
        ) : (
          <Enter token={token} offer={invitation.data} signedInAs={session.data?.user.email} />
        )}
        <p className={classes.advice}>
          The invitation ends <RelativeTime at={expiresAt} />.
        </p>
      </div>
    </>
  );
}

function Join({ token, name }: { readonly token: string; readonly name: string }) {
  const accept = useAcceptInvitation();
  const navigate = useNavigate();
  const join = () => accept.mutate(token, { onSuccess: ({ workspace }) => void navigate({ to: "/w/$workspace", params: { workspace: workspace.slug } }) });
  return (
    <>
      {accept.error !== null && <ErrorNote error={accept.error} />}
      <Button size="md" loading={accept.isPending} onClick={join}>
        Join as {name}
      </Button>
    </>
  );
}

/** The way in for somebody who is not signed in with the invited address. */
function Enter({ token, offer, signedInAs }: { readonly token: string; readonly offer: Offer; readonly signedInAs: string | undefined }) {
  const navigate = useNavigate();
  const here = `/invitation?token=${encodeURIComponent(token)}`;
  return (
    <>
      {signedInAs !== undefined && (
        <p className={classes.note}>
          You are signed in as {signedInAs}, but the invitation is for {offer.email}. Sign in with that address.
        </p>
      )}
      {offer.accountExists ? (
        <Button size="md" onClick={() => void navigate({ to: "/sign-in", search: { return: here } })}>
          Sign in to join
        </Button>
      ) : (
        <Button size="md" onClick={() => void navigate({ to: "/sign-up", search: { invitation: token, email: offer.email } })}>
          Create your account
        </Button>
      )}
    </>
  );
}
