import { csvCell } from "../../activity/index.ts";
import { type ExportedChange, type ExportedRow, verdictOf } from "./exported.ts";

const lineOf = (cells: readonly (string | number | null)[]): string => `${cells.map(csvCell).join(",")}\r\n`;

function cellsOf({ columns }: ExportedChange, row: ExportedRow): readonly (string | number | null)[] {
  const either = row.new ?? row.old ?? [];
  const keys = columns.flatMap((item, index) => (item.isKey ? [either[index] ?? null] : []));
  const values = columns.flatMap((item, index) => (item.isKey ? [] : [row.old?.[index] ?? null, row.new?.[index] ?? null]));
  const named = (isNamed: (index: number) => boolean): string => columns.flatMap(({ name }, index) => (isNamed(index) ? [name] : [])).join(", ");
  const damaged = columns.flatMap(({ name }, index) => (row.damage[index] == null ? [] : [`${name}: ${row.damage[index]}`])).join(", ");
  return [verdictOf(row), row.copies, named((index) => row.changed[index] === true), damaged, ...keys, ...values];
}

/** A line for each changed row: what happened, which columns, the key, and each value before and after. Safe to open in a spreadsheet. */
export async function* writeCsv(change: ExportedChange): AsyncIterable<string> {
  const keys = change.columns.filter((item) => item.isKey).map((item) => item.name);
  const values = change.columns.filter((item) => !item.isKey).flatMap(({ name }) => [`${name} (before)`, `${name} (after)`]);
  yield lineOf(["change", "rows", "changed columns", "damaged formats", ...keys, ...values]);
  for await (const page of change.pages) yield page.map((row) => lineOf(cellsOf(change, row))).join("");
}
