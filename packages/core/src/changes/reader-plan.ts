import type { ChangeSet, ReadPlan } from "@granary/lake";
import type { Readable } from "../datasets/index.ts";

/** What a reader of a version sees of a change set made of it: the columns it has, with their masks and the reader's rows. */
export function planFor({ plan }: Readable, changeSet: ChangeSet): ReadPlan {
  const known = new Set(changeSet.columns.map(({ fieldId }) => fieldId));
  return { ...plan, columns: plan.columns.filter(({ fieldId }) => known.has(fieldId)) };
}
