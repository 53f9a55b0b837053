import type { ChangeDiff } from "@granary/protocol";
import { Checkbox } from "@mantine/core";
import { type Ref, useEffect, useMemo, useSyncExternalStore } from "react";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { useFormat } from "../../kit/format.tsx";
import { type CellAt, Grid, type GridHandle, type GridPainter, type PagedSource } from "../../kit/grid/index.ts";
import { Letter } from "../changes/count-marks.tsx";
import { gridColumns } from "../datasets/grid-columns.tsx";
import { diffCell } from "./diff-cell.tsx";
import classes from "./diff.module.css";
import { type DiffLayout, type DiffRow, type DiffShape, keyText } from "./diff-rows.ts";

/** Rows of two lines, where the old value stands above the new one. */
const UNIFIED_PX = 46;
const ONE_LINE_PX = 30;

export interface RowChoice {
  readonly keys: ReadonlySet<string>;
  readonly onToggle: (key: string) => void;
}

interface DiffGridProps {
  readonly label: string;
  readonly columns: ChangeDiff["columns"];
  readonly shape: DiffShape;
  readonly layout: DiffLayout;
  readonly source: PagedSource<DiffRow>;
  /** How many rows there are in all, where that is known. */
  readonly total: number | null;
  /** Undefined where nothing can be chosen. */
  readonly choice: RowChoice | undefined;
  readonly handle: Ref<GridHandle>;
  readonly onCell: (at: CellAt) => void;
  readonly onOpen: (at: CellAt) => void;
  readonly empty: string;
}

const markOf = ({ change }: DiffRow) => (change.kind === "modified" && change.class === "format" ? "format" : change.kind);

function usePainter(shape: DiffShape, choice: RowChoice | undefined): GridPainter<DiffRow> {
  return useMemo(
    () => ({
      cell: (row, column) => diffCell(row, column, shape),
      head: (row) => {
        if (row.side === "new") return <span className={classes.head}>after</span>;
        const key = keyText(row.change.key);
        return (
          <span className={classes.head}>
            {row.change.comments > 0 && <span className={classes.dot} title={`${row.change.comments} comments`} role="img" aria-label="has comments" />}
            {choice !== undefined && key !== undefined && (
              <Checkbox
                size="xs"
                tabIndex={-1}
                aria-label={`Choose row ${row.change.key?.join(", ")}`}
                checked={choice.keys.has(key)}
                onPointerDown={(event) => event.stopPropagation()}
                onChange={() => choice.onToggle(key)}
              />
            )}
            <Letter kind={markOf(row)} />
          </span>
        );
      },
    }),
    [shape, choice],
  );
}

/** Changed rows in the one grid there is: old and new in place. */
export function DiffGrid({ label, columns, shape, layout, source, total, choice, handle, onCell, onOpen, empty }: DiffGridProps) {
  const format = useFormat();
  const state = useSyncExternalStore(source.subscribe, source.state);
  const all = useMemo(() => gridColumns(columns), [columns]);
  const shown = useMemo(() => shape.order.flatMap((place) => all[place] ?? []), [all, shape]);
  const painter = usePainter(shape, choice);
  useEffect(() => source.want(0, 0), [source]);
  if (state.error !== undefined && state.loaded === 0) return <ErrorNote error={state.error} onRetry={source.retry} />;
  if (state.isComplete && state.rows === 0) return <EmptyState small title="No row is like that" text={empty} />;
  const isSplit = layout === "split";
  return (
    <>
      <Grid
        key={layout}
        label={label}
        columns={shown}
        source={source}
        painter={painter}
        handle={handle}
        rowHeight={isSplit ? ONE_LINE_PX : UNIFIED_PX}
        gutterWidth={choice === undefined ? 64 : 84}
        gutterName=""
        total={isSplit ? null : total}
        pinned={shape.keys}
        onCell={onCell}
        onOpen={onOpen}
        leastWidth={116}
        height="max(340px, calc(100dvh - 380px))"
        status={total !== null && <span>{`${format.number(total)} ${total === 1 ? "row" : "rows"}. Press ? for keys.`}</span>}
      />
      {state.error !== undefined && <ErrorNote error={state.error} onRetry={source.retry} />}
    </>
  );
}
