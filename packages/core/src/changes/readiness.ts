import type { ChangeRequest, ChangeState } from "@granary/protocol";
import type { DatasetRow } from "../datasets/index.ts";
import type { GroupFacts, ReviewRow } from "./review-store.ts";
import type { KeptRules } from "./rules/store.ts";
import { changedFields } from "./sight.ts";
import { isInReview } from "./states.ts";
import type { ChangeRow, RevisionRow } from "./store.ts";

type Demand = ChangeRequest["demands"][number];

/** All that decides whether a request may be merged, besides what others did to the dataset. */
export interface Reviewed {
  readonly row: Pick<ChangeRow, "kind" | "author_id" | "co_author_ids" | "state">;
  readonly dataset: Pick<DatasetRow, "column_tags">;
  /** The newest revision that is ready. */
  readonly current: RevisionRow | undefined;
  readonly rules: KeptRules;
  readonly reviews: readonly ReviewRow[];
  readonly groups: GroupFacts;
}

/** Who proposed the request or a part of it. */
export const isAuthor = ({ author_id, co_author_ids }: Reviewed["row"], userId: string | null): boolean =>
  userId !== null && (author_id === userId || co_author_ids.includes(userId));

/** Whether something else is proposed by now than what a review is about. */
export const isStale = ({ current }: Pick<Reviewed, "current">, review: ReviewRow): boolean =>
  current === undefined || review.revision !== current.number || review.digest !== current.digest;

/** The last verdict of each reviewer that was not put aside. Authors answer for nothing of their own. */
function verdicts({ row, reviews }: Reviewed): readonly ReviewRow[] {
  const last = new Map<string, ReviewRow>();
  for (const review of reviews)
    if (review.reviewer_id !== null && review.is_member && review.verdict !== "comment" && !isAuthor(row, review.reviewer_id))
      last.set(review.reviewer_id, review);
  return [...last.values()].filter((review) => review.dismissed_at === null);
}

/** People whose approval of what is proposed now counts. */
export const approvers = (reviewed: Reviewed): readonly string[] =>
  verdicts(reviewed).flatMap((review) =>
    review.verdict === "approve" && !isStale(reviewed, review) && review.reviewer_id !== null ? [review.reviewer_id] : [],
  );

/** Reviews that ask for something else and stand until their reviewer looks again. */
export const objections = (reviewed: Reviewed): readonly ReviewRow[] => verdicts(reviewed).filter(({ verdict }) => verdict === "request_changes");

/** Rows that a revision changes in effect. */
function changedRows({ current }: Reviewed): { readonly all: number; readonly removed: number; readonly base: number } {
  const counts = current?.keptCounts;
  if (counts === null || counts === undefined) return { all: 0, removed: 0, base: 0 };
  return { all: counts.added + counts.removed + counts.modified, removed: counts.removed, base: counts.baseRows };
}

/** Whether a request is so small that nobody has to look at it. Never with deleted rows, never for columns. */
function isBelowLimit(reviewed: Reviewed): boolean {
  const { autoApproveBelow } = reviewed.rules.review;
  const { all, removed } = changedRows(reviewed);
  return reviewed.row.kind === "rows" && reviewed.current !== undefined && autoApproveBelow !== null && removed === 0 && all < autoApproveBelow;
}

function extras(reviewed: Reviewed): readonly Pick<Demand, "kind" | "text">[] {
  const { extraOnDeletes, extraAboveShare } = reviewed.rules.review;
  const { all, removed, base } = changedRows(reviewed);
  const isLarge = extraAboveShare !== null && base > 0 && all / base > extraAboveShare;
  return [
    ...(extraOnDeletes && removed > 0 ? [{ kind: "deletes", text: "more approvals, because rows are deleted" } as const] : []),
    ...(isLarge
      ? [{ kind: "share", text: `more approvals, because more than ${Math.round((extraAboveShare ?? 0) * 100)} % of the rows change` } as const]
      : []),
  ];
}

