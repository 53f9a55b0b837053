import type { SnapshotInfo } from "@granary/lake";
import type { TxCtx } from "../../context/index.ts";
import type { MaintainedTable } from "./maintained-table.ts";

/** The snapshots that came after one, newest first; undefined when it is not in the history. */
function since(history: readonly SnapshotInfo[], snapshotId: string | null): readonly SnapshotInfo[] | undefined {
  const index = history.findIndex((snapshot) => snapshot.snapshotId === snapshotId);
  return index < 0 ? undefined : history.slice(0, index);
}

/**
 * Points a dataset's newest version to the snapshot that holds the same rows in better files, in the transaction that made it:
 * else nobody would read the new files, and expiry would take the old ones from under the version. A snapshot with a tag or branch
 * stays the version's, for the name is found by it and keeps it from expiring.
 */
export async function followCompaction(ctx: TxCtx, { id, workspaceId, tableName }: MaintainedTable): Promise<void> {
  const dataset = await ctx.db.selectFrom("datasets").select(["snapshot_id", "data_version"]).where("id", "=", id).executeTakeFirst();
  const { snapshots } = await ctx.services.lake.snapshots(ctx.db, { workspaceId, tableName, branch: "main" });
  const [head] = snapshots;
  if (dataset === undefined || head === undefined || dataset.snapshot_id === null) return;
  const newer = since(snapshots, dataset.snapshot_id);
  const current = snapshots.find((snapshot) => snapshot.snapshotId === dataset.snapshot_id);
  if (newer === undefined || newer.length === 0 || newer.some((snapshot) => snapshot.operation !== "replace") || current?.refs.length !== 0) return;
  await ctx.db
    .updateTable("dataset_versions")
    .set({ snapshot_id: head.snapshotId })
    .where("dataset_id", "=", id)
    .where("number", "=", dataset.data_version)
    .where("snapshot_id", "=", dataset.snapshot_id)
    .execute();
  await ctx.db.updateTable("datasets").set({ snapshot_id: head.snapshotId }).where("id", "=", id).where("snapshot_id", "=", dataset.snapshot_id).execute();
}
