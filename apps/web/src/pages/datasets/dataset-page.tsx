import type { Batch, Dataset } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useInfiniteQuery, useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import SquareTerminal from "lucide-react/icons/square-terminal";
import { useEffect } from "react";
import { batchesQuery, datasetQuery, useRestoreDataset, useTrashDataset } from "../../api/datasets.ts";
import { jobQuery } from "../../api/jobs.ts";
import { itemsOf } from "../../api/list.ts";
import { useMay } from "../../api/session.ts";
import { Meter } from "../../kit/charts.tsx";
import { useConfirm } from "../../kit/confirm.tsx";
import { type Column, DataList } from "../../kit/data-list.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote, SaidError } from "../../kit/error-note.tsx";
import { useFormat } from "../../kit/format.tsx";
import { Page, PageHeader } from "../../kit/page-header.tsx";
import { Panel } from "../../kit/panel.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { StatusBadge } from "../../kit/status-badge.tsx";
import { Tabs } from "../../kit/tabs.tsx";
import { toastDone, toastError } from "../../kit/toast.tsx";
import { useTopic } from "../../realtime/index.ts";
import { useCrumb, useSlug } from "../../shell/index.ts";
import classes from "../people/people.module.css";
import { SharingTab } from "../dataset-sharing/sharing-tab.tsx";
import { AboutTab } from "./about-tab.tsx";
import { FrequencyBadge, VisibilityBadge } from "./catalog-item.tsx";
import { DatasetState } from "./dataset-state.tsx";
import own from "./datasets.module.css";
import { LoadIssues } from "./load-issues.tsx";
import { Loads } from "./loads.tsx";
import { type RowsSearch, RowsTab } from "./rows-tab.tsx";

const route = getRouteApi("/w/$workspace/datasets/$dataset");

const TABS = [
  { value: "rows", title: "Rows" },
  { value: "columns", title: "Columns" },
  { value: "loads", title: "Loads" },
  { value: "about", title: "About" },
  { value: "sharing", title: "Sharing" },
] as const;

/** One dataset: its rows first, then what it is made of and how it came. */
export function DatasetPage() {
  const { dataset: id } = route.useParams();
  const { tab = "rows", rejects, ...search } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: dataset } = useSuspenseQuery(datasetQuery(id));
  const client = useQueryClient();
  useCrumb(dataset.name);
  useTopic(`dataset:${dataset.id}`, (message) => {
    if (message.type === "change" || message.type === "resync") void client.invalidateQueries({ queryKey: ["datasets"] });
  });
  const setRejects = (batch: string | undefined) => void navigate({ search: (before) => ({ ...before, rejects: batch }) as typeof before, replace: true });
  const showBatch = (batch: string) => void navigate({ search: { batch } as typeof search });
  const onSearch = (change: RowsSearch, isStep = false) =>
    void navigate({ search: (before) => ({ ...before, ...change }) as typeof before, replace: !isStep, resetScroll: false });
  return (
    <Page wide>
      <PageHeader
        title={dataset.name}
        text={dataset.description === "" ? undefined : dataset.description}
        beside={
          <>
            <DatasetState dataset={dataset} />
            <VisibilityBadge visibility={dataset.visibility} />
            <FrequencyBadge frequency={dataset.frequency} />
          </>
        }
        actions={<Actions dataset={dataset} />}
      />
      <Facts dataset={dataset} />
      <Tabs
        label="Dataset"
        tabs={TABS}
        value={tab}
        onChange={(value) => void navigate({ search: (before) => ({ ...before, tab: value === "rows" ? undefined : value }) as typeof before, replace: true })}
      />
      {tab === "rows" && (dataset.status === "ready" ? <RowsTab dataset={dataset} search={search} onSearch={onSearch} /> : <Importing dataset={dataset} />)}
      {tab === "about" && <AboutTab dataset={dataset} />}
      {tab === "sharing" && <SharingTab dataset={dataset} />}
      {tab === "columns" && <Columns dataset={dataset} />}
      {tab === "loads" && <Loads dataset={dataset} rejectsOf={rejects} onRejects={setRejects} onRows={showBatch} />}
    </Page>
  );
}

function Facts({ dataset }: { readonly dataset: Dataset }) {
  const format = useFormat();
  return (
    <p className={own.facts}>
      {dataset.rows !== null && <span>{format.number(dataset.rows)} rows</span>}
      <span>{dataset.columns.length} columns</span>
      {dataset.dataVersion > 0 && <span>version {dataset.dataVersion}</span>}
      <span>{dataset.owner === null ? "its owner has left" : `owned by ${dataset.owner?.name ?? "nobody now"}`}</span>
      <span>
        changed <RelativeTime at={dataset.updatedAt} />
      </span>
    </p>
  );
}

