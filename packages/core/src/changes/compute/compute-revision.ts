import type { RunningJob } from "@granary/jobs";
import { isAppError } from "@granary/kernel";
import { errorSpec, problem } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { findDocumentFaults, readerFor, requireDataset } from "../../datasets/index.ts";
import { openChange } from "../commands/submit-change.ts";
import { forgetEdits } from "../edits/store.ts";
import { completeRevision, type Computed, failRevision, insertChange, insertReadyRevision } from "../insert-change.ts";
import { moveState, recordChange } from "../move-state.ts";
import { hasKeyFaults, stateByReviews } from "../readiness.ts";
import { findRules } from "../rules/store.ts";
import { holdSeenChange, requireChange, type SeenChange } from "../seen-change.ts";
import { isInReview, isProposable, stateWords } from "../states.ts";
import { type ChangeRow, findChangeRow, findRevisionRow, type KeptCounts, listRevisionRows, type RevisionRow } from "../store.ts";
import { authorsOf, reviewersOf, tell } from "../tell.ts";
import { type ComputedRows, computeRows } from "./compute-rows.ts";
import { digestOf } from "./digest.ts";
import { tryRules } from "./try-rules.ts";
import { warningsOf } from "./warnings.ts";

/** What the job answers: counts alone, no names and values. */
export interface ComputeResult {
  readonly revision: number;
  readonly added: number;
  readonly removed: number;
  readonly modified: number;
}

const resultOf = (revision: number, counts: KeptCounts | null): ComputeResult => ({
  revision,
  added: counts?.added ?? 0,
  removed: counts?.removed ?? 0,
  modified: counts?.modified ?? 0,
});

interface Work {
  /** As whoever asked for the revision. */
  readonly asker: Ctx;
  readonly row: ChangeRow;
  readonly revision: RevisionRow;
  readonly job: RunningJob;
}

/** A revision's outcome, with what was left out of it. */
interface Outcome {
  readonly computed: Computed;
  readonly left: { readonly computed: Computed } | null;
}

function refuseNothing({ changeSet, counts }: ComputedRows): void {
  const { added, removed, modified, formatOnly, keyFaults } = counts;
  if (changeSet.file === null || added + removed + modified + formatOnly + keyFaults.rows === 0) throw problem("change.nothing_proposed");
}

async function outcomeOfRows(ctx: Ctx, { asker, row, revision, job }: Work): Promise<Outcome> {
  const rules = await findRules(ctx.db, row.dataset_id);
  const found = await computeRows({ ctx: asker, row, revision, rules, job });
  refuseNothing(found);
  const { data_version: newest } = await requireDataset(asker, row.dataset_id);
  const isMissingKept = revision.source.from === "file" && revision.source.missing === "kept";
  const versionsBehind = newest - revision.base_version;
  const { schema_version: schemaVersion } = revision;
  const { added, removed, modified, keyFaults } = found.counts;
  const isMerged = added + removed + modified > 0 && keyFaults.rows === 0;
  const rulesTried = isMerged ? await tryRules(asker, { row, revision, rules, changeSet: found.changeSet, version: newest }) : null;
  const of = (
    { changeSet, counts }: Pick<ComputedRows, "changeSet" | "counts">,
    looked: { rekeyed: number; damagedKeys: number; proposedRows: number | null },
  ): Computed => ({
    changeSet,
    counts,
    warnings: warningsOf({ counts, ...looked, isMissingKept, versionsBehind }),
    rulesTried: changeSet === found.changeSet ? rulesTried : null,
    digest: digestOf({ schemaVersion, rulesVersion: rules.version, what: changeSet }),
    rulesVersion: rules.version,
  });
  const left = found.left === null ? null : { computed: of(found.left, { rekeyed: 0, damagedKeys: 0, proposedRows: null }) };
  return { computed: of(found, found), left };
}

/** Columns are looked through for rows that stand against them; that there are some is shown and stops the merge alone. */
async function outcomeOfSchema(ctx: Ctx, { asker, row, revision }: Work): Promise<Outcome> {
  const { document } = revision;
  if (document === null) throw problem("change.nothing_proposed");
  const dataset = await requireDataset(asker, row.dataset_id);
  await findDocumentFaults(asker, dataset, document);
  const rules = await findRules(ctx.db, row.dataset_id);
  const digest = digestOf({ schemaVersion: revision.schema_version, rulesVersion: rules.version, what: document });
  return { computed: { changeSet: null, counts: null, warnings: [], rulesTried: null, digest, rulesVersion: rules.version }, left: null };
}

const MAX_TITLE = 200;

/** What was left out of a request goes on as one of its own, in the name of its author. */
async function insertFollower(ctx: TxCtx, { row, revision, asker }: Work, computed: Computed): Promise<string> {
  const title = `Left out of #${row.number} ${row.title}`.slice(0, MAX_TITLE);
  const { id } = await insertChange(ctx, { datasetId: row.dataset_id, kind: "rows", title, description: "", authorId: row.author_id, followsId: row.id });
  const base = { version: revision.base_version, snapshotId: revision.base_snapshot_id, schemaVersion: revision.schema_version };
  const source = { from: "split", changeId: row.id, revision: revision.number, asker: revision.source.asker, opens: true } as const;
  await insertReadyRevision(ctx, { changeId: id, number: 1, origin: "split", source, base, note: "", authorId: row.author_id }, computed);
  const follower = await requireChange(ctx, id);
  await moveState(ctx, follower.row, follower.row.state, { type: "change.compared", data: { revision: 1 }, by: asker.principal, fields: { revision: 1 } });
  return id;
}

