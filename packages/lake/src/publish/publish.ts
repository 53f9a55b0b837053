import { randomUUID } from "node:crypto";
import { problem } from "@granary/protocol";
import type { Catalog, LakeTransaction } from "../catalog/index.ts";
import type { FileIo, StoredFile } from "../file-io/index.ts";
import {
  encodeManifest,
  encodeManifestList,
  findSnapshot,
  type IcebergSchema,
  type IcebergSnapshot,
  type ManifestEntry,
  type ManifestFile,
  newSnapshotId,
  newTableMetadata,
  printMetadata,
  schemaOf,
  type TableMetadata,
} from "../iceberg/index.ts";
import type { StagedFile, StagedImport } from "../write/index.ts";
import type { StoredTable, TableStore } from "../table/index.ts";

const MAX_METADATA_LOG = 100;

export interface PublishOptions {
  /** `create` fails when the table exists, `append` when it does not. */
  readonly mode: "create" | "append";
  /** Refuses with `lake.commit_conflict` unless this snapshot is still the current one. */
  readonly baseSnapshotId?: string;
  /** Kept in the snapshot's summary under `granary.` names: batch, actor, and the like. */
  readonly summary?: Readonly<Record<string, string>>;
}

export interface Published {
  readonly snapshotId: string;
  readonly sequenceNumber: string;
  /** Rows the table has now. */
  readonly rows: number;
  readonly schemaId: number;
  readonly metadataLocation: string;
}

interface PublishParts {
  readonly catalog: Catalog;
  readonly fileIo: FileIo;
  readonly store: TableStore;
  readonly now: () => Date;
}

interface Commit {
  readonly staged: StagedImport;
  readonly options: PublishOptions;
  readonly base: TableMetadata;
  /** Undefined for a new table. */
  readonly baseLocation: string | undefined;
  readonly parent: IcebergSnapshot | undefined;
  readonly schema: IcebergSchema;
  readonly snapshotId: number;
  readonly sequenceNumber: number;
}

function startCommit(staged: StagedImport, options: PublishOptions, base: TableMetadata, baseLocation: string | undefined): Commit {
  return {
    staged,
    options,
    base,
    baseLocation,
    parent: findSnapshot(base),
    schema: schemaOf(base),
    snapshotId: newSnapshotId(base),
    sequenceNumber: Number(base["last-sequence-number"]) + 1,
  };
}

/** Between staging and publishing the table may have changed; appended files must still mean what they meant. */
function requireSameColumns(staged: StagedImport, base: TableMetadata): void {
  if (staged.tableUuid !== base["table-uuid"]) throw problem("lake.commit_conflict");
  if (base["partition-specs"].some((spec) => spec["spec-id"] === base["default-spec-id"] && spec.fields.length > 0)) {
    throw problem("lake.unsupported", { reason: "another engine partitioned it" });
  }
  const current = new Map(schemaOf(base).fields.map((field) => [field.id, field]));
  for (const field of staged.fields) {
    if (current.get(field.id)?.type !== field.type)
      throw problem("lake.columns_mismatch", { reason: `the column ${field.name} changed since the file was read` });
  }
  for (const field of current.values()) {
    const isProvided = staged.fields.some((item) => item.id === field.id);
    if (field.required && !isProvided) throw problem("lake.columns_mismatch", { reason: `the column ${field.name} was added since the file was read` });
  }
}

function addedManifest(file: StoredFile, files: readonly StagedFile[], commit: Commit): ManifestFile {
  return {
    manifest_path: file.uri,
    manifest_length: file.bytes,
    partition_spec_id: 0,
    content: 0,
    sequence_number: commit.sequenceNumber,
    min_sequence_number: commit.sequenceNumber,
    added_snapshot_id: commit.snapshotId,
    added_files_count: files.length,
    existing_files_count: 0,
    deleted_files_count: 0,
    added_rows_count: files.reduce((sum, item) => sum + item.records, 0),
    existing_rows_count: 0,
    deleted_rows_count: 0,
    partitions: null,
    key_metadata: null,
  };
}

const sum = (files: readonly StagedFile[], pick: (file: StagedFile) => number): number => files.reduce((total, file) => total + pick(file), 0);

function summaryOf(commit: Commit): Readonly<Record<string, string>> {
  const { files } = commit.staged;
  const before = (name: string): number => Number(commit.parent?.summary[name] ?? 0);
  const own = Object.entries(commit.options.summary ?? {}).map(([name, value]) => [`granary.${name}`, value]);
  const counters: Readonly<Record<string, number>> = {
    "added-data-files": files.length,
    "added-records": sum(files, (file) => file.records),
    "added-files-size": sum(files, (file) => file.bytes),
    "total-data-files": before("total-data-files") + files.length,
    "total-records": before("total-records") + sum(files, (file) => file.records),
    "total-files-size": before("total-files-size") + sum(files, (file) => file.bytes),
    "total-delete-files": before("total-delete-files"),
    "total-position-deletes": before("total-position-deletes"),
    "total-equality-deletes": before("total-equality-deletes"),
  };
  const texts = Object.entries(counters).map(([name, value]) => [name, String(value)]);
  return { operation: "append", ...Object.fromEntries(texts), ...Object.fromEntries(own) };
}

/** Metadata files are named NNNNN-uuid: other engines read the version out of the name. */
function metadataName(baseLocation: string | undefined): string {
  const version = /\/(\d+)-[^/]*\.metadata\.json$/.exec(baseLocation ?? "")?.[1];
  const next = baseLocation === undefined ? 0 : Number(version ?? 0) + 1;
  return `${String(next).padStart(5, "0")}-${randomUUID()}.metadata.json`;
}

