import { and, caseWhen, column, compare, type Expression, inList, literal, not, or, type Query, type Relation, type SelectItem } from "@granary/engine";
import { comparable, inType, STORED } from "../diff/index.ts";
import { storedName } from "../files/index.ts";
import { FILE, POSITION } from "../write/index.ts";
import type { MergeColumn } from "./merge-columns.ts";
import { isKind, IS_THERE, movedName, neededName, otherName, ROW, VERDICT } from "./names.ts";
import { CONFLICT_KINDS } from "./types.ts";

/** What becomes of a change that is matched by key; but for these two, it is a conflict. */
export const [APPLY, ALREADY] = ["apply", "already"] as const;

/** What the verdicts depend on. */
export interface Judging {
  /** Columns that are compared with what is there. */
  readonly looked: readonly MergeColumn[];
  /** Field ids that are decided together, of those. */
  readonly groups: readonly (readonly number[])[];
  /** Whether every change is a conflict, for somebody edited the table. */
  readonly isTableMoved: boolean;
}

const groupName = (index: number): string => `group_${index}`;

/** Whether both sides edited the group a cell belongs to. Only groups of several cells have a flag of their own. */
export function isContested(fieldId: number, { groups, isTableMoved }: Judging, relation?: string): Expression {
  const index = groups.findIndex((group) => group.includes(fieldId));
  const group = groups[index];
  if (group === undefined) return literal(false);
  if (group.length > 1) return column(groupName(index), relation);
  return and(column(neededName(fieldId), relation), isTableMoved ? literal(true) : column(movedName(fieldId), relation));
}

const namesOfGroups = (groups: Judging["groups"]): readonly string[] => groups.flatMap((group, index) => (group.length > 1 ? [groupName(index)] : []));

/** The values of a column on the three sides of a pair: `c` is the change, `h` the row it meets. */
export const oldOf = (item: MergeColumn): Expression => inType(column(STORED.old(item.fieldId), "c"), item.stored.sqlType, item.type);
export const newOf = (item: MergeColumn): Expression => inType(column(STORED.new(item.fieldId), "c"), item.stored.sqlType, item.type);
export const theirsOf = (item: MergeColumn): Expression => inType(column(storedName(item.fieldId), "h"), item.now.sqlType, item.type);

const differ = (item: MergeColumn, left: Expression, right: Expression): Expression =>
  compare(comparable(item.type, left), "is distinct from", comparable(item.type, right));

const pass = (names: readonly string[]): readonly SelectItem[] => names.map((name) => ({ expression: column(name), as: name }));

/** Changes beside the rows they meet: of every compared column, who differs from whom. */
export function pairs(from: Relation, where: Expression, looked: readonly MergeColumn[]): Query {
  const flags = looked.flatMap((item): SelectItem[] => [
    { expression: column(STORED.changed(item.fieldId), "c"), as: STORED.changed(item.fieldId) },
    { expression: differ(item, theirsOf(item), oldOf(item)), as: movedName(item.fieldId) },
    { expression: item.isDropped ? literal(false) : differ(item, theirsOf(item), newOf(item)), as: otherName(item.fieldId) },
  ]);
  const items: readonly SelectItem[] = [
    ...[ROW, STORED.kind].map((name) => ({ expression: column(name, "c"), as: name })),
    ...[FILE, POSITION].map((name) => ({ expression: column(name, "h"), as: name })),
    { expression: not({ kind: "isNull", operand: column(POSITION, "h") }), as: IS_THERE },
    ...flags,
  ];
  return { kind: "select", items, from, where };
}

/** Which cells still have to be changed: of rows that are there, those that are not as proposed already. */
function withNeeds(from: Relation, ids: readonly number[]): Query {
  const isModified = and(isKind(undefined, "modified"), column(IS_THERE));
  const needs = ids.map((id) => ({ expression: and(isModified, column(STORED.changed(id)), column(otherName(id))), as: neededName(id) }));
  const kept = [ROW, STORED.kind, FILE, POSITION, IS_THERE, ...ids.flatMap((id) => [STORED.changed(id), movedName(id), otherName(id)])];
  return { kind: "select", items: [...pass(kept), ...needs], from };
}

