import type { Cells, GridRow } from "./grid-source.ts";
import type { CellAt } from "./move-cell.ts";

/** The cells that are chosen: from one corner to the other. */
export interface CellRange {
  readonly anchor: CellAt;
  readonly focus: CellAt;
}

export interface RangeEdges {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

export function edgesOf({ anchor, focus }: CellRange): RangeEdges {
  return {
    top: Math.max(0, Math.min(anchor.row, focus.row)),
    bottom: Math.max(anchor.row, focus.row),
    left: Math.min(anchor.column, focus.column),
    right: Math.max(anchor.column, focus.column),
  };
}

const NEEDS_QUOTES = /["\t\r\n]/;

/** Spreadsheets read a cell with a tab or a line break only between quotes. */
const asField = (value: string | null): string => (value === null ? "" : NEEDS_QUOTES.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

export interface RangeText {
  readonly text: string;
  readonly rows: number;
  /** Cells of which only the beginning is known. */
  readonly cut: number;
}

/** The chosen cells as tab-separated text, of the rows that are read. Missing values are empty. A single cell is its bare value. */
export function toTsv(range: CellRange, row: (index: number) => GridRow | undefined): RangeText {
  const { top, bottom, left, right } = edgesOf(range);
  const lines: Cells[] = [];
  let cut = 0;
  for (let index = top; index <= bottom; index += 1) {
    const found = row(index);
    if (found === undefined) break;
    lines.push(found.cells.slice(left, right + 1));
    for (const column of found.cut ?? []) if (column >= left && column <= right) cut += 1;
  }
  const only = lines.length === 1 && left === right ? lines[0]?.[0] : undefined;
  const text = only === undefined ? lines.map((cells) => cells.map(asField).join("\t")).join("\n") : (only ?? "");
  return { text, rows: lines.length, cut };
}
