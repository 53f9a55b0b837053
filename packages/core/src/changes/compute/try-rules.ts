import { isAppError } from "@granary/kernel";
import type { ChangeSet } from "@granary/lake";
import type { Ctx } from "../../context/index.ts";
import { openTarget } from "../../datasets/index.ts";
import { mergeInput } from "../mergeability.ts";
import type { KeptRules } from "../rules/store.ts";
import type { ChangeRow, RevisionRow, RulesTried } from "../store.ts";

interface Tried {
  readonly row: ChangeRow;
  readonly revision: RevisionRow;
  readonly rules: KeptRules;
  readonly changeSet: ChangeSet;
  /** The newest version. */
  readonly version: number;
}

/**
 * Merges without publishing, to tell reviewers whether the merged rows would keep to the dataset's rules. Null where that cannot be
 * told, as what others changed stands in the way; the merge itself looks again.
 */
export async function tryRules(ctx: Ctx, { row, revision, rules, changeSet, version }: Tried): Promise<RulesTried | null> {
  const target = await openTarget(ctx, row.dataset_id);
  if (target === undefined) return null;
  const { lake } = ctx.services;
  try {
    const staged = await lake.stageMerge({
      ...(await mergeInput(ctx, { changeSet, rules, snapshotId: revision.base_snapshot_id }, target.table)),
      rules: target.rules,
      quotable: changeSet.columns.map(({ fieldId }) => fieldId),
      batch: row.id,
      signal: ctx.signal,
    });
    await lake.discard(staged);
    return { version, fault: null };
  } catch (error) {
    if (ctx.signal.aborted || !isAppError(error)) throw error;
    if (error.code === "change.rules_broken") return { version, fault: { code: error.code, message: error.message, issues: error.issues } };
    ctx.log.info({ change: row.id, code: error.code }, "the rules of a dataset could not be tried on a change request");
    return null;
  }
}
