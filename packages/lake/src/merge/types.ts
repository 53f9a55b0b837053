import type { Expression } from "@granary/engine";
import type { MergeStrictness } from "@granary/protocol";
import type { StagedChange } from "../change/index.ts";
import type { ChangeSet } from "../diff/index.ts";
import type { ProposalCounts } from "../propose/index.ts";
import type { PageColumn, ReadPlan } from "../scan/index.ts";
import type { OpenTable } from "../table/index.ts";
import type { LoadRules, WritePhase } from "../write/index.ts";

/** What is merged into what, and what counts as a conflict. */
export interface MergeInput {
  readonly changeSet: ChangeSet;
  /** The state it is merged into: for `stageMerge` the newest of a branch. */
  readonly onto: OpenTable;
  readonly strictness: MergeStrictness;
  /** For the strictness `groups`: field ids of columns whose cells are changed together. Columns in none stand for themselves. */
  readonly groups?: readonly (readonly number[])[];
  /**
   * For the strictness `table`: the snapshot the change set was made from. Without it any other snapshot than that one counts as
   * an edit of others, even where only files were written anew.
   */
  readonly base?: OpenTable;
  readonly signal?: AbortSignal;
}

/** `cells`: both changed it. `deleted_there`: it is gone. `deleted_here`: it was changed there. `added_twice`: both added its key. */
export const CONFLICT_KINDS = ["cells", "deleted_there", "deleted_here", "added_twice"] as const;
export type ConflictKind = (typeof CONFLICT_KINDS)[number];

/**
 * The rows that do not fit, stored as a change set with the values of `onto` besides: `keepChangeSet` and `discardChangeSet` it
 * like one, and read it with `conflictRows`. Nobody kept: the sweep takes it after a day.
 */
export interface ConflictSet extends ChangeSet {
  /** The snapshot the proposal was held against. */
  readonly ontoSnapshotId: string | null;
}

/** What would become of a merge. */
export interface Preflight {
  /** Rows that would be added, updated or deleted. */
  readonly applicable: number;
  /** Rows that are as proposed already. */
  readonly already: number;
  readonly conflicts: {
    readonly rows: number;
    /** Cells of those rows in which what is proposed, or what was there, differs from what is there now. */
    readonly cells: number;
    readonly set: ConflictSet | null;
  };
  /** `changed`: a column the change touches is gone or has another type by now, so that it cannot be merged as it is. */
  readonly schema: "same" | "changed";
}

export interface ConflictRowsRequest {
  /** Fields by id, of the conflict set. */
  readonly plan: ReadPlan;
  /** `next` of the page before. */
  readonly after?: string;
  /** 1 to 10,000. */
  readonly limit: number;
  readonly signal?: AbortSignal;
}

/** A cell of a conflicting row: before, as proposed, and as it is now. Null where that side has no such row, or hides it. */
export interface ConflictCell {
  readonly fieldId: number;
  readonly base: unknown;
  readonly mine: unknown;
  readonly theirs: unknown;
  /** Whether the proposal changes it; the others are there because others changed them. */
  readonly isMine: boolean;
}

export interface ConflictRow {
  /** Values of the key columns in their order; null without keys, and where the plan does not show them all. */
  readonly key: readonly unknown[] | null;
  readonly kind: ConflictKind;
  readonly cells: readonly ConflictCell[];
}

export interface ConflictPage {
  readonly columns: readonly PageColumn[];
  readonly rows: readonly ConflictRow[];
  /** Null at the end. */
  readonly next: string | null;
}

/** Rows of a change set; a row has to meet all that is given. */
export interface RowSelection {
  /** Keys as texts, in the order of the key columns. */
  readonly keys?: readonly (readonly (string | null)[])[];
  readonly kinds?: readonly ("added" | "removed" | "modified")[];
  /** Computed from one row, over `storedColumn`: true of its old or its new values as the plan shows them. */
  readonly filter?: Expression;
}

/** How conflicts are decided; the first resolution that names a cell does. */
export interface Resolution extends RowSelection {
  /** Field ids. Without them whole rows, and with them no row that only one side has. */
  readonly columns?: readonly number[];
  readonly take: "mine" | "theirs" | "value";
  /** For `value`, as text; null empties the cell. */
  readonly value?: string | null;
}

export interface ResolveInput extends Omit<MergeInput, "changeSet"> {
  /** What the person who decides sees: cells of hidden or masked columns, and hidden rows, stay in conflict. */
  readonly plan: ReadPlan;
  readonly resolutions: readonly Resolution[];
  /** What happens to conflicts no resolution names; without it they stay. */
  readonly rest?: "mine" | "theirs";
}

/** What becomes of some cells: damaged formats count as changes from now on, or they are not proposed any more. */
export interface Choice extends RowSelection {
  /** Field ids of the plan; without them whole rows. */
  readonly columns?: readonly number[];
  readonly do: "accept_format" | "leave_out";
}

export interface ChooseInput {
  readonly plan: ReadPlan;
  /** The first choice that names a cell decides; what none names stays as it is. */
  readonly choices: readonly Choice[];
  /** Rows of the snapshot the change set was made from, to tell how many stay unchanged; without it none is said to. */
  readonly baseRows?: number;
  readonly signal?: AbortSignal;
}

export interface CountedChangeSet {
  readonly changeSet: ChangeSet;
  readonly counts: ProposalCounts;
}

export interface ChosenChanges {
  readonly kept: CountedChangeSet;
  /** Null when no effective change was left out. To be merged after `kept`. */
  readonly left: CountedChangeSet | null;
}

export interface StageMergeInput extends MergeInput {
  readonly rules: LoadRules;
  /** Kept with every row that is added or updated. */
  readonly batch?: string;
  /** Field ids of columns whose values may be quoted in messages; none unless said. */
  readonly quotable?: readonly number[];
  readonly onPhase?: (phase: WritePhase) => void;
}

/** A merge as one change, to be published like any other. */
export interface StagedMerge extends StagedChange {
  readonly rows: { readonly added: number; readonly updated: number; readonly deleted: number; readonly already: number };
}

/** What becomes of change sets: held against a table that moved on, decided, parted, compared and merged. */
export interface Merging {
  /**
   * Tells what a merge would do, without doing it. Throws `lake.duplicate_keys` when keys of the change set are there more than
   * once. Reads the columns that are needed of the files that may hold one of the keys.
   */
  preflight(input: MergeInput): Promise<Preflight>;
  /** A page of conflicts as a plan shows all three sides, in the order of the change set. */
  conflictRows(conflictSet: ConflictSet, request: ConflictRowsRequest): Promise<ConflictPage>;
  /** The change set over what is there now, with conflicts decided. Throws `change.values_mismatch` for a value that does not fit. */
  resolveChanges(changeSet: ChangeSet, input: ResolveInput): Promise<CountedChangeSet>;
  /** Parts a change set: `kept` and `left` together are its effective changes, once each. */
  chooseChanges(changeSet: ChangeSet, input: ChooseInput): Promise<ChosenChanges>;
  /** The rows on which two proposals differ: old as `older` leaves them, new as `newer` does. Throws `lake.diff_invalid` for other keys. */
  compareProposals(older: ChangeSet, newer: ChangeSet, options?: { readonly signal?: AbortSignal }): Promise<ChangeSet>;
  /**
   * Stages the merge. Throws `change.conflicts`, `change.schema_changed`, `change.rules_broken` with issues by column, and
   * `lake.duplicate_keys`. When others commit rows it may concern before it is published, publishing throws
   * `lake.commit_conflict`: stage it again.
   */
  stageMerge(input: StageMergeInput): Promise<StagedMerge>;
}
