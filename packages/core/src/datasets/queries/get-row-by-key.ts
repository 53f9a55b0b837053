import { type Column, problem, type RowFilter } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { type CellTexts, presentColumns, presentRow } from "../reading/present-cells.ts";
import { readData } from "../reading/read-data.ts";
import { toCondition } from "../reading/to-condition.ts";

export interface FoundRow {
  readonly columns: Column[];
  /** Exact cells. */
  readonly row: CellTexts;
  readonly dataVersion: number;
  /** Whether no other row has the key. */
  readonly isUnique: boolean;
}

/** The row with these values in the dataset's key columns, in their order. Throws `dataset.no_keys` and `dataset.row_not_found`. */
export async function getRowByKey(
  ctx: Ctx,
  idOrName: string,
  query: { readonly key: readonly string[]; readonly version?: string | undefined },
): Promise<FoundRow> {
  return readData(ctx, "row", async (open) => {
    const { keys, columns, plan, table, version } = await open(idOrName, query.version);
    if (keys.length === 0) throw problem("dataset.no_keys");
    if (query.key.length !== keys.length)
      throw problem("request.invalid", {}, { issues: [{ path: "query.key", message: `must be a list of ${keys.length}: ${keys.join(", ")}` }] });
    const wanted: RowFilter = { and: keys.map((name, index) => ({ column: name, op: "eq", value: query.key[index] ?? "" })) };
    const names = columns.map((item) => item.name);
    const filter = toCondition(wanted, columns, "query.key");
    const { rows } = await ctx.services.lake.rows(table, { plan, filter, columns: names, limit: 2, signal: ctx.signal });
    const [row] = rows;
    if (row === undefined) throw problem("dataset.row_not_found");
    const answer = { columns: presentColumns(columns, names), row: presentRow(row), dataVersion: version.number, isUnique: rows.length === 1 };
    return { answer, rows: rows.length };
  });
}
