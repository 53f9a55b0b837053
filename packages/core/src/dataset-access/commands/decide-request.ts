import { isAppError } from "@granary/kernel";
import { type AccessLevel, type AccessRequest, problem } from "@granary/protocol";
import { atLeast } from "../../access/index.ts";
import { type Ctx, requireUser, type TxCtx } from "../../context/index.ts";
import type { DatasetRow } from "../../datasets/index.ts";
import { notify } from "../../notifications/index.ts";
import { presentRequest } from "../present.ts";
import { findGrantRow, findRequestRow, type RequestRow } from "../store.ts";
import { type Given, grant, holdForSharing } from "./share-dataset.ts";

interface Decision {
  readonly state: "approved" | "denied";
  /** What to grant instead of what was asked for. */
  readonly level?: AccessLevel | undefined;
  /** When what is granted ends; for good when absent. */
  readonly expiresAt?: string | undefined;
  readonly reason: string;
}

/** Whoever may not decide about a dataset does not learn of requests for it. */
async function holdDatasetOf(ctx: TxCtx, request: RequestRow | undefined): Promise<DatasetRow> {
  if (request === undefined) throw problem("access_request.not_found");
  try {
    return await holdForSharing(ctx, request.dataset_id);
  } catch (error) {
    if (isAppError(error) && error.code.startsWith("dataset.")) throw problem("access_request.not_found", {}, { cause: error });
    throw error;
  }
}

async function grantAsked(ctx: TxCtx, dataset: DatasetRow, request: RequestRow, given: Given): Promise<void> {
  const member = await ctx.db.selectFrom("memberships").select("user_id").where("user_id", "=", request.asked_by).executeTakeFirst();
  if (member === undefined) throw problem("user.not_found");
  const before = await findGrantRow(ctx.db, dataset.id, request.asked_by);
  const isMore = before === undefined || !atLeast(before.level, given.level) || before.expires_at !== null;
  if (isMore) await grant(ctx, dataset, { kind: "user", id: request.asked_by }, given);
}

async function tellAsker(ctx: TxCtx, request: RequestRow, decision: Decision): Promise<void> {
  const { state, reason } = decision;
  const title = `Your request for access to ${request.dataset_name} was ${state}`;
  const link = state === "approved" ? `/datasets/${request.dataset_id}` : "/access-requests?role=mine";
  await notify(ctx, { to: { userIds: [request.asked_by] }, kind: `dataset.access_${state}`, title, body: reason, link });
}

/** Approves or denies an open request for access; whoever asked is told. */
export function decideRequest(ctx: Ctx, id: string, decision: Decision): Promise<AccessRequest> {
  const decided_by = requireUser(ctx.principal);
  return ctx.tx(async (ctx) => {
    const dataset = await holdDatasetOf(ctx, await findRequestRow(ctx.db, id));
    const request = await findRequestRow(ctx.db, id);
    if (request === undefined) throw problem("access_request.not_found");
    if (request.state !== "pending") throw problem("access_request.decided", { state: request.state });
    const { state, reason: answer } = decision;
    const level = decision.level ?? (request.level as AccessLevel);
    if (state === "approved")
      await grantAsked(ctx, dataset, request, { level, expiresAt: decision.expiresAt === undefined ? null : new Date(decision.expiresAt) });
    await ctx.db.updateTable("dataset_access_requests").set({ state, level, answer, decided_by, decided_at: ctx.now }).where("id", "=", id).execute();
    const data = { request: id, askedBy: request.asked_by, level, answer };
    await ctx.record({
      type: state === "approved" ? "dataset.access_approved" : "dataset.access_denied",
      subject: { id: dataset.id, label: dataset.name },
      data,
    });
    await tellAsker(ctx, request, decision);
    const row = await findRequestRow(ctx.db, id);
    if (row === undefined) throw problem("access_request.not_found");
    return presentRequest(row, { decide: true, withdraw: false });
  });
}
