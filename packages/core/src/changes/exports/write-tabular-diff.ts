import type { ExportedChange, ExportedRow } from "./exported.ts";

/** Cells as the form wants them: NULL for missing values, and one underscore more for texts that look like it. */
const textOf = (cell: string | null): string => {
  if (cell === null) return "NULL";
  return /^_*NULL$/.test(cell) ? `_${cell}` : cell;
};

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
const lineOf = (cells: readonly string[]): string => `${cells.map(quoted).join(",")}\r\n`;

/** An arrow that is in none of the row's cells. */
function arrowFor(cells: readonly (string | null)[]): string {
  let arrow = "->";
  while (cells.some((cell) => cell?.includes(arrow) === true)) arrow = `-${arrow}`;
  return arrow;
}

function modified({ old, new: fresh, changed }: ExportedRow): readonly string[] {
  const [before, after] = [old ?? [], fresh ?? []];
  const arrow = arrowFor(before.flatMap((cell, index) => (changed[index] === true ? [cell, after[index] ?? null] : [])));
  return [arrow, ...before.map((cell, index) => (changed[index] === true ? `${textOf(cell)}${arrow}${textOf(after[index] ?? null)}` : textOf(cell)))];
}

/** The lines of a row; none for what changes nothing. */
function linesOf(row: ExportedRow): readonly string[] {
  if (row.isFormatOnly) return [];
  if (row.kind === "modified") return [lineOf(modified(row))];
  const [tag, cells] = row.new === null ? (["---", row.old ?? []] as const) : (["+++", row.new] as const);
  return Array.from({ length: row.copies }, () => lineOf([tag, ...cells.map(textOf)]));
}

/** A tabular diff as the Data Package standards describe it, in CSV: what other tools read and apply. Damaged formats are not in it. */
export async function* writeTabularDiff(change: ExportedChange): AsyncIterable<string> {
  yield lineOf(["@@", ...change.columns.map((item) => item.name)]);
  for await (const page of change.pages) yield page.flatMap(linesOf).join("");
}
