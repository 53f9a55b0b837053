import type { Run } from "@granary/protocol";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { type ReactNode, Suspense, useMemo } from "react";
import { compact } from "../../api/list.ts";
import { pipelineVersionQuery } from "../../api/pipelines.ts";
import { type RunId, runEventsQuery, runQuery } from "../../api/runs.ts";
import { useMay } from "../../api/session.ts";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { useFormat } from "../../kit/format.tsx";
import { Page } from "../../kit/page-header.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Tabs } from "../../kit/tabs.tsx";
import { useCrumb } from "../../shell/index.ts";
import { GraphView } from "../pipeline-builder/graph-view/index.ts";
import { LineageTab } from "./lineage-tab.tsx";
import { LogTab } from "./log-tab.tsx";
import { RejectsTab } from "./rejects-tab.tsx";
import { ResultsTab } from "./results-tab.tsx";
import { RunHeader } from "./run-header.tsx";
import type { runSearch } from "./run-words.ts";
import classes from "./runs.module.css";
import { StepPanel } from "./step-panel.tsx";
import { TimeLineChart } from "./time-line-chart.tsx";
import { useLiveRun } from "./use-live-run.ts";

const route = getRouteApi("/w/$workspace/runs/$run");

type Search = ReturnType<typeof runSearch>;
type Tab = NonNullable<Search["tab"]> | "steps";

/** One run: how far it is, what each step did, what it said, and what came of it. */
export function RunPage() {
  const id = route.useParams().run as RunId;
  const search = route.useSearch() as Search;
  const { tab = "steps" } = search;
  const navigate = route.useNavigate();
  const { data: run } = useSuspenseQuery(runQuery(id));
  const news = useLiveRun(id);
  const tabs = useTabs(run);
  useCrumb(`${run.pipeline.name} #${run.number}`);
  const go = (to: Search, isStep = true) => void navigate({ search: compact(to) as never, replace: !isStep, resetScroll: false });
  const content: Record<Tab, () => ReactNode> = {
    steps: () => <Steps run={run} selected={search.step} onSelect={(step) => go({ ...search, step } as Search)} />,
    log: () => <LogTab run={run} search={search} onSearch={(part) => go({ ...search, ...part }, false)} news={news} />,
    rejects: () => <RejectsTab run={run} />,
    results: () => <ResultsTab run={run} />,
    lineage: () => <LineageTab run={id} />,
  };
  return (
    <Page wide>
      <RunHeader run={run} />
      <Tabs label="Run" tabs={tabs} value={tab} onChange={(value) => go(value === "steps" ? {} : { tab: value }, false)} />
      {content[tab]()}
    </Page>
  );
}

function useTabs(run: Run): readonly { readonly value: Tab; readonly title: string }[] {
  const format = useFormat();
  const maySeeRows = useMay("pipeline:update");
  const maySeeLineage = useMay("lineage:read");
  const counted = (title: string, count: number) => (count > 0 ? `${title} ${format.number(count)}` : title);
  return [
    { value: "steps", title: "Steps" },
    { value: "log", title: "Log" },
    ...(maySeeRows ? [{ value: "rejects", title: counted("Kept apart", run.counts.rejected) } as const] : []),
    { value: "results", title: counted("Results", run.results.length) },
    ...(maySeeLineage ? [{ value: "lineage", title: "Lineage" } as const] : []),
  ];
}

interface StepsProps {
  readonly run: Run;
  readonly selected: string | undefined;
  readonly onSelect: (node: string | undefined) => void;
}

function Steps({ run, selected, onSelect }: StepsProps) {
  const version = useQuery(pipelineVersionQuery(run.pipeline.id, run.pipeline.version));
  const events = useQuery(runEventsQuery(run.id));
  const step = run.steps.find(({ node }) => node === selected);
  const states = useMemo(() => Object.fromEntries(run.steps.map((item) => [item.node, item])), [run.steps]);
  if (run.steps.length === 0) return <EmptyState title="It has not begun" text="The steps appear here as soon as a worker takes the run." />;
  return (
    <div className={classes.stepsSplit} data-open={step !== undefined || undefined}>
      <div className={classes.stack}>
        {version.data !== undefined && (
          <Suspense fallback={<div className={classes.graphWaits} aria-hidden="true" />}>
            <GraphView label="Steps of the run" document={version.data.document} states={states} selected={selected} onSelect={onSelect} height="360px" />
          </Suspense>
        )}
        {version.isPending && <div className={classes.graphWaits} aria-hidden="true" />}
        {version.error !== null && <ErrorNote error={version.error} onRetry={() => void version.refetch()} />}
        <Panel title="Steps over time" flush>
          <TimeLineChart run={run} events={events.data?.items ?? []} selected={selected} onSelect={onSelect} />
        </Panel>
      </div>
      {step !== undefined && <StepPanel key={step.node} run={run} step={step} onClose={() => onSelect(undefined)} />}
    </div>
  );
}
