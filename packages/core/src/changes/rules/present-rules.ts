import type { Id } from "@granary/kernel";
import type { ChangeRules } from "@granary/protocol";
import { atLeast, mayDo } from "../../access/index.ts";
import type { Principal } from "../../context/index.ts";
import type { DatasetRow } from "../../datasets/index.ts";
import type { KeptRules } from "./store.ts";

/** Whether somebody may say what a dataset asks of its change requests: its owners may, who see all its columns. */
export const maySetRules = (principal: Principal, { decision }: DatasetRow): boolean =>
  atLeast(decision.level, "owner") && !decision.hides.columns && mayDo(principal, "dataset:update");

/** Rules as somebody sees them, without the columns they do not. */
export function presentRules(principal: Principal, dataset: DatasetRow, rules: KeptRules): ChangeRules {
  const names = new Map((dataset.columns ?? []).map(({ fieldId, name }) => [fieldId, name]));
  const named = (fieldIds: readonly number[]): string[] => fieldIds.flatMap((fieldId) => names.get(fieldId) ?? []);
  const { review, setBy, setByName } = rules;
  return {
    version: rules.version,
    approvals: review.approvals,
    groupId: review.groupId as Id<"group"> | null,
    owners: review.owners.map(({ fieldIds, tag, groupId }) => ({ columns: named(fieldIds), tag, groupId: groupId as Id<"group"> })),
    extraOnDeletes: review.extraOnDeletes,
    extraAboveShare: review.extraAboveShare,
    autoApproveBelow: review.autoApproveBelow,
    strictness: rules.strictness,
    columnGroups: rules.columnGroups.map(named).filter((group) => group.length > 1),
    comparisons: rules.comparisons.flatMap(({ fieldId, trim = false, collapseSpaces = false, ignoreCase = false, ...tolerances }) => {
      const column = names.get(fieldId);
      return column === undefined ? [] : [{ column, trim, collapseSpaces, ignoreCase, ...tolerances }];
    }),
    setBy: setBy === null || setByName === null ? null : { id: setBy as Id<"user">, name: setByName },
    setAt: rules.setAt?.toISOString() ?? null,
    can: { edit: maySetRules(principal, dataset) },
  };
}
