import type { IcebergSnapshot } from "../../iceberg/index.ts";
import type { StoredEntry } from "../../table/index.ts";

/** Entries of a snapshot's summary that tell of an erasure, without its keys. */
const ERASED_ROWS = "granary.erased-rows";
const ERASED_AT = "granary.erased-at";

type Content = StoredEntry["file"]["content"];

interface Counter {
  readonly contents: readonly Content[];
  readonly of: "files" | "records" | "bytes";
  readonly added: string;
  readonly removed: string;
  readonly total?: string;
}

const DELETES: readonly Content[] = ["positionDeletes", "equalityDeletes"];

/** Iceberg's counters (specification, appendix F). */
const COUNTERS: readonly Counter[] = [
  { contents: ["data"], of: "files", added: "added-data-files", removed: "deleted-data-files", total: "total-data-files" },
  { contents: ["data"], of: "records", added: "added-records", removed: "deleted-records", total: "total-records" },
  { contents: ["data", ...DELETES], of: "bytes", added: "added-files-size", removed: "removed-files-size", total: "total-files-size" },
  { contents: DELETES, of: "files", added: "added-delete-files", removed: "removed-delete-files", total: "total-delete-files" },
  { contents: ["positionDeletes"], of: "files", added: "added-position-delete-files", removed: "removed-position-delete-files" },
  { contents: ["positionDeletes"], of: "records", added: "added-position-deletes", removed: "removed-position-deletes", total: "total-position-deletes" },
  { contents: ["equalityDeletes"], of: "files", added: "added-equality-delete-files", removed: "removed-equality-delete-files" },
  { contents: ["equalityDeletes"], of: "records", added: "added-equality-deletes", removed: "removed-equality-deletes", total: "total-equality-deletes" },
];

/** A snapshot's entries before or after the erasure: all its manifests', removed files included. */
export type SnapshotEntries = readonly StoredEntry[];

function tally(entries: SnapshotEntries, { contents, of }: Counter, counts: (entry: StoredEntry) => boolean): number {
  let sum = 0;
  for (const entry of entries) {
    const { file } = entry;
    if (contents.includes(file.content) && counts(entry)) sum += of === "files" ? 1 : file[of];
  }
  return sum;
}

/** A counter the summary has, moved by what changed; one that became 0 stays, so that nobody takes it for unknown. */
function move(summary: Record<string, string>, name: string | undefined, by: number): void {
  const value = name === undefined ? Number.NaN : Number(summary[name] ?? Number.NaN);
  if (name !== undefined && by !== 0 && Number.isFinite(value)) summary[name] = String(Math.max(0, value + by));
}

export interface Adjustment {
  readonly before: SnapshotEntries;
  readonly after: SnapshotEntries;
  /** Erased rows a reader of the snapshot saw, and those its parent's readers saw. */
  readonly rows: number;
  readonly parentRows: number;
  readonly erasedAt: Date;
  /** What came in place of change sets, by their address; null for none. */
  readonly changeSets: ReadonlyMap<string, string | null>;
}

/** What a commit said it added and took away, as far as it is not known row by row: by how many rows the table grew less. */
function moveOwnCounts(summary: Record<string, string>, { rows, parentRows }: Adjustment): void {
  move(summary, "granary.added-rows", -Math.max(0, rows - parentRows));
  move(summary, "granary.deleted-rows", -Math.max(0, parentRows - rows));
}

function pointToChangeSet(summary: Record<string, string>, changeSets: Adjustment["changeSets"]): void {
  const uri = summary["granary.change-set"];
  const next = uri === undefined ? undefined : changeSets.get(uri);
  if (next === null) delete summary["granary.change-set"];
  else if (next !== undefined) summary["granary.change-set"] = next;
}

/** A snapshot's summary after an erasure: its counters without the erased rows, and what was done to it. */
export function adjustedSummary(snapshot: IcebergSnapshot, adjustment: Adjustment): IcebergSnapshot["summary"] {
  const { before, after, rows, erasedAt } = adjustment;
  const id = BigInt(snapshot["snapshot-id"]);
  const summary: Record<string, string> = { ...snapshot.summary };
  for (const counter of COUNTERS) {
    const difference = (counts: (entry: StoredEntry) => boolean): number => tally(after, counter, counts) - tally(before, counter, counts);
    move(
      summary,
      counter.added,
      difference((entry) => entry.status === "added" && BigInt(entry.snapshotId) === id),
    );
    move(
      summary,
      counter.removed,
      difference((entry) => entry.status === "deleted" && BigInt(entry.snapshotId) === id),
    );
    move(
      summary,
      counter.total,
      difference((entry) => entry.status !== "deleted"),
    );
  }
  moveOwnCounts(summary, adjustment);
  pointToChangeSet(summary, adjustment.changeSets);
  const earlier = Number(summary[ERASED_ROWS] ?? 0);
  return { ...summary, [ERASED_ROWS]: String((Number.isFinite(earlier) ? earlier : 0) + rows), [ERASED_AT]: erasedAt.toISOString() };
}