/** Groups that own what changes. */
function ownerGroups({ current, dataset, rules, row }: Reviewed): readonly string[] {
  const changed = new Set(current === undefined ? [] : changedFields(current));
  const isTouched = (fieldId: number): boolean => row.kind === "schema" || changed.has(fieldId);
  const tagged = (tag: string): number[] =>
    Object.entries(dataset.column_tags ?? {}).flatMap(([fieldId, tags]) => (tags.includes(tag) ? [Number(fieldId)] : []));
  const touched = rules.review.owners.filter(({ fieldIds, tag }) => [...fieldIds, ...(tag === null ? [] : tagged(tag))].some(isTouched));
  return [...new Set(touched.map(({ groupId }) => groupId))];
}

/** What the dataset's rules ask of a request, and how much of it is there. */
export function demandsOn(reviewed: Reviewed): readonly Demand[] {
  const { groups, rules } = reviewed;
  const approving = approvers(reviewed);
  const inGroup = (groupId: string): readonly string[] => approving.filter((person) => groups.members.get(groupId)?.has(person) === true);
  const nameOf = (groupId: string): string => groups.names.get(groupId) ?? "a group that is gone";
  const { approvals, groupId } = rules.review;
  const counted = groupId === null ? approving : inGroup(groupId);
  const isSmall = isBelowLimit(reviewed);
  const needed = isSmall ? 0 : approvals;
  const from = groupId === null ? "anybody who may review it" : nameOf(groupId);
  const base: Demand = {
    kind: groupId === null ? "approvals" : "group",
    text: `approvals by ${from}`,
    needed,
    given: Math.min(needed, counted.length),
  };
  const more = (isSmall ? [] : extras(reviewed)).map((extra, index): Demand => ({ ...extra, needed: 1, given: counted.length > needed + index ? 1 : 0 }));
  const owners = ownerGroups(reviewed).map(
    (owner): Demand => ({
      kind: "group",
      text: `approvals by ${nameOf(owner)}, whose columns change`,
      needed: 1,
      given: Math.min(1, inGroup(owner).length),
    }),
  );
  return [...(needed === 0 ? [] : [base]), ...more, ...owners];
}

/** Approvals of all demands together. */
export const approvalsOf = (demands: readonly Demand[]): { readonly given: number; readonly needed: number } => ({
  given: demands.reduce((sum, { given }) => sum + given, 0),
  needed: demands.reduce((sum, { needed }) => sum + needed, 0),
});

const isMet = (demands: readonly Demand[]): boolean => demands.every(({ given, needed }) => given >= needed);

/** Proposed rows that cannot be told apart stand against everything else. */
export const hasKeyFaults = ({ current }: Pick<Reviewed, "current">): boolean => (current?.keptCounts?.keyFaults.rows ?? 0) > 0;

/** Whether anything is proposed: rows in effect, or columns. */
export function proposesSomething({ current }: Pick<Reviewed, "current">): boolean {
  if (current === undefined) return false;
  const counts = current.keptCounts;
  return current.document !== null || (counts !== null && counts.added + counts.removed + counts.modified + counts.formatOnly > 0);
}

/** Why a request cannot be merged although nobody changed its dataset: the one thing that both shows and refuses it. */
export function blockersOf(reviewed: Reviewed): readonly string[] {
  const { current, row } = reviewed;
  if (!isInReview(row.state)) return [];
  if (current === undefined) return ["nothing is proposed yet"];
  const counts = current.keptCounts;
  const isOnlyFormat = counts !== null && counts.formatOnly > 0 && counts.added + counts.removed + counts.modified === 0;
  return [
    ...objections(reviewed).map(({ reviewer_name }) => `${reviewer_name ?? "Somebody"} asked for changes`),
    ...demandsOn(reviewed)
      .filter(({ given, needed }) => given < needed)
      .map(({ text, given, needed }) => `${given} of ${needed} ${text}`),
    ...(hasKeyFaults(reviewed) ? ["proposed rows cannot be told apart by their keys"] : []),
    ...(isOnlyFormat ? ["only formats of values differ, which are kept as they are unless they are accepted"] : []),
  ];
}

/** The state a request in review is in by its reviews. */
export function stateByReviews(reviewed: Reviewed): ChangeState {
  const against = objections(reviewed);
  if (against.some((review) => !isStale(reviewed, review))) return "changes_requested";
  return against.length === 0 && isMet(demandsOn(reviewed)) && !hasKeyFaults(reviewed) ? "approved" : "open";
}
