import type { Pipeline } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useInfiniteQuery, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import Pencil from "lucide-react/icons/pencil";
import Play from "lucide-react/icons/play";
import { type ReactNode, useState } from "react";
import { compact, rowsOf } from "../../api/list.ts";
import { pipelineQuery } from "../../api/pipelines.ts";
import { pipelineRunsQuery } from "../../api/runs.ts";
import { EmptyState } from "../../kit/empty-state.tsx";
import { FilterBar } from "../../kit/filter-bar.tsx";
import { moreOf } from "../../kit/list-more.ts";
import { Page, PageHeader } from "../../kit/page-header.tsx";
import { Label, StatusBadge } from "../../kit/status-badge.tsx";
import { Tabs } from "../../kit/tabs.tsx";
import { useCrumb, useSlug } from "../../shell/index.ts";
import { RunList } from "../runs/run-list.tsx";
import { RUN_WORDS } from "../runs/run-words.ts";
import { whileGoing } from "../runs/while-going.ts";
import { BackfillsTab } from "./backfills-tab.tsx";
import { OverviewTab } from "./overview-tab.tsx";
import type { PipelineSearch } from "./pipeline-words.ts";
import { RunDialog } from "./run-dialog.tsx";
import { SettingsTab } from "./settings-tab.tsx";
import { StreamsTab } from "./streams-tab.tsx";
import { VersionsTab } from "./versions-tab.tsx";

const route = getRouteApi("/w/$workspace/pipelines/$pipeline");

type Tab = NonNullable<PipelineSearch["tab"]> | "overview";

/** One pipeline: what it does, how its runs went, what changed in it, and how far its streams are read. */
export function PipelinePage() {
  const { pipeline: address } = route.useParams();
  const search = route.useSearch() as PipelineSearch;
  const { tab = "overview" } = search;
  const navigate = route.useNavigate();
  const { data: pipeline } = useSuspenseQuery(pipelineQuery(address));
  useCrumb(pipeline.name);
  const go = (to: PipelineSearch, isStep = true) => void navigate({ search: compact(to) as never, replace: !isStep, resetScroll: false });
  const content: Record<Tab, () => ReactNode> = {
    overview: () => <OverviewTab pipeline={pipeline} />,
    runs: () => <Runs pipeline={pipeline} state={search.state} onState={(state) => go({ tab: "runs", state } as PipelineSearch, false)} />,
    versions: () => <VersionsTab pipeline={pipeline} compare={search.compare} onCompare={(compare) => go({ tab: "versions", compare } as PipelineSearch)} />,
    backfills: () => <BackfillsTab pipeline={pipeline} open={search.backfill} onOpen={(backfill) => go({ tab: "backfills", backfill } as PipelineSearch)} />,
    streams: () => <StreamsTab pipeline={pipeline} />,
    settings: () => <SettingsTab pipeline={pipeline} />,
  };
  return (
    <Page wide={tab === "overview"}>
      <Header pipeline={pipeline} />
      <Tabs label="Pipeline" tabs={tabsOf(pipeline)} value={tab} onChange={(value) => go(value === "overview" ? {} : { tab: value }, false)} />
      {content[tab]()}
    </Page>
  );
}

function tabsOf(pipeline: Pipeline): readonly { readonly value: Tab; readonly title: string }[] {
  const readsStreams = pipeline.document.nodes.some(({ kind }) => kind === "source_stream");
  return [
    { value: "overview", title: "Overview" },
    { value: "runs", title: "Runs" },
    { value: "versions", title: `Versions ${pipeline.documentVersion}` },
    { value: "backfills", title: "Backfills" },
    ...(readsStreams ? [{ value: "streams", title: "Streams" } as const] : []),
    { value: "settings", title: "Settings" },
  ];
}

function Header({ pipeline }: { readonly pipeline: Pipeline }) {
  const slug = useSlug();
  const [isRunning, setRunning] = useState(false);
  const errors = pipeline.faults.filter(({ severity }) => severity === "error").length;
  return (
    <>
      <PageHeader
        title={pipeline.name}
        text={pipeline.description === "" ? undefined : pipeline.description}
        beside={
          <>
            {!pipeline.enabled && <StatusBadge tone="off">Paused</StatusBadge>}
            {errors > 0 && <StatusBadge tone="bad">{errors === 1 ? "1 fault" : `${errors} faults`}</StatusBadge>}
            {pipeline.tags.map((tag) => (
              <Label key={tag}>{tag}</Label>
            ))}
          </>
        }
        actions={
          <>
            <Button variant="default" leftSection={<Pencil size={15} />} component={Link} to={`/w/${slug}/pipelines/${pipeline.id}/edit` as "/"}>
              {pipeline.can.update ? "Edit" : "Open the canvas"}
            </Button>
            {pipeline.can.run && (
              <Button
                leftSection={<Play size={15} />}
                onClick={() => setRunning(true)}
                disabled={errors > 0}
                title={errors > 0 ? "Correct the faults first" : undefined}
              >
                Run
              </Button>
            )}
          </>
        }
      />
      {isRunning && <RunDialog pipeline={pipeline} onClose={() => setRunning(false)} />}
    </>
  );
}

const STATES = Object.entries(RUN_WORDS).map(([value, [, label]]) => ({ value, label }));

interface RunsProps {
  readonly pipeline: Pipeline;
  readonly state: PipelineSearch["state"];
  readonly onState: (state: PipelineSearch["state"]) => void;
}

function Runs({ pipeline, state, onState }: RunsProps) {
  const query = useInfiniteQuery({ ...pipelineRunsQuery(pipeline.id, state === undefined ? undefined : [state]), refetchInterval: whileGoing });
  return (
    <>
      <FilterBar
        values={{ state }}
        onChange={(change) => onState(change["state"] as PipelineSearch["state"])}
        filters={[{ kind: "choice", name: "state", label: "State", any: "Any state", options: STATES }]}
      />
      <RunList
        isOfPipeline
        rows={rowsOf(query.data)}
        error={query.error}
        onRetry={() => void query.refetch()}
        more={moreOf(query)}
        empty={
          <EmptyState
            title={state === undefined ? "It has not run yet" : "No run is like that"}
            text="Each run appears here with its steps, its log and what it made."
          />
        }
      />
    </>
  );
}
