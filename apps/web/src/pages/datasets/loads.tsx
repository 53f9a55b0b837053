import type { Batch, Dataset } from "@granary/protocol";
import { Button, Drawer } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { batchesQuery } from "../../api/datasets.ts";
import { rowsOf } from "../../api/list.ts";
import { type Column, DataList } from "../../kit/data-list.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { useFormat } from "../../kit/format.tsx";
import { moreOf } from "../../kit/list-more.ts";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { StatusBadge } from "../../kit/status-badge.tsx";
import classes from "../people/people.module.css";
import own from "./datasets.module.css";
import { LoadIssues } from "./load-issues.tsx";
import { Rejects } from "./rejects.tsx";

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

/** The query a load's rows come from, and what it read. */
function SourceQuery({ query }: { readonly query: NonNullable<Batch["query"]> }) {
  return (
    <details className={own.query}>
      <summary>
        Rows of a SQL query{query.datasets.length > 0 && ` over ${query.datasets.map(({ name, version }) => `${name}, version ${version}`).join("; ")}`}
      </summary>
      <pre>{query.sql}</pre>
    </details>
  );
}

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
          {batch.query !== null && <SourceQuery query={batch.query} />}
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
            <Rejects key={opened.id} dataset={dataset.id} batch={opened.id} onLoading={onRejects} />
          </>
        )}
      </Drawer>
    </div>
  );
}
