import { randomUUID } from "node:crypto";
import type { RegisteredFile } from "../../catalog/index.ts";
import type { FileIo } from "../../file-io/index.ts";
import { encodeManifest, encodeManifestList, type IcebergSnapshot, type ManifestFile, manifestLine, type TableMetadata } from "../../iceberg/index.ts";
import { commitTime, ERASED_TABLE } from "../../metadata/index.ts";
import type { StoredEntry } from "../../table/index.ts";
import { adjustedSummary } from "./adjusted-summary.ts";
import { type History, idOf } from "./history.ts";
import type { Replaced } from "./rewrite-files.ts";
import type { ReplacedChangeSet } from "./types.ts";

/** What an erasure writes anew of a table's files of rows. */
export interface Rewritten {
  readonly replaced: Replaced;
  readonly changeSets: readonly ReplacedChangeSet[];
  /** Erased rows each snapshot's readers saw, by its id. */
  readonly visible: ReadonlyMap<string, number>;
  readonly erasedAt: Date;
}

/** A history without the erased rows: stored, but nobody sees it yet. */
export interface RewrittenHistory {
  readonly metadata: TableMetadata;
  /** Manifests and lists, in their places. */
  readonly files: readonly RegisteredFile[];
  /** Files of the old history no snapshot needs any more; data and delete files not among them. */
  readonly obsolete: readonly string[];
  /** Ids of the snapshots whose files changed. */
  readonly changed: readonly string[];
}

interface NewManifest {
  readonly entries: readonly StoredEntry[];
  readonly line: ManifestFile;
  /** Undefined when it stayed as it is. */
  readonly stored?: RegisteredFile;
}

/**
 * A manifest's entries after the erasure. Entries of files that left and that no snapshot has any more go too: their bounds
 * are values of rows nobody can look at.
 */
function entriesAfter(entries: readonly StoredEntry[], replaced: Replaced, live: ReadonlySet<string>): readonly StoredEntry[] {
  return entries.flatMap((entry) => {
    const next = replaced.get(entry.file.uri);
    if (next === null || (entry.status === "deleted" && !live.has(entry.file.uri))) return [];
    return [next === undefined ? entry : { ...entry, file: next }];
  });
}

const liveUris = ({ data, positionDeletes, equalityDeletes }: History): ReadonlySet<string> =>
  new Set([...data, ...positionDeletes, ...equalityDeletes].map((entry) => entry.file.uri));

/** Whether a history tells of files that no snapshot has any more. */
export function hasForgotten(history: History): boolean {
  const live = liveUris(history);
  return [...history.manifests.values()].some((entries) => entries.some((entry) => entry.status === "deleted" && !live.has(entry.file.uri)));
}

async function writeManifest(fileIo: FileIo, metadata: TableMetadata, old: ManifestFile, entries: readonly StoredEntry[]): Promise<NewManifest> {
  const input = { entries, content: old.content === 0 ? "data" : "deletes", specId: old.partition_spec_id, snapshotId: old.added_snapshot_id } as const;
  const uri = `${metadata.location}/metadata/${randomUUID()}-m0.avro`;
  const stored = await fileIo.write(uri, encodeManifest(metadata, input));
  return {
    entries,
    line: manifestLine(metadata, { ...input, manifest: stored, sequenceNumber: old.sequence_number }),
    stored: { ...stored, kind: "manifest" },
  };
}

async function newManifests(fileIo: FileIo, history: History, replaced: Replaced): Promise<ReadonlyMap<string, NewManifest | null>> {
  const live = liveUris(history);
  const manifests = new Map<string, NewManifest | null>();
  for (const lines of history.lists.values()) {
    for (const line of lines) {
      const path = line.manifest_path;
      if (manifests.has(path)) continue;
      const before = history.manifests.get(path) ?? [];
      const after = entriesAfter(before, replaced, live);
      const isSame = after.length === before.length && after.every((entry, index) => entry === before[index]);
      if (isSame) manifests.set(path, { entries: before, line });
      else manifests.set(path, after.length === 0 ? null : await writeManifest(fileIo, history.metadata, line, after));
    }
  }
  return manifests;
}

