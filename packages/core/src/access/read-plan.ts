import type { ReadPlan } from "@granary/lake";
import { problem } from "@granary/protocol";
import type { DatasetLevel } from "./dataset-access.ts";

/** A column of a dataset as plans need it. */
export interface PlannableColumn {
  readonly fieldId: number;
  readonly name: string;
}

/**
 * The one gate for reading: what a person of this level sees of a dataset's table, or a refusal. Every way rows leave
 * the platform asks here; nothing else may build a plan.
 */
export function readPlanFor(level: DatasetLevel, columns: readonly PlannableColumn[]): ReadPlan {
  if (level === "none") throw problem("dataset.not_found");
  return { columns: columns.map(({ name, fieldId }) => ({ name, fieldId })) };
}
