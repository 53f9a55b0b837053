import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { compact, rowsOf } from "../../api/list.ts";
import { runsQuery } from "../../api/runs.ts";
import { useShownAt } from "../../kit/clock.ts";
import { EmptyState } from "../../kit/empty-state.tsx";
import { FilterBar } from "../../kit/filter-bar.tsx";
import { moreOf } from "../../kit/list-more.ts";
import { Page, PageHeader } from "../../kit/page-header.tsx";
import { useSlug } from "../../shell/index.ts";
import { RunList } from "./run-list.tsx";
import { CAUSE_WORDS, CAUSES, RUN_WORDS, type runsSearch, sinceDays } from "./run-words.ts";
import { whileGoing } from "./while-going.ts";

const route = getRouteApi("/w/$workspace/runs");

type Search = ReturnType<typeof runsSearch>;

const STATES = Object.entries(RUN_WORDS).map(([value, [, label]]) => ({ value, label }));

/** What ran, what is running, what failed and why. */
export function RunsPage() {
  const search = route.useSearch() as Search;
  const navigate = route.useNavigate();
  const slug = useSlug();
  const now = useShownAt();
  const { state, cause, days, pipeline, q } = search;
  const query = useInfiniteQuery({
    ...runsQuery(compact({ state: state && [state], cause: cause && [cause], pipeline, q, from: sinceDays(days, now) })),
    refetchInterval: whileGoing,
  });
  const isChosen = Object.keys(search).length > 0;
  return (
    <Page>
      <PageHeader title="Runs" text="Every time a pipeline ran: why, how far it came, and what it made." />
      <FilterBar
        values={search}
        onChange={(change) => void navigate({ search: (before) => ({ ...before, ...change }) as typeof before, replace: true })}
        filters={[
          { kind: "text", name: "q", label: "Pipeline or error" },
          { kind: "choice", name: "state", label: "State", any: "Any state", options: STATES },
          { kind: "choice", name: "cause", label: "Started by", any: "Any cause", options: CAUSES.map((value) => ({ value, label: CAUSE_WORDS[value] })) },
          {
            kind: "choice",
            name: "days",
            label: "Time",
            any: "Any time",
            options: [
              { value: "1", label: "Last 24 hours" },
              { value: "7", label: "Last 7 days" },
              { value: "30", label: "Last 30 days" },
              { value: "90", label: "Last 90 days" },
            ],
          },
        ]}
      />
      <RunList
        rows={rowsOf(query.data)}
        error={query.error}
        onRetry={() => void query.refetch()}
        more={moreOf(query)}
        empty={
          isChosen ? (
            <EmptyState title="No run is like that" text="Choose another state or time, or clear the filters to see all." />
          ) : (
            <EmptyState
              title="Nothing has run yet"
              text="Each run of a pipeline appears here with its steps, its log and what it made."
              action={
                <Button variant="default" component={Link} to={`/w/${slug}/pipelines` as "/"}>
                  Go to the pipelines
                </Button>
              }
            />
          )
        }
      />
    </Page>
  );
}
