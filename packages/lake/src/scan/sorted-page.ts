import { and, cast, column, compare, columnsOf, inList, literal, type Expression, type JsonValue, type Query, type Row, type SortKey } from "@granary/engine";
import { problem } from "@granary/protocol";
import { type HeldFiles, type LiveDataFile, liveFiles, pruneFiles, sortFiles, type SortedFiles } from "../files/index.ts";
import type { Place } from "./cursor.ts";
import { behind, type KeyValue, PLACE_KEYS, reversed } from "./keyset.ts";
import { pageItems } from "./page-items.ts";
import { FILE_ORDINAL, plannedRows, ROW_PLACE } from "./planned-rows.ts";
import { sqlTypeOfResult } from "./result-type.ts";
import { asStored, unreadable, type VisibleColumn } from "./row-choice.ts";
import { filesFor, type FoundRows, holdFor, type PageScan } from "./scan-parts.ts";

const TEXT = { kind: "text" } as const;

/** From so many columns on that only have to be shown, rows are found first and their columns fetched afterwards. */
const WIDE_COLUMNS = 3;

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

/** The deciding columns and places of the first rows, with the first key as text. */
function firstRowsQuery(scan: PageScan, held: HeldFiles, where: readonly Expression[], columns: readonly VisibleColumn[]): Query {
  const keys = [...ownKeys(scan), ...(scan.isBackward ? reversed(PLACE_KEYS) : PLACE_KEYS)];
  return {
    kind: "select",
    items: [...columns.map((item) => item.key), FILE_ORDINAL, ROW_PLACE].map((name) => ({ expression: column(name), as: name })),
    from: { kind: "query", query: plannedRows(scan.chosen, held, { columns, withPlaces: true, where }) },
    orderBy: keys,
    limit: scan.limit + 1,
  };
}

function sortedFiles(scan: PageScan, files: readonly LiveDataFile[]): SortedFiles | undefined {
  const [first] = ownKeys(scan);
  const item = keyColumns(scan).find((candidate) => first?.expression.kind === "column" && candidate.key === first.expression.name);
  if (first === undefined || item === undefined || item.mask !== undefined) return undefined;
  return sortFiles(files, scan.chosen.table.schema, { fieldId: item.fieldId, direction: first.direction, nulls: first.nulls ?? "last" });
}

type Ask = (files: readonly LiveDataFile[]) => Promise<FoundRows>;

/** Asks as few files as are sure to hold the page: the first ones by their bounds, and then those that may still reach into it. */
async function askInOrder(scan: PageScan, files: readonly LiveDataFile[], ask: Ask, firstKeyAt: number): Promise<FoundRows> {
  const sorted = sortedFiles(scan, files);
  if (sorted === undefined) return ask(files);
  for (let count = sorted.countFor(scan.limit + 1); ; count *= 4) {
    const found = await ask(sorted.files.slice(0, count));
    if (count >= sorted.files.length) return found;
    const last = found.rows[scan.limit]?.[firstKeyAt];
    if (last === undefined) continue;
    const needed = sorted.countUpTo(last === null ? null : String(last));
    return needed <= count ? found : ask(sorted.files.slice(0, needed));
  }
}

const byPlace = (ordinal: JsonValue | undefined, position: JsonValue | undefined): string => `${String(ordinal)}.${String(position)}`;

/** The shown columns of rows whose places are known. */
async function fetchRows(scan: PageScan, found: FoundRows): Promise<FoundRows> {
  const width = found.columns.length - 3;
  const positions = Map.groupBy(found.rows, (row) => Number(row[width]));
  const files = liveFiles(scan.chosen.table).data.filter((file) => positions.has(file.ordinal));
  await using held = await holdFor(scan, scan.chosen, files, scan.signal);
  const rowsOf = (file: LiveDataFile, position: Expression): Expression =>
    inList(
      position,
      (positions.get(file.ordinal) ?? []).map((row) => literal(Number(row[width + 1]))),
    );
  const query = plannedRows(scan.chosen, held, { columns: scan.chosen.shown, rowsOf, withPlaces: true, isChosen: true, areLive: true });
  const answer = await scan.session.run({ kind: "query", query: { kind: "select", items: pageItems(scan), from: { kind: "query", query } } });
  const shownWidth = scan.chosen.shown.length;
  const rows = new Map(answer.rows.map((row) => [byPlace(row[shownWidth], row[shownWidth + 1]), row]));
  const inOrder = found.rows.map((row): Row => {
    const fetched = rows.get(byPlace(row[width], row[width + 1]));
    if (fetched === undefined) throw new Error("a row that was found is gone from its immutable file");
    return fetched;
  });
  return { columns: answer.columns, rows: inOrder };
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
  const keyText = { expression: cast(firstKey?.expression ?? literal(null), TEXT), as: "granary_first_key" };
  const names = [...columns.map((item) => item.key), FILE_ORDINAL, ROW_PLACE].map((name) => ({ expression: column(name), as: name }));
  const items = [...(isWide ? names : pageItems(scan)), keyText];
  const ask: Ask = async (some) => {
    await using held = await holdFor(scan, chosen, some, scan.signal);
    const from = { kind: "query", query: firstRowsQuery(scan, held, where, columns) } as const;
    const keys = [...ownKeys(scan), ...(scan.isBackward ? reversed(PLACE_KEYS) : PLACE_KEYS)];
    return await scan.session.run({ kind: "query", query: { kind: "select", items, from, orderBy: keys } });
  };
  const found = await askInOrder(scan, files, ask, items.length - 1);
  if (isWide && found.rows.length > 0) return fetchRows(scan, found);
  const shown = isWide ? chosen.shown.length + 2 : items.length - 1;
  return { columns: found.columns.slice(0, shown), rows: found.rows.map((row) => row.slice(0, shown)) };
}
