import { functionNames } from "@granary/engine";
import type { Column, SqlCompletions } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { listDatasetRowsByName } from "../../datasets/index.ts";

/** What a query of the caller can name. */
export async function listCompletions(ctx: Ctx, { q, limit }: { readonly q?: string | undefined; readonly limit: number }): Promise<SqlCompletions> {
  const rows = await listDatasetRowsByName(ctx, { q, limit: limit + 1 });
  return {
    datasets: rows
      .slice(0, limit)
      .map((row) => ({ name: row.name, columns: (row.columns ?? []).map(({ name, type }) => ({ name, type: type as Column["type"] })) })),
    isComplete: rows.length <= limit,
    functions: functionNames().toSorted(),
  };
}
