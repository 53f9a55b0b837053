import type { FileOptions } from "@granary/engine";
import type { ColumnShift, FormatDamage } from "@granary/protocol";
import type { ChangeSet, KeyFaults } from "../diff/index.ts";
import type { ReadPlan } from "../scan/index.ts";
import type { OpenTable } from "../table/index.ts";

/** How the values of one column are compared, besides by type. */
export interface ColumnRule {
  readonly fieldId: number;
  readonly trim?: boolean;
  readonly collapseSpaces?: boolean;
  readonly ignoreCase?: boolean;
  /** Numbers that differ by no more are the same. */
  readonly absoluteTolerance?: number;
  /** As a share of the larger one. */
  readonly relativeTolerance?: number;
}

/** What is going on: reading what is proposed, finding the rows that differ, or comparing their cells. */
export interface ProposeProgress {
  readonly phase: "reading" | "matching" | "comparing" | "counting";
  readonly rows?: number;
}

export interface ProposeInput {
  /** The snapshot it is compared with. */
  readonly from: OpenTable;
  /** What the proposer sees of `from`. */
  readonly plan: ReadPlan;
  /** Field ids of the columns that identify rows; none compares rows whole. */
  readonly keys: readonly number[];
  readonly rules?: readonly ColumnRule[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ProposeProgress) => void;
  /** What the engine may use; with less it spills. */
  readonly memoryBytes?: number;
}

export interface ProposeFileInput extends ProposeInput {
  /** A local file of any kind that can be imported. */
  readonly path: string;
  readonly options?: FileOptions;
  /** What rows mean that the proposer sees and the file does not have. */
  readonly missing: "kept" | "removed";
}

/** One edited row: cells by field id, as texts; what is not named stays as it is. */
export interface EditedRow {
  readonly op: "add" | "modify" | "delete";
  /** The row's key before the edit, in the order of the key columns; null for rows that are added. */
  readonly key: readonly (string | null)[] | null;
  readonly cells: Readonly<Record<number, string | null>>;
}

export interface ProposeRowsInput extends ProposeInput {
  readonly rows: readonly EditedRow[];
}

/** What a column's cells came to. */
export interface ProposedColumnCounts {
  readonly changed: number;
  readonly damaged: Readonly<Partial<Record<FormatDamage, number>>>;
}

export interface ProposalCounts {
  readonly added: number;
  readonly removed: number;
  /** Rows with a changed cell. */
  readonly modified: number;
  /** Rows in which nothing but the format of values differs. */
  readonly formatOnly: number;
  readonly unchanged: number;
  /** Changed cells of modified rows. */
  readonly cells: number;
  readonly damagedCells: number;
  /** By field id; columns without a changed or damaged cell are left out. */
  readonly columns: Readonly<Record<number, ProposedColumnCounts>>;
}

/** What is proposed, compared with a snapshot; plain data. `keepChangeSet` or `discardChangeSet` its change set. */
export interface Proposal {
  readonly changeSet: ChangeSet;
  readonly counts: ProposalCounts;
  /** Rows that their key cannot identify: of the snapshot, and of the proposal. Such rows are never paired. */
  readonly keys: {
    readonly from: KeyFaults;
    readonly to: KeyFaults;
    /** Up to 20 keys, as texts in the order of the key columns. */
    readonly examples: readonly (readonly (string | null)[])[];
  };
  /** Rows of the snapshot that the proposer sees. */
  readonly baseRows: number;
  readonly proposedRows: number;
  readonly suggestions: {
    /** Added rows whose cells but for the key are those of a removed row. */
    readonly rekeyed: number;
    /** Keys whose format was damaged, such as `501` for `00501`: their rows were matched with the ones they must have been. */
    readonly damagedKeys: number;
  };
}

export interface SuggestKeysOptions {
  /** How many columns a key may have, 3 unless said. */
  readonly maxColumns?: number;
  readonly signal?: AbortSignal;
}

/** What a change set holds, as a reader sees it. */
export interface ChangeSummaryOf {
  readonly added: number;
  readonly removed: number;
  readonly modified: number;
  readonly formatOnly: number;
  readonly duplicateKeys: number;
  readonly nullKeys: number;
  /** Columns of the plan with changed or damaged cells, those with most first. */
  readonly columns: readonly {
    readonly fieldId: number;
    readonly changed: number;
    readonly damages: Readonly<Partial<Record<FormatDamage, number>>>;
  }[];
}

/** How one column's values are spread before and after, over the rows of a change set that a reader sees. */
export type ChangeSpread = Omit<ColumnShift, "column">;

/** What compares proposals with a table. */
export interface Proposals {
  /**
   * Compares a file with a snapshot, as the proposer sees it. Throws `change.columns_unknown`, `change.columns_missing`,
   * `change.values_mismatch`, `change.masked_edited`, `change.hidden_rows`, and whatever makes the file unreadable.
   */
  proposeFile(input: ProposeFileInput): Promise<Proposal>;
  /** Compares edited rows with a snapshot. Throws as `proposeFile`, and `change.rows_gone` for keys that are not there. */
  proposeRows(input: ProposeRowsInput): Promise<Proposal>;
  /** Sets of columns, by field id, whose values differ in all rows and are never null, best first. */
  suggestKeys(table: OpenTable, options?: SuggestKeysOptions): Promise<readonly (readonly number[])[]>;
  summarizeChanges(changeSet: ChangeSet, request: { readonly plan: ReadPlan; readonly signal?: AbortSignal }): Promise<ChangeSummaryOf>;
  /** Throws `lake.plan_invalid` for a column the plan does not show. */
  spreadOfChanges(changeSet: ChangeSet, request: { readonly plan: ReadPlan; readonly fieldId: number; readonly signal?: AbortSignal }): Promise<ChangeSpread>;
}
