import { type ExportedChange, type ExportedRow, verdictOf } from "./exported.ts";

type Cells = readonly (string | null)[];

function objectOf({ columns }: ExportedChange, cells: Cells | null, isWanted: (index: number) => boolean = () => true): object | null {
  if (cells === null) return null;
  return Object.fromEntries(columns.flatMap(({ name }, index) => (isWanted(index) ? [[name, cells[index] ?? null]] : [])));
}

function presented(change: ExportedChange, row: ExportedRow): object {
  const { columns } = change;
  const isKey = (index: number): boolean => columns[index]?.isKey === true;
  return {
    change: verdictOf(row),
    rows: row.copies,
    key: columns.some((item) => item.isKey) ? objectOf(change, row.new ?? row.old, isKey) : null,
    changed: columns.flatMap(({ name }, index) => (row.changed[index] === true ? [name] : [])),
    damaged: Object.fromEntries(columns.flatMap(({ name }, index) => (row.damage[index] == null ? [] : [[name, row.damage[index]]]))),
    before: objectOf(change, row.old),
    after: objectOf(change, row.new),
  };
}

/** A JSON object on a line of its own for each changed row. */
export async function* writeNdjson(change: ExportedChange): AsyncIterable<string> {
  for await (const page of change.pages) yield page.map((row) => `${JSON.stringify(presented(change, row))}\n`).join("");
}
