import type { Expression, Query } from "@granary/engine";
import type { TableRef } from "../catalog/index.ts";
import type { StagedChange, TableDefinition } from "../change/index.ts";
import type { IcebergSchema } from "../iceberg/index.ts";
import type { OpenTable } from "../table/index.ts";

/** Rows from local files; its columns are called like the table's, in any order. Columns that may be null may be missing. */
export interface Source {
  readonly query: Query;
}

/** `reading`: the source. `matching`: finding its rows in the table. `writing`: storing rows. */
export type WritePhase = "reading" | "matching" | "writing";

/** What every change of an open table's branch takes. */
export interface ChangeInput {
  readonly table: OpenTable;
  /** Kept with every row that is written, so that the rows of a batch can be filtered and deleted later. */
  readonly batch?: string;
  readonly signal?: AbortSignal;
  readonly onPhase?: (phase: WritePhase) => void;
}

export interface StageCreateInput extends Omit<ChangeInput, "table">, TableRef {
  /** Columns with their field ids; key columns as identifier fields. */
  readonly schema: IcebergSchema;
  readonly definition?: TableDefinition;
  /** The first rows; without them the table is empty. */
  readonly source?: Source;
}

export interface StageAppendInput extends ChangeInput {
  readonly source: Source;
}

export interface StageOverwriteInput extends ChangeInput {
  /** What comes in place of the rows; without it they are only taken away. */
  readonly source?: Source;
  /** Over `storedColumn(fieldId)`: the rows for which it is true are replaced; without it all of them. */
  readonly where?: Expression;
}

/**
 * `upsert` adds new rows and replaces known ones, `insert-only` leaves known ones as they are, `update-only` leaves new
 * ones out, `delete` takes the known ones away.
 */
export type UpsertMode = "upsert" | "insert-only" | "update-only" | "delete";

export interface StageUpsertInput extends ChangeInput {
  readonly source: Source;
  /** Field ids; by default the table's key columns. */
  readonly keys?: readonly number[];
  readonly mode?: UpsertMode;
  /** A boolean column of the source, not of the table: rows for which it is true are deleted instead. */
  readonly deleteWhen?: string;
  /** A column of the source: of rows with the same key the one with the highest value counts. Without it they are refused. */
  readonly lastBy?: string;
}

export type StageDeleteInput = ChangeInput &
  (
    | { /** Over `storedColumn(fieldId)`. */ readonly where: Expression }
    | { /** The rows a batch brought, as far as they are still there. */ readonly rowsOfBatch: string }
    | { /** Rows whose keys the source holds. */ readonly keysIn: Source; readonly keys?: readonly number[] }
  );

/** What became of the rows of a source that were matched by key. */
export interface StagedUpsert extends StagedChange {
  readonly rows: { readonly added: number; readonly updated: number; readonly unchanged: number; readonly deleted: number; readonly ignored: number };
  /** How files were changed: by delete files, by rewriting, or both. */
  readonly rewrittenFiles: number;
}
