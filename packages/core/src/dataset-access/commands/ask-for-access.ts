import { isAppError, newId } from "@granary/kernel";
import { type AccessLevel, type AccessRequest, problem } from "@granary/protocol";
import { atLeast } from "../../access/index.ts";
import { type Ctx, requireUser, type TxCtx } from "../../context/index.ts";
import { findAskableRow, requireDataset } from "../../datasets/index.ts";
import { notify } from "../../notifications/index.ts";
import { presentRequest } from "../present.ts";
import { findPendingRow, findRequestRow, grantedOwners } from "../store.ts";

interface Asked {
  readonly id: string;
  readonly name: string;
  readonly owner_id: string | null;
}

/** A dataset the caller sees, or may ask for because they know its id. */
async function datasetToAskFor(ctx: TxCtx, idOrName: string, level: AccessLevel): Promise<Asked> {
  const row = await requireDataset(ctx, idOrName).catch(async (error: unknown) => {
    if (!isAppError(error, "dataset.not_shared")) throw error;
    return findAskableRow(ctx.db, idOrName);
  });
  if (row === undefined) throw problem("dataset.not_found");
  if (!("decision" in row)) return row;
  if (atLeast(row.decision.level, level)) throw problem("access_request.not_needed");
  return row;
}

async function tellOwners(ctx: TxCtx, dataset: Asked, level: AccessLevel, reason: string): Promise<void> {
  const owners = [...(dataset.owner_id === null ? [] : [dataset.owner_id]), ...(await grantedOwners(ctx.db, dataset.id))];
  const to = owners.length === 0 ? ({ permission: "dataset:manage" } as const) : { userIds: owners };
  const title = `${ctx.principal.name} asks for access to ${dataset.name}`;
  const body = reason === "" ? `As ${level}.` : `As ${level}: ${reason}`;
  await notify(ctx, { to, kind: "dataset.access_asked", title, body, link: "/access-requests" });
}

/** Asks the owners of a dataset for access. Asking again replaces what was asked for and tells nobody twice. */
export function askForAccess(ctx: Ctx, dataset: string, input: { readonly level: AccessLevel; readonly reason: string }): Promise<AccessRequest> {
  const asked_by = requireUser(ctx.principal);
  const { level, reason } = input;
  return ctx.tx(async (ctx) => {
    const asked = await datasetToAskFor(ctx, dataset, level);
    const pending = await findPendingRow(ctx.db, asked.id, asked_by);
    const id = pending?.id ?? newId("accessRequest", ctx.now.getTime());
    if (pending === undefined) {
      const values = { id, workspace_id: ctx.workspaceId, dataset_id: asked.id, asked_by, level, reason, created_at: ctx.now };
      await ctx.db.insertInto("dataset_access_requests").values(values).execute();
      await ctx.record({ type: "dataset.access_asked", subject: { id: asked.id, label: asked.name }, data: { request: id, level, reason } });
      await tellOwners(ctx, asked, level, reason);
    } else await ctx.db.updateTable("dataset_access_requests").set({ level, reason }).where("id", "=", id).execute();
    const row = await findRequestRow(ctx.db, id);
    if (row === undefined) throw problem("access_request.not_found");
    return presentRequest(row, { decide: false, withdraw: true });
  });
}

/** Takes back an open request of the caller's. */
export function withdrawRequest(ctx: Ctx, id: string): Promise<void> {
  const asked_by = requireUser(ctx.principal);
  return ctx.tx(async (ctx) => {
    const row = await findRequestRow(ctx.db, id);
    if (row === undefined || row.asked_by !== asked_by) throw problem("access_request.not_found");
    const deleted = await ctx.db.deleteFrom("dataset_access_requests").where("id", "=", id).where("state", "=", "pending").executeTakeFirst();
    if (deleted.numDeletedRows !== 1n) throw problem("access_request.decided", { state: row.state });
  });
}
