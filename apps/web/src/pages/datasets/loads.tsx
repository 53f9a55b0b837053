import type { Batch, Dataset } from "@granary/protocol";
import { Button, Drawer } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { readRejects } from "../../api/dataset-rows.ts";
import { batchesQuery } from "../../api/datasets.ts";
import { rowsOf } from "../../api/list.ts";
import { type Column, DataList } from "../../kit/data-list.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { useFormat } from "../../kit/format.tsx";
import { Grid, type GridColumn, PagedSource } from "../../kit/grid/index.ts";
import { moreOf } from "../../kit/list-more.ts";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { StatusBadge } from "../../kit/status-badge.tsx";
import classes from "../people/people.module.css";
import own from "./datasets.module.css";
import { LoadIssues } from "./load-issues.tsx";

interface LoadsProps {
  readonly dataset: Dataset;
  /** The load whose rejected records are open. */
  readonly rejectsOf: string | undefined;
  readonly onRejects: (batch: string | undefined) => void;
  /** Shows the rows a load brought. */
  readonly onRows: (batch: string) => void;
}

const STATES = {
  importing: { tone: "busy", text: "Importing" },
  loaded: { tone: "good", text: "Loaded" },
  failed: { tone: "bad", text: "Failed" },
  deleted: { tone: "off", text: "Deleted" },
} as const;

/** Every file that was loaded, how many of its records arrived, and those that did not. */
export function Loads({ dataset, rejectsOf, onRejects, onRows }: LoadsProps) {
  const format = useFormat();
  const query = useInfiniteQuery(batchesQuery(dataset.id));
  const rows = rowsOf(query.data);
  const opened = dataset.can.update ? rows?.find(({ id }) => id === rejectsOf) : undefined;
  const counts = (batch: Batch) =>
    batch.rows === null ? "" : `${format.number(batch.rows)} loaded${batch.rejected === null ? "" : `, ${format.number(batch.rejected)} rejected`}`;
  const columns: readonly Column<Batch>[] = [
    {
      id: "file",
      header: "File",
      primary: true,
      cell: (batch) => (
        <span className={classes.name}>
          <span>{batch.fileName}</span>
          <span className={classes.mail}>
            {format.bytes(batch.bytes)}, SHA-256 <code>{batch.sha256.slice(0, 12)}…</code>
          </span>
          {batch.error !== null && <span className={own.reason}>{batch.error.message}</span>}
          <LoadIssues error={batch.error} />
        </span>
      ),
    },
    {
      id: "status",
      header: "Status",
      width: "130px",
      cell: (batch) => <StatusBadge tone={STATES[batch.status].tone}>{STATES[batch.status].text}</StatusBadge>,
    },
    { id: "counts", header: "Records", width: "200px", cell: counts },
    { id: "version", header: "Version", width: "90px", align: "right", cell: (batch) => batch.version ?? "" },
    { id: "at", header: "When", width: "140px", cell: (batch) => <RelativeTime at={batch.createdAt} /> },
  ];
  return (
    <div className={classes.frame}>
      <DataList
        label="Loads"
        columns={columns}
        rows={rows}
        rowId={(batch) => batch.id}
        rowName={(batch) => batch.fileName}
        error={query.error}
        onRetry={() => void query.refetch()}
        more={moreOf(query)}
        empty={<EmptyState title="No load yet" text="Each file that is loaded appears here, dated and counted." />}
        rowAction={(batch) => (
          <>
            {batch.status === "loaded" && (
              <Button variant="subtle" color="gray" size="compact-xs" aria-label={`Show rows of ${batch.fileName}`} onClick={() => onRows(batch.id)}>
                Show rows
              </Button>
            )}
            {dataset.can.update && (batch.rejected ?? 0) > 0 && (
              <Button variant="subtle" color="gray" size="compact-xs" aria-label={`Show rejected of ${batch.fileName}`} onClick={() => onRejects(batch.id)}>
                Show rejected
              </Button>
            )}
          </>
        )}
      />
      <Drawer opened={opened !== undefined} onClose={() => onRejects(undefined)} position="right" size="xl" title="Rejected records">
        {opened !== undefined && (
          <>
            <p className={own.facts} style={{ margin: "4px 0 12px" }}>
              <span>{opened.fileName}</span>
              <span>{counts(opened)}</span>
            </p>
            <Rejects dataset={dataset.id} batch={opened.id} />
          </>
        )}
      </Drawer>
    </div>
  );
}

const [HEAD_AND_EDGES_PX, ROW_PX] = [38, 30];

const REJECT_COLUMNS: readonly GridColumn[] = [
  { name: "Reason", width: 280 },
  { name: "As it is in the file", width: 640 },
];

function Rejects({ dataset, batch }: { readonly dataset: string; readonly batch: Batch["id"] }) {
  const format = useFormat();
  const source = useMemo(() => new PagedSource((cursor, signal) => readRejects(dataset, batch, cursor, signal)), [dataset, batch]);
  const state = useSyncExternalStore(source.subscribe, source.state);
  const [at, setAt] = useState<number>();
  const [reason, raw] = (at === undefined ? undefined : source.row(at)?.cells) ?? [];
  useEffect(() => source.want(0, 0), [source]);
  if (state.error !== undefined) return <ErrorNote error={state.error} onRetry={source.retry} />;
  if (state.isComplete && state.rows === 0) return <EmptyState small title="Nothing was rejected" text="Every record of this file was loaded." />;
  return (
    <>
      <Grid
        label="Rejected records"
        columns={REJECT_COLUMNS}
        source={source}
        gutterName="Line"
        height={`min(60dvh, ${HEAD_AND_EDGES_PX + state.rows * ROW_PX}px)`}
        onOpen={({ row }) => setAt(row)}
        status={state.isComplete ? `${format.number(state.rows)} rejected; open one to read all of it` : "Reading"}
      />
      {raw !== undefined && (
        <section aria-label="The record that is open">
          <p className={own.reason}>{reason}</p>
          <pre className={own.raw}>{raw}</pre>
        </section>
      )}
    </>
  );
}
