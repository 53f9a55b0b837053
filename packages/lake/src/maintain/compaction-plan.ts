import type { LiveDataFile } from "../files/index.ts";
import type { OpenTable } from "../table/index.ts";

/** When files are worth writing anew. */
export interface CompactionLimits {
  /** What a data file should about have. */
  readonly targetBytes: number;
  /** Files of which more than this share of rows is deleted are written anew. */
  readonly maxDeletedShare: number;
  /** So many small files, or files with some deletes, are worth joining; fewer are left for later. */
  readonly minFiles: number;
  /** About how many bytes one change reads. */
  readonly maxBytes: number;
}

export const DEFAULT_LIMITS: CompactionLimits = { targetBytes: 64 * 1024 * 1024, maxDeletedShare: 0.1, minFiles: 5, maxBytes: 512 * 1024 * 1024 };

/** Files that are written anew together: of one partition, in the order of their rows. */
export interface CompactionBin {
  readonly files: readonly LiveDataFile[];
  readonly bytes: number;
}

/** Files a little below the target are left alone: the next compaction would find them small again. */
const SMALL_SHARE = 0.75;

/** Rows that position deletes take away. A delete file over many data files counts in part: nobody knows whose rows it names. */
function deletedShare(file: LiveDataFile, dataFiles: ReadonlyMap<string, number>): number {
  const rows = file.positionDeletes.reduce((sum, { file: deletes }) => sum + deletes.records / (dataFiles.get(deletes.uri) ?? 1), 0);
  return file.file.records === 0 ? 0 : rows / file.file.records;
}

const bytesOf = (files: readonly LiveDataFile[]): number => files.reduce((sum, file) => sum + file.file.bytes, 0);

function pack(files: readonly LiveDataFile[], limits: CompactionLimits): readonly CompactionBin[] {
  const bins: LiveDataFile[][] = [];
  let open: LiveDataFile[] = [];
  for (const file of files) {
    // One and a half times the target becomes one file, or two of a good size.
    if (open.length > 0 && bytesOf(open) + file.file.bytes > limits.targetBytes * 1.5) {
      bins.push(open);
      open = [];
    }
    open.push(file);
  }
  if (open.length > 0) bins.push(open);
  return bins.map((bin) => ({ files: bin, bytes: bytesOf(bin) }));
}

interface Judged {
  readonly file: LiveDataFile;
  /** Alone reason enough to write it anew. */
  readonly isUrgent: boolean;
  readonly isSmall: boolean;
}

function judge(table: OpenTable, files: readonly LiveDataFile[], limits: CompactionLimits): readonly Judged[] {
  const named = new Map<string, number>();
  for (const file of files) for (const { file: deletes } of file.positionDeletes) named.set(deletes.uri, (named.get(deletes.uri) ?? 0) + 1);
  return files.map((file) => ({
    file,
    isUrgent: file.equalityDeletes.length > 0 || file.file.specId !== table.defaultSpecId || deletedShare(file, named) > limits.maxDeletedShare,
    isSmall: file.file.bytes < limits.targetBytes * SMALL_SHARE,
  }));
}

const partitionOf = ({ file }: LiveDataFile): string => JSON.stringify([file.specId, file.partition]);

/** What many position delete files cost each scan is worth a rewrite, however few rows they name. */
const MAX_DELETE_FILES = 8;

function binsOf(judged: readonly Judged[], limits: CompactionLimits): readonly CompactionBin[] {
  const chosen = judged.filter((item) => item.isUrgent || item.isSmall || item.file.positionDeletes.length > MAX_DELETE_FILES);
  const urgent = new Set(judged.filter((item) => item.isUrgent || item.file.positionDeletes.length > MAX_DELETE_FILES).map((item) => item.file));
  const bins = pack(
    chosen.map((item) => item.file),
    limits,
  );
  // One small file alone would be found small again, for ever.
  const minFiles = Math.max(2, limits.minFiles);
  return bins.filter((bin) => bin.files.length >= minFiles || bin.files.some((file) => urgent.has(file)));
}

/**
 * The files of a table worth writing anew, in bins of about the target size, no more than one change should read; empty
 * when the table is well. Pure; partitions with the most to gain come first.
 */
export function planCompaction(table: OpenTable, files: readonly LiveDataFile[], limits: CompactionLimits): readonly CompactionBin[] {
  const judged = judge(table, files, limits);
  const bins = [...Map.groupBy(judged, (item) => partitionOf(item.file)).values()].flatMap((group) => binsOf(group, limits));
  const chosen: CompactionBin[] = [];
  let bytes = 0;
  for (const bin of bins.toSorted((left, right) => right.files.length - left.files.length)) {
    if (chosen.length > 0 && bytes + bin.bytes > limits.maxBytes) continue;
    chosen.push(bin);
    bytes += bin.bytes;
  }
  return chosen;
}
