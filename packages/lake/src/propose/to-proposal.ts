import type { StoredProposal } from "./store-proposal.ts";
import type { Proposal, ProposeInput } from "./types.ts";

/** Puts a comparison's answer together. */
export function toProposal(
  { from, keys }: ProposeInput,
  { counts, keys: faults, file, oldRows, rekeyed, damagedKeys = 0 }: StoredProposal & { readonly damagedKeys?: number },
  rows: Pick<Proposal, "baseRows" | "proposedRows">,
): Proposal {
  return {
    changeSet: {
      file,
      workspaceId: from.workspaceId,
      tableName: from.tableName,
      fromSnapshotId: from.snapshotId,
      toSnapshotId: null,
      keys,
      columns: from.columns.filter((item) => !item.isSystem),
      hasDamage: true,
      dropped: [],
    },
    counts: { ...counts, unchanged: rows.baseRows - oldRows },
    keys: faults,
    ...rows,
    suggestions: { rekeyed, damagedKeys },
  };
}
