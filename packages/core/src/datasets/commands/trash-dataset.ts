import { isUniqueViolation } from "@granary/db";
import { type Dataset, problem } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { presentDataset } from "../present.ts";
import { requireDataset } from "../queries/get-dataset.ts";
import { setTrashed } from "../store.ts";

/** {@link trashDataset} in a transaction that does more. */
export async function trashDatasetIn(ctx: TxCtx, idOrName: string): Promise<undefined> {
  const row = await requireDataset(ctx, idOrName, "owner");
  if (!(await setTrashed(ctx.db, row.id, ctx.now, ctx.now))) throw problem("dataset.not_found");
  await ctx.record({ type: "dataset.trashed", subject: { id: row.id, label: row.name } });
  return undefined;
}

/** Moves a dataset to the trash; its name is free again and nothing of its data is touched. */
export function trashDataset(ctx: Ctx, idOrName: string): Promise<undefined> {
  return ctx.tx((ctx) => trashDatasetIn(ctx, idOrName));
}

/** Takes a dataset out of the trash, unless its name was given to another meanwhile. */
export async function restoreDataset(ctx: Ctx, idOrName: string): Promise<Dataset> {
  const row = await requireDataset(ctx, idOrName, "owner", { trashed: true });
  try {
    return await ctx.tx(async (ctx) => {
      if (!(await setTrashed(ctx.db, row.id, null, ctx.now))) throw problem("dataset.not_found");
      await ctx.record({ type: "dataset.restored", subject: { id: row.id, label: row.name } });
      return presentDataset(ctx, await requireDataset(ctx, row.id, "owner"));
    });
  } catch (error) {
    if (isUniqueViolation(error, "datasets_name_key")) throw problem("dataset.name_taken", { name: row.name }, { cause: error });
    throw error;
  }
}
