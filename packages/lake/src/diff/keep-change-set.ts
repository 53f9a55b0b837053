import type { Catalog, LakeTransaction } from "../catalog/index.ts";
import type { FileIo } from "../file-io/index.ts";
import type { ChangeSet } from "./types.ts";

interface Parts {
  readonly catalog: Catalog;
  readonly fileIo: FileIo;
}

/** Notes in the caller's transaction that somebody needs the change set's file: what nobody noted is swept after a day. */
export async function keepChangeSet(parts: Parts, tx: LakeTransaction, changeSet: ChangeSet): Promise<void> {
  const { file } = changeSet;
  if (file !== null) await parts.catalog.keep(tx, changeSet, { uri: file.uri, bytes: file.bytes, sha256: file.sha256, kind: "change_set" });
}

/**
 * Deletes a change set's file, and its note in the caller's transaction. Should that roll back, the note is left and the
 * file is gone: reading the change set then fails with `storage.missing`.
 */
export async function discardChangeSet(parts: Parts, tx: LakeTransaction, changeSet: ChangeSet): Promise<void> {
  const { file } = changeSet;
  if (file === null) return;
  await parts.catalog.unregister(tx, [file.uri]);
  await parts.fileIo.delete(file.uri);
}
