import { problem, type User } from "@granary/protocol";
import type { Ctx, TxCtx } from "../../context/index.ts";
import { revokeSessions } from "../../identity/index.ts";
import { holdForAction, presentAfter, requireAdministrator } from "../acting-on.ts";
import { findPersonRow, hasAdministrator, holdAdministration, listWorkspaceIds, updateAccount } from "../store.ts";

/** Lets a deactivated person in again. */
export function activatePerson(ctx: Ctx, idOrEmail: string): Promise<User> {
  return ctx.system.tx((ctx) => activateIn(ctx, idOrEmail));
}

/** Deactivates an account: its sessions end at once, its API keys are refused until it is activated again. */
export function deactivatePerson(ctx: Ctx, idOrEmail: string): Promise<User> {
  return ctx.system.tx((ctx) => deactivateIn(ctx, idOrEmail));
}

export async function activateIn(ctx: TxCtx, idOrEmail: string): Promise<User> {
  const person = await holdForAction(ctx, idOrEmail, "activate");
  if (person.status === "inactive") {
    await updateAccount(ctx.db, person.id, { status: "active" }, ctx.now);
    await ctx.record({ type: "user.activated", subject: { id: person.id, label: person.email } });
  }
  return presentAfter(ctx, person.id);
}

export async function deactivateIn(ctx: TxCtx, idOrEmail: string): Promise<User> {
  const seen = await findPersonRow(ctx.db, ctx.workspaceId, idOrEmail);
  if (seen === undefined) throw problem("user.not_found");
  const workspaceIds = await listWorkspaceIds(ctx.db, seen.id);
  await holdAdministration(ctx.db, workspaceIds);
  const person = await holdForAction(ctx, seen.id, "deactivate");
  if (person.status === "active") {
    const administered = await withAdministrator(ctx, workspaceIds);
    await updateAccount(ctx.db, person.id, { status: "inactive" }, ctx.now);
    for (const workspaceId of administered) await requireAdministrator(ctx, workspaceId);
    const sessions = await revokeSessions(ctx.db, person.id, { reason: "deactivated", now: ctx.now });
    await ctx.record({ type: "user.deactivated", subject: { id: person.id, label: person.email }, data: { sessionsEnded: sessions.length } });
  }
  return presentAfter(ctx, person.id);
}

/** Only a workspace that has an administrator can lose its last one. */
async function withAdministrator(ctx: TxCtx, workspaceIds: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const workspaceId of workspaceIds) if (await hasAdministrator(ctx.db, workspaceId)) found.push(workspaceId);
  return found;
}
