import { and, call, caseWhen, column, type Expression, inList, inQuery, isRowExpression, literal, not, or, replaceColumns, tryCast } from "@granary/engine";
import { problem } from "@granary/protocol";
import { type ChangeSet, STORED } from "../diff/index.ts";
import { storedColumn, storedFieldId, storedName } from "../files/index.ts";
import type { ReadPlan } from "../scan/index.ts";
import { CONFLICT } from "./names.ts";
import type { RowSelection } from "./types.ts";

/** One of the rows a stored change has values of. */
export type Side = "old" | "new" | "theirs";

const HAS = { old: STORED.hasOld, new: STORED.hasNew, theirs: CONFLICT.hasTheirs } as const satisfies Record<Side, string>;
const CELL = { old: STORED.old, new: STORED.new, theirs: CONFLICT.theirs } as const satisfies Record<Side, (fieldId: number) => string>;

/** A stored change set, as queries name its rows. */
export interface StoredRows {
  readonly changeSet: Pick<ChangeSet, "keys" | "columns">;
  /** The relation's alias, where there are several. */
  readonly alias?: string;
}

/** What an expression over stored columns means for one side. */
export function onSide({ changeSet, alias }: StoredRows, expression: Expression, side: Side): Expression {
  const keys = new Set(changeSet.keys);
  const names = new Map(changeSet.columns.map(({ fieldId }) => [storedName(fieldId), keys.has(fieldId) ? STORED.key(fieldId) : CELL[side](fieldId)]));
  return replaceColumns(expression, (item) => column(names.get(item.name) ?? item.name, alias));
}

/** Whether a reader sees the row of one side. */
export function shows(rows: StoredRows, plan: ReadPlan, side: Side): Expression {
  const has = column(HAS[side], rows.alias);
  return plan.filter === undefined ? has : and(has, call("coalesce", onSide(rows, plan.filter, side), literal(false)));
}

/** Whether a reader sees every row of the sides there are. */
const showsAll = (rows: StoredRows, plan: ReadPlan, sides: readonly Side[]): Expression =>
  and(...sides.map((side) => or(not(column(HAS[side], rows.alias)), shows(rows, plan, side))));

/** The reader's own condition, over stored columns, in terms of what the plan makes of them. Throws `lake.plan_invalid`. */
function asSeen(plan: ReadPlan, filter: Expression): Expression {
  const invalid = (reason: string): Error => problem("lake.plan_invalid", { reason });
  if (!isRowExpression(filter)) throw invalid("a condition is not computed from one row");
  return replaceColumns(filter, ({ name }) => {
    const planned = plan.columns.find((item) => item.fieldId === storedFieldId(name));
    if (planned === undefined) throw invalid(`a condition names the field ${storedFieldId(name)}, which is not shown`);
    return planned.mask ?? storedColumn(planned.fieldId);
  });
}

function hasKey({ changeSet, alias }: StoredRows, keys: NonNullable<RowSelection["keys"]>): Expression {
  if (changeSet.keys.length === 0 || keys.length === 0) return literal(false);
  const types = changeSet.keys.map((id) => changeSet.columns.find((item) => item.fieldId === id)?.sqlType ?? ({ kind: "text" } as const));
  const items = types.map((type, index) => ({ expression: tryCast(column(`k${index}`), type), as: `k${index}` }));
  const columns = types.map((_, index) => ({ name: `k${index}`, type: { kind: "text" } as const }));
  const rows = keys.filter((key) => key.length === types.length).map((key) => key.map(literal));
  const known = inQuery(
    changeSet.keys.map((id) => column(STORED.key(id), alias)),
    { kind: "select", items, from: { kind: "values", columns, rows } },
  );
  return call("coalesce", known, literal(false));
}

/** Whether a change is among those selected, of the ones the reader sees on both sides; never null. */
export function isSelected(rows: StoredRows, plan: ReadPlan, { keys, kinds, filter }: RowSelection): Expression {
  const conditions = [showsAll(rows, plan, ["old", "new"])];
  if (keys !== undefined) conditions.push(hasKey(rows, keys));
  if (kinds !== undefined) conditions.push(inList(column(STORED.kind, rows.alias), kinds.map(literal)));
  if (filter !== undefined) {
    const seen = asSeen(plan, filter);
    // Computed only where the side is seen: a condition that fails for a hidden row would tell about it.
    const meets = (side: Side): Expression => caseWhen([{ when: shows(rows, plan, side), then: onSide(rows, seen, side) }], literal(false));
    conditions.push(call("coalesce", or(meets("old"), meets("new")), literal(false)));
  }
  return and(...conditions);
}

/** Field ids of columns whose values the plan shows as they are. */
export const plainFields = (plan: ReadPlan): ReadonlySet<number> => new Set(plan.columns.filter((item) => item.mask === undefined).map((item) => item.fieldId));
