import type { Ctx } from "../../context/index.ts";
import { readData } from "../reading/read-data.ts";
import { columnsAsked, type RowQuery, toChoice } from "../reading/row-request.ts";

export interface RowCount {
  readonly rows: number;
  readonly isExact: true;
  readonly dataVersion: number;
}

/** How many rows a choice has. */
export async function countRows(ctx: Ctx, idOrName: string, query: Omit<RowQuery, "sort">): Promise<RowCount> {
  return readData(ctx, "count", async (open) => {
    const readable = await open(idOrName, query.version);
    const { choice } = await toChoice(ctx, readable, query);
    const { columns = readable.columns.map((item) => item.name), search, ...rest } = choice;
    const searched = search === undefined ? {} : { search: { ...search, columns } };
    const rows = await ctx.services.lake.count(readable.table, { ...rest, ...searched, signal: ctx.signal });
    const answer = { rows, isExact: true, dataVersion: readable.version.number } as const;
    return { answer, rows, columns: columnsAsked(query, search === undefined ? [] : columns) };
  });
}
