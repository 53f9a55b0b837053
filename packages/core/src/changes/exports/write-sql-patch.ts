import { problem } from "@granary/protocol";
import type { ExportedChange, ExportedColumn, ExportedRow } from "./exported.ts";

const BARE = /^(int|long|float|double|decimal\(|boolean)/;
const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$|^(true|false)$/;

const nameOf = (name: string): string => `"${name.replaceAll('"', '""')}"`;

function literalOf(cell: string | null, { type }: ExportedColumn): string {
  if (cell === null) return "NULL";
  return BARE.test(type) && NUMBER.test(cell) ? cell : `'${cell.replaceAll("'", "''")}'`;
}

function assigned({ columns }: ExportedChange, cells: readonly (string | null)[], isWanted: (column: ExportedColumn, index: number) => boolean): string[] {
  return columns.flatMap((item, index) => (isWanted(item, index) ? [`${nameOf(item.name)} = ${literalOf(cells[index] ?? null, item)}`] : []));
}

function statementOf(change: ExportedChange, row: ExportedRow): string {
  if (row.isFormatOnly) return "";
  const { columns, dataset } = change;
  const table = nameOf(dataset);
  if (row.old === null) {
    const values = columns.map((item, index) => literalOf(row.new?.[index] ?? null, item));
    return `INSERT INTO ${table} (${columns.map((item) => nameOf(item.name)).join(", ")}) VALUES (${values.join(", ")});\n`;
  }
  const where = assigned(change, row.old, (item) => item.isKey).join(" AND ");
  if (row.new === null) return `DELETE FROM ${table} WHERE ${where};\n`;
  const cells = assigned(change, row.new, (_, index) => row.changed[index] === true);
  return cells.length === 0 ? "" : `UPDATE ${table} SET ${cells.join(", ")} WHERE ${where};\n`;
}

/** No line of a title can end the comment it stands in. */
const commented = (text: string): string => text.replaceAll(/[\r\n]+/g, " ");

/** Statements in standard SQL that carry the change out on a table of the same name and columns. Throws `change.no_keys`. */
export async function* writeSqlPatch(change: ExportedChange): AsyncIterable<string> {
  if (!change.columns.some((item) => item.isKey)) throw problem("change.no_keys", { suggestions: "see the dataset's schema" });
  yield `-- Change request #${change.number}: ${commented(change.title)}\n`;
  yield `-- ${commented(change.dataset)}, version ${change.baseVersion}\nBEGIN;\n`;
  for await (const page of change.pages) yield page.map((row) => statementOf(change, row)).join("");
  yield "COMMIT;\n";
}
