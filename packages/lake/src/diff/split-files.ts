import type { LakeColumn, OpenTable } from "../table/index.ts";
import type { LiveDataFile, LiveFiles } from "../files/index.ts";

/** A data file of both snapshots whose position deletes differ. */
export interface RedeletedFile {
  readonly from: LiveDataFile;
  readonly to: LiveDataFile;
}

/** The data files of two snapshots, by what is known of their rows before reading any. */
export interface SplitFiles {
  /** In both with the same deletes: their rows are the same. */
  readonly shared: readonly LiveDataFile[];
  readonly redeleted: readonly RedeletedFile[];
  readonly fromOnly: readonly LiveDataFile[];
  readonly toOnly: readonly LiveDataFile[];
}

const urisOf = (deletes: LiveDataFile["positionDeletes"]): string =>
  deletes
    .map((item) => item.file.uri)
    .toSorted()
    .join("\n");

/**
 * Whether a file of both snapshots may hold values of a column that only `to` shows: the column was dropped after the
 * file was written and is there again when a snapshot is compared with an older one.
 */
function mayShowMore(file: LiveDataFile, added: readonly LakeColumn[], known: readonly LakeColumn[]): boolean {
  const facts = new Map(file.file.columns.map((item) => [item.fieldId, item]));
  return added.some(({ fieldId, sqlType }) => {
    // Facts are about the leaves of nested columns.
    if (sqlType.kind === "struct" || sqlType.kind === "list" || sqlType.kind === "map") return true;
    const found = facts.get(fieldId);
    if (found !== undefined) return found.values === undefined || found.nulls === undefined || found.nulls < found.values;
    // Writers describe either all columns of a file or none; without any description the column may be in it.
    return !known.some((item) => facts.has(item.fieldId));
  });
}

/** Splits the data files of two snapshots of one table. Pure; linear in the number of files. */
export function splitFiles(from: OpenTable, fromLive: LiveFiles, to: OpenTable, toLive: LiveFiles): SplitFiles {
  const known = new Set(from.columns.map((item) => item.fieldId));
  const added = to.columns.filter((item) => !known.has(item.fieldId));
  const before = new Map(fromLive.data.map((file) => [file.file.uri, file]));
  const split = { shared: [] as LiveDataFile[], redeleted: [] as RedeletedFile[], fromOnly: [] as LiveDataFile[], toOnly: [] as LiveDataFile[] };
  for (const file of toLive.data) {
    const old = before.get(file.file.uri);
    if (old === undefined || mayShowMore(file, added, from.columns) || urisOf(old.equalityDeletes) !== urisOf(file.equalityDeletes)) {
      split.toOnly.push(file);
      continue;
    }
    before.delete(file.file.uri);
    if (urisOf(old.positionDeletes) === urisOf(file.positionDeletes)) split.shared.push(file);
    else split.redeleted.push({ from: old, to: file });
  }
  split.fromOnly.push(...before.values());
  return split;
}
