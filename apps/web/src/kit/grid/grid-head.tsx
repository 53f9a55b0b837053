import ArrowDown from "lucide-react/icons/arrow-down";
import ArrowUp from "lucide-react/icons/arrow-up";
import EyeOff from "lucide-react/icons/eye-off";
import { type PointerEvent, type ReactNode, useRef } from "react";
import type { GridColumn, PlacedColumn } from "./columns.ts";
import classes from "./grid.module.css";
import type { SortBy } from "./sort-order.ts";

interface HeadProps {
  readonly id: string;
  readonly height: number;
  readonly columns: readonly GridColumn[];
  readonly pinned: readonly PlacedColumn[];
  readonly placed: readonly PlacedColumn[];
  readonly gutter: number;
  readonly gutterName: string;
  readonly active: number;
  readonly sort: readonly SortBy[];
  readonly onSort: ((column: string, isAdded: boolean) => void) | undefined;
  readonly onResize: (column: string, width: number) => void;
  readonly band: ((column: GridColumn) => ReactNode) | undefined;
}

/** The names of the columns, which stay in sight. */
export function Head(props: HeadProps) {
  const { pinned, placed, gutter, gutterName, height } = props;
  const pinnedEnd = pinned.reduce((end, column) => end + column.width, gutter);
  return (
    <div role="row" aria-rowindex={1} className={classes.head} style={{ height }}>
      <div role="columnheader" aria-colindex={1} className={classes.gutter} style={{ width: gutter }}>
        {gutterName}
      </div>
      {pinned.map((place) => (
        <HeadCell key={place.index} {...props} place={place} isPinned />
      ))}
      <div className={classes.spacer} style={{ width: (placed[0]?.start ?? pinnedEnd) - pinnedEnd }} aria-hidden="true" />
      {placed.map((place) => (
        <HeadCell key={place.index} {...props} place={place} isPinned={false} />
      ))}
    </div>
  );
}

interface WordsProps {
  readonly column: GridColumn;
  readonly sorted: SortBy | undefined;
  /** Its place among several columns that rows are sorted by. */
  readonly sortPlace: number | undefined;
}

function Words({ column, sorted, sortPlace }: WordsProps) {
  const Arrow = sorted?.descending === true ? ArrowDown : ArrowUp;
  return (
    <>
      {column.icon}
      <span className={classes.headName}>{column.name}</span>
      {column.masked && <EyeOff size={12} aria-label="masked" />}
      {sorted !== undefined && <Arrow size={13} aria-hidden="true" />}
      {sortPlace !== undefined && <span className={classes.sortPlace}>{sortPlace}</span>}
    </>
  );
}

const SORTED = { true: "descending", false: "ascending" } as const;

/** An attribute that is there or not. */
const mark = (is: boolean | undefined) => (is === true ? true : undefined);

function HeadCell({ place, isPinned, ...props }: HeadProps & { readonly place: PlacedColumn; readonly isPinned: boolean }) {
  const column = props.columns[place.index];
  if (column === undefined) return null;
  const at = props.sort.findIndex((entry) => entry.column === column.name);
  const sorted = props.sort[at];
  const { onSort } = props;
  const isActive = props.active === place.index;
  const words = <Words column={column} sorted={sorted} sortPlace={sorted !== undefined && props.sort.length > 1 ? at + 1 : undefined} />;
  return (
    <div
      role="columnheader"
      id={isActive ? `${props.id}c` : undefined}
      aria-colindex={place.index + 2}
      aria-sort={sorted && SORTED[`${sorted.descending}`]}
      data-active={mark(isActive)}
      data-pinned={mark(isPinned)}
      data-numeric={mark(column.numeric)}
      className={classes.headCell}
      style={isPinned ? { width: place.width, left: place.start } : { width: place.width }}
      title={column.note && `${column.name}, ${column.note}`}
    >
      {onSort === undefined ? (
        <span className={classes.headWords}>{words}</span>
      ) : (
        <button type="button" tabIndex={-1} className={classes.headWords} onClick={(event) => onSort(column.name, event.shiftKey)}>
          {words}
        </button>
      )}
      {props.band?.(column)}
      <Resizer width={place.width} onResize={(width) => props.onResize(column.name, width)} />
    </div>
  );
}

function Resizer({ width, onResize }: { readonly width: number; readonly onResize: (width: number) => void }) {
  const start = useRef<{ readonly x: number; readonly width: number }>(undefined);
  const onPointerDown = (event: PointerEvent) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    start.current = { x: event.clientX, width };
    event.preventDefault();
  };
  const onPointerMove = (event: PointerEvent) => {
    if (start.current !== undefined) onResize(start.current.width + event.clientX - start.current.x);
  };
  const onEnd = () => {
    start.current = undefined;
  };
  return (
    <div
      className={classes.resizer}
      aria-hidden="true"
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onEnd}
      onPointerCancel={onEnd}
    />
  );
}
