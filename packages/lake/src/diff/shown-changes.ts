import {
  and,
  call,
  caseWhen,
  cast,
  column,
  compare,
  type Expression,
  inList,
  isNull,
  isRowExpression,
  like,
  literal,
  not,
  or,
  type Query,
  replaceColumns,
  type SelectItem,
} from "@granary/engine";
import { problem } from "@granary/protocol";
import { storedColumn, storedFieldId, storedName } from "../files/index.ts";
import type { ReadPlan } from "../scan/index.ts";
import { STORED } from "./names.ts";
import type { ChangeSet, ChangesRequest } from "./types.ts";

/** Columns of `shownChanges`, beside `STORED.kind`, `copies` and `newPlace`. */
export const POSITION = "position";
export const [SHOWS_OLD, SHOWS_NEW, FORMAT_ONLY] = ["shows_old", "shows_new", "format_only"] as const;
export const shownOld = (index: number): string => `shown_old_${index}`;
export const shownNew = (index: number): string => `shown_new_${index}`;
export const isChanged = (index: number): string => `is_changed_${index}`;
export const shownDamage = (index: number): string => `damage_of_${index}`;

const TEXT = { kind: "text" } as const;
const named = (name: string): SelectItem => ({ expression: column(name), as: name });

/** What an expression over the fields of a row means for the row before, or after. */
function ofSide(changeSet: ChangeSet, expression: Expression, side: "old" | "new"): Expression {
  const keys = new Set(changeSet.keys);
  const names = new Map(changeSet.columns.map(({ fieldId }) => [storedName(fieldId), keys.has(fieldId) ? STORED.key(fieldId) : STORED[side](fieldId)]));
  return replaceColumns(expression, (item) => column(names.get(item.name) ?? item.name));
}

const rawChanged = (index: number): string => `stored_changed_${index}`;

/** Both sides of each change as the reader sees them: a row the filter hides is not there. */
function shownRows(changeSet: ChangeSet, plan: ReadPlan, path: string, after: number): Query {
  const keys = new Set(changeSet.keys);
  const shows = (has: string, side: "old" | "new"): Expression =>
    and(column(has), ...(plan.filter === undefined ? [] : [call("coalesce", ofSide(changeSet, plan.filter, side), literal(false))]));
  const [old, fresh] = [shows(STORED.hasOld, "old"), shows(STORED.hasNew, "new")];
  const cell = (isShown: Expression, value: Expression): Expression => caseWhen([{ when: isShown, then: value }], literal(null));
  const cells = plan.columns.flatMap((item, index): SelectItem[] => {
    const value = item.mask ?? storedColumn(item.fieldId);
    const isKey = keys.has(item.fieldId);
    const damage = changeSet.hasDamage === true && !isKey ? column(STORED.damage(item.fieldId)) : cast(literal(null), TEXT);
    return [
      { expression: cell(old, ofSide(changeSet, value, "old")), as: shownOld(index) },
      { expression: cell(fresh, ofSide(changeSet, value, "new")), as: shownNew(index) },
      { expression: isKey ? literal(false) : column(STORED.changed(item.fieldId)), as: rawChanged(index) },
      { expression: damage, as: shownDamage(index) },
    ];
  });
  return {
    kind: "select",
    items: [
      ...[POSITION, STORED.kind, STORED.copies, STORED.newPlace].map(named),
      { expression: old, as: SHOWS_OLD },
      { expression: fresh, as: SHOWS_NEW },
      ...cells,
    ],
    from: { kind: "parquetFiles", paths: [path], rowPositionAs: POSITION },
    where: compare(column(POSITION), ">", literal(after)),
  };
}

/** The kind a change has for a reader who may see one side of it only. */
function shownKind(): Expression {
  const isModified = compare(column(STORED.kind), "=", literal("modified"));
  return caseWhen(
    [
      { when: and(isModified, not(column(SHOWS_OLD))), then: literal("added") },
      { when: and(isModified, not(column(SHOWS_NEW))), then: literal("removed") },
    ],
    column(STORED.kind),
  );
}

