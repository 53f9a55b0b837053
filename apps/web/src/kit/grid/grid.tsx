import {
  type ClipboardEvent,
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
  type Ref,
  useEffect,
  useEffectEvent,
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { useCopy } from "../copy-id.tsx";
import { useFormat } from "../format.tsx";
import { type CellRange, edgesOf, type RangeText, toTsv } from "./cell-range.ts";
import type { GridColumn } from "./columns.ts";
import { Head } from "./grid-head.tsx";
import { type GridPainter, Row } from "./grid-row.tsx";
import type { GridRow, GridSource, GridState } from "./grid-source.ts";
import classes from "./grid.module.css";
import type { CellAt } from "./move-cell.ts";
import { ROW_HEIGHT, RowWindow, type WindowState } from "./row-window.ts";
import { bodyHeight } from "./scroll-scale.ts";
import type { SortBy } from "./sort-order.ts";
import { useCellRange } from "./use-cell-range.ts";
import { useColumns } from "./use-columns.ts";

const HEAD_PX = 34;
const GUTTER_PX = 64;
const RESIZE_KEYS: Readonly<Record<string, number>> = { ArrowLeft: -16, ArrowRight: 16 };
const NONE = { left: -1, right: -2 };
/** Rows are placed relative to such a block's start: a transform stays small and exact. */
const BLOCK = 1_000;

/** What a page may have a grid do. */
export interface GridHandle {
  /** Chooses a cell and brings it in sight. */
  goTo(at: CellAt): void;
  /** Gives it the keyboard. */
  focus(): void;
}

interface GridProps<R extends GridRow> {
  readonly label: string;
  readonly columns: readonly GridColumn[];
  readonly source: GridSource<R>;
  readonly handle?: Ref<GridHandle>;
  readonly painter?: GridPainter<R>;
  /** Pixels of every row, for as long as the grid is there; of one line when absent. */
  readonly rowHeight?: number;
  readonly gutterWidth?: number;
  /** Keys before the grid takes them; true when one is used up. */
  readonly onKey?: (event: KeyboardEvent, at: CellAt) => boolean;
  readonly onPaste?: (text: string, at: CellAt) => void;
  readonly onCell?: (at: CellAt) => void;
  /** How many rows there are, where it is known before all are read. */
  readonly total?: number | null;
  /** Columns that stay at the left. */
  readonly pinned?: number;
  /** What the column before the rows is called; it holds their numbers. */
  readonly gutterName?: string;
  readonly sort?: readonly SortBy[];
  readonly onSort?: (column: string, isAdded: boolean) => void;
  /** Enter, double click, or a click on the row's number. */
  readonly onOpen?: (at: CellAt) => void;
  /** Drawn below each column's name, `bandHeight` high. */
  readonly band?: (column: GridColumn) => ReactNode;
  readonly bandHeight?: number;
  readonly leastWidth?: number;
  /** A CSS length. */
  readonly height?: string;
  /** Stands in the line below, before what is said of the chosen cells. */
  readonly status?: ReactNode;
}

const NO_SORT: readonly SortBy[] = [];
const DEFAULTS = { total: null, pinned: 0, sort: NO_SORT, bandHeight: 0, gutterName: "Row", rowHeight: ROW_HEIGHT, gutterWidth: GUTTER_PX };

/** What is said of copied cells: cut ones are copied only as far as they are known. */
function copiedText({ rows, cut }: RangeText, number: (value: number) => string): string {
  return `${number(rows)} ${rows === 1 ? "row" : "rows"} copied${cut > 0 ? `; ${number(cut)} cut cells only as far as shown` : ""}`;
}

const rowCount = (state: GridState, total: number | null): number => (state.isComplete ? state.rows + 1 : total === null ? -1 : total + 1);

/** Rows and columns of any number, of which only those in sight are drawn. */
export function Grid<R extends GridRow = GridRow>(given: GridProps<R>) {
  const { columns, source, total, pinned, sort, onSort, onOpen, band, bandHeight, rowHeight, gutterWidth, ...props } = { ...DEFAULTS, ...given };
  const id = useId();
  const format = useFormat();
  const scroller = useRef<HTMLDivElement>(null);
  const state = useSyncExternalStore(source.subscribe, source.state);
  const headHeight = HEAD_PX + (band === undefined ? 0 : bandHeight);
  const [said, setSaid] = useState("");
  const { copy } = useCopy();
  const pinnedCount = Math.min(pinned, columns.length);
  const layout = useColumns(scroller, { columns, source, hasRows: state.loaded > 0, pinnedCount, gutter: gutterWidth, leastWidth: props.leastWidth });
  const [rows] = useState(() => new RowWindow(rowHeight));
  const view = useSyncExternalStore(rows.subscribe, rows.state);
  useEffect(() => (scroller.current === null ? undefined : rows.attach(scroller.current)), [rows]);
  useLayoutEffect(() => rows.fit(state.rows, headHeight), [rows, state.rows, headHeight]);
  useEffect(() => rows.toStart(), [rows, source]);
  useEffect(() => source.want(view.first, Math.max(view.first, view.last)), [source, view]);
  const onCopy = (range: CellRange) => {
    const copied = toTsv(range, source.row);
    copy(copied.text);
    setSaid(copiedText(copied, format.number));
  };
  const onHeadKey = (at: number, event: KeyboardEvent) => {
    const name = columns[at]?.name ?? "";
    const step = RESIZE_KEYS[event.key];
    if (event.altKey && step !== undefined) layout.resize(name, (layout.widths[at] ?? 0) + step);
    else if (event.altKey) return;
    else onSort?.(name, event.shiftKey);
    event.preventDefault();
  };
  const onReveal = (at: CellAt) => {
    setSaid("");
    if (at.row >= 0) rows.reveal(at.row);
    layout.reveal(at.column);
  };
  const size = { rows: state.rows, columns: columns.length, page: view.page };
  const { range, goTo, handlers } = useCellRange({ size, onReveal, onOpen: (at) => onOpen?.(at), onCopy, onHeadKey, onKey: props.onKey });
  const told = useEffectEvent((at: CellAt) => props.onCell?.(at));
  useEffect(() => {
    if (range !== undefined) told(range.focus);
  }, [range]);
  useImperativeHandle(props.handle, () => ({ goTo: (at) => goTo(at, false), focus: () => scroller.current?.focus({ preventScroll: true }) }));
  const onPaste = (event: ClipboardEvent) => {
    if (props.onPaste === undefined || event.target !== event.currentTarget) return;
    event.preventDefault();
    props.onPaste(
      event.clipboardData.getData("text/plain"),
      range === undefined ? { row: 0, column: 0 } : { row: edgesOf(range).top, column: edgesOf(range).left },
    );
  };
  const focus = range?.focus;
  const isActiveDrawn = focus !== undefined && (focus.row === -1 || (focus.row >= view.first && focus.row <= view.last));
  return (
    <div className={classes.frame}>
      <div
        ref={scroller}
        className={classes.grid}
        style={{ height: props.height, "--row": `${rowHeight}px` } as CSSProperties}
        role="grid"
        aria-label={props.label}
        aria-rowcount={rowCount(state, total)}
        aria-colcount={columns.length + 1}
        aria-multiselectable="true"
        aria-busy={!state.isComplete && state.loaded === 0}
        aria-activedescendant={isActiveDrawn ? `${id}c` : undefined}
        tabIndex={0}
        onPaste={onPaste}
        {...handlers}
      >
        <div role="rowgroup" className={classes.headGroup} style={{ width: layout.total }}>
          <Head
            id={id}
            height={headHeight}
            columns={columns}
            pinned={layout.pinned}
            placed={layout.placed}
            gutter={gutterWidth}
            gutterName={props.gutterName}
            active={focus?.row === -1 ? focus.column : -1}
            sort={sort}
            onSort={onSort}
            onResize={layout.resize}
            band={band}
          />
        </div>
        <Body
          id={id}
          source={source}
          rows={state.rows}
          view={view}
          columns={columns}
          layout={layout}
          range={range}
          rowHeight={rowHeight}
          gutter={gutterWidth}
          painter={props.painter}
        />
      </div>
      <p className={classes.below} role="status">
        {props.status}
        <span className={classes.said}>{said}</span>
      </p>
    </div>
  );
}

interface BodyProps {
  readonly id: string;
  readonly source: GridSource;
  readonly rows: number;
  readonly view: WindowState;
  readonly columns: readonly GridColumn[];
  readonly layout: ReturnType<typeof useColumns>;
  readonly range: CellRange | undefined;
  readonly rowHeight: number;
  readonly gutter: number;
  readonly painter: GridPainter | undefined;
}

function Body({ id, source, rows, view, columns, layout, range, rowHeight, gutter, painter }: BodyProps) {
  const format = useFormat();
  const { first, last, shift } = view;
  const edges = range === undefined ? undefined : edgesOf(range);
  const base = Math.floor(first / BLOCK) * BLOCK;
  const drawn = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
  const height = bodyHeight({ content: rows * rowHeight, viewport: 0 });
  return (
    <div role="rowgroup" className={classes.body} style={{ height, width: layout.total }}>
      <div role="none" className={classes.layer} style={{ transform: `translateY(${shift + base * rowHeight}px)` }}>
        {drawn.map((index) => {
          const row = source.row(index);
          const chosen = edges !== undefined && index >= edges.top && index <= edges.bottom ? edges : NONE;
          return (
            <Row
              key={index}
              id={id}
              index={index}
              top={(index - base) * rowHeight}
              row={row}
              head={row?.head ?? format.number(index + 1)}
              columns={columns}
              pinned={layout.pinned}
              placed={layout.placed}
              gutter={gutter}
              painter={painter}
              left={chosen.left}
              right={chosen.right}
              active={range?.focus.row === index ? range.focus.column : -1}
            />
          );
        })}
      </div>
    </div>
  );
}
