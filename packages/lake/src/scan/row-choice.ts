import { and, cast, column, columnsOf, compare, type Expression, isRowExpression, like, literal, or, replaceColumns, type SortKey } from "@granary/engine";
import { problem } from "@granary/protocol";
import { isSettled, storedColumn, storedFieldId } from "../files/index.ts";
import { BATCH_COLUMN, type LakeColumn, type OpenTable } from "../table/index.ts";
import { checkPlan, type PlannedColumn, type ReadPlan } from "./read-plan.ts";

/** Which of the rows and columns that a plan shows are wanted. Everything here works on what the plan shows: masked values. */
export interface RowChoice {
  readonly plan: ReadPlan;
  /** Names from the plan, in the order wanted; by default all but the platform's own columns. */
  readonly columns?: readonly string[];
  /** Computed from one row, over `column(name)` with names from the plan. */
  readonly filter?: Expression;
  /** Rows that contain a text somewhere, without regard to case. */
  readonly search?: RowSearch;
  /** Rows that one batch brought. */
  readonly batch?: string;
}

export interface RowSearch {
  readonly text: string;
  /** Names from the plan to look in; by default the columns that are shown. */
  readonly columns?: readonly string[];
}

/** A sort key of the reader. */
export interface RowOrder {
  /** A name from the plan. */
  readonly column: string;
  readonly direction: "asc" | "desc";
  /** Last unless said. */
  readonly nulls?: "first" | "last";
}

/** A column of the plan under its internal name. */
export interface VisibleColumn extends PlannedColumn {
  readonly key: string;
  readonly source: LakeColumn;
}

/** A choice checked against table and plan, with people's names replaced by internal ones. */
export interface Chosen {
  readonly table: OpenTable;
  readonly plan: ReadPlan;
  readonly shown: readonly VisibleColumn[];
  /** All columns that are shown, compared or sorted by. */
  readonly used: readonly VisibleColumn[];
  /** The reader's own conditions, over internal names. */
  readonly condition: Expression | undefined;
  /** Whether that may fail for some value, and so tell about rows that are not to be seen. */
  readonly mayFail: boolean;
  /** Conditions on stored values that the reader does not see. */
  readonly stored: readonly Expression[];
  readonly orderBy: readonly SortKey[];
  /** Stored columns needed for all that. */
  readonly fieldIds: readonly number[];
  /** What is known of the rows in terms of stored columns, for leaving out files. */
  readonly pruning: Expression;
}

export const unreadable = (reason: string): Error => problem("lake.read_invalid", { reason });

function visibleColumns(table: OpenTable, plan: ReadPlan): ReadonlyMap<string, VisibleColumn> {
  const { sources } = checkPlan(table, plan);
  return new Map(plan.columns.map((item, index) => [item.name, { ...item, key: `visible_${index}`, source: sources[index] as LakeColumn }]));
}

function pick(visible: ReadonlyMap<string, VisibleColumn>, name: string): VisibleColumn {
  const found = visible.get(name);
  if (found === undefined) throw unreadable(`there is no column ${name}`);
  return found;
}

function shownColumns(visible: ReadonlyMap<string, VisibleColumn>, names: readonly string[] | undefined): readonly VisibleColumn[] {
  const shown = names === undefined ? [...visible.values()].filter((item) => !item.source.isSystem) : names.map((name) => pick(visible, name));
  if (shown.length === 0) throw unreadable("it shows no column");
  if (new Set(shown).size < shown.length) throw unreadable("a column is asked for twice");
  return shown;
}

function filterOf(visible: ReadonlyMap<string, VisibleColumn>, filter: Expression): Expression {
  if (!isRowExpression(filter)) throw unreadable("a filter is computed from the values of one row");
  return replaceColumns(filter, (node) => column(pick(visible, node.name).key));
}

const ESCAPE = "!";

function searchOf(columns: readonly VisibleColumn[], text: string): Expression {
  const pattern = literal(`%${text.replaceAll(/[!%_]/g, (found) => `${ESCAPE}${found}`)}%`);
  return or(...columns.map((item) => like(cast(column(item.key), { kind: "text" }), pattern, { ignoreCase: true, escape: ESCAPE })));
}

function batchOf(table: OpenTable, batch: string): Expression {
  const field = table.columns.find((item) => item.name === BATCH_COLUMN);
  return field === undefined ? literal(false) : compare(storedColumn(field.fieldId), "=", literal(batch));
}

/** A condition over internal names as one over stored columns, where no mask stands between. */
export const asStored = (visible: readonly VisibleColumn[], condition: Expression): Expression =>
  replaceColumns(condition, (node) => {
    const found = visible.find((item) => item.key === node.name);
    return found === undefined || found.mask !== undefined ? node : storedColumn(found.fieldId);
  });

const storedIds = (expression: Expression): readonly number[] => [...columnsOf(expression)].map(storedFieldId);

function sortKeys(visible: ReadonlyMap<string, VisibleColumn>, orderBy: readonly RowOrder[]): readonly SortKey[] {
  const keys = new Map<string, SortKey>();
  for (const { column: name, direction, nulls = "last" } of orderBy) {
    const { key, source, mask } = pick(visible, name);
    if (mask === undefined && ["list", "struct", "map"].includes(source.sqlType.kind)) throw unreadable(`rows cannot be sorted by the nested column ${name}`);
    if (!keys.has(key)) keys.set(key, { expression: column(key), direction, nulls });
  }
  return [...keys.values()];
}

/** Checks a choice. Throws `lake.plan_invalid` when the plan does not fit the table and `lake.read_invalid` when the rest does not fit the plan. */
export function chooseRows(table: OpenTable, choice: RowChoice, orderBy: readonly RowOrder[] = []): Chosen {
  const { plan, search } = choice;
  const visible = visibleColumns(table, plan);
  const shown = shownColumns(visible, choice.columns);
  const conditions = [
    ...(choice.filter === undefined ? [] : [filterOf(visible, choice.filter)]),
    ...(search === undefined || search.text === "" ? [] : [searchOf(search.columns?.map((name) => pick(visible, name)) ?? shown, search.text)]),
  ];
  const condition = conditions.length === 0 ? undefined : and(...conditions);
  const keys = sortKeys(visible, orderBy);
  const names = new Set([
    ...shown.map((item) => item.key),
    ...(condition === undefined ? [] : columnsOf(condition)),
    ...keys.flatMap((key) => [...columnsOf(key.expression)]),
  ]);
  const used = [...visible.values()].filter((item) => names.has(item.key));
  const stored = [...(plan.filter === undefined ? [] : [plan.filter]), ...(choice.batch === undefined ? [] : [batchOf(table, choice.batch)])];
  const own = condition === undefined ? [] : [asStored(used, condition)];
  const fieldIds = [...used.flatMap((item) => (item.mask === undefined ? [item.fieldId] : storedIds(item.mask))), ...stored.flatMap(storedIds)];
  return {
    table,
    plan,
    shown,
    used,
    condition,
    stored,
    orderBy: keys,
    fieldIds: [...new Set(fieldIds)],
    pruning: and(...stored, ...own),
    mayFail: !own.every((item) => isSettled(item, table.schema)),
  };
}
