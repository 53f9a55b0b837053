import type { EngineSession } from "@granary/engine";
import { isAppError } from "@granary/kernel";
import { diff } from "../diff/index.ts";
import type { FileIo, StoredFile } from "../file-io/index.ts";
import { type HeldFiles, liveFiles } from "../files/index.ts";
import { tableWork, withEngine, type WriteParts } from "../write/index.ts";
import { type ChangeFacts, changeFacts, openChanges } from "./change-facts.ts";
import { findNear, judgeByKey, matchWhole, type Meeting, type Near } from "./judge.ts";
import { groupsOf, lookedAt, type MergeColumn, mergeColumns, misfits } from "./merge-columns.ts";
import type { MergeInput } from "./types.ts";
import type { Judging } from "./verdict.ts";

/** What merges work with. */
export type MergeParts = WriteParts & { readonly fileIo: FileIo };

/** A change set that was opened in a session, beside the table it is merged into. */
export interface Opened extends Meeting {
  readonly input: MergeInput;
  readonly file: StoredFile & { readonly records: number };
  readonly path: string;
  readonly facts: ChangeFacts;
  /** Columns it touches that the table does not have as they were. */
  readonly misfits: readonly number[];
  readonly near: Near;
  readonly judging: Judging;
}

/** Whether others edited the table since, for a dataset where that alone is a conflict. */
async function isMoved(parts: MergeParts, { changeSet, onto, strictness, base, signal }: MergeInput): Promise<boolean> {
  if (strictness !== "table" || changeSet.fromSnapshotId === onto.snapshotId) return false;
  if (base === undefined || base.snapshotId !== changeSet.fromSnapshotId) return true;
  const { changeSet: found } = await diff(parts, { from: base, to: onto, ...(signal === undefined ? {} : { signal }) });
  if (found.file !== null) await parts.fileIo.delete(found.file.uri);
  return found.file !== null;
}

/** Whether keys and rows can be found at all: a key column that is gone leaves nothing to match by. */
export const canMatch = ({ changeSet, columns }: Meeting): boolean => columns.keys.length === changeSet.keys.length;

interface OpenOptions {
  readonly file: Opened["file"];
  readonly path: string;
  /** Compares every column, and meets rows with damaged formats only. */
  readonly isWhole: boolean;
  readonly isTableMoved: boolean;
}

async function open(session: EngineSession, input: MergeInput, { file, path, isWhole, isTableMoved }: OpenOptions): Promise<Opened> {
  const { changeSet, onto } = input;
  await openChanges(session, changeSet, path);
  const facts = await changeFacts(session, changeSet);
  const columns = mergeColumns(changeSet, onto);
  const looked: readonly MergeColumn[] = isWhole ? columns.values : lookedAt(input, columns, facts);
  const ids = looked.filter((item) => !item.isDropped).map((item) => item.fieldId);
  const judging = { looked, groups: groupsOf(input, ids), isTableMoved };
  const meeting: Meeting = { changeSet, onto, columns, withFormats: isWhole };
  const near = canMatch(meeting) ? await findNear(session, meeting, facts.wholeRows) : { files: [], keys: { rows: 0, ranges: [] } };
  return { ...meeting, input, file, path, facts, misfits: misfits(changeSet, columns, facts), near, judging };
}

/** What a process of its own may use when a shared one has too little: tables of very many columns need it however few rows they have. */
const ROOMY_BYTES = 1024 * 1024 * 1024;

/** Lends an engine process that suits so much data, or a roomy one of its own. */
export function inEngine<T>(
  parts: MergeParts,
  { bytes, signal, isRoomy }: { readonly bytes: number; readonly signal: AbortSignal | undefined; readonly isRoomy: boolean },
  work: (session: EngineSession) => Promise<T>,
): Promise<T> {
  if (!isRoomy) return withEngine(parts, { bytes, signal }, work);
  return parts.engine.use({ kind: "job", threads: 1, memoryBytes: ROOMY_BYTES, ...(signal === undefined ? {} : { signal }) }, work);
}

/** Tries work again in a roomier process when the memory was not enough. */
export async function withRoom<T>(attempt: (isRoomy: boolean) => Promise<T>): Promise<T> {
  try {
    return await attempt(false);
  } catch (error) {
    if (!isAppError(error, "engine.out_of_memory")) throw error;
    return attempt(true);
  }
}

/** Opens a change set in an engine session that suits it and the table. Undefined for one without a change. */
export async function withChanges<T>(
  parts: MergeParts,
  input: MergeInput,
  options: { readonly isWhole: boolean; readonly isRoomy: boolean },
  work: (session: EngineSession, opened: Opened) => Promise<T>,
): Promise<T | undefined> {
  const { changeSet, onto, signal } = input;
  const { file } = changeSet;
  if (file === null) return undefined;
  const isTableMoved = await isMoved(parts, input);
  await using local = await parts.fileIo.open(file);
  const bytes = file.bytes + tableWork(liveFiles(onto).data);
  return await inEngine(parts, { bytes, signal, isRoomy: options.isRoomy }, async (session) =>
    work(session, await open(session, input, { file, path: local.path, isWhole: options.isWhole, isTableMoved })),
  );
}

/** Judges all changes of an opened set against the files that are held: `merge_judged`, and `merge_whole` when some are compared whole. */
export async function judge(session: EngineSession, opened: Opened, held: HeldFiles, read: readonly number[]): Promise<void> {
  const rows = { held, files: opened.near.files, read };
  if (opened.columns.keys.length > 0) await judgeByKey(session, opened, rows, opened.judging);
  if (opened.facts.wholeRows > 0) await matchWhole(session, opened, rows);
}

/** The columns that judging reads of the table. */
export function judgedFields({ columns, judging, facts }: Opened): readonly number[] {
  const items = facts.wholeRows > 0 ? [...columns.keys, ...columns.values] : [...columns.keys, ...judging.looked];
  return [...new Set(items.map((item) => item.fieldId))];
}
