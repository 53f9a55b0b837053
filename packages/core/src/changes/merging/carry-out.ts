import type { RunningJob } from "@granary/jobs";
import type { Id } from "@granary/kernel";
import { isAppError } from "@granary/kernel";
import type { WritePhase } from "@granary/lake";
import { errorSpec, problem } from "@granary/protocol";
import type { Ctx, Principal, TxCtx } from "../../context/index.ts";
import { type AddedVersion, addVersion, applySchemaDocument, openTarget, requireSameTarget, withRestaging } from "../../datasets/index.ts";
import { findPrincipalOfUser } from "../../identity/index.ts";
import { mergeInput } from "../mergeability.ts";
import { moveState } from "../move-state.ts";
import { blockersOf, stateByReviews } from "../readiness.ts";
import { refuse, whyNotBypass, whyNotMerge } from "../refusals.ts";
import { holdSeenChange, requireChange, type SeenChange } from "../seen-change.ts";
import { stateWords } from "../states.ts";
import { type ChangeRow, findChangeRow, type KeptFault } from "../store.ts";
import { authorsOf, tell } from "../tell.ts";

/** What the job answers. */
export interface MergeResult {
  readonly version: number;
  readonly added: number;
  readonly updated: number;
  readonly deleted: number;
  /** Rows that others had changed to the very same. */
  readonly already: number;
}

interface Merge {
  /** As whoever merges. */
  readonly merger: Ctx;
  readonly row: ChangeRow;
  readonly job: RunningJob;
}

const PHASES: Readonly<Record<WritePhase, string>> = { reading: "Reading", matching: "Comparing with the newest version", writing: "Storing" };
const NO_ROWS = { added: 0, updated: 0, deleted: 0, already: 0 } as const;

/** What merging says of itself in the dataset's history. */
const reasonOf = ({ row }: Pick<Merge, "row">): string =>
  [`#${row.number} ${row.title}`, ...(row.bypass_reason === null ? [] : [`merged past its rules: ${row.bypass_reason}`])].join(" – ");

/** The merger's rights and the reviews are looked at again where the merge commits: either may have gone since. */
async function requireMergeable(ctx: TxCtx, { row }: Merge): Promise<SeenChange> {
  const seen = await holdSeenChange(ctx, row.id);
  if (seen.row.state !== "merging" || seen.isGone)
    throw problem("change.state_wrong", { state: seen.isGone ? "about a dataset that lies in the trash" : stateWords(seen.row.state) });
  const reasons = row.bypass_reason === null ? blockersOf({ ...seen, row: { ...seen.row, state: "approved" } }) : [];
  if (reasons.length > 0) throw problem("change.not_approved", { reasons: reasons.join("; ") });
  return seen;
}

/** Ends the merge with the version it made: state, event and the job's own end. */
async function end(ctx: TxCtx, merge: Merge, version: AddedVersion, rows: Omit<MergeResult, "version">): Promise<MergeResult> {
  const { merger, job } = merge;
  const { row, current } = await requireMergeable(ctx, merge);
  const result = { version: version.number, ...rows };
  const data = { version: version.number, revision: current?.number, digest: current?.digest, bypass: row.bypass_reason, ...rows };
  const by = merger.principal;
  await moveState(ctx, row, "merged", { type: "change.merged", data, by, fields: { merged_version: version.number, merged_at: ctx.now, mergeFault: null } });
  await tell(ctx, row, { to: authorsOf(row), kind: "change.merged", what: `was merged by ${by.name}`, body: `It is version ${version.number}.` });
  await endReverted(ctx, merge);
  await ctx.enqueue("personal_data.scan", { datasetId: row.dataset_id }, { uniqueKey: `${row.dataset_id}@${version.number}` });
  await job.finish(ctx.db, result);
  return result;
}

/** The request that this one takes back is reverted now. */
async function endReverted(ctx: TxCtx, { row, merger }: Merge): Promise<void> {
  if (row.reverts_id === null) return;
  const { row: reverted } = await holdSeenChange(ctx, row.reverts_id);
  if (reverted.state === "merged") await moveState(ctx, reverted, "reverted", { type: "change.updated", data: { revertedBy: row.id }, by: merger.principal });
}

async function stageRows({ merger: ctx, row, job }: Merge) {
  const { current, rules } = await requireChange(ctx, row.id);
  const changeSet = current?.changeSet ?? null;
  const target = await openTarget(ctx, row.dataset_id);
  if (changeSet === null || target === undefined) throw problem("change.not_ready");
  const staged = await ctx.services.lake.stageMerge({
    ...(await mergeInput(ctx, { changeSet, rules, snapshotId: current?.base_snapshot_id ?? "" }, target.table)),
    rules: target.rules,
    quotable: changeSet.columns.map(({ fieldId }) => fieldId),
    batch: row.id,
    signal: ctx.signal,
    onPhase: (phase) => job.progress(0, undefined, PHASES[phase]),
  });
  return { ...staged, target, digest: current?.digest ?? null, rulesVersion: rules.version };
}

