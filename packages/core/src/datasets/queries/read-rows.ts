import type { Page } from "@granary/lake";
import { type Column, problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { type CellTexts, presentColumns, presentRow } from "../reading/present-cells.ts";
import type { Readable } from "../reading/open-version.ts";
import { readData, type Seen } from "../reading/read-data.ts";
import { columnsAsked, type RowQuery, toChoice } from "../reading/row-request.ts";

/** Longer cells are shortened in pages unless the exact ones are asked for. */
const PREVIEW_CHARACTERS = 500;

export interface RowsQuery extends RowQuery {
  readonly cursor?: string | undefined;
  /** Towards which side of the cursor's row the page lies. */
  readonly direction: "next" | "previous";
  readonly limit: number;
  /** Exact cells, however long. */
  readonly full: boolean;
}

export interface RowsPage {
  readonly columns: Column[];
  readonly rows: CellTexts[];
  readonly dataVersion: number;
  readonly next: string | null;
  readonly previous: string | null;
  /** The cells that were shortened, as places in `rows`. */
  readonly cut: [row: number, column: number][];
  /** What `rows/by-key` finds each row by; null where a key is too long to be told here. */
  readonly rowKeys?: (string[] | null)[];
}

/** The names shown, and behind them the keys that have to be read besides. */
function namesRead(readable: Readable, shown: readonly string[]): readonly string[] {
  return [...shown, ...readable.keys.filter((key) => !shown.includes(key))];
}

function rowKeysOf(readable: Readable, names: readonly string[], page: Page): (string[] | null)[] {
  const places = readable.keys.map((key) => names.indexOf(key));
  const cut = new Set(page.cut.filter(([, at]) => places.includes(at)).map(([row]) => row));
  return page.rows.map((row, index) => {
    const key = presentRow(places.map((place) => row[place] ?? null));
    return cut.has(index) || key.includes(null) ? null : (key as string[]);
  });
}

async function readPage(ctx: Ctx, readable: Readable, query: RowsQuery): Promise<Seen<RowsPage>> {
  const { choice, orderBy } = await toChoice(ctx, readable, query);
  const { cursor, direction, limit } = query;
  if (cursor === undefined && direction === "previous")
    throw problem("request.invalid", {}, { issues: [{ path: "query.direction", message: "needs a cursor" }] });
  const shown = choice.columns ?? readable.columns.map((item) => item.name);
  const names = namesRead(readable, shown);
  // Keys that are read besides the shown columns must not be searched in.
  const search = choice.search === undefined ? {} : { search: { ...choice.search, columns: shown } };
  const page = await ctx.services.lake.rows(readable.table, {
    ...choice,
    ...search,
    columns: names,
    orderBy,
    limit,
    signal: ctx.signal,
    ...(query.full ? {} : { maxCellChars: PREVIEW_CHARACTERS }),
    ...(cursor === undefined ? {} : direction === "previous" ? { before: cursor } : { after: cursor }),
  });
  const answer = {
    columns: presentColumns(readable.columns, shown),
    rows: page.rows.map((row) => presentRow(row.slice(0, shown.length))),
    dataVersion: readable.version.number,
    next: page.next,
    previous: page.previous,
    cut: page.cut.filter(([, column]) => column < shown.length).map(([row, column]) => [row, column]),
    ...(readable.keys.length === 0 ? {} : { rowKeys: rowKeysOf(readable, names, page) }),
  } satisfies RowsPage;
  return { answer, rows: page.rows.length, columns: columnsAsked(query, names, orderBy) };
}

/** One page of a dataset's rows as the caller may see them, in stored order unless sorted. */
export function readRows(ctx: Ctx, idOrName: string, query: RowsQuery): Promise<RowsPage> {
  return readData(ctx, "rows", async (open) => readPage(ctx, await open(idOrName, query.version), query));
}
