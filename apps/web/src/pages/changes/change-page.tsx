import type { ChangeRequest } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { changeQuery } from "../../api/changes.ts";
import { compact } from "../../api/list.ts";
import { EmptyState } from "../../kit/empty-state.tsx";
import { Page } from "../../kit/page-header.tsx";
import { Tabs } from "../../kit/tabs.tsx";
import { useTopic } from "../../realtime/index.ts";
import { useCrumb, useSlug } from "../../shell/index.ts";
import { ConflictsTab } from "../change-conflicts/conflicts-tab.tsx";
import { DiffTab } from "../change-diff/diff-tab.tsx";
import type { DiffSearch } from "../change-diff/use-diff-search.ts";
import { ConversationTab } from "../change-talk/conversation-tab.tsx";
import { ActionBar } from "./action-bar.tsx";
import { mayDecide } from "./change-words.ts";
import { ChangeHeader } from "./change-header.tsx";
import { ChecksTab } from "./checks-tab.tsx";
import { RequestBanners } from "./request-banners.tsx";
import type { requestSearch } from "./request-search.ts";
import classes from "./request.module.css";
import { ReviewDialog } from "./review-dialog.tsx";
import { RevisionsTab } from "./revisions-tab.tsx";
import { SchemaChanges } from "./schema-changes.tsx";

const route = getRouteApi("/w/$workspace/changes/$change");

type Search = ReturnType<typeof requestSearch>;
type Tab = NonNullable<Search["tab"]> | "changes";

function tabsOf(change: ChangeRequest, chosen: Tab): readonly { readonly value: Tab; readonly title: string }[] {
  const failed = change.checks.filter(({ state }) => state === "failed").length;
  const hasConflicts = change.mergeability.state === "conflicts" || chosen === "conflicts";
  return [
    { value: "changes", title: "Changes" },
    { value: "conversation", title: change.comments > 0 ? `Conversation ${change.comments}` : "Conversation" },
    { value: "checks", title: failed > 0 ? `Checks, ${failed} failed` : "Checks" },
    ...(hasConflicts ? [{ value: "conflicts", title: `Conflicts ${change.mergeability.conflictingRows}` } as const] : []),
    { value: "revisions", title: `Revisions ${change.revision}` },
  ];
}

/** One change request: what it changes, what is said of it, and what becomes of it. */
export function ChangePage() {
  const { change: address } = route.useParams();
  const search = route.useSearch() as Search;
  const { tab = "changes" } = search;
  const navigate = route.useNavigate();
  const client = useQueryClient();
  const { data: change } = useSuspenseQuery(changeQuery(address));
  const [verdict, setVerdict] = useState<"approve" | "reject">();
  useCrumb(`#${change.number}`);
  useTopic(`dataset:${change.dataset.id}`, (message) => {
    if (message.type === "change" || message.type === "resync") void client.invalidateQueries({ queryKey: ["changes"] });
  });
  const go = (to: Search, isStep = true) => void navigate({ search: compact(to) as never, replace: !isStep, resetScroll: false });
  const onDiff = (part: DiffSearch, isStep = false) =>
    void navigate({ search: (before) => compact({ ...before, ...part }) as never, replace: !isStep, resetScroll: false });
  const content = {
    changes: () => <Changes change={change} search={search} onSearch={onDiff} onApprove={mayDecide(change) ? () => setVerdict("approve") : undefined} />,
    conversation: () => (
      <ConversationTab change={change} onShow={({ rowKey, column }) => go({ row: JSON.stringify(rowKey), ...(column !== null && { cell: column }) })} />
    ),
    checks: () => <ChecksTab change={change} />,
    conflicts: () => <ConflictsTab change={change} />,
    revisions: () => (
      <RevisionsTab
        change={change}
        compare={search.compare}
        onCompare={(compare) => go({ tab: "revisions", ...(compare !== undefined && { compare }) })}
        onShow={(revision) => go(revision === undefined ? {} : { revision })}
      />
    ),
  } as const satisfies Record<Tab, unknown>;
  return (
    <Page wide>
      <ChangeHeader change={change} onCompare={(compare) => go({ tab: "revisions", compare })} />
      <RequestBanners change={change} />
      <Tabs label="Change request" tabs={tabsOf(change, tab)} value={tab} onChange={(value) => go(value === "changes" ? {} : { tab: value }, false)} />
      {search.revision !== undefined && tab === "changes" && (
        <p className={classes.older}>
          You look at revision {search.revision}.{" "}
          <button type="button" onClick={() => go({})}>
            Back to the current one
          </button>
        </p>
      )}
      {content[tab]()}
      <ActionBar change={change} onVerdict={setVerdict} />
      {verdict !== undefined && <ReviewDialog change={change} verdict={verdict} onClose={() => setVerdict(undefined)} />}
    </Page>
  );
}

interface ChangesProps {
  readonly change: ChangeRequest;
  readonly search: DiffSearch;
  readonly onSearch: (part: DiffSearch, isStep?: boolean) => void;
  readonly onApprove: (() => void) | undefined;
}

function Changes({ change, search, onSearch, onApprove }: ChangesProps) {
  const slug = useSlug();
  if (change.current === null && search.revision === undefined) {
    if (change.pending?.state === "computing") return <p className="g-soft">What changes appears here as soon as it is compared.</p>;
    return (
      <EmptyState
        title={change.pending === null ? "Nothing is proposed in it yet" : "Nothing to look at"}
        text={
          change.edits > 0 ? `${change.edits} rows are edited in the draft. Propose them from the dataset.` : "Propose a file, or edit rows of the dataset."
        }
        action={
          change.can.propose && (
            <Button
              variant="default"
              renderRoot={(props) => (
                <Link to="/w/$workspace/changes/new" params={{ workspace: slug }} search={{ change: String(change.number) } as never} {...props} />
              )}
            >
              Propose a file
            </Button>
          )
        }
      />
    );
  }
  if (change.kind === "schema") return <SchemaChanges change={change} revision={search.revision} />;
  return <DiffTab change={change} search={search} onSearch={onSearch} onApprove={onApprove} />;
}
