import type { AccessLevel, AccessRequest } from "@granary/protocol";
import { Button, Modal, Textarea } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { accessRequestsQuery, useApprove, useDeny, useWithdraw } from "../../api/dataset-sharing.ts";
import { rowsOf } from "../../api/list.ts";
import { type Column, DataList } from "../../kit/data-list.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { FormProblem, useApiForm } from "../../kit/form.tsx";
import { moreOf } from "../../kit/list-more.ts";
import { Page, PageHeader } from "../../kit/page-header.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { StatusBadge } from "../../kit/status-badge.tsx";
import { Tabs } from "../../kit/tabs.tsx";
import { toastDone, toastError } from "../../kit/toast.tsx";
import { useCrumb, useSlug } from "../../shell/index.ts";
import people from "../people/people.module.css";
import { LEVEL_TITLES, LevelChoice } from "./level-choice.tsx";
import classes from "./sharing.module.css";

const route = getRouteApi("/w/$workspace/access-requests");

const ROLES = [
  { value: "decide", title: "For you to decide" },
  { value: "mine", title: "Your requests" },
] as const;

const STATES = {
  pending: { tone: "busy", text: "Waiting" },
  approved: { tone: "good", text: "Approved" },
  denied: { tone: "off", text: "Denied" },
} as const;

/** Who asked for access to this person's datasets, and what they asked for themselves. */
export function AccessRequestsPage() {
  useCrumb("Access requests");
  const { role = "decide" } = route.useSearch();
  const navigate = route.useNavigate();
  const slug = useSlug();
  const query = useInfiniteQuery(accessRequestsQuery(role));
  const [deciding, setDeciding] = useState<AccessRequest>();
  const isMine = role === "mine";
  const columns: readonly Column<AccessRequest>[] = [
    {
      id: "dataset",
      header: "Dataset",
      primary: true,
      cell: ({ dataset, reason }) => (
        <span className={people.name}>
          <Link to={`/w/${slug}/datasets/${dataset.id}` as "/"} className={people.link}>
            {dataset.name}
          </Link>
          {reason !== "" && <span className={classes.reason}>{reason}</span>}
        </span>
      ),
    },
    ...(isMine ? [] : [{ id: "who", header: "Who asks", width: "220px", cell: Asker }]),
    { id: "level", header: "As", width: "120px", cell: ({ level }) => LEVEL_TITLES[level] },
    { id: "state", header: "State", width: "220px", cell: State },
    { id: "asked", header: "Asked", width: "140px", cell: ({ createdAt }) => <RelativeTime at={createdAt} /> },
  ];
  return (
    <Page>
      <PageHeader title="Access requests" text="Asking for datasets, and deciding who gets them." />
      <Tabs
        label="Access requests"
        tabs={ROLES}
        value={role}
        onChange={(value) => void navigate({ search: value === "mine" ? { role: "mine" } : {}, replace: true })}
      />
      <div className={people.frame}>
        <DataList
          label={isMine ? "Your requests" : "Requests for you to decide"}
          columns={columns}
          rows={rowsOf(query.data)}
          rowId={({ id }) => id}
          rowName={({ dataset }) => dataset.name}
          error={query.error}
          onRetry={() => void query.refetch()}
          more={moreOf(query)}
          rowAction={(request) => <Act request={request} onDecide={() => setDeciding(request)} />}
          empty={
            isMine ? (
              <EmptyState title="You asked for nothing yet" text="Open a dataset's Sharing tab, or a link somebody sent you, to ask for access." />
            ) : (
              <EmptyState title="Nobody waits for you" text="When somebody asks for access to a dataset of yours, it stands here and the bell rings." />
            )
          }
        />
      </div>
      <Modal opened={deciding !== undefined} onClose={() => setDeciding(undefined)} title="Decide about access" size="md">
        {deciding !== undefined && <Decision request={deciding} onDone={() => setDeciding(undefined)} />}
      </Modal>
    </Page>
  );
}

function Asker({ askedBy }: AccessRequest) {
  return (
    <span className={people.name}>
      {askedBy.name}
      <span className={people.mail}>{askedBy.email}</span>
    </span>
  );
}

function State({ state, decidedBy, answer }: AccessRequest) {
  const { tone, text } = STATES[state];
  return (
    <span>
      <StatusBadge tone={tone}>{decidedBy === null ? text : `${text} by ${decidedBy}`}</StatusBadge>
      {answer !== "" && <p className={classes.reason}>{answer}</p>}
    </span>
  );
}

function Act({ request, onDecide }: { readonly request: AccessRequest; readonly onDecide: () => void }) {
  const withdraw = useWithdraw();
  if (request.can.decide)
    return (
      <Button size="compact-xs" variant="default" onClick={onDecide} aria-label={`Decide about ${request.askedBy.name} and ${request.dataset.name}`}>
        Decide
      </Button>
    );
  if (!request.can.withdraw) return null;
  const take = () =>
    withdraw.mutate({ request: request.id }, { onSuccess: () => toastDone("Taken back"), onError: (error) => toastError("Not taken back", error) });
  return (
    <Button size="compact-xs" variant="subtle" color="gray" onClick={take} aria-label={`Take back the request for ${request.dataset.name}`}>
      Take back
    </Button>
  );
}

function Decision({ request, onDone }: { readonly request: AccessRequest; readonly onDone: () => void }) {
  const approve = useApprove();
  const deny = useDeny();
  const [verdict, setVerdict] = useState<"approve" | "deny">("approve");
  const form = useApiForm<{ level: AccessLevel; reason: string }>({
    initial: { level: request.level, reason: "" },
    send: async ({ level, reason }) => {
      const params = { request: request.id };
      if (verdict === "approve") await approve.mutateAsync({ params, body: { level, reason } });
      else await deny.mutateAsync({ params, body: { reason } });
      toastDone(verdict === "approve" ? `${request.askedBy.name} has access now` : "Denied", `${request.askedBy.name} is told.`);
      onDone();
    },
  });
  return (
    <form className={classes.ask} onSubmit={form.onSubmit} noValidate>
      <p style={{ margin: 0 }}>
        <strong>{request.askedBy.name}</strong> asks to be {request.level} of <strong>{request.dataset.name}</strong>.
        {request.reason !== "" && <span className={classes.reason}> “{request.reason}”</span>}
      </p>
      <FormProblem problem={form.problem} />
      <LevelChoice isLabelled label="Give access as" value={form.fields.values.level} onChange={(level) => form.fields.setFieldValue("level", level)} />
      <Textarea className={classes.wide ?? ""} label="What you say to them" autosize minRows={2} {...form.fields.getInputProps("reason")} />
      <div className={classes.buttons}>
        <Button type="submit" loading={form.sending && verdict === "approve"} onClick={() => setVerdict("approve")}>
          Approve
        </Button>
        <Button type="submit" variant="default" loading={form.sending && verdict === "deny"} onClick={() => setVerdict("deny")}>
          Deny
        </Button>
      </div>
    </form>
  );
}
