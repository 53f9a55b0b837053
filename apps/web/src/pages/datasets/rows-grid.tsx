import type { Dataset } from "@granary/protocol";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import { datasetRowsQuery } from "../../api/datasets.ts";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { useFormat } from "../../kit/format.tsx";
import { PageSkeleton } from "../../kit/skeleton.tsx";
import classes from "./datasets.module.css";

const ROW_HEIGHT = 30;
const AHEAD = 12;
const NUMERIC = new Set(["integer", "decimal", "number"]);
const LETTER_PX = 7.6;
const [NARROWEST, WIDEST] = [88, 340];
const SAMPLED_ROWS = 60;

type RowList = readonly (readonly (string | null)[])[];

/** A width for each column from its name and the first values, so that most values are readable at once. */
function widthsOf(names: readonly string[], rows: RowList): number[] {
  return names.map((name, index) => {
    const longest = rows.slice(0, SAMPLED_ROWS).reduce((most, row) => Math.max(most, row[index]?.length ?? 4), name.length);
    return Math.round(Math.min(WIDEST, Math.max(NARROWEST, longest * LETTER_PX + 26)));
  });
}

/** The rows of a dataset as a grid that draws only what is in sight and reads on as one scrolls. */
export function RowsGrid({ dataset, version }: { readonly dataset: Dataset; readonly version: number | undefined }) {
  const query = useInfiniteQuery(datasetRowsQuery(dataset.id, version));
  if (query.error !== null && query.data === undefined) return <ErrorNote error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <PageSkeleton />;
  const rows: RowList = query.data.pages.flatMap((page) => page.rows);
  if (rows.length === 0) return <EmptyState title="No rows" text="The dataset has columns, but the file had no rows below its header." />;
  return (
    <Grid
      name={dataset.name}
      columns={query.data.pages[0]?.columns ?? dataset.columns}
      rows={rows}
      total={version === undefined ? dataset.rows : null}
      hasMore={query.hasNextPage}
      onEnd={() => {
        if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
      }}
    />
  );
}

interface GridProps {
  readonly name: string;
  readonly columns: Dataset["columns"];
  readonly rows: RowList;
  readonly total: number | null;
  readonly hasMore: boolean;
  readonly onEnd: () => void;
}

function Grid({ name, columns, rows, total, hasMore, onEnd }: GridProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const format = useFormat();
  // oxlint-disable-next-line react/incompatible-library -- no React Compiler here: the virtualizer may keep its own state
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => ROW_HEIGHT, overscan: AHEAD });
  const visible = virtual.getVirtualItems();
  const last = visible.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && last >= rows.length - AHEAD * 2) onEnd();
  });
  const widths = widthsOf(
    columns.map((column) => column.name),
    rows,
  );
  const template = `64px ${widths.map((width) => `${width}px`).join(" ")} minmax(0, 1fr)`;
  return (
    <div>
      <div
        ref={scroller}
        className={classes.grid}
        role="grid"
        aria-label={`Rows of ${name}`}
        aria-rowcount={(total ?? rows.length) + 1}
        aria-colcount={columns.length + 1}
        tabIndex={0}
      >
        <div className={classes.gridHead} role="row" aria-rowindex={1} style={{ gridTemplateColumns: template }}>
          <div role="columnheader" className={classes.number}>
            <span className="g-hidden">Row</span>
          </div>
          {columns.map((column) => (
            <div
              key={column.name}
              role="columnheader"
              className={classes.headCell}
              data-numeric={NUMERIC.has(column.type) || undefined}
              title={`${column.name}, ${column.storedType}`}
            >
              <span className={classes.headName}>{column.name}</span>
              <span className={classes.headType}>{column.masked ? `${column.type}, masked` : column.type}</span>
            </div>
          ))}
        </div>
        <div role="rowgroup" className={classes.gridBody} style={{ height: virtual.getTotalSize() }}>
          {visible.map(({ index, start }) => (
            <div
              key={index}
              role="row"
              aria-rowindex={index + 2}
              className={classes.gridRow}
              style={{ gridTemplateColumns: template, transform: `translateY(${start}px)` }}
            >
              <div role="rowheader" className={classes.number}>
                {format.number(index + 1)}
              </div>
              {columns.map((column, position) => (
                <Cell key={column.name} value={rows[index]?.[position] ?? null} numeric={NUMERIC.has(column.type)} />
              ))}
            </div>
          ))}
        </div>
      </div>
      <p className={classes.below} role="status">
        {hasMore
          ? `${format.number(rows.length)} rows read${total === null ? "" : ` of ${format.number(total)}`}; scroll for more`
          : `All ${format.number(rows.length)} rows`}
      </p>
    </div>
  );
}

function Cell({ value, numeric }: { readonly value: string | null; readonly numeric: boolean }) {
  return (
    <div role="gridcell" className={classes.gridCell} data-numeric={numeric || undefined} data-null={value === null || undefined} title={value ?? undefined}>
      {value ?? "null"}
    </div>
  );
}