interface NewSnapshot {
  readonly snapshot: IcebergSnapshot;
  readonly list?: RegisteredFile;
}

async function newSnapshot(
  fileIo: FileIo,
  history: History,
  snapshot: IcebergSnapshot,
  changes: { readonly manifests: ReadonlyMap<string, NewManifest | null>; readonly rewritten: Rewritten },
): Promise<NewSnapshot> {
  const { manifests, rewritten } = changes;
  const lines = history.lists.get(idOf(snapshot)) ?? [];
  const next = lines.flatMap((line) => manifests.get(line.manifest_path) ?? []);
  if (next.length === lines.length && next.every((manifest) => manifest.stored === undefined)) return { snapshot };
  const parentId = snapshot["parent-snapshot-id"];
  const content = encodeManifestList(
    next.map((manifest) => manifest.line),
    { id: snapshot["snapshot-id"], parentId, sequenceNumber: snapshot["sequence-number"] },
  );
  const stored = await fileIo.write(`${history.metadata.location}/metadata/snap-${idOf(snapshot)}-1-${randomUUID()}.avro`, content);
  const summary = adjustedSummary(snapshot, {
    before: lines.flatMap((line) => history.manifests.get(line.manifest_path) ?? []),
    after: next.flatMap((manifest) => manifest.entries),
    rows: rewritten.visible.get(idOf(snapshot)) ?? 0,
    parentRows: parentId === undefined ? 0 : (rewritten.visible.get(String(parentId)) ?? 0),
    erasedAt: rewritten.erasedAt,
    changeSets: new Map(rewritten.changeSets.map(({ uri, file }) => [uri, file?.uri ?? null])),
  });
  return { snapshot: { ...snapshot, "manifest-list": stored.uri, summary }, list: { ...stored, kind: "manifest_list" } };
}

/** Statistics of other engines are made of values; older metadata files lead to files that are gone. */
function withoutTraces(metadata: TableMetadata): TableMetadata {
  const { statistics: _statistics, "partition-statistics": _partitions, ...rest } = metadata;
  return { ...rest, "metadata-log": [] };
}

function traces(metadata: TableMetadata): readonly string[] {
  const statistics = [...(metadata.statistics ?? []), ...(metadata["partition-statistics"] ?? [])].map((item) => item["statistics-path"]);
  return [...statistics, ...(metadata["metadata-log"] ?? []).map((entry) => entry["metadata-file"])];
}

/**
 * Writes the manifests, lists and snapshots of a history anew, with the same ids, parents, times, sequence numbers, branches
 * and tags, over the files that came in place of others.
 */
export async function rewriteHistory(fileIo: FileIo, history: History, rewritten: Rewritten): Promise<RewrittenHistory> {
  const { metadata, metadataLocation } = history;
  const manifests = await newManifests(fileIo, history, rewritten.replaced);
  const snapshots: NewSnapshot[] = [];
  for (const snapshot of metadata.snapshots ?? []) snapshots.push(await newSnapshot(fileIo, history, snapshot, { manifests, rewritten }));
  const lists = snapshots.flatMap(({ list }) => list ?? []);
  const changed = new Set(snapshots.filter(({ list }) => list !== undefined).map(({ snapshot }) => idOf(snapshot)));
  const oldLists = (metadata.snapshots ?? []).filter((snapshot) => changed.has(idOf(snapshot))).map((snapshot) => snapshot["manifest-list"]);
  const oldManifests = [...manifests].filter(([, next]) => next === null || next.stored !== undefined).map(([path]) => path);
  return {
    metadata: {
      ...withoutTraces(metadata),
      "last-updated-ms": commitTime(metadata, rewritten.erasedAt.getTime()),
      snapshots: snapshots.map(({ snapshot }) => snapshot),
      properties: { ...metadata.properties, [ERASED_TABLE]: rewritten.erasedAt.toISOString() },
    },
    files: [...[...manifests.values()].flatMap((manifest) => manifest?.stored ?? []), ...lists],
    obsolete: [...oldManifests, ...oldLists, metadataLocation, ...traces(metadata)],
    changed: history.snapshots.map(idOf).filter((id) => changed.has(id)),
  };
}
