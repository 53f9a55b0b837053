import type { Expression, Query } from "@granary/engine";
import type { FormatDamage } from "@granary/protocol";
import type { StoredFile } from "../file-io/index.ts";
import type { PageColumn, ReadPlan } from "../scan/index.ts";
import type { LakeColumn, OpenTable } from "../table/index.ts";

/** Rows that are in no table yet, compared as if they were a snapshot: an uploaded file, an edit, a proposal. */
export interface ProposedRows {
  /** Over local files; its columns are named as `columns` says. */
  readonly query: Query;
  /**
   * What the query's columns are, by field id; values are converted to these types and one that does not fit fails the
   * comparison. A column of the table that is missing here was not edited: it is not compared, and is null in added rows.
   */
  readonly columns: readonly LakeColumn[];
  /** A further column of the query that numbers the rows; told as `newPlace` of each change. */
  readonly rowNumber?: string;
  /** What a row of the table that is not among the proposed ones means: `removed` (the default), or nothing when only a part was proposed. */
  readonly missing?: "removed" | "kept";
}

export type DiffPhase = "keys" | "comparing" | "counting";

export interface DiffRequest {
  readonly from: OpenTable;
  readonly to: OpenTable | ProposedRows;
  /** Field ids of the columns that identify a row; by default the key columns of `to`, then of `from`. Empty: rows are compared whole, as a multiset. */
  readonly keys?: readonly number[];
  /** Field ids to compare and keep besides the keys; by default all. */
  readonly columns?: readonly number[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly phase: DiffPhase }) => void;
  /** What the engine may use; with less it spills, and near the limit it is tried again with fewer threads. */
  readonly memoryBytes?: number;
}

/**
 * What happened to a row. `duplicate_key` and `null_key`: a row of one side whose key cannot identify it, there or on
 * the other side, and which the other side does not have as it is; such rows are never paired.
 */
export const CHANGE_KINDS = ["added", "removed", "modified", "duplicate_key", "null_key"] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** How a comparison was carried out; all paths give the same answer. */
export type DiffPath =
  /** Both sides are one snapshot. */
  | "same"
  /** Only the rows of files that are in one snapshot alone were read. */
  | "files"
  /** As `files`, and of files in both with other deletes only the rows at those positions. */
  | "positions"
  /** All rows of both sides were read. */
  | "full";

/** A column in which the sides differ. The column itself is never a changed cell. */
export type SchemaDifference =
  | { readonly kind: "added" | "dropped"; readonly fieldId: number; readonly name: string; readonly type: string }
  | { readonly kind: "renamed" | "retyped"; readonly fieldId: number; readonly from: string; readonly to: string }
  | { readonly kind: "reordered"; readonly from: readonly number[]; readonly to: readonly number[] };

/** Rows of one side that its key columns cannot identify, among those that differ. */
export interface KeyFaults {
  /** Rows whose key occurs more than once on either side. */
  readonly duplicateRows: number;
  /** Rows with a null in a key column. */
  readonly nullRows: number;
}

export interface DiffCounts {
  readonly added: number;
  readonly removed: number;
  readonly modified: number;
  readonly unchanged: number;
  /** Of modified rows, by field id; columns without a changed cell are left out. */
  readonly changedCellsByColumn: Readonly<Record<number, number>>;
}

/** A stored comparison: one row per change, in the order of the keys. Plain data. Read it with `changes`. */
export interface ChangeSet {
  /** Null when there is no change. */
  readonly file: (StoredFile & { readonly records: number }) | null;
  readonly workspaceId: string;
  readonly tableName: string;
  /** Null for a side that is no snapshot. */
  readonly fromSnapshotId: string | null;
  readonly toSnapshotId: string | null;
  /** Field ids; empty when rows were compared whole. */
  readonly keys: readonly number[];
  /** Keys and compared columns: those of `to`, then those `to` does not have; in the wider type where the sides' types differ. */
  readonly columns: readonly LakeColumn[];
  /** Whether every compared column has a `damage_` column; without it no cell is damaged. */
  readonly hasDamage?: boolean;
  /** Field ids of columns that `to` does not have any more: their old values are shown, and count as no change of a row. */
  readonly dropped: readonly number[];
}

export interface DiffResult {
  readonly counts: DiffCounts;
  readonly keys: {
    readonly from: KeyFaults;
    readonly to: KeyFaults /** Up to 20 keys, as texts in the order of the key columns. */;
    readonly examples: readonly (readonly (string | null)[])[];
  };
  readonly schema: readonly SchemaDifference[];
  readonly path: DiffPath;
  readonly changeSet: ChangeSet;
}

export interface ChangesRequest {
  /** Fields by id, of the change set. */
  readonly plan: ReadPlan;
  /** `format`: rows in which nothing but the format of values differs, which are no `modified` ones here. */
  readonly kinds?: readonly (ChangeKind | "format")[];
  /** Only rows of which the old or the new values meet this: computed from one row, over `storedColumn`; sees what the plan shows. */
  readonly filter?: Expression;
  /** Only rows with this text somewhere before or after, without regard to case. */
  readonly search?: string;
  /** Only rows that were modified or damaged in this field, as the reader sees it. */
  readonly changedColumn?: number;
  /** `next` of the page before. */
  readonly after?: string;
  /** 1 to 10,000. */
  readonly limit: number;
  readonly signal?: AbortSignal;
}

/** One row that differs, as the reader sees it; values in the order of the page's columns. */
export interface Change {
  readonly kind: ChangeKind;
  /** How often the row was added or removed; more than 1 only where keys do not identify rows. */
  readonly copies: number;
  /** The row before; null when it was not there, or the reader may not see it. */
  readonly old: readonly unknown[] | null;
  readonly new: readonly unknown[] | null;
  /** By column; all false unless the row was modified. */
  readonly changed: readonly boolean[];
  /** By column: the damage for which the old value is kept; null for cells without any. */
  readonly damage: readonly (FormatDamage | null)[];
  /** Whether nothing but the format of values differs in a modified row, so that nothing is changed. */
  readonly isFormatOnly: boolean;
  /** The row's number among the proposed rows; null for snapshots. */
  readonly newPlace: number | null;
}

export interface ChangePage {
  readonly columns: readonly PageColumn[];
  readonly changes: readonly Change[];
  /** Null at the end. */
  readonly next: string | null;
}

export interface KeyCheckRequest {
  readonly rows: OpenTable | ProposedRows;
  /** Field ids of the key columns. */
  readonly keys: readonly number[];
  readonly signal?: AbortSignal;
}

/** Whether columns identify the rows of one side, over all its rows. */
export interface KeyCheck {
  readonly rows: number;
  /** Rows with a null in a key column. */
  readonly nullRows: number;
  /** Keys that occur more than once, and the rows that have them. */
  readonly duplicateKeys: number;
  readonly duplicateRows: number;
  /** Up to 20 of them: the key as texts, its rows, and the first of their numbers where proposed rows are numbered. */
  readonly examples: readonly { readonly key: readonly (string | null)[]; readonly rows: number; readonly firstPlace: number | null }[];
}
