import type { PipelineSummary } from "@granary/protocol";
import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import Pause from "lucide-react/icons/pause";
import Play from "lucide-react/icons/play";
import Plus from "lucide-react/icons/plus";
import RotateCw from "lucide-react/icons/rotate-cw";
import { useState } from "react";
import { compact, itemsOf, rowsOf } from "../../api/list.ts";
import { pipelinesQuery, useEnablePipeline } from "../../api/pipelines.ts";
import { useMay } from "../../api/session.ts";
import { type Column, DataList } from "../../kit/data-list.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { FilterBar } from "../../kit/filter-bar.tsx";
import { moreOf } from "../../kit/list-more.ts";
import { Page, PageHeader } from "../../kit/page-header.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { Label } from "../../kit/status-badge.tsx";
import { toastDone, toastError } from "../../kit/toast.tsx";
import { useSlug } from "../../shell/index.ts";
import people from "../people/people.module.css";
import { RecentRuns, RunState } from "../runs/run-state.tsx";
import { NewPipeline } from "./new-pipeline.tsx";
import type { pipelinesSearch } from "./pipeline-words.ts";
import classes from "./pipelines.module.css";
import { RunDialog } from "./run-dialog.tsx";

const route = getRouteApi("/w/$workspace/pipelines");

type Search = ReturnType<typeof pipelinesSearch>;

const STATES = [
  { value: "failing", label: "Failed last" },
  { value: "running", label: "Running now" },
  { value: "scheduled", label: "Runs by itself" },
] as const;

function columnsOf(slug: string): readonly Column<PipelineSummary>[] {
  return [
    {
      id: "name",
      header: "Pipeline",
      primary: true,
      cell: ({ id, name, description, tags }) => (
        <span className={people.name}>
          <span className={classes.named}>
            <Link to={`/w/${slug}/pipelines/${id}` as "/"} className={people.link}>
              {name}
            </Link>
            {tags.map((tag) => (
              <Label key={tag}>{tag}</Label>
            ))}
          </span>
          {description !== "" && <span className={classes.about}>{description}</span>}
        </span>
      ),
    },
    { id: "recent", header: "Last runs", width: "120px", cell: ({ recent }) => <RecentRuns runs={recent} /> },
    {
      id: "last",
      header: "Last",
      width: "200px",
      cell: ({ lastRun }) =>
        lastRun === null ? (
          <span className="g-soft">never run</span>
        ) : (
          <span className={classes.last}>
            <RunState state={lastRun.state} />
            <RelativeTime at={lastRun.endedAt ?? lastRun.startedAt ?? lastRun.queuedAt} />
          </span>
        ),
    },
    { id: "next", header: "Next", width: "200px", cell: (row) => <Next row={row} /> },
    { id: "owner", header: "Owner", width: "130px", deskOnly: true, cell: ({ owner }) => owner?.name ?? <span className="g-soft">nobody</span> },
  ];
}

function Next({ row }: { readonly row: PipelineSummary }) {
  const texts = row.triggers.filter(({ enabled }) => enabled).map(({ text }) => text);
  if (texts.length === 0) return <span className="g-soft">by hand</span>;
  if (!row.enabled) return <span className="g-soft">paused</span>;
  return (
    <span className={classes.next}>
      {row.nextRunAt !== null && <RelativeTime at={row.nextRunAt} />}
      <span className="g-soft">{texts.join("; ")}</span>
    </span>
  );
}

/** How data gets here: every pipeline, how its last runs went, and when it runs next. */
export function PipelinesPage() {
  const search = route.useSearch() as Search;
  const navigate = route.useNavigate();
  const slug = useSlug();
  const mayCreate = useMay("pipeline:create");
  const [toRun, setToRun] = useState<PipelineSummary>();
  const { q, tag, state, new: isNew } = search;
  const query = useInfiniteQuery(pipelinesQuery(compact({ q, state, tag: tag === undefined ? undefined : [tag] })));
  const tags = [...new Set([...itemsOf(query.data).flatMap((row) => row.tags), ...(tag === undefined ? [] : [tag])])].sort();
  const set = (change: Readonly<Record<string, string | undefined>>) =>
    void navigate({ search: (before) => ({ ...before, ...change }) as typeof before, replace: true });
  const isChosen = q !== undefined || tag !== undefined || state !== undefined;
  const create = mayCreate && (
    <Button leftSection={<Plus size={15} />} onClick={() => set({ new: "1" })}>
      New pipeline
    </Button>
  );
  return (
    <Page>
      <PageHeader
        title="Pipelines"
        text="From sources, through steps you can see, into versioned datasets."
        actions={
          <>
            <Button variant="default" component={Link} to={`/w/${slug}/functions` as "/"}>
              Functions
            </Button>
            {create}
          </>
        }
      />
      <FilterBar
        values={{ q, tag, state }}
        onChange={set}
        filters={[
          { kind: "text", name: "q", label: "Name or description" },
          { kind: "choice", name: "state", label: "State", any: "Any state", options: STATES },
          { kind: "choice", name: "tag", label: "Tag", any: "Any tag", options: tags.map((value) => ({ value, label: value })) },
        ]}
      />
      <div className={people.frame}>
        <DataList
          label="Pipelines"
          columns={columnsOf(slug)}
          rows={rowsOf(query.data)}
          rowId={({ id }) => id}
          rowName={({ name }) => name}
          error={query.error}
          onRetry={() => void query.refetch()}
          more={moreOf(query)}
          rowAction={(row) => <RowActions row={row} onRun={() => setToRun(row)} />}
          empty={
            isChosen ? (
              <EmptyState title="No pipeline is like that" text="Choose another state or tag, or clear the filters to see all." />
            ) : (
              <EmptyState title="No pipeline yet" text="Begin with a template, a file from git, or an empty canvas." action={create} />
            )
          }
        />
      </div>
      {isNew === "1" && mayCreate && <NewPipeline onClose={() => set({ new: undefined })} />}
      {toRun !== undefined && <RunDialog pipeline={toRun} onClose={() => setToRun(undefined)} />}
    </Page>
  );
}

function RowActions({ row, onRun }: { readonly row: PipelineSummary; readonly onRun: () => void }) {
  const enable = useEnablePipeline();
  const toggle = () =>
    enable.mutate(
      { pipeline: row.id, enabled: !row.enabled },
      {
        onSuccess: ({ enabled }) =>
          toastDone(
            enabled ? `${row.name} runs by itself again` : `${row.name} is paused`,
            enabled ? undefined : "Runs that are going on go on; it can still be run by hand.",
          ),
        onError: (error) => toastError("Not changed", error),
      },
    );
  const words = row.enabled ? "Pause" : "Run by itself again";
  return (
    <span className={classes.rowActions}>
      {row.can.schedule && row.triggers.length > 0 && (
        <Tooltip label={words}>
          <ActionIcon aria-label={`${words}: ${row.name}`} loading={enable.isPending} onClick={toggle}>
            {row.enabled ? <Pause size={15} /> : <RotateCw size={15} />}
          </ActionIcon>
        </Tooltip>
      )}
      {row.can.run && (
        <Tooltip label="Run now">
          <ActionIcon aria-label={`Run ${row.name}`} onClick={onRun}>
            <Play size={15} />
          </ActionIcon>
        </Tooltip>
      )}
    </span>
  );
}
