import { problem } from "@granary/protocol";
import type { LakeTransaction } from "../catalog/index.ts";
import { compareBounds, type ContentFile, factsOf, fieldsById, findSnapshot, type IcebergSnapshot, schemaOf, type TableMetadata } from "../iceberg/index.ts";
import type { LiveEntry } from "../table/index.ts";
import type { CommitParts } from "./commit-parts.ts";
import type { Guard, KeyRange, StagedChange } from "./staged-change.ts";

/** The column of position delete files that names the data file. */
const FILE_PATH_ID = 2_147_483_546;

const conflict = (): Error => problem("lake.commit_conflict");
const bytesOf = (value: string): Buffer => Buffer.from(value, "base64");
const isBefore = (type: string, left: string, right: string): boolean => compareBounds(type, bytesOf(left), bytesOf(right)) < 0;

/** Whether a file's bounds leave room for a value in the range; without bounds they do. */
function mayHold(file: ContentFile, key: KeyRange, type: string): boolean {
  const facts = factsOf(file, key.fieldId);
  if (facts?.lower !== undefined && key.upper !== undefined && isBefore(type, key.upper, facts.lower)) return false;
  return facts?.upper === undefined || key.lower === undefined || !isBefore(type, facts.upper, key.lower);
}

function mayHoldKeys(file: ContentFile, keys: readonly KeyRange[], types: ReadonlyMap<number, string>): boolean {
  return keys.every((key) => {
    const type = types.get(key.fieldId);
    // A key column that is gone, or has no order, excludes no file.
    return type === undefined || mayHold(file, key, type);
  });
}

const isSamePartition = (left: ContentFile, right: ContentFile): boolean =>
  left.specId === right.specId && left.partition.every((value, index) => value === right.partition[index]);

/** Whether a delete file may take rows out of a data file, as far as it tells without being read. */
function mayConcern(deletes: ContentFile, data: ContentFile): boolean {
  if (deletes.content === "equalityDeletes") return deletes.partition.length === 0 || isSamePartition(deletes, data);
  if (deletes.referencedDataFile !== undefined) return deletes.referencedDataFile === data.uri;
  const paths = factsOf(deletes, FILE_PATH_ID);
  const uri = Buffer.from(data.uri).toString("base64");
  const isOutside =
    (paths?.lower !== undefined && isBefore("string", uri, paths.lower)) || (paths?.upper !== undefined && isBefore("string", paths.upper, uri));
  return !isOutside && isSamePartition(deletes, data);
}

interface Since {
  readonly head: readonly LiveEntry[];
  /** What came after the base, whoever added it and however often. */
  readonly added: readonly LiveEntry[];
}

async function loadSince(parts: CommitParts, tx: LakeTransaction, base: IcebergSnapshot | undefined, head: IcebergSnapshot | undefined): Promise<Since> {
  const live = head === undefined ? [] : await parts.store.liveEntries(tx, head);
  const known = new Set((base === undefined ? [] : await parts.store.liveEntries(tx, base)).map((entry) => entry.file.uri));
  return { head: live, added: live.filter((entry) => !known.has(entry.file.uri)) };
}

function requireUntouched(uris: readonly string[], since: Since): void {
  const data = new Map(since.head.flatMap(({ file }) => (file.content === "data" ? [[file.uri, file]] : [])));
  const guarded = uris.map((uri) => data.get(uri));
  if (guarded.includes(undefined)) throw conflict();
  const deletes = since.added.filter((entry) => entry.file.content !== "data");
  const isTouched = deletes.some((entry) => guarded.some((file) => file !== undefined && mayConcern(entry.file, file)));
  if (isTouched) throw conflict();
}

/** A data file that came back with its old number, by a rollback, must not lose the deletes that belong to it. */
function requireNoReturn(removed: StagedChange["removed"], since: Since): void {
  const uris = new Set(removed.flatMap((file) => (file.content === "data" ? [] : [file.uri])));
  if (uris.size === 0) return;
  const deletes = since.head.filter((entry) => uris.has(entry.file.uri));
  const isNeeded = since.added.some(
    (data) =>
      data.file.content === "data" && deletes.some((entry) => BigInt(data.sequenceNumber) <= BigInt(entry.sequenceNumber) && mayConcern(entry.file, data.file)),
  );
  if (isNeeded) throw conflict();
}

function requireNoKeys(guard: Extract<Guard, { kind: "keys" }>, since: Since, metadata: TableMetadata): void {
  const fields = [...fieldsById(schemaOf(metadata))];
  const types = new Map(fields.flatMap(([id, { type }]) => (typeof type === "string" ? [[id, type] as const] : [])));
  if (since.added.some(({ file }) => file.content === "data" && mayHoldKeys(file, guard.keys, types))) throw conflict();
}

/**
 * Checks under the table's lock that a change still fits although others may have committed since it was computed. Throws
 * `lake.commit_conflict`. Reads the names of all files of both states, mostly from memory, and nothing when nobody committed.
 */
export async function requireGuard(
  parts: CommitParts,
  tx: LakeTransaction,
  staged: StagedChange,
  { metadata, head }: { readonly metadata: TableMetadata; readonly head: IcebergSnapshot | undefined },
): Promise<void> {
  const { guard, baseSnapshotId } = staged;
  const headId = head === undefined ? null : String(head["snapshot-id"]);
  if (guard.kind === "none" || headId === baseSnapshotId) return;
  if (guard.kind === "head") throw conflict();
  const base = baseSnapshotId === null ? undefined : findSnapshot(metadata, baseSnapshotId);
  // Expired meanwhile: nobody can tell any more what came after it.
  if (base === undefined && baseSnapshotId !== null) throw conflict();
  const since = await loadSince(parts, tx, base, head);
  requireUntouched(guard.uris, since);
  requireNoReturn(staged.removed, since);
  if (guard.kind === "keys") requireNoKeys(guard, since, metadata);
}