function flagged(changeSet: ChangeSet, plan: ReadPlan, path: string, after: number): Query {
  const dropped = new Set(changeSet.dropped);
  const isBoth = and(compare(column(STORED.kind), "=", literal("modified")), column(SHOWS_OLD), column(SHOWS_NEW));
  const cells = plan.columns.flatMap((item, index): SelectItem[] => {
    const differs = compare(column(shownOld(index)), "is distinct from", column(shownNew(index)));
    const isMasked = item.mask !== undefined;
    const isDamaged = not(isNull(column(shownDamage(index))));
    // A mask may hide that a value changed, and show that one changed it goes by.
    const changed = isMasked ? and(differs, not(isDamaged)) : column(rawChanged(index));
    const damage = caseWhen([{ when: isMasked ? and(isBoth, differs) : isBoth, then: column(shownDamage(index)) }], literal(null));
    return [
      named(shownOld(index)),
      named(shownNew(index)),
      { expression: dropped.has(item.fieldId) ? literal(false) : and(isBoth, changed), as: isChanged(index) },
      { expression: damage, as: shownDamage(index) },
    ];
  });
  const names = [POSITION, STORED.copies, STORED.newPlace, SHOWS_OLD, SHOWS_NEW];
  return {
    kind: "select",
    items: [...names.map(named), { expression: shownKind(), as: STORED.kind }, ...cells],
    from: { kind: "query", query: shownRows(changeSet, plan, path, after) },
    where: or(column(SHOWS_OLD), column(SHOWS_NEW)),
  };
}

/** Names of the cells' columns, in groups of all columns of the plan. */
export const cellNames = (plan: ReadPlan): readonly string[] =>
  [shownOld, shownNew, isChanged, shownDamage].flatMap((name) => plan.columns.map((_, index) => name(index)));

/**
 * The changes behind a position as a reader sees them, each with what became of every cell. A row that differs only where the
 * reader may not look is not there; one of which nothing but the format of values differs is `format_only`.
 */
export function shownChanges(changeSet: ChangeSet, plan: ReadPlan, path: string, after = -1): Query {
  const isModified = compare(column(STORED.kind), "=", literal("modified"));
  const changed = or(...plan.columns.map((_, index) => column(isChanged(index))));
  const damaged = or(...plan.columns.map((_, index) => not(isNull(column(shownDamage(index))))));
  const names = [POSITION, STORED.kind, STORED.copies, STORED.newPlace, SHOWS_OLD, SHOWS_NEW];
  return {
    kind: "select",
    items: [...names.map(named), { expression: and(isModified, not(changed)), as: FORMAT_ONLY }, ...cellNames(plan).map(named)],
    from: { kind: "query", query: flagged(changeSet, plan, path, after) },
    where: or(not(isModified), changed, damaged),
  };
}

/** The reader's condition over stored columns, for one side as the plan shows it. */
function ofShown(plan: ReadPlan, expression: Expression, name: (index: number) => string): Expression {
  return replaceColumns(expression, (item) => {
    const fieldId = storedFieldId(item.name);
    const index = plan.columns.findIndex((planned) => planned.fieldId === fieldId);
    if (index < 0) throw problem("lake.plan_invalid", { reason: `the plan does not show field ${fieldId}` });
    return column(name(index));
  });
}

const ESCAPE = "!";

function searched(plan: ReadPlan, text: string): Expression {
  const pattern = literal(`%${text.replaceAll(/[!%_]/g, (found) => `${ESCAPE}${found}`)}%`);
  const isIn = (name: string): Expression => like(cast(column(name), TEXT), pattern, { ignoreCase: true, escape: ESCAPE });
  return or(...plan.columns.flatMap((_, index) => [isIn(shownOld(index)), isIn(shownNew(index))]));
}

const surely = (condition: Expression): Expression => call("coalesce", condition, literal(false));

/** Which of the shown changes are asked for. Throws `lake.plan_invalid` for a filter the plan has no answer to. */
export function wantedChanges({ plan, kinds, changedColumn, filter, search }: Omit<ChangesRequest, "limit" | "after">): Expression {
  const conditions: Expression[] = [];
  if (kinds !== undefined) {
    const plain = kinds.filter((kind) => kind !== "format").map(literal);
    const isFormat = column(FORMAT_ONLY);
    conditions.push(or(and(inList(column(STORED.kind), plain), not(isFormat)), ...(kinds.includes("format") ? [isFormat] : [])));
  }
  if (changedColumn !== undefined) {
    const places = plan.columns.flatMap((item, index) => (item.fieldId === changedColumn ? [index] : []));
    conditions.push(or(...places.flatMap((index) => [column(isChanged(index)), not(isNull(column(shownDamage(index))))])));
  }
  if (filter !== undefined) {
    if (!isRowExpression(filter)) throw problem("lake.plan_invalid", { reason: "a filter is computed from the values of one row" });
    const [old, fresh] = [ofShown(plan, filter, shownOld), ofShown(plan, filter, shownNew)];
    conditions.push(or(and(column(SHOWS_OLD), surely(old)), and(column(SHOWS_NEW), surely(fresh))));
  }
  if (search !== undefined && search !== "") conditions.push(surely(searched(plan, search)));
  return and(...conditions);
}