function coAuthors({ row, revision }: Work): readonly string[] {
  const { author_id } = revision;
  const isKnown = author_id === null || author_id === row.author_id || row.co_author_ids.includes(author_id);
  return isKnown ? row.co_author_ids : [...row.co_author_ids, author_id];
}

async function refuseOvertaken(ctx: TxCtx, { row, revision }: Work): Promise<void> {
  const [newest] = await listRevisionRows(ctx.db, row.id, { before: undefined, limit: 1 });
  if (newest !== undefined && newest.number > revision.number) throw problem("change.overtaken");
}

/** Makes the revision the current one. Approvals of the one before count no more; those who gave them are asked again. */
async function advance(ctx: TxCtx, work: Work, audience: readonly string[]): Promise<void> {
  const { row, revision, asker } = work;
  const held = await holdSeenChange(ctx, row.id);
  if (!isProposable(held.row.state)) throw problem("change.state_wrong", { state: stateWords(held.row.state) });
  const fields = { revision: revision.number, co_author_ids: coAuthors({ ...work, row: held.row }), mergeFault: null };
  await moveState(ctx, held.row, held.row.state, { type: "change.compared", data: { revision: revision.number }, by: asker.principal, fields });
  const after = await requireChange(ctx, row.id);
  if (isInReview(after.row.state)) await askAgain(ctx, after, { audience, work });
  else if (revision.source.opens && !hasKeyFaults(after)) await openChange(ctx, after, { reviewers: audience, by: asker.principal });
}

async function askAgain(ctx: TxCtx, after: SeenChange, { audience, work }: { readonly audience: readonly string[]; readonly work: Work }): Promise<void> {
  const state = stateByReviews(after);
  if (state !== after.row.state)
    await moveState(ctx, after.row, state, {
      type: "change.updated",
      data: { before: after.row.state, after: state, because: "revision" },
      by: work.asker.principal,
    });
  const to = [...audience, ...after.reviews.flatMap(({ reviewer_id }) => reviewer_id ?? [])];
  await tell(ctx, after.row, { to, kind: "change.revised", what: "has something new to review", body: after.dataset.name });
}

async function finish(ctx: Ctx, work: Work, { computed, left }: Outcome): Promise<ComputeResult> {
  const { row, revision, asker, job } = work;
  const audience = await reviewersOf(asker, row);
  return ctx.tx(async (tx) => {
    // The job acts for whoever asked: what they see of the dataset decides, and they are told nothing of their own doing.
    const ctx = { ...tx, principal: asker.principal };
    await refuseOvertaken(ctx, work);
    await completeRevision(ctx, { changeId: row.id, number: revision.number }, computed);
    if (revision.source.from === "edits" && revision.source.isDraft) await forgetEdits(ctx.db, row.id, revision.created_at);
    await advance(ctx, work, audience);
    if (left !== null) await openFollower(ctx, work, { computed: left.computed, audience });
    const result = resultOf(revision.number, computed.counts);
    await job.finish(ctx.db, result);
    return result;
  });
}

async function openFollower(
  ctx: TxCtx,
  work: Work,
  { computed, audience }: { readonly computed: Computed; readonly audience: readonly string[] },
): Promise<void> {
  const id = await insertFollower(ctx, work, computed);
  await openChange(ctx, await requireChange(ctx, id), { reviewers: audience, by: work.asker.principal });
}

/** Notes why a proposal cannot be compared. Errors that another attempt may cure leave it as it is. */
async function keepFailure(ctx: Ctx, row: ChangeRow, revision: RevisionRow, error: unknown): Promise<void> {
  if (!isAppError(error) || errorSpec(error.code).retry === "later" || ctx.signal.aborted) return;
  const { code, message, issues } = error;
  await ctx.tx(async (ctx) => {
    await failRevision(ctx, { changeId: row.id, number: revision.number }, { code, message, issues });
    await recordChange(ctx, row, { type: "change.compare_failed", data: { revision: revision.number, code }, result: "failure" });
    const to = [...authorsOf(row), ...(revision.author_id === null ? [] : [revision.author_id])];
    await tell(ctx, row, {
      to,
      kind: "change.compare_failed",
      what: "could not be compared with its dataset",
      body: "Look at what is wrong and propose it again.",
    });
  });
}

/** Compares a revision with its base as whoever asked for it; run again after a crash it does its work once. */
export async function computeRevision(
  ctx: Ctx,
  { changeId, revision: number }: { readonly changeId: string; readonly revision: number },
  job: RunningJob,
): Promise<ComputeResult> {
  const row = await findChangeRow(ctx.db, changeId);
  const revision = row === undefined ? undefined : await findRevisionRow(ctx.db, changeId, number);
  if (row === undefined || revision === undefined) throw problem("change.not_found");
  if (revision.state === "ready") return resultOf(number, revision.keptCounts);
  try {
    const needed = revision.source.from === "selection" ? "change:read" : "change:create";
    const asker = await readerFor(ctx, revision.source.asker, needed);
    const work = { asker, row, revision, job };
    return await finish(ctx, work, row.kind === "schema" ? await outcomeOfSchema(ctx, work) : await outcomeOfRows(ctx, work));
  } catch (error) {
    await keepFailure(ctx, row, revision, error);
    throw error;
  }
}
