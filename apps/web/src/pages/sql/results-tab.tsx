import type { SqlQuery } from "@granary/protocol";
import { Button, Drawer } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useSyncExternalStore } from "react";
import { readResult, resultRowQuery } from "../../api/sql.ts";
import { useMay } from "../../api/session.ts";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { useFormat } from "../../kit/format.tsx";
import { Grid, PagedSource } from "../../kit/grid/index.ts";
import { PageSkeleton } from "../../kit/skeleton.tsx";
import { Cells } from "../datasets/row-detail.tsx";
import { gridColumns } from "../datasets/grid-columns.tsx";
import { ResultDownload } from "./result-download.tsx";
import { StoreButton } from "./store-button.tsx";
import classes from "./sql.module.css";

/** So that most names can be read whole. */
const LEAST_WIDTH = 140;

interface ResultsTabProps {
  readonly query: SqlQuery;
  readonly row: string | undefined;
  readonly cell: string | undefined;
  readonly onOpen: (place: { readonly row?: string | undefined; readonly cell?: string | undefined }) => void;
  readonly onAgain: () => void;
}

/** The rows of a result, as long as they are kept. */
export function ResultsTab({ query, row, cell, onOpen, onAgain }: ResultsTabProps) {
  const { id } = query;
  const source = useMemo(() => new PagedSource((cursor, signal) => readResult(id, cursor, signal)), [id]);
  const columns = useMemo(() => gridColumns(query.columns ?? []), [query.columns]);
  const state = useSyncExternalStore(source.subscribe, source.state);
  if (query.expiresAt === null || query.columns === null) return <Gone onAgain={onAgain} />;
  if (query.rows === 0) return <EmptyState small title="No rows" text="The query ran well, and nothing fits it." />;
  if (state.error !== undefined && state.loaded === 0) return <ErrorNote error={state.error} onRetry={source.retry} />;
  return (
    <>
      <Grid
        label="Result"
        columns={columns}
        source={source}
        total={query.rows}
        leastWidth={LEAST_WIDTH}
        height="clamp(240px, calc(100dvh - 560px), 900px)"
        onOpen={(at) => onOpen({ row: String(at.row + 1), cell: query.columns?.[at.column]?.name })}
      />
      {row !== undefined && <ResultRow query={query} source={source} row={row} cell={cell} onOpen={onOpen} />}
    </>
  );
}

function Gone({ onAgain }: Pick<ResultsTabProps, "onAgain">) {
  return (
    <EmptyState
      small
      title="These rows are not kept any more"
      text="Results are kept for a day. The query is as it was; run it again."
      action={
        <Button size="xs" onClick={onAgain}>
          Run again
        </Button>
      }
    />
  );
}

interface ResultRowProps extends Pick<ResultsTabProps, "query" | "cell" | "onOpen"> {
  readonly source: PagedSource;
  readonly row: string;
}

function ResultRow({ query, source, row, cell, onOpen }: ResultRowProps) {
  const index = Math.max(0, Number(row) - 1 || 0);
  const known = useSyncExternalStore(source.subscribe, () => source.row(index));
  const isCut = known?.cut !== undefined;
  const whole = useQuery({ ...resultRowQuery(query.id, source.placeOf(index)), enabled: isCut });
  const cells = isCut ? whole.data : known?.cells;
  return (
    <Drawer opened onClose={() => onOpen({ row: undefined, cell: undefined })} position="right" size="lg" title={`Row ${row}`}>
      {whole.error !== null && <ErrorNote error={whole.error} onRetry={() => void whole.refetch()} />}
      {cells === undefined ? (
        <PageSkeleton />
      ) : (
        <Cells columns={query.columns ?? []} cells={cells} cell={cell} onCell={(name) => onOpen({ row, cell: name })} />
      )}
    </Drawer>
  );
}

const CUT = {
  rows: (rows: string) => `cut at ${rows} rows; choose more rows and run again, or ask for fewer`,
  bytes: (rows: string) => `cut at ${rows} rows, because they became too large; read fewer columns`,
} as const;

/** What is to be known of a result, and ways to take it away. */
export function ResultFacts({ query }: { readonly query: SqlQuery }) {
  const format = useFormat();
  const mayDownload = useMay("dataset:download");
  const mayCreate = useMay("dataset:create");
  const mayUpdate = useMay("dataset:update");
  const mayStore = (mayCreate || mayUpdate) && !query.isShortened;
  const rows = format.number(query.rows ?? 0);
  return (
    <div className={classes.facts}>
      <p>
        <strong>
          {rows} {query.rows === 1 ? "row" : "rows"}
        </strong>
        {query.cut !== null && <span className={classes.cut}>{CUT[query.cut](rows)}</span>}
        {query.durationMs !== null && <span>{format.duration(query.durationMs / 1_000)}</span>}
        {query.datasets.map(({ id, name, version }) => (
          <span key={`${id}${version}`}>
            {name}, version {version}
          </span>
        ))}
      </p>
      <div className={classes.takeOut}>
        {mayStore && <StoreButton query={query} />}
        {mayDownload && query.expiresAt !== null && <ResultDownload query={query} />}
      </div>
    </div>
  );
}
