import { problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { requireSession } from "../person.ts";
import { revokeSessions } from "../store/sessions.ts";

/** Ends one of the caller's sessions; somebody else's answers like one that does not exist. */
export async function endSession(ctx: Ctx, id: string): Promise<void> {
  const { userId } = requireSession(ctx.principal);
  await ctx.system.tx(async (ctx) => {
    const ended = await revokeSessions(ctx.db, userId, { reason: "ended_by_owner", now: ctx.now, only: id });
    if (ended.length === 0) throw problem("auth.session_not_found");
    await ctx.record({ type: "session.revoked", subject: { id, label: "one of their sessions" } });
  });
}

/** Ends all the caller's sessions but the one of this request; returns how many. */
export async function endOtherSessions(ctx: Ctx): Promise<number> {
  const { userId, sessionId } = requireSession(ctx.principal);
  return ctx.system.tx(async (ctx) => {
    const ended = await revokeSessions(ctx.db, userId, { reason: "ended_by_owner", now: ctx.now, except: sessionId });
    if (ended.length > 0) await ctx.record({ type: "session.revoked", subject: { id: null, label: "their other sessions" }, data: { sessions: ended } });
    return ended.length;
  });
}
