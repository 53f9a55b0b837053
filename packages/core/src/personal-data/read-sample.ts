import { call, cast, column, isNull, literal, not, type Query } from "@granary/engine";
import type { LakeColumn, OpenTable } from "@granary/lake";
import type { Ctx } from "../context/index.ts";

/** Different values that are looked at; a share of them is as good as one of all. */
const MAX_VALUES = 10_000;
/** Of longer tables the first so many rows are read, so that a look costs the same however much there is. */
const MAX_ROWS = 2_000_000;
/** Of longer values the beginning. */
const MAX_CHARACTERS = 4_000;
/** Columns of shorter tables are read by a process that is there already: one of its own for each would cost more than the reading. */
const WARM_ROWS = 200_000;
const ROWS = "rows_seen";

/** The values of a column, each different one once, of no more than so many rows. */
function sampleQuery(name: string): Query {
  const text = cast(column(name), { kind: "text" });
  const rows: Query = {
    kind: "select",
    items: [{ expression: call("substring", text, literal(1), literal(MAX_CHARACTERS)), as: "value" }],
    from: { kind: "table", name: ROWS },
    where: not(isNull(column(name))),
    limit: MAX_ROWS,
  };
  return {
    kind: "select",
    distinct: true,
    items: [{ expression: column("value"), as: "value" }],
    from: { kind: "alias", relation: { kind: "query", query: rows }, as: "sample" },
    limit: MAX_VALUES,
  };
}

/** Different values of a column as texts, unmasked: for the job that looks for personal data, which keeps none of them. */
export async function readSample(ctx: Ctx, table: OpenTable, { name, fieldId }: LakeColumn): Promise<readonly string[]> {
  const plan = { columns: [{ name, fieldId }] };
  const values: string[] = [];
  const work = table.rows <= WARM_ROWS ? "read" : "job";
  const request = { tables: { [ROWS]: { table, plan } }, query: sampleQuery(name), work, signal: ctx.signal } as const;
  await ctx.services.lake.compute(request, async ({ batches }) => {
    for await (const rows of batches) for (const [value] of rows) if (typeof value === "string") values.push(value);
  });
  return values;
}