/** One snapshot, one version and the request's end, all or nothing. */
function mergeRows(ctx: Ctx, merge: Merge): Promise<MergeResult> {
  const { row, merger } = merge;
  const { principal } = merger;
  return withRestaging(
    merger,
    () => stageRows(merge),
    (staged) =>
      ctx.tx(async (tx) => {
        const ctx = { ...tx, principal };
        const published = await ctx.services.lake.publish(ctx.db, staged, { summary: { change: row.id, digest: staged.digest ?? "" } });
        await requireSameTarget(ctx, row.dataset_id, staged);
        const { rules } = await requireMergeable(ctx, merge);
        // Other rules may call other edits of others a conflict.
        if (rules.version !== staged.rulesVersion) throw problem("lake.commit_conflict");
        const { added, updated, deleted, already } = staged.rows;
        const counts = { added, removed: deleted, replaced: updated };
        const of = { datasetId: row.dataset_id, published, operation: "merged", changeId: row.id } as const;
        const version = await addVersion(ctx, { ...of, personId: principal.userId, by: principal, reason: reasonOf(merge), counts });
        return end(ctx, merge, version, { added, updated, deleted, already });
      }),
  );
}

async function mergeSchema(merge: Merge): Promise<MergeResult> {
  const { merger, row } = merge;
  const { current } = await requireChange(merger, row.id);
  if (current?.document == null) throw problem("change.not_ready");
  const ended: { result?: MergeResult } = {};
  const applied = await applySchemaDocument(merger, row.dataset_id, current.document, {
    version: current.schema_version,
    dryRun: false,
    confirm: current.source.confirm === true,
    reason: reasonOf(merge),
    merging: {
      changeId: row.id,
      end: async (ctx, version) => {
        ended.result = await end(ctx, merge, version, NO_ROWS);
      },
    },
  }).catch((error: unknown) => {
    if (!isAppError(error, "edit.conflict")) throw error;
    throw problem("change.not_approved", { reasons: "the dataset's columns were changed since; propose the change again" }, { cause: error });
  });
  if (!applied.isApplied || ended.result === undefined) throw problem("change.nothing_proposed");
  return ended.result;
}

/** Gives the request back to its reviewers with the reason. Errors that another attempt may cure leave it merging. */
async function keepFailure(ctx: Ctx, { row, by }: { readonly row: ChangeRow; readonly by: Principal | undefined }, error: unknown): Promise<void> {
  if (!isAppError(error) || errorSpec(error.code).retry === "later" || ctx.signal.aborted) return;
  const { code, message, issues } = error;
  await ctx.tx(async (ctx) => {
    const fields = { mergeFault: { code, message, issues } satisfies KeptFault, merged_by: null, bypassed_by: null, bypass_reason: null };
    const fresh = await findChangeRow(ctx.db, row.id);
    if (fresh?.state !== "merging") return;
    await moveState(ctx, fresh, await stateAfterFailure(ctx, row, by), { type: "change.merge_failed", data: { code }, result: "failure", by, fields });
    const to = [...authorsOf(row), ...(row.merged_by === null ? [] : [row.merged_by])];
    await tell(ctx, row, { to, kind: "change.merge_failed", what: "could not be merged", body: "Look at what stands against it." });
  });
}

/** Approved still, unless it was merged past its rules. */
async function stateAfterFailure(ctx: TxCtx, row: ChangeRow, by: Principal | undefined) {
  if (by === undefined) return row.bypass_reason === null ? "approved" : "open";
  try {
    return stateByReviews(await holdSeenChange({ ...ctx, principal: by }, row.id));
  } catch (error) {
    // Who merges may have lost sight of the dataset, which is why it failed.
    if (!isAppError(error, "change.not_found")) throw error;
    return row.bypass_reason === null ? "approved" : "open";
  }
}

/**
 * Merges an approved request: conflicts and the dataset's rules are looked at over the newest version, and snapshot, version, state,
 * event and the job's own end commit together. Run again after a crash it does its work once.
 */
export async function carryOutMerge(ctx: Ctx, changeId: string, job: RunningJob): Promise<MergeResult> {
  const row = await findChangeRow(ctx.db, changeId);
  if (row === undefined) throw problem("change.not_found");
  if (row.merged_version !== null) return { version: row.merged_version, ...NO_ROWS };
  if (row.state !== "merging") throw problem("change.state_wrong", { state: stateWords(row.state) });
  const principal = row.merged_by === null ? undefined : await findPrincipalOfUser(ctx.services, row.merged_by as Id<"user">, ctx.workspaceId);
  try {
    if (principal === undefined) throw problem("access.denied", { permission: "membership of the workspace" });
    const merge = { merger: { ...ctx, principal }, row, job };
    const seen = await requireChange(merge.merger, row.id);
    const inReview = { ...seen, row: { ...seen.row, state: "approved" as const } };
    refuse(row.bypass_reason === null ? whyNotMerge(merge.merger, inReview) : whyNotBypass(merge.merger, inReview));
    return row.kind === "schema" ? await mergeSchema(merge) : await mergeRows(ctx, merge);
  } catch (error) {
    await keepFailure(ctx, { row, by: principal }, error);
    throw error;
  }
}
