import type { Engine, EngineSession, Row, RowSet } from "@granary/engine";
import type { FileIo } from "../file-io/index.ts";
import { type HeldFiles, holdFiles, type LiveDataFile, liveFiles, pruneFiles } from "../files/index.ts";
import type { Chosen, RowOrder } from "./row-choice.ts";
import type { ShownColumnType } from "./shown-types.ts";

/** What tables are read with. */
export interface ReadParts {
  readonly engine: Engine;
  readonly fileIo: FileIo;
}

/** Reading one page. */
export interface PageScan extends ReadParts {
  readonly session: EngineSession;
  readonly chosen: Chosen;
  readonly orderBy: readonly RowOrder[];
  readonly limit: number;
  /** Backwards: the rows in front of the place, nearest first. */
  readonly isBackward: boolean;
  readonly preview: { readonly maxCharacters: number; readonly types: readonly ShownColumnType[] } | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Rows of a page with their places as the two last cells, and one more than asked for when there are more. */
export interface FoundRows {
  readonly columns: RowSet["columns"];
  readonly rows: readonly Row[];
}

/** The data files that may hold chosen rows. */
export const filesFor = (chosen: Chosen): readonly LiveDataFile[] =>
  pruneFiles(liveFiles(chosen.table), chosen.table.schema, chosen.pruning, chosen.table.partitionSpecs).data;

/** Makes files readable for a choice; hold them until its query has ended. */
export function holdFor(
  parts: { readonly fileIo: FileIo; readonly session: Pick<EngineSession, "run"> },
  chosen: Chosen,
  files: readonly LiveDataFile[],
  signal?: AbortSignal,
): Promise<HeldFiles> {
  return holdFiles(parts, { table: chosen.table, files, fieldIds: chosen.fieldIds, signal });
}

/** A table as if it had no files. */
export const holdNothing = (table: Chosen["table"]): HeldFiles => ({
  table,
  files: [],
  paths: new Map<string, string>(),
  layouts: new Map(),
  [Symbol.asyncDispose]: async () => undefined,
});

export const signalOf = (signal: AbortSignal | undefined): { readonly signal?: AbortSignal } => (signal === undefined ? {} : { signal });
