import type { Published } from "@granary/lake";
import type { TxCtx } from "../../context/index.ts";
import { writeWords } from "../catalog/index.ts";
import type { StoredColumn } from "../store.ts";

/** A published snapshot that becomes a version of a dataset. */
export interface NewVersion {
  readonly datasetId: string;
  readonly published: Published;
  /** The load it is about. */
  readonly batchId: string;
  readonly personId: string | null;
  /** The dataset's columns, when they are others than before. */
  readonly columns?: readonly StoredColumn[] | undefined;
}

export interface AddedVersion {
  readonly name: string;
  readonly number: number;
  readonly schemaVersion: number;
}

/** Points the dataset to the snapshot under the next version number. The table's lock, which publishing took, orders those who do so at once. */
export async function addVersion(ctx: TxCtx, { datasetId, published, batchId, personId, columns }: NewVersion): Promise<AddedVersion> {
  const workspace_id = ctx.workspaceId;
  const dataset = await ctx.db
    .updateTable("datasets")
    .set((eb) => ({
      data_version: eb("data_version", "+", 1),
      schema_version: eb("schema_version", "+", columns === undefined ? 0 : 1),
      version: eb("version", "+", 1),
    }))
    .set({ row_count: published.rows, snapshot_id: published.snapshotId, updated_at: ctx.now })
    .where("id", "=", datasetId)
    .returning(["name", "data_version as number", "schema_version as schemaVersion"])
    .executeTakeFirstOrThrow();
  if (columns !== undefined) {
    await ctx.db
      .insertInto("schema_versions")
      .values({ workspace_id, dataset_id: datasetId, number: dataset.schemaVersion, columns: JSON.stringify(columns) })
      .execute();
    await writeWords(ctx, datasetId);
  }
  await ctx.db
    .insertInto("dataset_versions")
    .values({
      workspace_id,
      dataset_id: datasetId,
      number: dataset.number,
      snapshot_id: published.snapshotId,
      schema_version: dataset.schemaVersion,
      row_count: published.rows,
      batch_id: batchId,
      created_by: personId,
    })
    .execute();
  return dataset;
}
