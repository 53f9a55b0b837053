import { type Discard, type LakeTransaction, listDiscards, removeDiscards, type TableRef } from "../catalog/index.ts";
import type { CommitParts } from "../change/index.ts";
import type { Freed } from "./maintain-parts.ts";
import { filesOfTable } from "./reachable.ts";

interface Sized {
  readonly uri: string;
  readonly bytes: number;
}

async function filesBelow(parts: CommitParts, directory: string): Promise<readonly Sized[]> {
  return (await Array.fromAsync(parts.fileIo.list(directory))).map(({ uri, bytes }) => ({ uri, bytes }));
}

/** The files behind what is due, and their sizes as far as they are known. */
async function sizedFiles(parts: CommitParts, tx: LakeTransaction, due: readonly Discard[]): Promise<readonly Sized[]> {
  const directories = due.filter((item) => item.location.endsWith("/"));
  const single = due.filter((item) => !item.location.endsWith("/")).map((item) => item.location);
  const known = await parts.catalog.expected(tx, single);
  const below = await Promise.all(directories.map((item) => filesBelow(parts, item.location)));
  return [...single.map((uri) => ({ uri, bytes: known.get(uri)?.bytes ?? 0 })), ...below.flat()];
}

async function deleteOfTable(parts: CommitParts, tx: LakeTransaction, ref: TableRef, due: readonly Discard[]): Promise<Freed> {
  await parts.catalog.lock(tx, ref);
  const entry = await parts.catalog.find(tx, ref);
  const needed = entry === undefined ? new Set<string>() : await filesOfTable(parts, tx, await parts.store.loadEntry(tx, entry));
  const files = (await sizedFiles(parts, tx, due)).filter((file) => !needed.has(file.uri));
  const uris = files.map((file) => file.uri);
  await parts.fileIo.delete(uris);
  await parts.catalog.unregister(tx, uris);
  await removeDiscards(
    tx,
    due.map((item) => item.location),
  );
  return { files: files.length, bytes: files.reduce((sum, file) => sum + file.bytes, 0) };
}

/**
 * Deletes the files that earlier commits made needless and whose time has come. A file that a kept snapshot needs after all
 * is left alone. Killed in between, or rolled back, it is done again the next time.
 */
export async function deleteDiscards(
  parts: CommitParts,
  tx: LakeTransaction,
  of: { readonly workspaceId: string; readonly tableName?: string },
): Promise<Freed> {
  const due = (await listDiscards(tx, of, parts.now())).filter((item) => item.isDue);
  let freed: Freed = { files: 0, bytes: 0 };
  for (const [tableName, items] of Map.groupBy(due, (item) => item.tableName)) {
    const { files, bytes } = await deleteOfTable(parts, tx, { workspaceId: of.workspaceId, tableName }, items);
    freed = { files: freed.files + files, bytes: freed.bytes + bytes };
  }
  return freed;
}
