import type { Expression, SqlType } from "@granary/engine";
import { type PlannedColumn, type ReadPlan, storedColumn } from "@granary/lake";
import { problem } from "@granary/protocol";
import type { Decision } from "./decision/index.ts";
import { maskExpression, workspaceMaskKey } from "./masks/index.ts";

/** A column of a dataset as plans need it. */
export interface PlannableColumn {
  readonly fieldId: number;
  readonly name: string;
  readonly sqlType: SqlType;
}

export interface PlanInput {
  readonly workspaceId: string;
  readonly columns: readonly PlannableColumn[];
  /** The row filters of the decision over stored columns, made for these columns. */
  readonly filter: Expression | undefined;
  /** The installation's secret of masks. */
  readonly maskKey: Buffer;
}

/**
 * The one gate for reading: what a decision shows of a dataset's table, or a refusal. Every way rows leave the platform asks
 * here; nothing else may build a plan. Throws `dataset.not_found` and `dataset.all_hidden`.
 */
export function readPlanFor(decision: Decision, { workspaceId, columns, filter, maskKey }: PlanInput): ReadPlan {
  if (decision.level === "none") throw problem("dataset.not_found");
  const key = workspaceMaskKey(maskKey, workspaceId);
  const shown = columns.flatMap(({ name, fieldId, sqlType }): PlannedColumn | [] => {
    const { visibility, mask } = decision.column(fieldId);
    if (visibility === "hidden") return [];
    if (mask === undefined) return { name, fieldId };
    return { name, fieldId, mask: maskExpression({ mask, value: storedColumn(fieldId), type: sqlType, key, scope: "" }) };
  });
  if (shown.length === 0) throw problem("dataset.all_hidden");
  return { columns: shown, ...(filter === undefined ? {} : { filter }) };
}
