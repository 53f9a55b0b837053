import { isAppError } from "@granary/kernel";
import { problem } from "@granary/protocol";
import type { Ctx, TxCtx } from "../context/index.ts";
import { type DatasetRow, requireDataset } from "../datasets/index.ts";
import type { Reviewed } from "./readiness.ts";
import { findGroupFacts, listReviewRows, type ReviewRow } from "./review-store.ts";
import { findRules, type KeptRules } from "./rules/store.ts";
import { type ChangeRow, findChangeRow, findRevisionRow, holdChange, listRevisionRows, type RevisionRow } from "./store.ts";

type Db = Ctx["db"] | TxCtx["db"];

/** A request with all that is decided by, for somebody who sees its dataset. */
export interface SeenChange extends Reviewed {
  readonly row: ChangeRow;
  readonly dataset: DatasetRow;
  /** Whether the dataset lies in the trash. */
  readonly isGone: boolean;
  /** A newer revision that is being compared or could not be. */
  readonly pending: RevisionRow | undefined;
}

async function datasetOf(ctx: Ctx | TxCtx, id: string): Promise<Pick<SeenChange, "dataset" | "isGone">> {
  const { trashed_at } = (await ctx.db.selectFrom("datasets").select("trashed_at").where("id", "=", id).executeTakeFirst()) ?? { trashed_at: null };
  const isGone = trashed_at !== null;
  try {
    return { dataset: await requireDataset(ctx, id, "viewer", { trashed: isGone }), isGone };
  } catch (error) {
    if (isAppError(error) && (error.code === "dataset.not_found" || error.code === "dataset.not_shared"))
      throw problem("change.not_found", {}, { cause: error });
    throw error;
  }
}

const groupIdsOf = ({ review }: KeptRules): readonly string[] => [
  ...(review.groupId === null ? [] : [review.groupId]),
  ...review.owners.map(({ groupId }) => groupId),
];

/** What rules and reviews come to, with who is in which group. */
export async function findGroupsOf(
  db: Db,
  rules: readonly KeptRules[],
  reviews: readonly ReviewRow[],
  besides: readonly string[] = [],
): Promise<Reviewed["groups"]> {
  const reviewers = reviews.flatMap(({ reviewer_id }) => reviewer_id ?? []);
  return findGroupFacts(db, [...new Set(rules.flatMap(groupIdsOf))], [...new Set([...reviewers, ...besides])]);
}

async function newestRevisions(db: Db, row: ChangeRow): Promise<Pick<SeenChange, "current" | "pending">> {
  const [newest] = await listRevisionRows(db, row.id, { before: undefined, limit: 1 });
  if (newest === undefined || newest.number === row.revision) return { current: newest, pending: undefined };
  return { current: row.revision === 0 ? undefined : await findRevisionRow(db, row.id, row.revision), pending: newest };
}

/** A request by its id or number. Throws `change.not_found`, also when the caller may not see its dataset. */
export async function requireChange(ctx: Ctx | TxCtx, idOrNumber: string): Promise<SeenChange> {
  const read = await findChangeRow(ctx.db, idOrNumber);
  if (read === undefined) throw problem("change.not_found");
  const seen = await datasetOf(ctx, read.dataset_id);
  const found = await newestRevisions(ctx.db, read);
  // A revision that became ready since the request was read is its current one by now.
  const row = found.pending?.state === "ready" ? ((await findChangeRow(ctx.db, read.id)) ?? read) : read;
  const revisions = row === read ? found : await newestRevisions(ctx.db, row);
  const [rules, reviews] = [await findRules(ctx.db, row.dataset_id), await listReviewRows(ctx.db, [row.id])];
  const self = ctx.principal.userId === null ? [] : [ctx.principal.userId];
  return { row, ...seen, ...revisions, rules, reviews, groups: await findGroupsOf(ctx.db, [rules], reviews, self) };
}

/** A request as it is once nobody else moves it any more, until the transaction ends. */
export async function holdSeenChange(ctx: TxCtx, idOrNumber: string): Promise<SeenChange> {
  const row = await findChangeRow(ctx.db, idOrNumber);
  if (row === undefined) throw problem("change.not_found");
  await holdChange(ctx.db, row.id);
  return requireChange(ctx, row.id);
}
