import { randomUUID } from "node:crypto";
import type { LakeTransaction, RegisteredFile, TableRef } from "../catalog/index.ts";
import { encodeManifestList, type IcebergSnapshot, type Long, newSnapshotId, type TableMetadata } from "../iceberg/index.ts";
import { addSnapshot, commitTime, nextSequenceNumber } from "../metadata/index.ts";
import { headOf, totalRows } from "../table/index.ts";
import type { CommitBase, CommitParts } from "./commit-parts.ts";
import { type EncodedManifests, encodeManifests } from "./encode-manifests.ts";
import { mergeManifests } from "./merge-manifests.ts";
import { type AddedFile, type ManifestPlan, planManifests, type ReadEntries } from "./plan-manifests.ts";
import type { Published } from "./published.ts";
import { summarize, totalsBefore } from "./snapshot-summary.ts";
import { writeCommit } from "./write-commit.ts";

/** Files that come and go in one snapshot. */
export interface FileCommit {
  readonly ref: TableRef;
  readonly base: CommitBase;
  readonly branch: string;
  readonly operation: string;
  readonly added: readonly AddedFile[];
  readonly removed: ReadonlySet<string>;
  /** Files to be entered in the catalog's register; those that come back have an entry already. */
  readonly staged: readonly RegisteredFile[];
  /** Entries of the snapshot's summary besides Iceberg's own. */
  readonly summary: Readonly<Record<string, string>>;
  /** Merges all small manifests, however few there are. */
  readonly mergesManifests?: boolean;
  /** The columns the table has from now on, where the commit brings back older ones. */
  readonly schemaId?: number;
}

interface Planned {
  readonly plan: ManifestPlan;
  readonly encoded: EncodedManifests;
  readonly parent: IcebergSnapshot | undefined;
  readonly snapshotId: Long;
  readonly sequenceNumber: Long;
  /** Where the manifest list will lie. */
  readonly listUri: string;
}

async function plan(parts: CommitParts, tx: LakeTransaction, commit: FileCommit): Promise<Planned> {
  const { metadata } = commit.base;
  const parent = headOf(metadata, commit.branch);
  const snapshotId = newSnapshotId(metadata);
  const sequenceNumber = nextSequenceNumber(metadata);
  const read: ReadEntries = (manifests) => parts.store.entriesOf(tx, manifests);
  const manifests = parent === undefined ? [] : await parts.store.manifests(tx, parent);
  const first = await planManifests(manifests, { added: commit.added, removed: commit.removed, snapshotId }, read);
  const merged = await mergeManifests(first, metadata, read, commit.mergesManifests);
  const encoded = encodeManifests(metadata, merged.drafts, { snapshotId, sequenceNumber });
  const listUri = `${metadata.location}/metadata/snap-${snapshotId}-1-${randomUUID()}.avro`;
  return { plan: merged, encoded, parent, snapshotId, sequenceNumber, listUri };
}

async function snapshotOf(parts: CommitParts, tx: LakeTransaction, commit: FileCommit, planned: Planned): Promise<IcebergSnapshot> {
  const { metadata } = commit.base;
  const { parent } = planned;
  const totals = await totalsBefore(parent, async () => (parent === undefined ? [] : parts.store.liveEntries(tx, parent)));
  const counters = summarize(totals, {
    operation: commit.operation,
    added: commit.added.map((item) => item.file),
    removed: planned.plan.removed.map((entry) => entry.file),
  });
  return {
    "snapshot-id": planned.snapshotId,
    ...(parent === undefined ? {} : { "parent-snapshot-id": parent["snapshot-id"] }),
    "sequence-number": planned.sequenceNumber,
    "timestamp-ms": commitTime(metadata, parts.now().getTime()),
    "manifest-list": planned.listUri,
    "schema-id": commit.schemaId ?? metadata["current-schema-id"],
    summary: { ...counters, ...commit.summary },
  };
}

function nextMetadata(commit: FileCommit, snapshot: IcebergSnapshot): TableMetadata {
  const { metadata } = commit.base;
  const base = commit.schemaId === undefined ? metadata : { ...metadata, "current-schema-id": commit.schemaId };
  return addSnapshot(base, { branch: commit.branch, snapshot });
}

/** Makes a snapshot in which files came and went, in the caller's transaction. The table's lock must be held. */
export async function commitFiles(parts: CommitParts, tx: LakeTransaction, commit: FileCommit): Promise<Published> {
  const planned = await plan(parts, tx, commit);
  const { encoded, parent, snapshotId, sequenceNumber, listUri } = planned;
  const lines = [...encoded.lines, ...planned.plan.kept];
  const snapshot = await snapshotOf(parts, tx, commit, planned);
  const list = encodeManifestList(lines, { id: snapshotId, parentId: parent?.["snapshot-id"], sequenceNumber });
  const committed = await writeCommit(parts, tx, {
    ref: commit.ref,
    base: commit.base,
    metadata: nextMetadata(commit, snapshot),
    files: [...encoded.files, { uri: listUri, kind: "manifest_list", content: list }],
    staged: commit.staged,
    list: [listUri, lines],
    manifests: encoded.entries,
  });
  return {
    ...committed,
    snapshotId: String(snapshotId),
    parentId: parent === undefined ? null : String(parent["snapshot-id"]),
    sequenceNumber: String(sequenceNumber),
    branch: commit.branch,
    rows: totalRows(snapshot.summary),
  };
}
