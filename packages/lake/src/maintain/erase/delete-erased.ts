import { addDiscards, type LakeTransaction, listDiscards, type TableRef } from "../../catalog/index.ts";
import { deleteDiscards } from "../delete-discards.ts";
import type { MaintainParts, Transaction } from "../maintain-parts.ts";
import { filesOfTable } from "../reachable.ts";

/** How long nobody may publish files that were deleted here: longer than any change stays staged, as the orphan sweep has it. */
const REMEMBERED_MS = 24 * 3_600_000;

/**
 * Deletes every file below the table's directory that it does not need, however young: what was staged from older states
 * holds their rows. Their names are kept for a day, so that a writer who is about to publish one of them is sent back.
 */
async function deleteUnneeded(parts: MaintainParts, tx: LakeTransaction, ref: TableRef): Promise<number> {
  await parts.catalog.lock(tx, ref);
  const table = await parts.store.load(tx, ref);
  const needed = new Set([...(await filesOfTable(parts, tx, table)), ...(await parts.catalog.changeSets(tx, ref.workspaceId))]);
  const found = new Set<string>();
  for await (const file of parts.fileIo.list(`${table.metadata.location}/`)) if (!needed.has(file.uri)) found.add(file.uri);
  // What earlier commits let go waits for its readers, wherever it lies; what is not in the register was deleted before.
  const waiting = (await listDiscards(tx, ref, parts.now())).map((item) => item.location).filter((uri) => !needed.has(uri));
  for (const uri of (await parts.catalog.expected(tx, waiting)).keys()) found.add(uri);
  const uris = [...found];
  await parts.fileIo.delete(uris);
  await parts.catalog.unregister(tx, uris);
  await addDiscards(tx, ref, uris, new Date(parts.now().getTime() + REMEMBERED_MS));
  return uris.length;
}

/** Deletes at once what the table does not need any more. Killed in between, the next run finds the rest in the list of discards. */
export async function deleteErased(parts: MaintainParts, transaction: Transaction, ref: TableRef): Promise<number> {
  const listed = await transaction((tx) => deleteDiscards(parts, tx, { workspaceId: ref.workspaceId, tableName: ref.tableName }));
  return listed.files + (await transaction((tx) => deleteUnneeded(parts, tx, ref)));
}
