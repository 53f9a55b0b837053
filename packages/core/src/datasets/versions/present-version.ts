import type { Id } from "@granary/kernel";
import type { DatasetVersion } from "@granary/protocol";
import { atLeast, mayDo } from "../../access/index.ts";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { presentPerson } from "../schema/present-schema.ts";
import type { DatasetRow } from "../seen-datasets.ts";
import type { VersionRow } from "./store.ts";

/** What the lake still knows of a dataset's snapshots. */
export interface KeptSnapshots {
  readonly ids: ReadonlySet<string>;
  /** Names by snapshot. */
  readonly tags: ReadonlyMap<string, readonly string[]>;
}

export async function keptSnapshots(ctx: Ctx | TxCtx, dataset: DatasetRow): Promise<KeptSnapshots> {
  const ref = { workspaceId: ctx.workspaceId, tableName: dataset.table_name };
  const { snapshots } = await ctx.services.lake.snapshots(ctx.db, ref);
  const tags = new Map<string, string[]>();
  for (const { name, type, snapshotId } of await ctx.services.lake.refs(ctx.db, ref)) {
    if (type === "tag") tags.set(snapshotId, [...(tags.get(snapshotId) ?? []), name]);
  }
  return { ids: new Set(snapshots.map((snapshot) => snapshot.snapshotId)), tags };
}

function changeOf({ principal }: Pick<Ctx, "principal">, { change_id: id, change_number: number, change_title: title }: VersionRow): DatasetVersion["change"] {
  if (id === null || number === null || title === null || !mayDo(principal, "change:read")) return null;
  return { id: id as Id<"change">, number, title };
}

/** A version as the caller sees it, with what they may do. Bringing other columns back is left to the owners, as all changes of columns. */
export function presentVersion(ctx: Ctx | TxCtx, dataset: DatasetRow, row: VersionRow, kept: KeptSnapshots): DatasetVersion {
  const isKept = kept.ids.has(row.snapshot_id);
  const isNewest = row.number === dataset.data_version;
  const { level, hides } = dataset.decision;
  const counted = (rows: number | null): number | null => (hides.rows ? null : rows);
  const may = (needed: "contributor" | "owner"): boolean => isKept && atLeast(level, needed) && mayDo(ctx.principal, "dataset:update");
  return {
    number: row.number,
    at: row.created_at.toISOString(),
    by: presentPerson(row.created_by, row.person_name),
    operation: row.operation as DatasetVersion["operation"],
    reason: row.reason,
    rows: counted(row.row_count),
    added: counted(row.added_count),
    removed: counted(row.removed_count),
    replaced: counted(row.replaced_count),
    names: [...(kept.tags.get(row.snapshot_id) ?? [])],
    batch: row.batch_id === null || row.file_name === null ? null : { id: row.batch_id as Id<"batch">, fileName: row.file_name },
    schemaVersion: row.schema_version,
    restoredFrom: row.restored_from,
    change: changeOf(ctx, row),
    isKept,
    isNewest,
    can: {
      name: may("contributor"),
      restore: !isNewest && !hides.columns && !hides.rows && may(row.schema_version === dataset.schema_version ? "contributor" : "owner"),
    },
  };
}
