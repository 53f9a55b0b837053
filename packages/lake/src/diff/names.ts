import { column, type Expression } from "@granary/engine";

/** Names of the session's tables or views a comparison works with. */
export const OLD = "old_rows";
export const NEW = "new_rows";
/** The keys of rows that are alive in both snapshots and were not compared. */
export const REST = "rest_of_keys";
/** Keys that occur more than once on a side. */
export const DUPLICATES = "duplicate_keys";

/** Columns of `OLD`, `NEW` and `REST`. */
export const keyName = (fieldId: number): string => `k${fieldId}`;
export const valueName = (fieldId: number): string => `v${fieldId}`;
/** The number of a proposed row; null for rows of a snapshot. */
export const PLACE = "place";

/** Columns of a stored change set. */
export const STORED = {
  kind: "kind",
  copies: "copies",
  hasOld: "has_old",
  hasNew: "has_new",
  newPlace: "new_place",
  key: (fieldId: number): string => `key_${fieldId}`,
  old: (fieldId: number): string => `old_${fieldId}`,
  new: (fieldId: number): string => `new_${fieldId}`,
  changed: (fieldId: number): string => `changed_${fieldId}`,
  /** Only in change sets with `hasDamage`: the kind of damage for which the old value is kept, as text; such a cell is not changed. */
  damage: (fieldId: number): string => `damage_${fieldId}`,
  /** Only in sets of conflicts: the value that is there now. */
  theirs: (fieldId: number): string => `theirs_${fieldId}`,
} as const;

/** Makes a column of one side, named by its alias. */
export const sided =
  (side: "o" | "n") =>
  (name: string): Expression =>
    column(name, side);
