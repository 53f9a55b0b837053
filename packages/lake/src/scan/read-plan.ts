import { column, columnsOf, type Expression, type ParquetField } from "@granary/engine";
import { problem } from "@granary/protocol";
import type { LakeColumn, OpenTable } from "../table/index.ts";

/** A column the reader may see. Its value is `mask` when there is one, and otherwise the stored value. */
export interface PlannedColumn {
  /** What the reader sees it called. */
  readonly name: string;
  readonly fieldId: number;
  /** Built from `storedColumn` references; everything the reader does with the column uses the masked value. */
  readonly mask?: Expression;
}

/**
 * What a principal may see of a table: the access rules' answer, and the only way to read one. Columns that are not
 * listed do not exist for the reader.
 */
export interface ReadPlan {
  readonly columns: readonly PlannedColumn[];
  /** Rows for which this is not true are not there. Sees stored values, of hidden columns too. */
  readonly filter?: Expression;
}

const PREFIX = "field_";

/** A column's stored value inside a mask or filter: by field id, so that no rename can make it mean another column. */
export const storedColumn = (fieldId: number): Expression => column(`${PREFIX}${fieldId}`);

function fieldIdOf(name: string): number {
  const id = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length)) : Number.NaN;
  if (!Number.isSafeInteger(id) || storedName(id) !== name) throw problem("lake.plan_invalid", { reason: `an expression names ${name} instead of a field id` });
  return id;
}

const storedName = (fieldId: number): string => `${PREFIX}${fieldId}`;

function fieldIdsOf(plan: ReadPlan): ReadonlySet<number> {
  const ids = new Set(plan.columns.map((item) => item.fieldId));
  const expressions = [...plan.columns.flatMap((item) => (item.mask === undefined ? [] : [item.mask])), ...(plan.filter === undefined ? [] : [plan.filter])];
  for (const expression of expressions) for (const name of columnsOf(expression)) ids.add(fieldIdOf(name));
  return ids;
}

/** A plan that was found to fit a table. */
export interface CheckedPlan {
  readonly plan: ReadPlan;
  /** The stored columns it reads, by their internal names. */
  readonly fields: readonly ParquetField[];
  /** The table's column behind each planned one. */
  readonly sources: readonly LakeColumn[];
}

/** Throws `lake.plan_invalid` when the plan lists no column, a name twice, or a column the table does not have. */
export function checkPlan(table: Pick<OpenTable, "columns">, plan: ReadPlan): CheckedPlan {
  if (plan.columns.length === 0) throw problem("lake.plan_invalid", { reason: "it shows no column" });
  if (new Set(plan.columns.map((item) => item.name)).size < plan.columns.length)
    throw problem("lake.plan_invalid", { reason: "it shows two columns of one name" });
  const known = new Map(table.columns.map((item) => [item.fieldId, item]));
  const get = (id: number): LakeColumn => {
    const found = known.get(id);
    if (found === undefined) throw problem("lake.plan_invalid", { reason: `the table has no field ${id}` });
    return found;
  };
  const fields = [...fieldIdsOf(plan)].map((id): ParquetField => ({ fieldId: id, name: storedName(id), type: get(id).sqlType }));
  return { plan, fields, sources: plan.columns.map((item) => get(item.fieldId)) };
}
