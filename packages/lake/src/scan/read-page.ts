import type { Row } from "@granary/engine";
import { toIcebergType } from "../iceberg/index.ts";
import type { OpenTable } from "../table/index.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { type CutCell, cutCells } from "./preview-cells.ts";
import { typeOfResult } from "./result-type.ts";
import { chooseRows, type Chosen, type RowChoice, type RowOrder, unreadable } from "./row-choice.ts";
import { type FoundRows, type PageScan, type ReadParts, signalOf } from "./scan-parts.ts";
import { shownTypes } from "./shown-types.ts";
import { sortedPage } from "./sorted-page.ts";
import { storedOrderPage } from "./stored-order-page.ts";

const MAX_PAGE_ROWS = 10_000;

export interface PageRequest extends RowChoice {
  /** By default rows come in stored order, which is the fastest. Equal rows always come in stored order. */
  readonly orderBy?: readonly RowOrder[];
  /** `next` of the page before. */
  readonly after?: string;
  /** `previous` of the page behind; not together with `after`. */
  readonly before?: string;
  /** 1 to 10,000. */
  readonly limit: number;
  /** For previews: longer texts and binaries are cut to so many characters, and nested values come as JSON texts. */
  readonly maxCellChars?: number;
  readonly signal?: AbortSignal;
}

export interface PageColumn {
  readonly name: string;
  readonly fieldId: number;
  /** As people read Iceberg's types; of a masked column, the type of the mask. */
  readonly type: string;
  readonly isMasked: boolean;
}

/** Some rows. 64-bit integers, decimals, dates and times are texts, so that nothing is lost in JSON. */
export interface Page {
  readonly columns: readonly PageColumn[];
  readonly rows: readonly Row[];
  /** Null at the end. */
  readonly next: string | null;
  /** Null at the start. */
  readonly previous: string | null;
  /** The cells that `maxCellChars` cut. */
  readonly cut: readonly CutCell[];
}

/** The shown columns, with the types of masks as the engine answered them. */
export function pageColumns(chosen: Chosen, answered: FoundRows["columns"]): readonly PageColumn[] {
  return chosen.shown.map(({ name, fieldId, mask, source }, index) => {
    const type = mask === undefined ? source.type : typeOfResult(answered[index]?.type ?? toIcebergType({ kind: "text" }));
    return { name, fieldId, type, isMasked: mask !== undefined };
  });
}

function checkRequest(request: PageRequest): void {
  if (!Number.isInteger(request.limit) || request.limit < 1 || request.limit > MAX_PAGE_ROWS) throw unreadable(`a page holds 1 to ${MAX_PAGE_ROWS} rows`);
  if (request.after !== undefined && request.before !== undefined) throw unreadable("a page lies either after or before another one");
  const { maxCellChars } = request;
  if (maxCellChars !== undefined && (!Number.isInteger(maxCellChars) || maxCellChars < 1)) throw unreadable("cells have at least one character");
}

function toPage(scan: PageScan, request: PageRequest, found: FoundRows): Page {
  const { chosen, orderBy } = scan;
  const width = chosen.shown.length;
  const hasMore = found.rows.length > scan.limit;
  const near = found.rows.slice(0, scan.limit);
  const rows = scan.isBackward ? near.toReversed() : near;
  const cursorOf = (row: Row | undefined): string | null =>
    row === undefined ? null : encodeCursor(chosen.table, orderBy, { ordinal: Number(row[width]), position: Number(row[width + 1]) });
  const cells = rows.map((row) => row.slice(0, width));
  const { rows: shorter, cut } = scan.preview === undefined ? { rows: cells, cut: [] } : cutCells(cells, scan.preview.types, scan.preview.maxCharacters);
  return {
    columns: pageColumns(chosen, found.columns),
    rows: shorter,
    next: scan.isBackward || hasMore ? cursorOf(rows.at(-1)) : null,
    previous: scan.isBackward ? (hasMore ? cursorOf(rows[0]) : null) : request.after === undefined ? null : cursorOf(rows[0]),
    cut,
  };
}

/**
 * One page of a table as the plan shows it. Stable while the snapshot is kept, however many rows are added later. Throws
 * `lake.read_invalid`, `lake.plan_invalid`, `lake.cursor_invalid`, and `engine...` and `storage...`.
 */
export async function readPage(parts: ReadParts, table: OpenTable, request: PageRequest): Promise<Page> {
  checkRequest(request);
  const { orderBy = [], maxCellChars, signal } = request;
  const chosen = chooseRows(table, request, orderBy);
  const cursor = request.after ?? request.before;
  const place = cursor === undefined ? undefined : decodeCursor(cursor, table, orderBy);
  return parts.engine.use({ kind: "read", ...signalOf(signal) }, async (session) => {
    const preview = maxCellChars === undefined ? undefined : { maxCharacters: maxCellChars, types: await shownTypes(session, chosen) };
    const scan: PageScan = { ...parts, session, chosen, orderBy, limit: request.limit, isBackward: request.before !== undefined, preview, signal };
    const found = await (chosen.orderBy.length === 0 ? storedOrderPage(scan, place) : sortedPage(scan, place));
    return toPage(scan, request, found);
  });
}
