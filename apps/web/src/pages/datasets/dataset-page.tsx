import type { Batch, Dataset, RowFilter } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useInfiniteQuery, useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import SquareTerminal from "lucide-react/icons/square-terminal";
import { useEffect } from "react";
import { schemaQuery } from "../../api/dataset-schema.ts";
import { versionQuery } from "../../api/dataset-versions.ts";
import { batchesQuery, datasetQuery, useRestoreDataset, useTrashDataset } from "../../api/datasets.ts";
import { jobQuery } from "../../api/jobs.ts";
import { compact, itemsOf } from "../../api/list.ts";
import { useMay } from "../../api/session.ts";
import { Meter } from "../../kit/charts.tsx";
import { useConfirm } from "../../kit/confirm.tsx";
import { ErrorNote, SaidError } from "../../kit/error-note.tsx";
import { useFormat } from "../../kit/format.tsx";
import { Page, PageHeader } from "../../kit/page-header.tsx";
import { Panel } from "../../kit/panel.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { PageSkeleton } from "../../kit/skeleton.tsx";
import { Tabs } from "../../kit/tabs.tsx";
import { toastDone, toastError } from "../../kit/toast.tsx";
import { useTopic } from "../../realtime/index.ts";
import { useCrumb, useSlug } from "../../shell/index.ts";
import { AnalyticsTab } from "../dataset-analytics/analytics-tab.tsx";
import { ChangesTab } from "../dataset-changes/changes-tab.tsx";
import { PrivacyTab } from "../dataset-privacy/privacy-tab.tsx";
import { SchemaTab } from "../dataset-schema/schema-tab.tsx";
import { VersionBanner } from "../dataset-versions/version-banner.tsx";
import { VersionsTab } from "../dataset-versions/versions-tab.tsx";
import classes from "../people/people.module.css";
import { ViewAsBanner } from "../dataset-access/view-as-banner.tsx";
import { SharingTab } from "../dataset-sharing/sharing-tab.tsx";
import { QuarantineBadge } from "../personal-data/personal-data-panel.tsx";
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
  { value: "privacy", title: "Privacy" },
  { value: "analytics", title: "Analytics" },
  { value: "changes", title: "Changes" },
  { value: "versions", title: "Versions" },
  { value: "loads", title: "Loads" },
  { value: "about", title: "About" },
  { value: "sharing", title: "Sharing" },
] as const;

