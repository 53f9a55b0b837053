import type { LoadRules, OpenTable, StagedImport } from "@granary/lake";
import { problem } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { loadRules, looksAtTable } from "../schema/load-rules.ts";
import { getSchemaRow, type SchemaRow } from "../schema/schema-state.ts";

/** The table a load is for, as it was when its file was read. */
export interface LoadTarget {
  readonly table: OpenTable;
  readonly schema: SchemaRow;
  readonly rules: LoadRules;
}

/** The table a load is for as it is now; a dataset whose first load failed has none yet. */
export async function openTarget(ctx: Ctx, datasetId: string): Promise<LoadTarget | undefined> {
  const dataset = await ctx.db
    .selectFrom("datasets")
    .select(["data_version", "schema_version", "table_name"])
    .where("id", "=", datasetId)
    .executeTakeFirstOrThrow();
  if (dataset.data_version === 0) return undefined;
  const schema = await getSchemaRow(ctx.db, datasetId, dataset.schema_version);
  const table = await ctx.services.lake.open(ctx.db, { workspaceId: ctx.workspaceId, tableName: dataset.table_name });
  return { table, schema, rules: loadRules(schema) };
}

/** A load with what it was checked against. */
export interface CheckedLoad extends StagedImport {
  readonly target: LoadTarget | undefined;
}

/**
 * Refuses a load whose rows were checked against other columns, or, where they have to be unique, against other rows than there are
 * now; it is read again then. Called behind the table's lock.
 */
export async function requireSameTarget(
  ctx: TxCtx,
  datasetId: string,
  { target, baseSnapshotId }: Pick<CheckedLoad, "target" | "baseSnapshotId">,
): Promise<void> {
  if (target === undefined) return;
  const dataset = await ctx.db.selectFrom("datasets").select(["schema_version", "snapshot_id"]).where("id", "=", datasetId).executeTakeFirstOrThrow();
  const isSameRows = !looksAtTable(target.rules) || dataset.snapshot_id === baseSnapshotId;
  if (dataset.schema_version !== target.schema.number || !isSameRows) throw problem("lake.commit_conflict");
}
