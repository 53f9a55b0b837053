import { addDiscards, type TableRef } from "../catalog/index.ts";
import { commitMetadata, lockExisting } from "../change/index.ts";
import { type Freed, type MaintainParts, READERS_GRACE_MS, type Transaction } from "./maintain-parts.ts";

export interface OldMetadataRequest extends TableRef {
  readonly transaction: Transaction;
  /** How many older metadata files stay, by default 20. */
  readonly keep?: number;
  readonly graceMs?: number;
}

const DEFAULT_KEPT = 20;

/** Drops all but the newest entries of a table's metadata log; their files go once the readers' time has passed. Does nothing when there are no more. */
export async function deleteOldMetadata(parts: MaintainParts, request: OldMetadataRequest): Promise<Freed> {
  const keep = Math.max(0, request.keep ?? DEFAULT_KEPT);
  return request.transaction(async (tx) => {
    const base = await lockExisting(parts, tx, request);
    const log = base.metadata["metadata-log"] ?? [];
    // The commit itself adds an entry; without a longer log it would only replace one file by another.
    if (log.length <= keep + 1) return { files: 0, bytes: 0 };
    const dropped = log.slice(0, log.length - keep).map((entry) => entry["metadata-file"]);
    const known = await parts.catalog.expected(tx, dropped);
    await commitMetadata(parts, tx, request, { base, metadata: { ...base.metadata, "metadata-log": log.slice(log.length - keep) } });
    await addDiscards(tx, request, dropped, new Date(parts.now().getTime() + (request.graceMs ?? READERS_GRACE_MS)));
    return { files: dropped.length, bytes: [...known.values()].reduce((sum, file) => sum + file.bytes, 0) };
  });
}
