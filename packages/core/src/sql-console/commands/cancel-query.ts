import { rm } from "node:fs/promises";
import type { Ctx } from "../../context/index.ts";
import { requireQuery } from "../queries/get-query.ts";
import { resultPath } from "../results/result-file.ts";

/** Stops a running query, wherever it runs; of one that has ended, removes the rows. What was run stays in the history. */
export async function cancelQuery(ctx: Ctx, id: string): Promise<undefined> {
  await ctx.tx(async (ctx) => {
    const row = await requireQuery(ctx, id);
    const change = row.status === "running" ? { cancel_asked: true } : { kept: false };
    await ctx.db.updateTable("sql_queries").set(change).where("id", "=", row.id).execute();
    ctx.afterCommit(async () => {
      if (row.status !== "running") await rm(resultPath(ctx.services.config.dataDir, row.id), { force: true });
    });
    return undefined;
  });
  ctx.services.queries.cancel(id);
  await ctx.services.queries.ended(id);
}
