import { isAppError } from "@granary/kernel";
import type { TableRef } from "../catalog/index.ts";
import { discard, publish, settle } from "../change/index.ts";
import { openTable } from "../table/index.ts";
import type { CompactionLimits } from "./compaction-plan.ts";
import type { MaintainParts, Transaction } from "./maintain-parts.ts";
import { stageCompaction, type StagedCompaction } from "./stage-compaction.ts";

export interface CompactRequest extends TableRef {
  readonly transaction: Transaction;
  /** `main` unless said otherwise. */
  readonly branch?: string;
  readonly limits?: Partial<CompactionLimits>;
  /** No new change is begun after that time; what is left is done the next time. By default there is no limit. */
  readonly budgetMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** What was written anew. Bytes are freed once the snapshots before it have expired. */
export interface Compacted {
  readonly commits: number;
  /** Data and delete files before, data files after. */
  readonly filesBefore: number;
  readonly deleteFilesBefore: number;
  readonly filesAfter: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  /** Whether there is more to do: the time was up, or other writers were faster too often. */
  readonly isUnfinished: boolean;
}

/** A writer that is always faster is left in peace until the next time. */
const MAX_LOST = 5;

async function tryPublish(parts: MaintainParts, request: CompactRequest, staged: StagedCompaction): Promise<boolean> {
  try {
    await settle(parts.fileIo, await request.transaction((tx) => publish(parts, tx, staged)));
    return true;
  } catch (error) {
    // Any other error may come after a commit whose answer was lost; the files then belong to the table.
    if (!isAppError(error, "lake.commit_conflict")) throw error;
    await discard(parts.fileIo, staged);
    return false;
  }
}

/**
 * Writes small files and files with many deletes anew, change by change, until the branch is well or the time is up. Writers
 * are never stopped: each change is computed beside them and given up when it lost.
 */
export async function compact(parts: MaintainParts, request: CompactRequest): Promise<Compacted> {
  const { branch = "main", limits, signal } = request;
  const start = performance.now();
  const done = { commits: 0, filesBefore: 0, deleteFilesBefore: 0, filesAfter: 0, bytesBefore: 0, bytesAfter: 0 };
  for (let lost = 0; lost < MAX_LOST; ) {
    signal?.throwIfAborted();
    const table = await request.transaction((tx) => openTable(tx, parts.store, { ...request, at: { branch } }));
    const staged = await stageCompaction(parts, { table, signal, ...(limits === undefined ? {} : { limits }) });
    if (staged === undefined) return { ...done, isUnfinished: false };
    if (await tryPublish(parts, request, staged)) {
      done.commits += 1;
      done.filesBefore += staged.rewritten.files;
      done.deleteFilesBefore += staged.rewritten.deleteFiles;
      done.bytesBefore += staged.rewritten.bytes;
      done.filesAfter += staged.added.length;
      done.bytesAfter += staged.added.reduce((sum, file) => sum + file.bytes, 0);
    } else lost += 1;
    if (request.budgetMs !== undefined && performance.now() - start >= request.budgetMs) break;
  }
  return { ...done, isUnfinished: true };
}
