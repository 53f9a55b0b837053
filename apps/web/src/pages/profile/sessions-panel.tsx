import type { Session } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { rowsOf } from "../../api/list.ts";
import { sessionsQuery, useEndOtherSessions, useEndSession } from "../../api/sessions.ts";
import { useConfirm } from "../../kit/confirm.tsx";
import { type Column, DataList } from "../../kit/data-list.tsx";
import { moreOf } from "../../kit/list-more.ts";
import { Panel } from "../../kit/panel.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { StatusBadge } from "../../kit/status-badge.tsx";
import { toastDone, toastError } from "../../kit/toast.tsx";
import classes from "../people/people.module.css";

const CLIENTS = { web: "Browser", api: "Program", cli: "Command line" } as const;

/** Everywhere this person is signed in. */
export function SessionsPanel() {
  const query = useInfiniteQuery(sessionsQuery());
  const end = useEndSession();
  const endOthers = useEndOtherSessions();
  const confirm = useConfirm();
  const rows = rowsOf(query.data);
  const columns: readonly Column<Session>[] = [
    {
      id: "device",
      header: "Where",
      primary: true,
      cell: (session) => (
        <span className={classes.name}>
          <span>{session.device}</span>
          <span className={classes.mail}>
            {CLIENTS[session.client]}
            {session.remember && ", kept signed in"}
          </span>
        </span>
      ),
    },
    { id: "ip", header: "Address", width: "140px", cell: (session) => <span className="g-mono">{session.ip ?? "unknown"}</span> },
    { id: "seen", header: "Last seen", width: "140px", cell: (session) => <RelativeTime at={session.lastSeenAt} /> },
    { id: "ends", header: "Ends", width: "120px", cell: (session) => <RelativeTime at={session.expiresAt} /> },
  ];
  const others = (rows ?? []).filter(({ current }) => !current);
  const askAll = () =>
    confirm({
      title: "End all other sessions",
      text: "Everybody and everything signed in as you elsewhere has to sign in again. API keys go on working.",
      touches: others.map(({ device, ip }) => `${device}, ${ip ?? "unknown address"}`),
      action: "End them",
      danger: true,
      run: async () => {
        const { ended } = await endOthers.mutateAsync();
        toastDone(`${ended} sessions were ended`);
      },
    });
  return (
    <Panel
      title="Sessions"
      text="Do you not know one of these? End it and change your password."
      flush
      actions={
        others.length > 0 && (
          <Button variant="default" size="xs" onClick={askAll}>
            End all others
          </Button>
        )
      }
    >
      <DataList
        label="Sessions"
        columns={columns}
        rows={rows}
        rowId={(session) => session.id}
        rowName={(session) => session.device}
        error={query.error}
        onRetry={() => void query.refetch()}
        more={moreOf(query)}
        empty={null}
        rowAction={(session) =>
          session.current ? (
            <StatusBadge tone="good">This one</StatusBadge>
          ) : (
            <Button
              variant="subtle"
              color="gray"
              size="compact-xs"
              aria-label={`End the session on ${session.device}`}
              onClick={() =>
                end.mutate(session.id, { onSuccess: () => toastDone("The session was ended"), onError: (error) => toastError("Not ended", error) })
              }
            >
              End
            </Button>
          )
        }
      />
    </Panel>
  );
}
