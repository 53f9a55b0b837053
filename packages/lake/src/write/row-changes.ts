import { stageAppend } from "./stage-append.ts";
import { stageCreate } from "./stage-create.ts";
import { stageFile, type StageFileInput } from "./stage-file.ts";
import { stageDelete } from "./stage-delete.ts";
import { stageOverwrite } from "./stage-overwrite.ts";
import { stageUpsert } from "./stage-upsert.ts";
import type { StagedChange } from "../change/index.ts";
import type { StagedImport } from "./staged-import.ts";
import type { StageAppendInput, StageCreateInput, StagedUpsert, StageDeleteInput, StageOverwriteInput, StageUpsertInput } from "./types.ts";
import type { WriteParts } from "./work.ts";

/**
 * What changes rows. Every verb stores files nobody sees yet and answers plain data; `publish` makes it a snapshot, `discard`
 * takes it back. None needs a transaction, and when one fails or is cancelled it leaves no file.
 */
export interface RowChanges {
  /** A table that is to be made, with its first rows if there are any. */
  stageCreate(input: StageCreateInput): Promise<StagedChange>;
  /** Rows that are added. */
  stageAppend(input: StageAppendInput): Promise<StagedChange>;
  /** Rows in place of all rows, or of those for which a condition is true. */
  stageOverwrite(input: StageOverwriteInput): Promise<StagedChange>;
  /** Rows matched by key: added, replaced or deleted. */
  stageUpsert(input: StageUpsertInput): Promise<StagedUpsert>;
  /** Rows that go: by a condition, by the batch that brought them, or by key. */
  stageDelete(input: StageDeleteInput): Promise<StagedChange>;
  /** A file nobody looked at yet: types are proved for a new table, and checked value by value for one that is there. */
  stageFile(input: StageFileInput): Promise<StagedImport>;
}

export function rowChanges(parts: WriteParts): RowChanges {
  return {
    stageCreate: (input) => stageCreate(parts, input),
    stageAppend: (input) => stageAppend(parts, input),
    stageOverwrite: (input) => stageOverwrite(parts, input),
    stageUpsert: (input) => stageUpsert(parts, input),
    stageDelete: (input) => stageDelete(parts, input),
    stageFile: (input) => stageFile(parts, input),
  };
}
