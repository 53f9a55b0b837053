import { type DatasetVersion, problem } from "@granary/protocol";
import { atLeast } from "../../access/index.ts";
import { type Ctx, requireUser, type TxCtx } from "../../context/index.ts";
import { addVersion } from "../commands/add-version.ts";
import { requireDataset, requireWhole } from "../queries/get-dataset.ts";
import { getSchemaRow } from "../schema/schema-state.ts";
import { isSameState } from "../schema/lake-changes.ts";
import { batchesAt } from "./batches-at.ts";
import { showVersion } from "./list-versions.ts";
import { resolveVersion } from "./resolve-version.ts";
import { listVersionSteps } from "./store.ts";

/** Makes the loads say what they said then; those that came later have no rows in the dataset any more. */
async function restoreBatches(ctx: TxCtx, datasetId: string, from: number, to: number): Promise<void> {
  const then = batchesAt(await listVersionSteps(ctx.db, datasetId), from);
  const batches = await ctx.db
    .selectFrom("batches")
    .select(["id", "deleted_in"])
    .where("dataset_id", "=", datasetId)
    .where("data_version", "is not", null)
    .execute();
  for (const { id, deleted_in: now } of batches) {
    const was = then.get(id);
    const deletedIn = was === undefined ? (now ?? to) : was;
    if (deletedIn !== now) await ctx.db.updateTable("batches").set({ deleted_in: deletedIn }).where("id", "=", id).execute();
  }
}

/** {@link restoreVersion} in a transaction that does more. */
export async function restoreVersionIn(ctx: TxCtx, idOrName: string, asked: string, reason: string): Promise<DatasetVersion> {
  const seen = await requireDataset(ctx, idOrName, "contributor");
  requireWhole(seen, "restoring a version", ["columns", "rows"]);
  const target = await resolveVersion(ctx, seen, asked);
  if (target.number === seen.data_version) throw problem("version.is_newest", { version: target.number });
  const summary = { restored: String(target.number) };
  const published = await ctx.services.lake.rollback(
    ctx.db,
    { workspaceId: ctx.workspaceId, tableName: seen.table_name },
    { to: { snapshotId: target.snapshotId }, summary },
  );
  // Read again behind the table's lock, so that these are the columns which the restored ones follow.
  const dataset = await requireDataset(ctx, seen.id, "contributor");
  const [now, then] = [await getSchemaRow(ctx.db, dataset.id, dataset.schema_version), await getSchemaRow(ctx.db, dataset.id, target.schemaVersion)];
  const isSame = isSameState(now, then);
  if (!isSame && !atLeast(dataset.decision.level, "owner")) throw problem("access.denied", { permission: "owner of the dataset, as columns would change" });
  const version = await addVersion(ctx, {
    datasetId: dataset.id,
    published,
    operation: "restored",
    personId: requireUser(ctx.principal),
    reason,
    restoredFrom: target.number,
    ...(isSame ? {} : { schema: { columns: then.columns, keys: then.keys } }),
  });
  await restoreBatches(ctx, dataset.id, target.number, version.number);
  const data = { from: target.number, version: version.number, schemaVersion: version.schemaVersion, reason };
  await ctx.record({ type: "dataset.version_restored", subject: { id: dataset.id, label: dataset.name }, data });
  return showVersion(ctx, await requireDataset(ctx, dataset.id), version.number);
}

/**
 * Brings the rows of an older version back as a new one, with the columns, rules and keys they had: rows of then keep to the rules of
 * then and to no others, and field ids tell dropped columns from new ones of the same name. Contributors may do that; where columns
 * would change, owners alone. Throws `version.is_newest`, and `lake.snapshot_not_found` when the version is not kept any more.
 */
export function restoreVersion(ctx: Ctx, dataset: string, asked: string, reason: string): Promise<DatasetVersion> {
  return ctx.tx((ctx) => restoreVersionIn(ctx, dataset, asked, reason));
}
