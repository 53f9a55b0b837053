import type { Mail, MailSummary } from "@granary/protocol";
import { Drawer } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Fragment } from "react";
import { rowsOf } from "../../api/list.ts";
import { mailQuery, outboxQuery } from "../../api/outbox.ts";
import { useSession } from "../../api/session.ts";
import { type Column, DataList } from "../../kit/data-list.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { FilterBar } from "../../kit/filter-bar.tsx";
import { KeyValue } from "../../kit/key-value.tsx";
import { moreOf } from "../../kit/list-more.ts";
import { Page, PageHeader } from "../../kit/page-header.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { Line } from "../../kit/skeleton.tsx";
import { StatusBadge } from "../../kit/status-badge.tsx";
import classes from "../people/people.module.css";
import own from "./outbox.module.css";

const route = getRouteApi("/w/$workspace/outbox");
const STATES = {
  waiting: { tone: "idle", text: "Waiting" },
  sent: { tone: "good", text: "Sent" },
  kept: { tone: "info", text: "Kept here" },
  failed: { tone: "bad", text: "Failed" },
} as const;

/** Mails of the installation; without a mail server this is where they are read. */
export function OutboxPage() {
  const { mail, status } = route.useSearch();
  const navigate = route.useNavigate();
  const { mail: delivery } = useSession();
  const query = useInfiniteQuery(outboxQuery(status));
  const setSearch = (change: Readonly<Record<string, string | undefined>>) =>
    void navigate({ search: (before) => ({ ...before, ...change }) as typeof before, replace: true });
  const columns: readonly Column<MailSummary>[] = [
    {
      id: "subject",
      header: "Subject",
      primary: true,
      cell: (item) => (
        <span className={classes.name}>
          <button type="button" className={own.open} onClick={() => setSearch({ mail: item.id })}>
            {item.subject}
          </button>
          {item.lastError !== null && <span className={own.error}>{item.lastError}</span>}
        </span>
      ),
    },
    { id: "to", header: "To", cell: (item) => item.to },
    { id: "status", header: "Status", width: "120px", cell: (item) => <StatusBadge tone={STATES[item.status].tone}>{STATES[item.status].text}</StatusBadge> },
    { id: "at", header: "Written", width: "150px", cell: (item) => <RelativeTime at={item.createdAt} /> },
  ];
  return (
    <Page>
      <PageHeader
        title="Outbox"
        text={
          delivery === "smtp"
            ? "Mails on their way. Bodies of sent mails are not kept, because their links are secrets of their readers."
            : "No mail server is set, so every mail stays here. Open one to follow its link."
        }
      />
      <FilterBar
        values={{ status }}
        onChange={setSearch}
        filters={[
          {
            kind: "choice",
            name: "status",
            label: "Status",
            any: "Any status",
            options: Object.entries(STATES).map(([value, { text }]) => ({ value, label: text })),
          },
        ]}
      />
      <div className={classes.frame}>
        <DataList
          label="Mails"
          columns={columns}
          rows={rowsOf(query.data)}
          rowId={(item) => item.id}
          rowName={(item) => item.subject}
          error={query.error}
          onRetry={() => void query.refetch()}
          more={moreOf(query)}
          empty={<EmptyState title="No mail here" text="Invitations, confirmations and password links appear here when they are written." />}
        />
      </div>
      <Drawer opened={mail !== undefined} onClose={() => setSearch({ mail: undefined })} position="right" size="lg" title="Mail">
        {mail !== undefined && <MailDetail id={mail as Mail["id"]} />}
      </Drawer>
    </Page>
  );
}

function MailDetail({ id }: { readonly id: Mail["id"] }) {
  const { data, error, refetch } = useQuery(mailQuery({ id }));
  if (error !== null) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Line width={260} height={20} />;
  return (
    <>
      <KeyValue
        items={[
          ["To", data.to],
          ["Subject", data.subject],
          ["Status", STATES[data.status].text],
          ["Attempts", String(data.attempts)],
          ["Written", <RelativeTime key="at" at={data.createdAt} />],
        ]}
      />
      {data.text === null ? <p className="g-soft">The body is not kept any more.</p> : <p className={own.body}>{linked(data.text)}</p>}
    </>
  );
}

/** The text with its links to follow; shown as text, so that nothing in a mail can act on this page. */
function linked(text: string) {
  return text.split(/(https?:\/\/\S+)/).map((part, index) =>
    /^https?:\/\//.test(part) ? (
      <a key={`${index}-link`} href={part}>
        {part}
      </a>
    ) : (
      <Fragment key={`${index}-text`}>{part}</Fragment>
    ),
  );
}
