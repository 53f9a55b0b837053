import type { Published } from "@granary/lake";
import type { AccessAction } from "@granary/protocol";
import { sql } from "kysely";
import { logChange, type SeenColumn } from "../../access-log/index.ts";
import type { Principal, TxCtx } from "../../context/index.ts";
import { writeWords } from "../catalog/index.ts";
import type { SchemaState } from "../schema/schema-state.ts";
import type { StoredColumn } from "../store.ts";

/** What made a version. */
export type VersionOperation = "loaded" | "batch_deleted" | "batch_restored" | "restored" | "schema_changed" | "merged" | "run";

/** A published snapshot that becomes a version of a dataset. */
export interface NewVersion {
  readonly datasetId: string;
  readonly published: Published;
  readonly operation: VersionOperation;
  /** The load it is about, if any. */
  readonly batchId?: string;
  readonly personId: string | null;
  /** Who is behind it where that is not the caller: a job loads for somebody. */
  readonly by?: Principal | undefined;
  readonly reason?: string;
  readonly restoredFrom?: number;
  /** The run of a pipeline that published it. */
  readonly runId?: string;
  /** The change request that was carried out. */
  readonly changeId?: string;
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

const ACTIONS = {
  loaded: "load",
  batch_deleted: "batch_delete",
  batch_restored: "batch_restore",
  restored: "restore",
  schema_changed: "schema_change",
  merged: "merge",
  run: "publish",
} as const satisfies Record<VersionOperation, AccessAction>;

/** Every change of data passes here, so every one is in the access log. A load may change every column the dataset has then. */
async function log(ctx: TxCtx, { datasetId: id, operation, counts, by }: NewVersion, { name, number }: AddedVersion): Promise<void> {
  const columns = await findColumns(ctx, id);
  const rows = counts === undefined ? null : counts.added + counts.removed + counts.replaced;
  await logChange(ctx, { action: ACTIONS[operation], dataset: { id, name }, version: number, columns, rows }, by);
}

async function findColumns(ctx: TxCtx, id: string): Promise<readonly SeenColumn[]> {
  const row = await ctx.db
    .selectFrom("datasets as d")
    .innerJoin("schema_versions as s", (join) => join.onRef("s.dataset_id", "=", "d.id").onRef("s.number", "=", "d.schema_version"))
    .select(sql<readonly StoredColumn[]>`s.columns`.as("columns"))
    .where("d.id", "=", id)
    .executeTakeFirst();
  return (row?.columns ?? []).map(({ fieldId, name }) => ({ fieldId, name, isMasked: false }));
}

/** What a version came of. */
const originOf = ({ batchId, restoredFrom, changeId, runId }: NewVersion) => ({
  batch_id: batchId ?? null,
  restored_from: restoredFrom ?? null,
  change_id: changeId ?? null,
  run_id: runId ?? null,
});

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
      created_by,
      operation: version.operation,
      reason,
      ...originOf(version),
      added_count: counts?.added ?? null,
      removed_count: counts?.removed ?? null,
      replaced_count: counts?.replaced ?? null,
    })
    .execute();
  await log(ctx, version, dataset);
  return dataset;
}
