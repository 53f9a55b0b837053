import { problem } from "@granary/protocol";
import type { ContentFile, Long, ManifestEntry, ManifestFile } from "../iceberg/index.ts";
import type { StoredEntry } from "../table/index.ts";

/** A file a commit adds. */
export interface AddedFile {
  readonly file: ContentFile;
  /** Of its rows' own past; undefined for new rows. */
  readonly sequenceNumber: Long | undefined;
}

/** A manifest to be written. */
export interface ManifestDraft {
  readonly content: "data" | "deletes";
  readonly specId: number;
  readonly entries: readonly ManifestEntry[];
}

export interface ManifestPlan {
  readonly drafts: readonly ManifestDraft[];
  /** Manifests of the parent that stay as they are. */
  readonly kept: readonly ManifestFile[];
  /** The entries that leave, with what they were. */
  readonly removed: readonly StoredEntry[];
}

export type ReadEntries = (manifests: readonly ManifestFile[]) => Promise<ReadonlyMap<string, readonly StoredEntry[]>>;

/** About 8 MB, Iceberg's target size of a manifest. */
const MOST_ENTRIES = 25_000;

export const contentOf = (manifest: ManifestFile): "data" | "deletes" => (manifest.content === 0 ? "data" : "deletes");

const isLive = (manifest: ManifestFile): boolean => manifest.added_files_count !== 0 || manifest.existing_files_count !== 0;

function addedDrafts(added: readonly AddedFile[]): readonly ManifestDraft[] {
  const groups = Map.groupBy(added, ({ file }) => `${file.content === "data" ? "data" : "deletes"} ${file.specId}`);
  return [...groups.values()].flatMap((files) => {
    const [first] = files;
    if (first === undefined) return [];
    const content = first.file.content === "data" ? "data" : "deletes";
    const drafts: ManifestDraft[] = [];
    for (let from = 0; from < files.length; from += MOST_ENTRIES) {
      const entries = files
        .slice(from, from + MOST_ENTRIES)
        .map(({ file, sequenceNumber }): ManifestEntry => ({ status: "added", snapshotId: undefined, sequenceNumber, fileSequenceNumber: undefined, file }));
      drafts.push({ content, specId: first.file.specId, entries });
    }
    return drafts;
  });
}

/** What a manifest says when it is written anew: files of older commits exist, those they removed are no longer told of. */
export const carriedOver = (entries: readonly StoredEntry[]): readonly StoredEntry[] =>
  entries.flatMap((entry) => (entry.status === "deleted" ? [] : [{ ...entry, status: "existing" as const }]));

/** Delete files that concern a removed data file alone have nothing left to delete. */
const isToGo = ({ file }: StoredEntry, removed: ReadonlySet<string>): boolean =>
  removed.has(file.uri) || (file.content !== "data" && file.referencedDataFile !== undefined && removed.has(file.referencedDataFile));

function without(entries: readonly StoredEntry[], removed: ReadonlySet<string>, snapshotId: Long): readonly StoredEntry[] {
  return carriedOver(entries).map((entry) => (isToGo(entry, removed) ? { ...entry, status: "deleted" as const, snapshotId } : entry));
}

/**
 * Decides which manifests a commit writes and which it keeps: those with removed files are written anew without them, new
 * files come into manifests of their own. Throws `lake.commit_conflict` when a file to be removed is not there any more.
 */
export async function planManifests(
  parent: readonly ManifestFile[],
  change: { readonly added: readonly AddedFile[]; readonly removed: ReadonlySet<string>; readonly snapshotId: Long },
  read: ReadEntries,
): Promise<ManifestPlan> {
  const live = parent.filter(isLive);
  const drafts = [...addedDrafts(change.added)];
  if (change.removed.size === 0) return { drafts, kept: live, removed: [] };
  const entries = await read(live);
  const kept: ManifestFile[] = [];
  const removed: StoredEntry[] = [];
  for (const manifest of live) {
    const before = entries.get(manifest.manifest_path) ?? [];
    const after = without(before, change.removed, change.snapshotId);
    const gone = after.filter((entry) => entry.status === "deleted");
    removed.push(...gone);
    if (gone.length === 0) kept.push(manifest);
    else drafts.push({ content: contentOf(manifest), specId: manifest.partition_spec_id, entries: after });
  }
  const found = new Set(removed.map((entry) => entry.file.uri));
  for (const uri of change.removed) if (!found.has(uri)) throw problem("lake.commit_conflict");
  return { drafts, kept, removed };
}
