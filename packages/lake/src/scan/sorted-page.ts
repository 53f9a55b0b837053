import { and, between, cast, column, compare, columnsOf, literal, type Expression, type Query, type SelectItem, type SortKey } from "@granary/engine";
import { problem } from "@granary/protocol";
import { type LiveDataFile, liveFiles, pruneFiles, sortFiles } from "../files/index.ts";
import type { OpenTable } from "../table/index.ts";
import type { Place } from "./cursor.ts";
import { behind, type KeyValue, notBehind, PLACE_KEYS, reversed } from "./keyset.ts";
import { pageItems } from "./page-items.ts";
import { fetchRows } from "./fetch-rows.ts";
import { FILE_ORDINAL, type PlannedOptions, plannedRows, ROW_PLACE } from "./planned-rows.ts";
import { sqlTypeOfResult } from "./result-type.ts";
import { asStored, unreadable, type VisibleColumn } from "./row-choice.ts";
import { filesFor, type FoundRows, holdFor, type PageScan } from "./scan-parts.ts";

const TEXT = { kind: "text" } as const;

/** From so many columns on that only have to be shown, rows are found first and their columns fetched afterwards. */
const WIDE_COLUMNS = 3;

const named = (names: readonly string[]): readonly SelectItem[] => names.map((name) => ({ expression: column(name), as: name }));

const ownKeys = (scan: PageScan): readonly SortKey[] => (scan.isBackward ? reversed(scan.chosen.orderBy) : scan.chosen.orderBy);

function keyColumns({ chosen }: PageScan): readonly VisibleColumn[] {
  const names = new Set(chosen.orderBy.flatMap((key) => [...columnsOf(key.expression)]));
  return chosen.used.filter((item) => names.has(item.key));
}

/** The columns that decide which rows are on the page. */
function decidingColumns(scan: PageScan): readonly VisibleColumn[] {
  const { chosen } = scan;
  const names = chosen.condition === undefined ? new Set<string>() : columnsOf(chosen.condition);
  const keys = keyColumns(scan);
  return chosen.used.filter((item) => keys.includes(item) || names.has(item.key));
}

const fileOf = (scan: PageScan, place: Place): LiveDataFile => {
  const file = liveFiles(scan.chosen.table).data[place.ordinal];
  if (file === undefined) throw problem("lake.cursor_invalid");
  return file;
};

/** The keys of the row a page begins behind. */
async function valuesAt(scan: PageScan, place: Place): Promise<readonly KeyValue[]> {
  const file = fileOf(scan, place);
  const columns = keyColumns(scan);
  await using held = await holdFor(scan, scan.chosen, [file], scan.signal);
  const rowsOf = (_: LiveDataFile, position: Expression): Expression => compare(position, "=", literal(place.position));
  const from = { kind: "query", query: plannedRows(scan.chosen, held, { columns, rowsOf, isChosen: true, areLive: true }) } as const;
  const keys = ownKeys(scan);
  const items = keys.flatMap((key, index) => [
    { expression: key.expression, as: `key_${index}` },
    { expression: cast(key.expression, TEXT), as: `text_${index}` },
  ]);
  const { rows, columns: types } = await scan.session.run({ kind: "query", query: { kind: "select", items, from } });
  const [row] = rows;
  if (row === undefined) throw problem("lake.cursor_invalid");
  const own = keys.map((key, index): KeyValue => {
    const text = row[index * 2 + 1] ?? null;
    const type = sqlTypeOfResult(types[index * 2]?.type ?? "");
    if (type === undefined) throw unreadable("rows cannot be sorted by what a mask makes of this column");
    return { key, value: cast(literal(text === null ? null : String(text)), type), isNull: text === null };
  });
  const places = [place.ordinal, place.position].map((value, index): KeyValue => {
    const key = (scan.isBackward ? reversed(PLACE_KEYS) : PLACE_KEYS)[index] as SortKey;
    return { key, value: literal(value), isNull: false };
  });
  return [...own, ...places];
}

/** What a page's rows are looked for with, besides its keys. */
interface Search {
  /** Over internal names. */
  readonly where: readonly Expression[];
  /** The columns the search needs. */
  readonly columns: readonly VisibleColumn[];
  readonly items: readonly SelectItem[];
  /** Where in `items` the first key stands, as text. */
  readonly firstKeyAt: number;
}

type Some = Pick<PlannedOptions, "rowsOf" | "where">;

/** The first rows of some files. */
async function ask(scan: PageScan, search: Search, files: readonly LiveDataFile[], some: Some = {}): Promise<FoundRows> {
  await using held = await holdFor(scan, scan.chosen, files, scan.signal);
  const { columns } = search;
  const where = [...search.where, ...(some.where ?? [])];
  const orderBy = [...ownKeys(scan), ...(scan.isBackward ? reversed(PLACE_KEYS) : PLACE_KEYS)];
  const first: Query = {
    kind: "select",
    items: named([...columns.map((item) => item.key), FILE_ORDINAL, ROW_PLACE]),
    from: { kind: "query", query: plannedRows(scan.chosen, held, { ...some, columns, withPlaces: true, where }) },
    orderBy,
    limit: scan.limit + 1,
  };
  return await scan.session.run({ kind: "query", query: { kind: "select", items: search.items, from: { kind: "query", query: first }, orderBy } });
}