function nextMetadata(commit: Commit, manifestList: string, nowMs: number): TableMetadata {
  const { base, baseLocation, parent, snapshotId } = commit;
  // Readers refuse logs that run backwards, which a clock set back would give them.
  const at = Math.max(nowMs, base["last-updated-ms"]);
  const snapshot: IcebergSnapshot = {
    "snapshot-id": snapshotId,
    ...(parent === undefined ? {} : { "parent-snapshot-id": parent["snapshot-id"] }),
    "sequence-number": commit.sequenceNumber,
    "timestamp-ms": at,
    "manifest-list": manifestList,
    "schema-id": commit.schema["schema-id"],
    summary: summaryOf(commit),
  };
  const log = baseLocation === undefined ? [] : [...(base["metadata-log"] ?? []), { "metadata-file": baseLocation, "timestamp-ms": base["last-updated-ms"] }];
  return {
    ...base,
    "last-sequence-number": commit.sequenceNumber,
    "last-updated-ms": at,
    "current-snapshot-id": snapshotId,
    refs: { ...base.refs, main: { ...base.refs?.["main"], "snapshot-id": snapshotId, type: "branch" } },
    snapshots: [...(base.snapshots ?? []), snapshot],
    "snapshot-log": [...(base["snapshot-log"] ?? []), { "snapshot-id": snapshotId, "timestamp-ms": at }],
    "metadata-log": log.slice(-MAX_METADATA_LOG),
  };
}

async function writeManifests(parts: PublishParts, tx: LakeTransaction, commit: Commit): Promise<StoredFile> {
  const { staged, base, snapshotId } = commit;
  const inherited = commit.parent === undefined ? [] : await parts.store.manifests(tx, commit.parent);
  const added: ManifestFile[] = [];
  if (staged.files.length > 0) {
    const entries = staged.files.map(
      (file): ManifestEntry => ({ status: "added", snapshotId, sequenceNumber: undefined, fileSequenceNumber: undefined, file }),
    );
    const encoded = encodeManifest(base, { entries, content: "data", specId: base["default-spec-id"], snapshotId });
    const manifest = await parts.fileIo.write(`${base.location}/metadata/${randomUUID()}-m0.avro`, encoded);
    await parts.catalog.register(tx, staged, "manifest", [manifest]);
    added.push(addedManifest(manifest, staged.files, commit));
  }
  const snapshot = { id: snapshotId, parentId: commit.parent?.["snapshot-id"], sequenceNumber: commit.sequenceNumber };
  const list = await parts.fileIo.write(
    `${base.location}/metadata/snap-${snapshotId}-1-${randomUUID()}.avro`,
    encodeManifestList([...added, ...inherited], snapshot),
  );
  await parts.catalog.register(tx, staged, "manifest_list", [list]);
  return list;
}

async function finishCommit(parts: PublishParts, tx: LakeTransaction, commit: Commit): Promise<Published> {
  const { staged, base, baseLocation } = commit;
  await parts.catalog.register(tx, staged, "data", staged.files);
  const list = await writeManifests(parts, tx, commit);
  const metadata = nextMetadata(commit, list.uri, parts.now().getTime());
  const stored = await parts.fileIo.write(`${base.location}/metadata/${metadataName(baseLocation)}`, printMetadata(metadata));
  await parts.catalog.register(tx, staged, "metadata", [stored]);
  if (baseLocation === undefined) await parts.catalog.create(tx, staged, stored.uri);
  else await parts.catalog.swap(tx, staged, { from: baseLocation, to: stored.uri });
  return {
    snapshotId: String(commit.snapshotId),
    sequenceNumber: String(commit.sequenceNumber),
    rows: Number(findSnapshot(metadata)?.summary["total-records"] ?? 0),
    schemaId: commit.schema["schema-id"],
    metadataLocation: stored.uri,
  };
}

async function baseOf(parts: PublishParts, tx: LakeTransaction, staged: StagedImport, options: PublishOptions): Promise<Partial<StoredTable>> {
  const location = await parts.catalog.find(tx, staged);
  if (options.mode === "create") {
    if (location !== undefined) throw problem("lake.table_exists");
    return {};
  }
  if (location === undefined) throw problem("lake.table_not_found");
  return parts.store.loadAt(tx, location);
}

/**
 * Makes staged rows a snapshot of their table, as part of the caller's transaction: when it rolls back, nothing
 * happened but for files that the orphan sweep removes. Writers of one table wait for each other; a foreign writer
 * that was faster makes it fail with `lake.commit_conflict`.
 */
export async function publish(parts: PublishParts, tx: LakeTransaction, staged: StagedImport, options: PublishOptions): Promise<Published> {
  await parts.catalog.lock(tx, staged);
  const { metadata, metadataLocation } = await baseOf(parts, tx, staged, options);
  if (metadata === undefined) {
    const schema: IcebergSchema = { type: "struct", "schema-id": 0, fields: staged.fields };
    const base = newTableMetadata({ uuid: randomUUID(), location: staged.location, schema, nowMs: parts.now().getTime() });
    return finishCommit(parts, tx, startCommit(staged, options, base, undefined));
  }
  requireSameColumns(staged, metadata);
  const commit = startCommit(staged, options, metadata, metadataLocation);
  const current = commit.parent === undefined ? undefined : String(commit.parent["snapshot-id"]);
  if (options.baseSnapshotId !== undefined && options.baseSnapshotId !== current) throw problem("lake.commit_conflict");
  return finishCommit(parts, tx, commit);
}
