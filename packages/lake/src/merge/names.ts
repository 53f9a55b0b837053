import { cast, column, compare, type Expression, inList, literal, not, or, type Relation } from "@granary/engine";
import { type ChangeSet, STORED } from "../diff/index.ts";

/** Tables and views of the session a merge works with. */
export const CHANGES = "merge_changes";
export const KEYS = "merge_keys";
export const HEAD = "merge_head";
export const PAIRS = "merge_pairs";
export const JUDGED = "merge_judged";
export const WHOLE = "merge_whole";

/** The place of a change in its set. */
export const ROW = "change_row";
export const VERDICT = "verdict";
export const IS_THERE = "is_there";

/** Of a joined pair of a change and the row it meets, by field id. */
export const movedName = (fieldId: number): string => `moved_${fieldId}`;
export const otherName = (fieldId: number): string => `other_${fieldId}`;
export const neededName = (fieldId: number): string => `needed_${fieldId}`;

/** Columns a conflict set has besides those of change sets. */
export const CONFLICT = {
  hasTheirs: "has_theirs",
  theirs: STORED.theirs,
  shown: (fieldId: number): string => `conflict_${fieldId}`,
} as const;

export const tableAs = (name: string, as: string): Relation => ({ kind: "alias", as, relation: { kind: "table", name } });

export const isKind = (relation: string | undefined, kind: string): Expression => compare(column(STORED.kind, relation), "=", literal(kind));

export const nothing = (type: Parameters<typeof cast>[1]): Expression => cast(literal(null), type);

/** Whether a change concerns a row that its key identifies, so that it is matched by key. */
export function isIdentified({ keys }: Pick<ChangeSet, "keys">, relation?: string): Expression {
  if (keys.length === 0) return literal(false);
  return inList(column(STORED.kind, relation), ["added", "removed", "modified"].map(literal));
}

/** Field ids of a change set's columns that are no keys. */
export function valueIds(changeSet: ChangeSet): readonly number[] {
  const keys = new Set(changeSet.keys);
  return changeSet.columns.flatMap(({ fieldId }) => (keys.has(fieldId) ? [] : [fieldId]));
}

/** Whether a change changes anything: a row in which nothing but formats is damaged does not. */
export function isEffective(changeSet: ChangeSet, relation?: string): Expression {
  return or(not(isKind(relation, "modified")), ...valueIds(changeSet).map((id) => column(STORED.changed(id), relation)));
}

/** The columns of a stored change set in their order, as they are written. */
export function storedNames(changeSet: Pick<ChangeSet, "keys" | "hasDamage">, values: readonly number[]): readonly string[] {
  const { kind, copies, hasOld, hasNew, newPlace } = STORED;
  const cells = values.flatMap((id) => [STORED.old(id), STORED.new(id), STORED.changed(id), ...(changeSet.hasDamage === true ? [STORED.damage(id)] : [])]);
  return [kind, copies, hasOld, hasNew, newPlace, ...changeSet.keys.map(STORED.key), ...cells];
}
