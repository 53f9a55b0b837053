import type { Ctx } from "../../context/index.ts";
import { requireSession } from "../person.ts";
import { revokeSessions } from "../store/sessions.ts";

/** Ends the session of this request: its cookie, access and refresh tokens answer nothing from now on. */
export async function signOut(ctx: Ctx): Promise<void> {
  const { userId, sessionId } = requireSession(ctx.principal);
  await ctx.system.tx(async (ctx) => {
    const ended = await revokeSessions(ctx.db, userId, { reason: "signed_out", now: ctx.now, only: sessionId });
    if (ended.length > 0) await ctx.record({ type: "session.ended", subject: { id: sessionId, label: ctx.principal.name } });
  });
}
