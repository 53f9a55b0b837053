import { and, column, compare, type Expression, literal, or, type Query, type Row, type SelectItem, type SelectQuery, type SortKey } from "@granary/engine";
import { type HeldFiles, type LiveDataFile } from "../files/index.ts";
import type { Place } from "./cursor.ts";
import { PLACE_KEYS, reversed } from "./keyset.ts";
import { FILE_ORDINAL, plannedRows, ROW_PLACE } from "./planned-rows.ts";
import { pageItems } from "./page-items.ts";
import { filesFor, type FoundRows, holdFor, type PageScan } from "./scan-parts.ts";

/** Files up to this size are read at once and sorted; of larger ones each gives its first rows. */
const SMALL_FILE_ROWS = 10_000;
/** A first query looks at about so many rows, each following one at eight times as many. */
const FIRST_ROWS = 50_000;
const GROWTH = 8;
const MAX_FILES_AT_ONCE = 256;

/** The rows of one file are sorted by their position alone, by which the engine skips the others; a constant before it would hide that. */
function sortKeys(scan: PageScan, files: readonly LiveDataFile[]): readonly SortKey[] {
  const keys = files.length === 1 ? PLACE_KEYS.slice(1) : PLACE_KEYS;
  return scan.isBackward ? reversed(keys) : keys;
}

function beyond(scan: PageScan, place: Place | undefined): readonly Expression[] {
  if (place === undefined) return [];
  const operator = scan.isBackward ? "<" : ">";
  const [ordinal, position] = [column(FILE_ORDINAL), column(ROW_PLACE)];
  const inFile = and(compare(ordinal, "=", literal(place.ordinal)), compare(position, operator, literal(place.position)));
  return [or(compare(ordinal, operator, literal(place.ordinal)), inFile)];
}

/** The first rows of some files in stored order. */
function firstRows(scan: PageScan, held: HeldFiles, files: readonly LiveDataFile[], place: Place | undefined): SelectQuery {
  const isStart = files.length === 1 && files[0]?.ordinal === place?.ordinal;
  const where = isStart && place !== undefined ? [compare(column(ROW_PLACE), scan.isBackward ? "<" : ">", literal(place.position))] : beyond(scan, place);
  return {
    kind: "select",
    items: [...scan.chosen.used.map((item) => item.key), FILE_ORDINAL, ROW_PLACE].map((name) => ({ expression: column(name), as: name })),
    from: { kind: "query", query: plannedRows(scan.chosen, held, { files, withPlaces: true, where }) },
    orderBy: sortKeys(scan, files),
    limit: scan.limit + 1,
  };
}

function chunkQuery(scan: PageScan, held: HeldFiles, place: Place | undefined, items: readonly SelectItem[]): Query {
  const small = held.files.filter((file) => file.file.records <= SMALL_FILE_ROWS);
  const large = held.files.filter((file) => file.file.records > SMALL_FILE_ROWS).map((file) => [file]);
  // Without any file it is asked for no rows, which still tells the types of masks.
  const queries = [...(small.length === 0 && large.length > 0 ? [] : [small]), ...large].map((files) => firstRows(scan, held, files, place));
  const [only] = queries;
  const from = only !== undefined && queries.length === 1 ? only : ({ kind: "unionAll", queries } as const);
  return { kind: "select", items, from: { kind: "query", query: from }, orderBy: sortKeys(scan, held.files), limit: scan.limit + 1 };
}

/** The next files until their rows are enough, or as many as one query should look at. */
function nextChunk(scan: PageScan, files: readonly LiveDataFile[], wanted: number, budget: number): readonly LiveDataFile[] {
  const isCertain = scan.chosen.condition === undefined && scan.chosen.stored.length === 0;
  const chunk: LiveDataFile[] = [];
  for (let [rows, looked] = [0, 0]; chunk.length < files.length && chunk.length < MAX_FILES_AT_ONCE && rows < wanted && looked < budget; ) {
    const file = files[chunk.length];
    if (file === undefined) break;
    chunk.push(file);
    looked += file.file.records;
    if (isCertain && file.positionDeletes.length + file.equalityDeletes.length === 0) rows += file.file.records;
  }
  return chunk;
}

/** A page in stored order: reads on, from file to file, until the page is full or the files are through. */
export async function storedOrderPage(scan: PageScan, place: Place | undefined): Promise<FoundRows> {
  const all = filesFor(scan.chosen);
  const ordered = scan.isBackward ? all.toReversed() : all;
  const isAhead = (file: LiveDataFile): boolean => place === undefined || (scan.isBackward ? file.ordinal <= place.ordinal : file.ordinal >= place.ordinal);
  let files = ordered.filter(isAhead);
  const rows: Row[] = [];
  let columns: FoundRows["columns"] = [];
  const items = pageItems(scan);
  for (let budget = FIRST_ROWS; rows.length <= scan.limit; budget *= GROWTH) {
    const chunk = nextChunk(scan, files, scan.limit + 1 - rows.length, budget);
    await using held = await holdFor(scan, scan.chosen, chunk, scan.signal);
    const found = await scan.session.run({ kind: "query", query: chunkQuery(scan, held, place, items) });
    columns = found.columns;
    rows.push(...found.rows);
    files = files.slice(chunk.length);
    if (files.length === 0) break;
  }
  return { columns, rows: rows.slice(0, scan.limit + 1) };
}
