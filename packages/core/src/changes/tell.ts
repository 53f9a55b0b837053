import type { Id } from "@granary/kernel";
import { atLeast, mayDo } from "../access/index.ts";
import type { Ctx, TxCtx } from "../context/index.ts";
import { findSeenBy } from "../datasets/index.ts";
import { findPrincipalOfUser } from "../identity/index.ts";
import { queueMail } from "../mail/index.ts";
import { holdersOf, notify } from "../notifications/index.ts";
import { labelOf } from "./move-state.ts";
import { listGroupMembers } from "./review-store.ts";
import { findRules } from "./rules/store.ts";
import type { ChangeRow } from "./store.ts";

type Row = Pick<ChangeRow, "id" | "number" | "title" | "dataset_id" | "author_id" | "co_author_ids">;

/** More than these find a request in their list without being told. */
const MAX_TOLD = 100;

/** People whom the dataset belongs to or was shared with by name, so that they may change it. */
async function namedPeople({ db }: Pick<Ctx, "db">, datasetId: string): Promise<readonly string[]> {
  const dataset = await db.selectFrom("datasets").select("owner_id").where("id", "=", datasetId).executeTakeFirst();
  const grants = await db
    .selectFrom("dataset_grants")
    .select(["grantee_kind", "grantee_id"])
    .where("dataset_id", "=", datasetId)
    .where("level", "in", ["owner", "contributor"])
    .where("grantee_kind", "in", ["user", "group"])
    .execute();
  const groups = grants.flatMap((grant) => (grant.grantee_kind === "group" ? [grant.grantee_id] : []));
  const own = dataset?.owner_id ?? null;
  return [
    ...(own === null ? [] : [own]),
    ...grants.flatMap((grant) => (grant.grantee_kind === "user" ? [grant.grantee_id] : [])),
    ...(await listGroupMembers(db, groups)),
  ];
}

async function candidates(ctx: Ctx, row: Row): Promise<readonly string[]> {
  const { review } = await findRules(ctx.db, row.dataset_id);
  const groups = [...(review.groupId === null ? [] : [review.groupId]), ...review.owners.map(({ groupId }) => groupId)];
  const asked =
    review.groupId === null
      ? [...(await namedPeople(ctx, row.dataset_id)), ...(await listGroupMembers(ctx.db, groups))]
      : await listGroupMembers(ctx.db, groups);
  const others = asked.filter((id) => id !== row.author_id && !row.co_author_ids.includes(id));
  return others.length > 0 ? [...new Set(others)] : holdersOf(ctx, "dataset:manage");
}

/** Those who are to review a request: people who may, and who see its dataset. Looks at each of them, so it is asked before a transaction. */
export async function reviewersOf(ctx: Ctx, row: Row): Promise<readonly string[]> {
  const found: string[] = [];
  for (const userId of (await candidates(ctx, row)).slice(0, MAX_TOLD)) {
    if (userId === row.author_id || row.co_author_ids.includes(userId)) continue;
    const principal = await findPrincipalOfUser(ctx.services, userId as Id<"user">, ctx.workspaceId);
    if (principal === undefined || !mayDo(principal, "change:review")) continue;
    const dataset = await findSeenBy(ctx, principal, row.dataset_id);
    if (dataset !== undefined && atLeast(dataset.decision.level, "contributor")) found.push(userId);
  }
  return found;
}

/** Those who proposed a request or a part of it. */
export const authorsOf = ({ author_id, co_author_ids }: Row): readonly string[] => [...new Set([...(author_id === null ? [] : [author_id]), ...co_author_ids])];

interface Message {
  readonly to: readonly string[];
  /** `change.opened`, as the event it tells of. */
  readonly kind: string;
  /** What happened, as the end of a sentence that begins with the request: `was approved by Ada`. */
  readonly what: string;
  readonly body?: string;
}

/** Tells people in the program and by mail what happened to a request; whoever did it is not told. Values of rows are named nowhere. */
export async function tell(ctx: TxCtx, row: Row, { to, kind, what, body = "" }: Message): Promise<void> {
  const userIds = [...new Set(to)].filter((id) => id !== ctx.principal.userId);
  if (userIds.length === 0) return;
  const link = `/changes/${row.number}`;
  const title = `${labelOf(row)} ${what}`;
  await notify(ctx, { to: { userIds }, kind, title, body, link });
  const people = await ctx.db
    .selectFrom("users as u")
    .innerJoin("memberships as m", "m.user_id", "u.id")
    .select(["u.name", "u.email"])
    .where("u.id", "in", userIds)
    .where("u.status", "=", "active")
    .where("m.workspace_id", "=", ctx.workspaceId)
    .execute();
  const text = `The change request “${labelOf(row)}” ${what}.`;
  for (const { name, email } of people)
    await queueMail(ctx, { to: email, kind: "change_request", params: { name, subject: title, text, link: `${ctx.services.config.publicUrl}${link}` } });
}
