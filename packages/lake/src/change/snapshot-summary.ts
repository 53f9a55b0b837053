import type { ContentFile, IcebergSnapshot } from "../iceberg/index.ts";
import type { LiveEntry } from "../table/index.ts";

interface Tally {
  readonly dataFiles: number;
  readonly deleteFiles: number;
  readonly positionDeleteFiles: number;
  readonly equalityDeleteFiles: number;
  readonly records: number;
  readonly bytes: number;
  readonly positionDeletes: number;
  readonly equalityDeletes: number;
}

function tally(files: readonly ContentFile[]): Tally {
  const counts = { data: 0, positionDeletes: 0, equalityDeletes: 0 };
  const rows = { data: 0, positionDeletes: 0, equalityDeletes: 0 };
  let bytes = 0;
  for (const file of files) {
    counts[file.content] += 1;
    rows[file.content] += file.records;
    bytes += file.bytes;
  }
  return {
    dataFiles: counts.data,
    deleteFiles: counts.positionDeletes + counts.equalityDeletes,
    positionDeleteFiles: counts.positionDeletes,
    equalityDeleteFiles: counts.equalityDeletes,
    records: rows.data,
    bytes,
    positionDeletes: rows.positionDeletes,
    equalityDeletes: rows.equalityDeletes,
  };
}

/** Iceberg's names of what a snapshot added, took away and has in all. */
const COUNTERS: readonly (readonly [pick: keyof Tally, added: string, removed: string, total: string | undefined])[] = [
  ["dataFiles", "added-data-files", "deleted-data-files", "total-data-files"],
  ["deleteFiles", "added-delete-files", "removed-delete-files", "total-delete-files"],
  ["positionDeleteFiles", "added-position-delete-files", "removed-position-delete-files", undefined],
  ["equalityDeleteFiles", "added-equality-delete-files", "removed-equality-delete-files", undefined],
  ["records", "added-records", "deleted-records", "total-records"],
  ["bytes", "added-files-size", "removed-files-size", "total-files-size"],
  ["positionDeletes", "added-position-deletes", "removed-position-deletes", "total-position-deletes"],
  ["equalityDeletes", "added-equality-deletes", "removed-equality-deletes", "total-equality-deletes"],
];

const TOTALS = COUNTERS.flatMap(([, , , total]) => (total === undefined ? [] : [total]));

/** The totals a snapshot says of itself; undefined when another engine left some out. */
function ownTotals(snapshot: IcebergSnapshot | undefined): ReadonlyMap<string, number> | undefined {
  if (snapshot === undefined) return new Map(TOTALS.map((name) => [name, 0]));
  const { summary } = snapshot as { readonly summary?: IcebergSnapshot["summary"] };
  if (summary === undefined || TOTALS.some((name) => !/^\d+$/.test(summary[name] ?? ""))) return undefined;
  return new Map(TOTALS.map((name) => [name, Number(summary[name])]));
}

function countedTotals(entries: readonly LiveEntry[]): ReadonlyMap<string, number> {
  const counted = tally(entries.map((entry) => entry.file));
  return new Map(COUNTERS.flatMap(([pick, , , total]) => (total === undefined ? [] : [[total, counted[pick]] as const])));
}

/** Totals of the snapshot a commit builds on; counted when it does not tell them. */
export async function totalsBefore(parent: IcebergSnapshot | undefined, readLive: () => Promise<readonly LiveEntry[]>): Promise<ReadonlyMap<string, number>> {
  return ownTotals(parent) ?? countedTotals(await readLive());
}

function changedPartitions(files: readonly ContentFile[]): number {
  return new Set(files.map((file) => `${file.specId} ${JSON.stringify(file.partition)}`)).size;
}

/** The counters of a snapshot as the specification names them (appendix F); those that did not move are left out, totals never. */
export function summarize(
  totals: ReadonlyMap<string, number>,
  change: { readonly operation: string; readonly added: readonly ContentFile[]; readonly removed: readonly ContentFile[] },
): Readonly<Record<string, string>> {
  const [added, removed] = [tally(change.added), tally(change.removed)];
  const summary: Record<string, string> = { operation: change.operation };
  for (const [pick, addedName, removedName, totalName] of COUNTERS) {
    if (added[pick] > 0) summary[addedName] = String(added[pick]);
    if (removed[pick] > 0) summary[removedName] = String(removed[pick]);
    if (totalName !== undefined) summary[totalName] = String((totals.get(totalName) ?? 0) + added[pick] - removed[pick]);
  }
  return { ...summary, "changed-partition-count": String(changedPartitions([...change.added, ...change.removed])) };
}
