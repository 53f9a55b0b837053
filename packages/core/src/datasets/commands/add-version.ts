import type { Published } from "@granary/lake";
import type { TxCtx } from "../../context/index.ts";
import { writeWords } from "../catalog/index.ts";
import type { SchemaState } from "../schema/schema-state.ts";

/** What made a version. */
export type VersionOperation = "loaded" | "batch_deleted" | "batch_restored" | "restored" | "schema_changed";

/** A published snapshot that becomes a version of a dataset. */
export interface NewVersion {
  readonly datasetId: string;
  readonly published: Published;
  readonly operation: VersionOperation;
  /** The load it is about, if any. */
  readonly batchId?: string;
  readonly personId: string | null;
  readonly reason?: string;
  readonly restoredFrom?: number;
  /** Rows that came, went and were replaced; left out where nobody counted them. */
  readonly counts?: { readonly added: number; readonly removed: number; readonly replaced: number };
  /** The dataset's columns and keys, when they are others than before. */
  readonly schema?: SchemaState | undefined;
}

export interface AddedVersion {
  readonly name: string;
  readonly number: number;
  readonly schemaVersion: number;
}

/** Points the dataset to the snapshot under the next version number. The table's lock, which publishing took, orders those who do so at once. */
export async function addVersion(ctx: TxCtx, version: NewVersion): Promise<AddedVersion> {
  const { datasetId: dataset_id, published, personId: created_by, reason = "", schema, counts } = version;
  const workspace_id = ctx.workspaceId;
  const dataset = await ctx.db
    .updateTable("datasets")
    .set((eb) => ({
      data_version: eb("data_version", "+", 1),
      schema_version: eb("schema_version", "+", schema === undefined ? 0 : 1),
      version: eb("version", "+", 1),
    }))
    .set({ row_count: published.rows, snapshot_id: published.snapshotId, updated_at: ctx.now })
    .where("id", "=", dataset_id)
    .returning(["name", "data_version as number", "schema_version as schemaVersion"])
    .executeTakeFirstOrThrow();
  const { number, schemaVersion } = dataset;
  if (schema !== undefined) {
    const { columns, keys } = schema;
    await ctx.db
      .insertInto("schema_versions")
      .values({ workspace_id, dataset_id, number: schemaVersion, columns: JSON.stringify(columns), key_fields: [...keys], created_by, reason })
      .execute();
    await writeWords(ctx, dataset_id);
  }
  await ctx.db
    .insertInto("dataset_versions")
    .values({
      workspace_id,
      dataset_id,
      number,
      snapshot_id: published.snapshotId,
      schema_version: schemaVersion,
      row_count: published.rows,
      batch_id: version.batchId ?? null,
      created_by,
      operation: version.operation,
      reason,
      restored_from: version.restoredFrom ?? null,
      added_count: counts?.added ?? null,
      removed_count: counts?.removed ?? null,
      replaced_count: counts?.replaced ?? null,
    })
    .execute();
  return dataset;
}
