import { findSnapshot, type IcebergRef, type IcebergSnapshot, type TableMetadata } from "../iceberg/index.ts";
import { ancestorsOf, MAIN } from "./snapshots-of.ts";

export interface ExpireInput {
  /** Snapshots younger than that stay, in milliseconds since 1970. */
  readonly olderThanMs: number;
  /** How many of each branch stay at least. */
  readonly minToKeep: number;
  readonly nowMs: number;
}

export interface Expired {
  readonly metadata: TableMetadata;
  /** Snapshots that left, oldest first. Their files may still be needed by those that stay. */
  readonly snapshots: readonly IcebergSnapshot[];
  /** Names whose own age limit has passed. */
  readonly refs: readonly string[];
}

const idOf = (snapshot: IcebergSnapshot): string => String(snapshot["snapshot-id"]);

function hasPassed(metadata: TableMetadata, name: string, ref: IcebergRef, nowMs: number): boolean {
  const limit = ref["max-ref-age-ms"];
  const snapshot = findSnapshot(metadata, String(ref["snapshot-id"]));
  return name !== MAIN && limit !== undefined && snapshot !== undefined && nowMs - snapshot["timestamp-ms"] > limit;
}

/** What a branch keeps: its own rules where it has some, otherwise the caller's. The head always stays. */
function keepBranch(metadata: TableMetadata, ref: IcebergRef, input: ExpireInput, kept: Set<string>): ReadonlySet<string> {
  const least = Math.max(1, ref["min-snapshots-to-keep"] ?? input.minToKeep);
  const age = ref["max-snapshot-age-ms"];
  const before = age === undefined ? input.olderThanMs : input.nowMs - age;
  const history = new Set<string>();
  let isKept = true;
  for (const snapshot of ancestorsOf(metadata, ref["snapshot-id"])) {
    isKept &&= history.size < least || snapshot["timestamp-ms"] >= before;
    if (isKept) kept.add(idOf(snapshot));
    history.add(idOf(snapshot));
  }
  return history;
}

function keptIds(metadata: TableMetadata, refs: readonly IcebergRef[], input: ExpireInput): ReadonlySet<string> {
  const kept = new Set<string>();
  const named = new Set<string>();
  for (const ref of refs) {
    if (ref.type === "tag") {
      kept.add(String(ref["snapshot-id"]));
      named.add(String(ref["snapshot-id"]));
    } else for (const id of keepBranch(metadata, ref, input, kept)) named.add(id);
  }
  for (const snapshot of metadata.snapshots ?? []) if (!named.has(idOf(snapshot)) && snapshot["timestamp-ms"] >= input.olderThanMs) kept.add(idOf(snapshot));
  return kept;
}

/** Readers take the log for complete, so that nothing before a snapshot that left may stay in it. */
function trimLog(metadata: TableMetadata, kept: ReadonlySet<string>): NonNullable<TableMetadata["snapshot-log"]> {
  const log = metadata["snapshot-log"] ?? [];
  return log.slice(log.findLastIndex((entry) => !kept.has(String(entry["snapshot-id"]))) + 1);
}

const ofKept = <T extends { readonly "snapshot-id": number | bigint }>(items: readonly T[], kept: ReadonlySet<string>): readonly T[] =>
  items.filter((item) => kept.has(String(item["snapshot-id"])));

/**
 * Lets old snapshots go, as the specification says: every branch keeps its head, its latest `minToKeep` and what is younger
 * than the limit, or what its own rules say; tags keep theirs; names with an age limit go when it has passed. What no name
 * leads to stays while it is young. Columns, specs and sort orders are never dropped.
 */
export function expireSnapshots(metadata: TableMetadata, input: ExpireInput): Expired {
  const current = metadata["current-snapshot-id"];
  const implied: Readonly<Record<string, IcebergRef>> = current === undefined ? {} : { [MAIN]: { "snapshot-id": current, type: "branch" } };
  const all = Object.entries({ ...implied, ...metadata.refs });
  const refs = all.filter(([name, ref]) => hasPassed(metadata, name, ref, input.nowMs)).map(([name]) => name);
  const left = all.filter(([name]) => !refs.includes(name));
  const kept = keptIds(
    metadata,
    left.map(([, ref]) => ref),
    input,
  );
  const snapshots = (metadata.snapshots ?? []).filter((snapshot) => !kept.has(idOf(snapshot)));
  if (snapshots.length === 0 && refs.length === 0) return { metadata, snapshots, refs };
  const next: TableMetadata = {
    ...metadata,
    refs: Object.fromEntries(left),
    snapshots: ofKept(metadata.snapshots ?? [], kept),
    "snapshot-log": trimLog(metadata, kept),
    ...(metadata.statistics === undefined ? {} : { statistics: ofKept(metadata.statistics, kept) }),
    ...(metadata["partition-statistics"] === undefined ? {} : { "partition-statistics": ofKept(metadata["partition-statistics"], kept) }),
  };
  return { metadata: next, snapshots, refs };
}
