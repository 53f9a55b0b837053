import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { itemsOf } from "../../api/list.ts";
import { invitationsQuery, useResendInvitation, useRevokeInvitation } from "../../api/people.ts";
import { useConfirm } from "../../kit/confirm.tsx";
import { Panel } from "../../kit/panel.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { roleTitle } from "../../kit/roles-text.ts";
import { Label } from "../../kit/status-badge.tsx";
import { toastDone, toastError } from "../../kit/toast.tsx";
import classes from "./people.module.css";

/** Invitations that wait for an answer. Not shown while there are none. */
export function Invitations() {
  const query = useInfiniteQuery(invitationsQuery());
  const resend = useResendInvitation();
  const revoke = useRevokeInvitation();
  const confirm = useConfirm();
  const items = itemsOf(query.data);
  if (items.length === 0) return null;
  return (
    <Panel title={`Invited, not here yet (${items.length}${query.hasNextPage ? "+" : ""})`}>
      <ul className={classes.list}>
        {items.map((item) => (
          <li key={item.id}>
            <span className={classes.grow}>{item.email}</span>
            <span className={classes.roles}>
              {item.roles.map((role) => (
                <Label key={role}>{roleTitle(role)}</Label>
              ))}
            </span>
            <span className="g-soft">
              ends <RelativeTime at={item.expiresAt} />
            </span>
            {item.can.resend && (
              <Button
                variant="subtle"
                color="gray"
                size="compact-xs"
                onClick={() =>
                  resend.mutate(
                    { invitation: item.id },
                    {
                      onSuccess: () => toastDone("Sent again", `${item.email} has a new link; the old one stopped working.`),
                      onError: (error) => toastError("Not sent", error),
                    },
                  )
                }
              >
                Send again
              </Button>
            )}
            {item.can.revoke && (
              <Button
                variant="subtle"
                color="red"
                size="compact-xs"
                onClick={() =>
                  confirm({
                    title: "Take the invitation back",
                    text: "Its link stops working. You can invite the person again.",
                    touches: [item.email],
                    action: "Take it back",
                    danger: true,
                    run: () => revoke.mutateAsync({ invitation: item.id }),
                  })
                }
              >
                Take back
              </Button>
            )}
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <Button variant="default" size="xs" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          Show more
        </Button>
      )}
    </Panel>
  );
}