function Actions({ dataset }: { readonly dataset: Dataset }) {
  const trash = useTrashDataset();
  const restore = useRestoreDataset();
  const mayQuery = useMay("sql:run");
  const confirm = useConfirm();
  const navigate = useNavigate();
  const slug = useSlug();
  const askDelete = () =>
    confirm({
      title: "Move to the trash",
      text: "Nobody but its owners sees it there, and its name is free again. It can be taken out of the trash until it is deleted for good.",
      typed: dataset.name,
      touches: [dataset.name],
      action: "Move to the trash",
      danger: true,
      run: async () => {
        await trash.mutateAsync(dataset.id);
        await navigate({ to: "/w/$workspace/datasets", params: { workspace: slug } });
        toastDone(`${dataset.name} is in the trash`, undefined, {
          verb: "Undo",
          run: () =>
            restore.mutate(dataset.id, { onSuccess: () => toastDone(`${dataset.name} is back`), onError: (error) => toastError("Not restored", error) }),
        });
      },
    });
  return (
    <>
      {mayQuery && dataset.status === "ready" && (
        <Button
          variant="default"
          leftSection={<SquareTerminal size={15} />}
          renderRoot={(props) => <Link to="/w/$workspace/sql" params={{ workspace: slug }} search={{ dataset: dataset.name } as never} {...props} />}
        >
          Query in SQL
        </Button>
      )}
      {dataset.can.update && dataset.status !== "importing" && (
        <Button component={Link} to={`/w/${slug}/import` as "/"} search={{ dataset: dataset.id } as never} variant="default">
          Load more rows
        </Button>
      )}
      {dataset.can.delete && (
        <Button variant="default" onClick={askDelete}>
          Delete
        </Button>
      )}
    </>
  );
}

const IMPORT_POLL_MS = 2_000;

function Importing({ dataset }: { readonly dataset: Dataset }) {
  const client = useQueryClient();
  const batches = useInfiniteQuery({ ...batchesQuery(dataset.id), refetchInterval: dataset.status === "importing" ? IMPORT_POLL_MS : false });
  const batch = itemsOf(batches.data)[0];
  const hasEnded = dataset.status === "importing" && batch !== undefined && batch.status !== "importing";
  useEffect(() => {
    if (hasEnded) void client.invalidateQueries({ queryKey: ["datasets", "one"] });
  }, [hasEnded, client]);
  if (dataset.status === "failed") return <FailedImport error={batch?.error ?? null} />;
  return (
    <Panel title="Importing" text={batch?.fileName}>
      <ImportJob jobId={batch?.jobId ?? null} />
      <p className="g-soft" style={{ margin: "8px 0 0", fontSize: "0.8125rem" }}>
        You can leave this page; the import goes on.
      </p>
    </Panel>
  );
}

function FailedImport({ error }: { readonly error: Batch["error"] }) {
  return (
    <div className={classes.stack}>
      <ErrorNote error={new SaidError(error?.message ?? "The import failed.")} />
      <LoadIssues error={error} />
      <p className="g-soft">Nothing was stored. Load the corrected file, or the same one with other settings, by “Load more rows”.</p>
    </div>
  );
}

/** How far the import is, told by its job to those who may see jobs. */
function ImportJob({ jobId }: { readonly jobId: Batch["jobId"] }) {
  const slug = useSlug();
  const mayReadJobs = useMay("job:read");
  const id = mayReadJobs ? jobId : null;
  const { data: job } = useQuery({ ...jobQuery({ id: id as NonNullable<Batch["jobId"]> }), enabled: id !== null, refetchInterval: IMPORT_POLL_MS });
  const progress = job?.progress;
  return (
    <>
      <Meter done={progress?.done ?? 0} total={progress?.total ?? null} label="Import" />
      {id !== null && (
        <p className="g-soft" style={{ margin: "8px 0 0", fontSize: "0.8125rem" }}>
          {progress?.message ?? "Waiting for a worker"}. <Link to={`/w/${slug}/jobs/${id}` as "/"}>See the job</Link>
        </p>
      )}
    </>
  );
}

function Columns({ dataset }: { readonly dataset: Dataset }) {
  const columns: readonly Column<Dataset["columns"][number]>[] = [
    { id: "name", header: "Column", primary: true, cell: (column) => <span className="g-mono">{column.name}</span> },
    { id: "type", header: "Type", cell: (column) => column.type },
    { id: "stored", header: "Stored as", cell: (column) => <code className="g-soft">{column.storedType}</code> },
    { id: "masked", header: "You see", cell: (column) => (column.masked ? <StatusBadge tone="info">Masked</StatusBadge> : "as it is") },
  ];
  return (
    <div className={classes.frame}>
      <DataList
        label="Columns"
        columns={columns}
        rows={dataset.columns}
        rowId={(column) => column.name}
        rowName={(column) => column.name}
        empty={<EmptyState title="No columns yet" text="They are known when the first load has ended." />}
      />
    </div>
  );
}
