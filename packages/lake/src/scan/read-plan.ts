import { columnsOf, type Expression, isRowExpression } from "@granary/engine";
import { problem } from "@granary/protocol";
import { storedFieldId } from "../files/index.ts";
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

/** A plan that was found to fit a table. */
export interface CheckedPlan {
  readonly plan: ReadPlan;
  /** The table's column behind each planned one. */
  readonly sources: readonly LakeColumn[];
}

const invalid = (reason: string): Error => problem("lake.plan_invalid", { reason });

function requireFields(expression: Expression | undefined, known: ReadonlyMap<number, LakeColumn>): void {
  if (expression === undefined) return;
  if (!isRowExpression(expression)) throw invalid("an expression is not computed from one row");
  for (const name of columnsOf(expression)) {
    const id = storedFieldId(name);
    if (!known.has(id)) throw invalid(`the table has no field ${id}`);
  }
}

/** Throws `lake.plan_invalid` when the plan lists no column, a name twice, or a column the table does not have. */
export function checkPlan(table: Pick<OpenTable, "columns">, plan: ReadPlan): CheckedPlan {
  if (plan.columns.length === 0) throw invalid("it shows no column");
  if (new Set(plan.columns.map((item) => item.name)).size < plan.columns.length) throw invalid("it shows two columns of one name");
  const known = new Map(table.columns.map((item) => [item.fieldId, item]));
  for (const expression of [plan.filter, ...plan.columns.map((item) => item.mask)]) requireFields(expression, known);
  const sources = plan.columns.map(({ fieldId }) => {
    const found = known.get(fieldId);
    if (found === undefined) throw invalid(`the table has no field ${fieldId}`);
    return found;
  });
  return { plan, sources };
}
