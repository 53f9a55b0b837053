import type { Ctx } from "../../context/index.ts";
import { openVersion } from "../reading/open-version.ts";
import { type RowQuery, toChoice } from "../reading/row-request.ts";

export interface RowCount {
  readonly rows: number;
  readonly isExact: true;
  readonly dataVersion: number;
}

/** How many rows a choice has. */
export async function countRows(ctx: Ctx, idOrName: string, query: Omit<RowQuery, "sort">): Promise<RowCount> {
  const readable = await openVersion(ctx, idOrName, query.version);
  const { choice } = await toChoice(ctx, readable, query);
  const { columns = readable.columns.map((item) => item.name), search, ...rest } = choice;
  const searched = search === undefined ? {} : { search: { ...search, columns } };
  const rows = await ctx.services.lake.count(readable.table, { ...rest, ...searched, signal: ctx.signal });
  return { rows, isExact: true, dataVersion: readable.version.number };
}
