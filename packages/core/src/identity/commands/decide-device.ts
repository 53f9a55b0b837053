import { problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { requireSession } from "../person.ts";
import { decideDevice as storeDecision } from "../store/devices.ts";

/** Lets a waiting device sign in as the caller, or refuses it. A code is decided once. */
export async function decideDevice(ctx: Ctx, userCode: string, approve: boolean): Promise<string> {
  const { userId } = requireSession(ctx.principal);
  return ctx.system.tx(async (ctx) => {
    const device = await storeDecision(ctx.db, userCode, { userId, approve, now: ctx.now });
    if (device === undefined) throw problem("auth.device_not_found");
    await ctx.record({ type: approve ? "session.device_approved" : "session.device_denied", subject: { id: device.id, label: device.client_name } });
    return device.client_name;
  });
}
