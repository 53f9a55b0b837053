import type { LakeTransaction } from "../catalog/index.ts";
import type { IcebergSnapshot, TableMetadata } from "../iceberg/index.ts";
import type { StoredTable, TableStore } from "../table/index.ts";

interface Parts {
  readonly store: TableStore;
}

/** Adds what some snapshots need: manifest lists, manifests, data and delete files. */
export async function addFilesOf(parts: Parts, tx: LakeTransaction, snapshots: readonly IcebergSnapshot[], files: Set<string>): Promise<void> {
  for (const snapshot of snapshots) {
    files.add(snapshot["manifest-list"]);
    const manifests = (await parts.store.manifests(tx, snapshot)).filter((manifest) => !files.has(manifest.manifest_path));
    for (const [path, entries] of await parts.store.entriesOf(tx, manifests)) {
      files.add(path);
      for (const entry of entries) if (entry.status !== "deleted") files.add(entry.file.uri);
    }
  }
}

/** Files other engines keep beside a table's snapshots. */
export function statisticsFiles(metadata: TableMetadata): readonly string[] {
  return [...(metadata.statistics ?? []), ...(metadata["partition-statistics"] ?? [])].map((item) => item["statistics-path"]);
}

/** All files a table needs: those of every snapshot it keeps, its metadata and the metadata its log names. */
export async function filesOfTable(parts: Parts, tx: LakeTransaction, table: StoredTable): Promise<ReadonlySet<string>> {
  const log = (table.metadata["metadata-log"] ?? []).map((entry) => entry["metadata-file"]);
  const files = new Set([table.metadataLocation, ...log, ...statisticsFiles(table.metadata)]);
  await addFilesOf(parts, tx, table.metadata.snapshots ?? [], files);
  return files;
}
