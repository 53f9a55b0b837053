import type { SqlQuery } from "@granary/protocol";
import { useInfiniteQuery } from "@tanstack/react-query";
import { rowsOf } from "../../api/list.ts";
import { historyQuery } from "../../api/sql.ts";
import { type Column, DataList } from "../../kit/data-list.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { FilterBar } from "../../kit/filter-bar.tsx";
import { useFormat } from "../../kit/format.tsx";
import { moreOf } from "../../kit/list-more.ts";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { StatusBadge, type Tone } from "../../kit/status-badge.tsx";
import classes from "./sql.module.css";

const STATUS: Readonly<Record<SqlQuery["status"], readonly [Tone, string]>> = {
  succeeded: ["good", "Done"],
  failed: ["bad", "Failed"],
  cancelled: ["off", "Cancelled"],
  running: ["busy", "Running"],
};

interface HistoryTabProps {
  readonly q: string | undefined;
  readonly onSearch: (q: string | undefined) => void;
  readonly onOpen: (query: SqlQuery) => void;
}

/** What this person ran, newest first. Opening one brings its text back, and its rows while they are kept. */
export function HistoryTab({ q, onSearch, onOpen }: HistoryTabProps) {
  const query = useInfiniteQuery(historyQuery(q));
  const format = useFormat();
  const columns: readonly Column<SqlQuery>[] = [
    {
      id: "sql",
      header: "Query",
      primary: true,
      cell: (item) => (
        <span className={classes.ran}>
          <button type="button" className={classes.ranText} onClick={() => onOpen(item)}>
            {item.sql.replaceAll(/\s+/g, " ").trim() || "(empty)"}
          </button>
          {item.error !== null && <span className={classes.ranError}>{item.error.message}</span>}
        </span>
      ),
    },
    { id: "status", header: "Status", width: "120px", cell: ({ status }) => <StatusBadge tone={STATUS[status][0]}>{STATUS[status][1]}</StatusBadge> },
    { id: "rows", header: "Rows", width: "90px", align: "right", cell: ({ rows }) => (rows === null ? "" : format.number(rows)) },
    { id: "time", header: "Took", width: "90px", align: "right", cell: ({ durationMs }) => (durationMs === null ? "" : format.duration(durationMs / 1_000)) },
    { id: "at", header: "When", width: "140px", cell: ({ createdAt }) => <RelativeTime at={createdAt} /> },
  ];
  return (
    <div className={classes.listing}>
      <FilterBar values={{ q }} onChange={(change) => onSearch(change["q"])} filters={[{ kind: "text", name: "q", label: "Search your queries" }]} />
      <div className={classes.frame}>
        <DataList
          label="History"
          columns={columns}
          rows={rowsOf(query.data)}
          rowId={({ id }) => id}
          rowName={({ sql }) => sql.slice(0, 60)}
          error={query.error}
          onRetry={() => void query.refetch()}
          more={moreOf(query)}
          empty={
            <EmptyState
              small
              title={q === undefined ? "Nothing was run yet" : "No query fits"}
              text={q === undefined ? "Every query you run is kept here for 90 days." : "Look for another word."}
            />
          }
        />
      </div>
    </div>
  );
}
