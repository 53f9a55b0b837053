import { and, between, type Expression, inList, type JsonValue, literal, type Row } from "@granary/engine";
import { type LiveDataFile, liveFiles } from "../files/index.ts";
import { pageItems } from "./page-items.ts";
import { plannedRows } from "./planned-rows.ts";
import { type FoundRows, holdFor, type PageScan } from "./scan-parts.ts";

const byPlace = (ordinal: JsonValue | undefined, position: JsonValue | undefined): string => `${String(ordinal)}.${String(position)}`;

/** By a range, by which the engine skips row groups, and within it by a list where there are gaps. */
function isOneOf(position: Expression, places: readonly number[]): Expression {
  const sorted = places.toSorted((left, right) => left - right);
  const [first = 0, last = 0] = [sorted[0], sorted.at(-1)];
  const range = between(position, literal(first), literal(last));
  return last - first + 1 === sorted.length ? range : and(range, inList(position, sorted.map(literal)));
}

/** The shown columns of rows whose places are known, as they are found: ordinal and position in the cells from `placeAt` on. */
export async function fetchRows(scan: PageScan, found: readonly Row[], placeAt: number): Promise<FoundRows> {
  const positions = Map.groupBy(found, (row) => Number(row[placeAt]));
  const files = liveFiles(scan.chosen.table).data.filter((file) => positions.has(file.ordinal));
  await using held = await holdFor(scan, scan.chosen, files, scan.signal);
  const rowsOf = (file: LiveDataFile, position: Expression): Expression =>
    isOneOf(
      position,
      (positions.get(file.ordinal) ?? []).map((row) => Number(row[placeAt + 1])),
    );
  const query = plannedRows(scan.chosen, held, { columns: scan.chosen.shown, rowsOf, withPlaces: true, isChosen: true, areLive: true });
  const answer = await scan.session.run({ kind: "query", query: { kind: "select", items: pageItems(scan), from: { kind: "query", query } } });
  const shownWidth = scan.chosen.shown.length;
  const rows = new Map(answer.rows.map((row) => [byPlace(row[shownWidth], row[shownWidth + 1]), row]));
  const inOrder = found.map((row): Row => {
    const fetched = rows.get(byPlace(row[placeAt], row[placeAt + 1]));
    if (fetched === undefined) throw new Error("a row that was found is gone from its immutable file");
    return fetched;
  });
  return { columns: answer.columns, rows: inOrder };
}
