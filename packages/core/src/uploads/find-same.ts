import type { Id } from "@granary/kernel";
import type { Upload } from "@granary/protocol";
import { findReaders, listableDatasets } from "../access/index.ts";
import type { Ctx, TxCtx } from "../context/index.ts";

const MAX_NAMED = 10;

/** Loads of the very same bytes into datasets the caller may see, newest first. */
export async function findSame(ctx: Ctx | TxCtx, sha256: string): Promise<Upload["sameAs"]> {
  const rows = await ctx.db
    .selectFrom("uploads as u")
    .innerJoin("batches as b", "b.upload_id", "u.id")
    .innerJoin("datasets as d", "d.id", "b.dataset_id")
    .select(["d.id as dataset", "d.name", "b.id as batch", "b.created_at"])
    .where("u.sha256", "=", sha256)
    .where("b.data_version", "is not", null)
    .where("b.deleted_in", "is", null)
    .where("d.trashed_at", "is", null)
    .where(listableDatasets(await findReaders(ctx), ctx.workspaceId))
    .orderBy("b.id", "desc")
    .limit(MAX_NAMED)
    .execute();
  return rows.map((row) => ({
    dataset: { id: row.dataset as Id<"dataset">, name: row.name },
    batchId: row.batch as Id<"batch">,
    loadedAt: row.created_at.toISOString(),
  }));
}
