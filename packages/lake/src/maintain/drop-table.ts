import { addDiscards, type LakeTransaction, type TableRef } from "../catalog/index.ts";
import type { CommitParts } from "../change/index.ts";

/**
 * Takes a table out of the catalog, in the caller's transaction. Its files go with the next `deleteDiscards`, which finds
 * them all due. Answers whether there was such a table.
 */
export async function dropTable(parts: CommitParts, tx: LakeTransaction, ref: TableRef): Promise<boolean> {
  await parts.catalog.lock(tx, ref);
  const entry = await parts.catalog.find(tx, ref);
  if (entry === undefined) return false;
  const { metadata } = await parts.store.loadEntry(tx, entry);
  await addDiscards(tx, ref, [`${metadata.location.replace(/\/+$/, "")}/`], parts.now());
  await parts.catalog.remove(tx, ref);
  return true;
}