/** Which groups of cells both sides edited. */
function withGroups(query: Query, ids: readonly number[], { groups, isTableMoved }: Judging): Query {
  const flags = groups.flatMap((group, index): readonly SelectItem[] => {
    if (group.length === 1) return [];
    const isMoved = isTableMoved ? literal(true) : or(...group.map((id) => column(movedName(id))));
    return [{ expression: and(or(...group.map((id) => column(neededName(id)))), isMoved), as: groupName(index) }];
  });
  const kept = [ROW, STORED.kind, FILE, POSITION, IS_THERE, ...ids.flatMap((id) => [STORED.changed(id), movedName(id), otherName(id), neededName(id)])];
  return { kind: "select", items: [...pass(kept), ...flags], from: { kind: "query", query } };
}

function verdictOf(ids: readonly number[], judging: Judging): Expression {
  const { groups, isTableMoved } = judging;
  const any = (name: (id: number) => string): Expression => or(...ids.map((id) => column(name(id))));
  const first = (branches: readonly (readonly [Expression, string])[], otherwise: string): Expression =>
    caseWhen(
      branches.map(([when, verdict]) => ({ when, then: literal(verdict) })),
      literal(otherwise),
    );
  const isGone = not(column(IS_THERE));
  const modified = first(
    [
      [and(isGone, any(STORED.changed)), "deleted_there"],
      [or(...groups.map(([id = 0]) => isContested(id, judging))), "cells"],
      [any(neededName), APPLY],
    ],
    ALREADY,
  );
  const removed = first(
    [
      [isGone, ALREADY],
      [isTableMoved ? literal(true) : any(movedName), "deleted_here"],
    ],
    APPLY,
  );
  const added = first(
    [
      [isGone, isTableMoved ? "cells" : APPLY],
      [any(otherName), "added_twice"],
    ],
    ALREADY,
  );
  return caseWhen(
    [
      { when: isKind(undefined, "modified"), then: modified },
      { when: isKind(undefined, "removed"), then: removed },
    ],
    added,
  );
}

/**
 * Whether a cell of a judged row `j` is shown with the conflict of its change `c`: one to decide on, or one that others changed in the
 * same group.
 */
export function isShownCell(id: number, judging: Judging): Expression {
  const isContestedCell = and(isContested(id, judging, "j"), or(column(neededName(id), "j"), column(movedName(id), "j")));
  return caseWhen(
    [
      { when: and(isKind("j", "modified"), column(IS_THERE, "j")), then: isContestedCell },
      { when: isKind("j", "modified"), then: column(STORED.changed(id), "c") },
      { when: isKind("j", "removed"), then: column(movedName(id), "j") },
    ],
    column(otherName(id), "j"),
  );
}

/** The verdict on each of some pairs. */
export function verdicts(from: Relation, judging: Judging): Query {
  const ids = judging.looked.map((item) => item.fieldId);
  const judged = withGroups(withNeeds(from, ids), ids, judging);
  const names = [ROW, STORED.kind, FILE, POSITION, IS_THERE, ...ids.flatMap((id) => [movedName(id), otherName(id), neededName(id)])];
  return {
    kind: "select",
    items: [...pass([...names, ...namesOfGroups(judging.groups)]), { expression: verdictOf(ids, judging), as: VERDICT }],
    from: { kind: "query", query: judged },
  };
}

export const isVerdict = (verdict: string, relation?: string): Expression => compare(column(VERDICT, relation), "=", literal(verdict));
export const isConflict = (relation?: string): Expression => inList(column(VERDICT, relation), CONFLICT_KINDS.map(literal));
