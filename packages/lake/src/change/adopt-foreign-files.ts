import type { LakeTransaction, RegisteredFile, TableRef } from "../catalog/index.ts";
import type { CommitBase, CommitParts } from "./commit-parts.ts";

/**
 * Enters files that another engine committed into the register, without a checksum, so that backups copy them and
 * maintenance accounts for them. Reads the manifests of every snapshot whose list is not known yet.
 */
export async function adoptForeignFiles(parts: CommitParts, tx: LakeTransaction, ref: TableRef, { metadata, metadataLocation }: CommitBase): Promise<void> {
  const snapshots = metadata.snapshots ?? [];
  const known = await parts.catalog.expected(
    tx,
    snapshots.map((snapshot) => snapshot["manifest-list"]),
  );
  const files = new Map<string, RegisteredFile>();
  const add = (uri: string, kind: RegisteredFile["kind"], bytes: number): void => void files.set(uri, { uri, kind, bytes });
  for (const snapshot of snapshots) {
    const listUri = snapshot["manifest-list"];
    if (known.has(listUri)) continue;
    const manifests = await parts.store.manifests(tx, snapshot);
    add(listUri, "manifest_list", await sizeOf(parts, listUri));
    for (const manifest of manifests) add(manifest.manifest_path, "manifest", manifest.manifest_length);
    for (const entries of (await parts.store.entriesOf(tx, manifests)).values()) {
      for (const { file, status } of entries) if (status !== "deleted") add(file.uri, file.content === "data" ? "data" : "delete", file.bytes);
    }
  }
  if (metadataLocation !== undefined) add(metadataLocation, "metadata", await sizeOf(parts, metadataLocation));
  await parts.catalog.adopt(tx, ref, [...files.values()]);
}

/** Neither the catalog nor the metadata says how long these files are. */
async function sizeOf(parts: CommitParts, uri: string): Promise<number> {
  return (await parts.fileIo.read(uri)).length;
}
