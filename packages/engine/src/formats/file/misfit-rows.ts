import { appendFile } from "node:fs/promises";
import { problem } from "@granary/protocol";
import type { EngineSession } from "../../process/session.ts";
import { and, column, type Expression, not, type SelectItem, type SqlTypeKind } from "../../sql/index.ts";
import { fitsReading } from "../columns/index.ts";
import type { RejectedRow, SpooledRows } from "../spool/index.ts";
import { optionsFor } from "./column-options.ts";
import type { PreparedFile, PrepareFileInput } from "./prepare-file.ts";
import type { PreparedColumn } from "./prepared-columns.ts";
import { recordCell, recordOf } from "./record-form.ts";

export interface Misfits {
  /** True for the rows that fit; undefined when all do. */
  readonly fits: Expression | undefined;
  readonly count: number;
  readonly rejected: readonly RejectedRow[];
}

interface Searched {
  readonly rows: SpooledRows;
  readonly typed: Pick<PreparedFile, "columns" | "relation" | "recordForm">;
}

const DEFAULT_LISTED = 100;

/** Types as people call them. */
const NOUNS: Readonly<Partial<Record<SqlTypeKind, string>>> = {
  bigint: "integer",
  decimal: "decimal number",
  float: "number",
  double: "number",
  timestamptz: "timestamp with its zone",
  uuid: "UUID",
};

function requireFew(input: PrepareFileInput, count: number, first: RejectedRow | undefined): void {
  if (input.maxRejected === undefined || count <= input.maxRejected) return;
  throw problem("file.too_many_rejected", { count, line: first?.line, reason: first?.reason });
}

/** Rows with values that are none of the type a person asked for, each with the first such value. */
export async function findMisfitRows(session: EngineSession, input: PrepareFileInput, searched: Searched): Promise<Misfits> {
  const { rows, typed } = searched;
  const asked = typed.columns.filter((item) => {
    const said = optionsFor(input.options ?? {}, item.source);
    return item.isText && (said.type !== undefined || said.format !== undefined) && item.type.kind !== "text";
  });
  if (asked.length === 0) return { fits: undefined, count: 0, rejected: [] };
  const fits = and(...asked.map((item) => fitsReading(column(item.key), item.reading)));
  const keys = rows.columns.map((_, index) => `c${index}`);
  const items: readonly SelectItem[] = [
    { expression: column("line"), as: "line" },
    ...keys.map((key, index) => ({ expression: recordCell(key, rows.columns[index]?.isNested), as: key })),
    ...asked.map((item) => ({ expression: fitsReading(column(item.key), item.reading), as: `${item.key}_fits` })),
  ];
  const listed: RejectedRow[] = [];
  let count = 0;
  const { batches } = await session.stream({ kind: "select", items, from: typed.relation, where: not(fits) });
  for await (const batch of batches) {
    const found = batch.map((row): RejectedRow => {
      const wrong = asked.find((_, index) => row[1 + keys.length + index] === false) as PreparedColumn;
      const value = row[1 + keys.indexOf(wrong.key)];
      const reason = `${wrong.name}: “${String(value).slice(0, 100)}” is no ${NOUNS[wrong.type.kind] ?? wrong.type.kind}`;
      return { line: Number(row[0]), reason, ...recordOf(typed.recordForm, row.slice(1, 1 + keys.length)) };
    });
    count += found.length;
    listed.push(...found.slice(0, Math.max(0, (input.maxListed ?? DEFAULT_LISTED) - listed.length)));
    if (input.rejectsPath !== undefined) await appendFile(input.rejectsPath, found.map((row) => `${JSON.stringify(row)}\n`).join(""));
    requireFew(input, count + rows.rejectedCount, found[0]);
  }
  return { fits, count, rejected: listed };
}
