import { randomUUID } from "node:crypto";
import { encodeManifest, type Long, type ManifestEntry, type ManifestFile, manifestLine, type TableMetadata } from "../iceberg/index.ts";
import type { StoredEntry } from "../table/index.ts";
import type { ManifestDraft } from "./plan-manifests.ts";
import type { NewFile } from "./write-commit.ts";

export interface EncodedManifests {
  readonly files: readonly NewFile[];
  /** Their lines in the manifest list. */
  readonly lines: readonly ManifestFile[];
  readonly entries: ReadonlyMap<string, readonly StoredEntry[]>;
}

export interface SnapshotNumbers {
  readonly snapshotId: Long;
  readonly sequenceNumber: Long;
}

/** What a reader makes of an entry: it inherits what the manifest does not say. */
function toStored(entry: ManifestEntry, numbers: SnapshotNumbers): StoredEntry {
  return {
    status: entry.status,
    file: entry.file,
    snapshotId: entry.snapshotId ?? numbers.snapshotId,
    sequenceNumber: entry.sequenceNumber ?? numbers.sequenceNumber,
    fileSequenceNumber: entry.fileSequenceNumber ?? numbers.sequenceNumber,
  };
}

/** Writes manifests into memory, under names of their own. */
export function encodeManifests(metadata: TableMetadata, drafts: readonly ManifestDraft[], numbers: SnapshotNumbers): EncodedManifests {
  const commitId = randomUUID();
  const files: NewFile[] = [];
  const lines: ManifestFile[] = [];
  const known = new Map<string, readonly StoredEntry[]>();
  for (const [index, draft] of drafts.entries()) {
    const { entries, content, specId } = draft;
    const file: NewFile = {
      uri: `${metadata.location}/metadata/${commitId}-m${index}.avro`,
      kind: "manifest",
      content: encodeManifest(metadata, { entries, content, specId, snapshotId: numbers.snapshotId }),
    };
    const stored = entries.map((entry) => toStored(entry, numbers));
    files.push(file);
    lines.push(manifestLine(metadata, { manifest: { uri: file.uri, bytes: file.content.length }, entries, content, specId, ...numbers }));
    known.set(file.uri, stored);
  }
  return { files, lines, entries: known };
}
