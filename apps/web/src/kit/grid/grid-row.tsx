import { memo, type ReactNode } from "react";
import type { GridColumn, PlacedColumn } from "./columns.ts";
import classes from "./grid.module.css";
import type { GridRow } from "./grid-source.ts";

/** How cells and heads of rows are drawn when not as plain text. Methods, so that a painter of special rows serves a grid of any rows. */
export interface GridPainter<R extends GridRow = GridRow> {
  cell?(row: R, column: number, index: number): ReactNode;
  head?(row: R, index: number): ReactNode;
}

interface RowProps {
  readonly id: string;
  readonly index: number;
  /** Where it stands in the layer. */
  readonly top: number;
  readonly row: GridRow | undefined;
  readonly head: string;
  readonly columns: readonly GridColumn[];
  readonly pinned: readonly PlacedColumn[];
  readonly placed: readonly PlacedColumn[];
  readonly gutter: number;
  /** The chosen columns of this row. */
  readonly left: number;
  readonly right: number;
  readonly active: number;
  readonly painter: GridPainter | undefined;
}

/** One row, of which only the columns in sight are drawn. */
export const Row = memo(function Row(props: RowProps) {
  const { id, index, top, row, head, pinned, placed, gutter } = props;
  const pinnedEnd = pinned.reduce((end, column) => end + column.width, gutter);
  return (
    <div role="row" aria-rowindex={index + 2} data-row={index} data-tone={row?.tone} className={classes.row} style={{ transform: `translateY(${top}px)` }}>
      <div role="rowheader" aria-colindex={1} data-cell={-1} className={classes.gutter} style={{ width: gutter }} id={`${id}r${index}`}>
        {row === undefined ? head : (props.painter?.head?.(row, index) ?? head)}
      </div>
      {pinned.map((place) => (
        <Cell key={place.index} {...props} row={row} place={place} isPinned />
      ))}
      <div className={classes.spacer} style={{ width: (placed[0]?.start ?? pinnedEnd) - pinnedEnd }} aria-hidden="true" />
      {placed.map((place) => (
        <Cell key={place.index} {...props} row={row} place={place} isPinned={false} />
      ))}
    </div>
  );
});

interface CellProps extends Omit<RowProps, "placed" | "pinned"> {
  readonly place: PlacedColumn;
  readonly isPinned: boolean;
}

/** An attribute that is there or not. */
const mark = (is: boolean | undefined) => (is === true ? true : undefined);

function Content({ index, at, row, painter }: Pick<CellProps, "index" | "row" | "painter"> & { readonly at: number }) {
  if (row === undefined) return <span className={classes.waiting} style={{ width: `${40 + ((index * 7 + at * 13) % 45)}%` }} />;
  return (
    <>
      {painter?.cell?.(row, at, index) ?? row.cells[at] ?? "null"}
      {row.cut?.has(at) && <span className={classes.cut}>… cut</span>}
    </>
  );
}

function Cell({ id, index, row, columns, place, left, right, active, isPinned, painter }: CellProps) {
  const { index: at, width } = place;
  const column = columns[at];
  const isActive = active === at;
  return (
    <div
      role="gridcell"
      id={isActive ? `${id}c` : undefined}
      aria-colindex={at + 2}
      aria-selected={mark(at >= left && at <= right)}
      data-cell={at}
      data-active={mark(isActive)}
      data-pinned={mark(isPinned)}
      data-numeric={mark(column?.numeric)}
      data-masked={mark(column?.masked)}
      data-null={mark(row?.cells[at] === null)}
      data-tone={row?.tones?.[at]}
      className={classes.cell}
      style={isPinned ? { width, left: place.start } : { width }}
    >
      <Content index={index} at={at} row={row} painter={painter} />
    </div>
  );
}