interface StoredKey extends VisibleColumn {
  readonly sortKey: SortKey;
}

/** The column of the first key when no mask stands before it, so that files can tell about it. */
function firstStored(scan: PageScan): StoredKey | undefined {
  const [sortKey] = ownKeys(scan);
  const item = keyColumns(scan).find((candidate) => sortKey?.expression.kind === "column" && candidate.key === sortKey.expression.name);
  return sortKey === undefined || item === undefined || item.mask !== undefined ? undefined : { ...item, sortKey };
}

/** From so many rows on, looking at the end of a file first costs less than it may save. */
const LARGE_FILE_ROWS = 200_000;
const LOOKED_AT_ROWS = 2_000;

/** The direction in which a column most likely lies in files: as the table is sorted or, without that, as rows come with time. */
function storedDirection({ sortOrder }: OpenTable, fieldId: number): "asc" | "desc" {
  const [first] = sortOrder.fields;
  return first?.["source-id"] === fieldId ? first.direction : "asc";
}

/** Rows of a file that are likely to be on the page: those around the place it lies behind, or else the last ones. */
function likelyRows(scan: PageScan, place: Place | undefined, first: LiveDataFile | undefined) {
  const file = place === undefined ? first : fileOf(scan, place);
  if (file === undefined || file.file.records < LARGE_FILE_ROWS) return undefined;
  const from = (place?.position ?? file.file.records) - LOOKED_AT_ROWS;
  const rowsOf = (_: LiveDataFile, position: Expression): Expression => between(position, literal(from), literal(from + 2 * LOOKED_AT_ROWS));
  return { file, rowsOf };
}

/**
 * A condition that the page's rows meet, from a few rows that may be on it. The engine reads row groups from the start, and
 * skips the ones that cannot be on the page; of rows sorted the other way that would be none.
 */
async function atMost(scan: PageScan, search: Search, key: StoredKey, likely: ReturnType<typeof likelyRows>): Promise<Some> {
  if (likely === undefined || key.sortKey.direction === storedDirection(scan.chosen.table, key.fieldId)) return {};
  const found = await ask(scan, search, [likely.file], { rowsOf: likely.rowsOf });
  const worst = found.rows[scan.limit]?.[search.firstKeyAt];
  if (worst === undefined) return {};
  const value = cast(literal(worst === null ? null : String(worst)), key.source.sqlType);
  return { where: [notBehind({ key: key.sortKey, value, isNull: worst === null })] };
}

/** Asks as few files as are sure to hold the page: the first ones by their bounds, and then those that may still reach into it. */
async function askInOrder(scan: PageScan, search: Search, files: readonly LiveDataFile[], place: Place | undefined): Promise<FoundRows> {
  const key = firstStored(scan);
  const order = key === undefined ? undefined : { fieldId: key.fieldId, direction: key.sortKey.direction, nulls: key.sortKey.nulls ?? "last" };
  const sorted = order === undefined ? undefined : sortFiles(files, scan.chosen.table.schema, order);
  if (key === undefined || sorted === undefined) return ask(scan, search, files);
  const some = await atMost(scan, search, key, likelyRows(scan, place, sorted.files[0]));
  for (let count = sorted.countFor(scan.limit + 1); ; count *= 4) {
    const found = await ask(scan, search, sorted.files.slice(0, count), some);
    if (count >= sorted.files.length) return found;
    const last = found.rows[scan.limit]?.[search.firstKeyAt];
    if (last === undefined) continue;
    const needed = sorted.countUpTo(last === null ? null : String(last));
    return needed <= count ? found : ask(scan, search, sorted.files.slice(0, needed), some);
  }
}

/** A page in the reader's order; equal rows in stored order. */
export async function sortedPage(scan: PageScan, place: Place | undefined): Promise<FoundRows> {
  const { chosen } = scan;
  const where = place === undefined ? [] : [behind(await valuesAt(scan, place))];
  const stored = and(...where.map((condition) => asStored(chosen.used, condition)));
  const files = pruneFiles({ data: filesFor(chosen) }, chosen.table.schema, stored, chosen.table.partitionSpecs).data;
  const deciding = decidingColumns(scan);
  const isWide = chosen.shown.filter((item) => !deciding.includes(item)).length >= WIDE_COLUMNS;
  const columns = isWide ? deciding : chosen.used;
  const [firstKey] = ownKeys(scan);
  const answered = isWide ? named([...columns.map((item) => item.key), FILE_ORDINAL, ROW_PLACE]) : pageItems(scan);
  const items = [...answered, { expression: cast(firstKey?.expression ?? literal(null), TEXT), as: "granary_first_key" }];
  const found = await askInOrder(scan, { where, columns, items, firstKeyAt: answered.length }, files, place);
  if (isWide && found.rows.length > 0) return fetchRows(scan, found.rows, columns.length);
  const shown = isWide ? chosen.shown.length + 2 : answered.length;
  return { columns: found.columns.slice(0, shown), rows: found.rows.map((row) => row.slice(0, shown)) };
}
