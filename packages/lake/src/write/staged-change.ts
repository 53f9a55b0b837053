import { problem } from "@granary/protocol";
import type { Guard, RemovedFile, StagedChange, StagedFile } from "../change/index.ts";
import type { LiveEntry, OpenTable } from "../table/index.ts";

/** The branch a change of this table belongs to. Throws `lake.unsupported` when a fixed state was opened. */
export function branchOf(table: OpenTable): string {
  if (table.branch === null) throw problem("lake.unsupported", { reason: "an older version cannot be changed; open a branch" });
  return table.branch;
}

export const removedFile = ({ file: { uri, content, records, bytes } }: LiveEntry): RemovedFile => ({ uri, content, records, bytes });

export interface ChangeParts {
  readonly table: OpenTable;
  readonly added: readonly StagedFile[];
  readonly removed: readonly RemovedFile[];
  readonly guard: Guard;
  readonly counts: StagedChange["counts"];
}

function operationOf(added: readonly StagedFile[], removed: readonly RemovedFile[]): StagedChange["operation"] {
  const bringsRows = added.some((file) => file.content === "data");
  const takesRows = removed.length > 0 || added.some((file) => file.content !== "data");
  if (!takesRows) return "append";
  return bringsRows ? "overwrite" : "delete";
}

/** A change of an open table's branch, from the files it brings and takes away. */
export function stagedChange({ table, added, removed, guard, counts }: ChangeParts): StagedChange {
  return {
    workspaceId: table.workspaceId,
    tableName: table.tableName,
    tableUuid: table.tableUuid,
    location: table.location,
    branch: branchOf(table),
    operation: operationOf(added, removed),
    baseSnapshotId: table.snapshotId,
    schema: table.schema,
    added,
    removed,
    guard,
    counts,
  };
}
