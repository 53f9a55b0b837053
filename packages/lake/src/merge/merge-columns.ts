import { isDeepStrictEqual } from "node:util";
import type { SqlType } from "@granary/engine";
import { type ChangeSet, widerType } from "../diff/index.ts";
import type { IcebergField } from "../iceberg/index.ts";
import type { LakeColumn, OpenTable } from "../table/index.ts";
import type { ChangeFacts } from "./change-facts.ts";
import type { MergeInput } from "./types.ts";

/** A column of a change set beside the table's column of the same field id. */
export interface MergeColumn {
  readonly fieldId: number;
  readonly isKey: boolean;
  /** As the change set has it. */
  readonly stored: LakeColumn;
  /** As the table has it now. */
  readonly now: LakeColumn;
  readonly field: IcebergField;
  /** What holds the values of both. */
  readonly type: SqlType;
  readonly isSameType: boolean;
  /** Whether only the older side of the change set had it: its old values are known, and it is never changed. */
  readonly isDropped: boolean;
}

export interface MergeColumns {
  readonly keys: readonly MergeColumn[];
  readonly values: readonly MergeColumn[];
  /** Of the change set, no longer in the table, or of a type that cannot be compared with its own. */
  readonly gone: readonly number[];
}

/** Finds the columns of a change set in a table, by field id. */
export function mergeColumns(changeSet: ChangeSet, onto: OpenTable): MergeColumns {
  const [keys, dropped] = [new Set(changeSet.keys), new Set(changeSet.dropped)];
  const found = changeSet.columns.map((stored): MergeColumn | number => {
    const now = onto.columns.find((item) => item.fieldId === stored.fieldId);
    const field = onto.schema.fields.find((item) => item.id === stored.fieldId);
    const type = now === undefined ? undefined : widerType(stored.sqlType, now.sqlType);
    if (now === undefined || field === undefined || type === undefined) return stored.fieldId;
    const isSameType = isDeepStrictEqual(stored.sqlType, now.sqlType);
    return { fieldId: stored.fieldId, isKey: keys.has(stored.fieldId), stored, now, field, type, isSameType, isDropped: dropped.has(stored.fieldId) };
  });
  const columns = found.filter((item) => typeof item !== "number");
  return {
    keys: changeSet.keys.flatMap((id) => columns.filter((item) => item.fieldId === id)),
    values: columns.filter((item) => !item.isKey),
    gone: found.filter((item) => typeof item === "number"),
  };
}

/** The columns a change set touches although the table does not have them as they were; with any of them it cannot be merged as it is. */
export function misfits(changeSet: ChangeSet, columns: MergeColumns, facts: ChangeFacts): readonly number[] {
  const changed = [...columns.keys, ...columns.values].filter((item) => !item.isSameType).map((item) => item.fieldId);
  return [...columns.gone, ...changed].filter((id) => {
    if (columns.gone.includes(id) && changeSet.keys.includes(id)) return true;
    if (changeSet.dropped.includes(id)) return facts.wholeRows > 0;
    return facts.touched.has(id) || facts.wholeRows > 0;
  });
}

/** Columns whose cells are decided together, of those that are looked at. */
export function groupsOf({ strictness, groups = [] }: Pick<MergeInput, "strictness" | "groups">, looked: readonly number[]): readonly (readonly number[])[] {
  if (strictness === "row" || strictness === "table") return looked.length === 0 ? [] : [looked];
  const known = new Set(looked);
  const declared = strictness === "groups" ? groups.map((group) => group.filter((id) => known.has(id))).filter((group) => group.length > 0) : [];
  const taken = new Set(declared.flat());
  return [...declared, ...looked.filter((id) => !taken.has(id)).map((id) => [id])];
}

/** The columns that have to be read of the table to tell whether a change set fits. */
export function lookedAt(input: Pick<MergeInput, "strictness" | "groups">, columns: MergeColumns, facts: ChangeFacts): readonly MergeColumn[] {
  if (facts.added + facts.removed > 0 || input.strictness === "row" || input.strictness === "table") return columns.values;
  const groups = input.strictness === "groups" ? (input.groups ?? []).filter((group) => group.some((id) => facts.touched.has(id))) : [];
  const wanted = new Set([...facts.touched, ...groups.flat()]);
  return columns.values.filter((item) => wanted.has(item.fieldId));
}
