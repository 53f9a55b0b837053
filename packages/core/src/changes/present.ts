import type { Id } from "@granary/kernel";
import type { ChangeRequest, ChangeReview } from "@granary/protocol";
import type { Ctx, TxCtx } from "../context/index.ts";
import { checksOf } from "./checks.ts";
import { mergeabilityOf } from "./mergeability.ts";
import { presentCounts, presentFault, presentPerson, presentRevision } from "./present-revision.ts";
import { approvalsOf, approvers, blockersOf, demandsOn, isAuthor, isStale, objections } from "./readiness.ts";
import {
  type Refusal,
  whyNotBypass,
  whyNotClose,
  whyNotDelete,
  whyNotDismiss,
  whyNotEdit,
  whyNotMerge,
  whyNotPropose,
  whyNotReopen,
  whyNotRevert,
  whyNotReview,
  whyNotSplit,
  whyNotSubmit,
} from "./refusals.ts";
import type { SeenChange } from "./seen-change.ts";
import { hiddenParts } from "./sight.ts";
import { findNames, listRelatedRows } from "./store.ts";

type Reader = Pick<Ctx | TxCtx, "principal">;
type Related = Awaited<ReturnType<typeof listRelatedRows>>[number];

const may = (reason: Refusal): boolean => reason === undefined;

/** What the caller may do, by the very rules that would refuse it. */
function canDo(ctx: Reader, seen: SeenChange): ChangeRequest["can"] {
  return {
    edit: may(whyNotEdit(ctx, seen)),
    propose: may(whyNotPropose(ctx, seen)),
    submit: may(whyNotSubmit(ctx, seen)),
    comment: true,
    review: may(whyNotReview(ctx, seen)),
    merge: may(whyNotMerge(ctx, seen)),
    bypass: may(whyNotBypass(ctx, seen)),
    close: may(whyNotClose(ctx, seen)),
    reopen: may(whyNotReopen(ctx, seen)),
    revert: may(whyNotRevert(ctx, seen)),
    split: may(whyNotSplit(ctx, seen)),
    delete: may(whyNotDelete(ctx, seen)),
  };
}

/** Whether a request waits for the caller: for a review that would count for something, or for an answer to one. */
export function isWaitingFor(ctx: Reader, seen: SeenChange): boolean {
  const { userId } = ctx.principal;
  const { row, rules, groups } = seen;
  if (userId === null) return false;
  if (isAuthor(row, userId)) return row.state === "changes_requested";
  if (row.state !== "open" || whyNotReview(ctx, seen) !== undefined) return false;
  if (approvers(seen).includes(userId)) return false;
  if (objections(seen).some((review) => review.reviewer_id === userId)) return true;
  const asked = [rules.review.groupId, ...rules.review.owners.map(({ groupId }) => groupId)];
  return rules.review.groupId === null || asked.some((groupId) => groupId !== null && groups.members.get(groupId)?.has(userId) === true);
}

/** A request as a list shows it. */
export function presentSummary(ctx: Reader, seen: SeenChange) {
  const { row, dataset, current } = seen;
  return {
    id: row.id as Id<"change">,
    number: row.number,
    dataset: { id: dataset.id as Id<"dataset">, name: dataset.name },
    kind: row.kind,
    title: row.title,
    state: row.state,
    author: presentPerson(row.author_id, row.author_name),
    revision: row.revision,
    counts: presentCounts(dataset, current),
    approvals: approvalsOf(demandsOn(seen)),
    comments: row.comments,
    isWaitingForYou: isWaitingFor(ctx, seen),
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

function presentReviews(ctx: Reader, seen: SeenChange): ChangeReview[] {
  const canDismiss = may(whyNotDismiss(ctx, seen));
  return seen.reviews.map((review) => ({
    id: review.id as Id<"changeReview">,
    by: presentPerson(review.reviewer_id, review.reviewer_name),
    verdict: review.verdict,
    body: review.body,
    revision: review.revision,
    at: review.created_at.toISOString(),
    isStale: isStale(seen, review),
    dismissed:
      review.dismissed_at === null
        ? null
        : { by: presentPerson(review.dismissed_by, review.dismisser_name), reason: review.dismissed_reason ?? "", at: review.dismissed_at.toISOString() },
    can: { dismiss: canDismiss && review.verdict !== "comment" && review.dismissed_at === null },
  }));
}

const reference = ({ id, number, title }: Related) => ({ id: id as Id<"change">, number, title });

function presentRelated({ row }: SeenChange, related: readonly Related[]) {
  const named = (id: string | null) => {
    const found = id === null ? undefined : related.find((other) => other.id === id);
    return found === undefined ? null : reference(found);
  };
  const taking = related.findLast((other) => other.reverts_id === row.id && other.state !== "closed");
  return {
    reverts: named(row.reverts_id),
    revertedBy: taking === undefined ? null : reference(taking),
    follows: named(row.follows_id),
    followedBy: related.filter((other) => other.follows_id === row.id).map(reference),
  };
}

function presentEnd({ row, dataset, current }: SeenChange) {
  const { merged_version: version, merged_at: at } = row;
  const isWhole = hiddenParts(dataset, current) === undefined;
  const isMerging = row.state === "merging";
  return {
    merged:
      version === null || at === null ? null : { version, by: presentPerson(row.merged_by, row.merger_name), at: at.toISOString(), bypass: row.bypass_reason },
    mergeJobId: row.merge_job_id as Id<"job"> | null,
    mergeError: row.mergeFault === null || isMerging ? null : presentFault(row.mergeFault, isWhole ? "all" : "code"),
    closed:
      row.closed_at === null || (row.state !== "closed" && row.state !== "superseded")
        ? null
        : { by: presentPerson(row.closed_by, row.closer_name), at: row.closed_at.toISOString(), reason: row.closed_reason },
  };
}

/** A request as the caller sees it, with what they may do. In a transaction nobody looks whether it fits the newest version. */
export async function presentChange(ctx: Ctx | TxCtx, seen: SeenChange): Promise<ChangeRequest> {
  const { row, dataset, current, pending } = seen;
  const mergeability = await mergeabilityOf(ctx, seen);
  const reader = { userId: ctx.principal.userId, current: row.revision };
  const names = await findNames(ctx.db, row.co_author_ids);
  return {
    ...presentSummary(ctx, seen),
    description: row.description,
    coAuthors: row.co_author_ids.flatMap((id) => presentPerson(id, names.get(id)) ?? []),
    current: current === undefined ? null : presentRevision(current, dataset, reader),
    pending: pending === undefined ? null : presentRevision(pending, dataset, reader),
    headVersion: dataset.data_version,
    mergeability,
    checks: checksOf(seen, mergeability),
    reviews: presentReviews(ctx, seen),
    demands: [...demandsOn(seen)],
    blockers: [...blockersOf(seen), ...blockersOutside(mergeability)],
    ...presentEnd(seen),
    ...presentRelated(seen, await listRelatedRows(ctx.db, row)),
    edits: row.edits,
    version: row.version,
    openedAt: row.opened_at?.toISOString() ?? null,
    can: canDo(ctx, seen),
  };
}

const OUTSIDE: ReadonlySet<string> = new Set(["conflicts", "schema_changed", "dataset_gone"]);

const blockersOutside = ({ state, text }: ChangeRequest["mergeability"]): readonly string[] => (OUTSIDE.has(state) ? [text] : []);
