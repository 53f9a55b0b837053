import { isApiError } from "@granary/client";
import type { ChangeSummary } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import Plus from "lucide-react/icons/plus";
import type { ReactNode } from "react";
import { type ChangeListChoice, changesQuery } from "../../api/changes.ts";
import { compact, rowsOf } from "../../api/list.ts";
import { useMay } from "../../api/session.ts";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { FilterBar } from "../../kit/filter-bar.tsx";
import { moreOf } from "../../kit/list-more.ts";
import { Page, PageHeader } from "../../kit/page-header.tsx";
import { useSlug } from "../../shell/index.ts";
import { ChangeList } from "./change-list.tsx";
import { STATE_CHOICE_NAMES, STATE_CHOICES } from "./change-words.ts";
import type { changesSearch } from "./changes-search.ts";

const route = getRouteApi("/w/$workspace/changes");

type Search = ReturnType<typeof changesSearch>;

function choiceOf({ state = "active", who, dataset, q }: Search): ChangeListChoice {
  return compact({
    state: state === "all" ? undefined : STATE_CHOICES[state].states,
    waiting: who === "waiting" ? true : undefined,
    author: who === "mine" ? "me" : undefined,
    dataset,
    q,
  });
}

/** What waits for the reader stands first; otherwise the server's order, newest first, holds. */
const waitingFirst = (changes: readonly ChangeSummary[]): readonly ChangeSummary[] =>
  changes.toSorted((a, b) => Number(b.isWaitingForYou) - Number(a.isWaitingForYou));

/** What is proposed, and what waits for me. */
export function ChangesPage() {
  const search = route.useSearch() as Search;
  const navigate = route.useNavigate();
  const slug = useSlug();
  const mayPropose = useMay("change:create");
  const query = useInfiniteQuery(changesQuery(choiceOf(search)));
  if (isApiError(query.error, "access.denied")) throw query.error;
  const changes = rowsOf(query.data);
  const isChosen = Object.keys(search).length > 0;
  const propose = (
    <Button
      leftSection={<Plus size={15} />}
      component={Link}
      to={`/w/${slug}/changes/new` as "/"}
      search={(search.dataset === undefined ? {} : { dataset: search.dataset }) as never}
    >
      Propose changes
    </Button>
  );
  return (
    <Page>
      <PageHeader
        title="Changes"
        text="What people propose to change in datasets. Nothing is changed until it is reviewed and merged."
        actions={mayPropose && propose}
      />
      <FilterBar
        values={search}
        onChange={(change) => void navigate({ search: (before) => ({ ...before, ...change }) as typeof before, replace: true })}
        filters={[
          { kind: "text", name: "q", label: "Number, title or dataset" },
          {
            kind: "choice",
            name: "who",
            label: "Whose",
            any: "Everybody’s",
            options: [
              { value: "waiting", label: "Waiting for me" },
              { value: "mine", label: "Proposed by me" },
            ],
          },
          {
            kind: "choice",
            name: "state",
            label: "State",
            any: STATE_CHOICES.active.label,
            options: [{ value: "all", label: "Every state" }, ...STATE_CHOICE_NAMES.map((value) => ({ value, label: STATE_CHOICES[value].label }))],
          },
        ]}
      />
      {query.error !== null && changes === undefined ? (
        <ErrorNote error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <ChangeList
          changes={changes === undefined ? undefined : waitingFirst(changes)}
          more={moreOf(query)}
          empty={<Nothing isChosen={isChosen} who={search.who} propose={mayPropose ? propose : undefined} />}
        />
      )}
    </Page>
  );
}

function Nothing({ isChosen, who, propose }: { readonly isChosen: boolean; readonly who: Search["who"]; readonly propose: ReactNode }) {
  if (who === "waiting")
    return <EmptyState title="Nothing waits for you" text="Requests that need your review, or your answer to one, appear here and on your home page." />;
  if (isChosen)
    return <EmptyState title="No change request is like that" text="Choose another state, or clear the filters to see all that are not finished." />;
  return (
    <EmptyState
      title="Nothing is proposed"
      text="Download a dataset, edit it in a spreadsheet, and propose the file here; or edit rows in the dataset itself. Somebody else looks at every changed cell before it counts."
      action={propose}
    />
  );
}