/** One dataset: its rows first, then what it is made of and how it came. */
export function DatasetPage() {
  const { dataset: id } = route.useParams();
  const { tab = "rows", rejects, compare, ...search } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: newest } = useSuspenseQuery(datasetQuery(id));
  const { dataset, isKnown } = useDatasetAt(newest, search.version);
  const client = useQueryClient();
  useCrumb(dataset.name);
  useTopic(`dataset:${dataset.id}`, (message) => {
    if (message.type === "change" || message.type === "resync") void client.invalidateQueries({ queryKey: ["datasets"] });
  });
  const setRejects = (batch: string | undefined) => void navigate({ search: (before) => ({ ...before, rejects: batch }) as typeof before, replace: true });
  const showBatch = (batch: string) => void navigate({ search: { batch } as typeof search });
  const onSearch = (change: RowsSearch, isStep = false) =>
    void navigate({ search: (before) => ({ ...before, ...change }) as typeof before, replace: !isStep, resetScroll: false });
  const showVersion = (version: string | undefined) => void navigate({ search: compact({ version, tab: tab === "rows" ? undefined : tab }) as typeof search });
  const openVersion = (version: string) => void navigate({ search: { version } as typeof search });
  const showRows = (filter: RowFilter) => void navigate({ search: compact({ version: search.version, filter }) as typeof search });
  const setCompare = (sides: string | undefined) => void navigate({ search: compact({ tab: "versions", compare: sides }) as typeof search });
  const content = {
    rows: () => <Rows dataset={dataset} isKnown={isKnown} search={search} onSearch={onSearch} />,
    columns: () => <SchemaTab dataset={newest} version={search.version} onOpen={openVersion} />,
    privacy: () => <PrivacyTab dataset={newest} />,
    analytics: () => <Analytics dataset={dataset} isKnown={isKnown} version={search.version} onRows={showRows} />,
    changes: () => <ChangesTab dataset={newest} />,
    versions: () => <VersionsTab dataset={newest} compare={compare} onCompare={setCompare} onOpen={openVersion} />,
    loads: () => <Loads dataset={newest} rejectsOf={rejects} onRejects={setRejects} onRows={showBatch} />,
    about: () => <AboutTab dataset={newest} />,
    sharing: () => <SharingTab dataset={newest} />,
  } as const satisfies Record<(typeof TABS)[number]["value"], unknown>;
  return (
    <Page wide>
      <PageHeader
        title={dataset.name}
        text={dataset.description === "" ? undefined : dataset.description}
        beside={
          <>
            <DatasetState dataset={dataset} />
            <QuarantineBadge dataset={newest} />
            <VisibilityBadge visibility={dataset.visibility} />
            <FrequencyBadge frequency={dataset.frequency} />
          </>
        }
        actions={<Actions dataset={dataset} />}
      />
      <Facts dataset={dataset} isNewest={search.version === undefined} />
      <ViewAsBanner dataset={newest.id} />
      {search.version !== undefined && (
        <VersionBanner
          dataset={newest}
          version={search.version}
          onNewest={() => showVersion(undefined)}
          onCompare={(from, to) => setCompare(`${from}..${to}`)}
        />
      )}
      <Tabs
        label="Dataset"
        tabs={TABS}
        value={tab}
        onChange={(value) => void navigate({ search: (before) => ({ ...before, tab: value === "rows" ? undefined : value }) as typeof before, replace: true })}
      />
      {content[tab]()}
    </Page>
  );
}

interface RowsProps {
  readonly dataset: Dataset;
  /** Whether the columns of the version that is shown are there already. */
  readonly isKnown: boolean;
  readonly search: RowsSearch;
  readonly onSearch: (change: RowsSearch, isStep?: boolean) => void;
}

function Rows({ dataset, isKnown, search, onSearch }: RowsProps) {
  if (!isKnown) return <PageSkeleton />;
  return dataset.status === "ready" ? <RowsTab dataset={dataset} search={search} onSearch={onSearch} /> : <Importing dataset={dataset} />;
}

interface AnalyticsProps extends Pick<RowsProps, "dataset" | "isKnown"> {
  readonly version: string | undefined;
  readonly onRows: (filter: RowFilter) => void;
}

function Analytics({ dataset, isKnown, version, onRows }: AnalyticsProps) {
  if (!isKnown) return <PageSkeleton />;
  return dataset.dataVersion > 0 ? <AnalyticsTab dataset={dataset} version={version} onRows={onRows} /> : <Importing dataset={dataset} />;
}

/** The dataset as it was at a version: its rows counted, its columns those of then. */
function useDatasetAt(dataset: Dataset, version: string | undefined): { readonly dataset: Dataset; readonly isKnown: boolean } {
  const enabled = version !== undefined && dataset.dataVersion > 0;
  const schema = useQuery({ ...schemaQuery(dataset.id, version, dataset.dataVersion), enabled });
  const at = useQuery({ ...versionQuery(dataset.id, version ?? ""), enabled });
  if (!enabled || schema.data === undefined || at.data === undefined) return { dataset, isKnown: !enabled || schema.error !== null || at.error !== null };
  return { dataset: { ...dataset, columns: schema.data.columns, rows: at.data.rows }, isKnown: true };
}

function Facts({ dataset, isNewest }: { readonly dataset: Dataset; readonly isNewest: boolean }) {
  const format = useFormat();
  return (
    <p className={own.facts}>
      {dataset.rows !== null && <span>{format.number(dataset.rows)} rows</span>}
      <span>{dataset.columns.length} columns</span>
      {dataset.dataVersion > 0 && isNewest && <span>version {dataset.dataVersion}</span>}
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
