import { problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { requireSession } from "../person.ts";
import { findWaitingDevice } from "../store/devices.ts";

/** The device that waits under a code, for the person who is asked to let it in. */
export async function getDevice(ctx: Ctx, userCode: string) {
  requireSession(ctx.principal);
  const row = await findWaitingDevice(ctx.system.db, userCode, ctx.services.clock.now());
  if (row === undefined) throw problem("auth.device_not_found");
  return { userCode: row.user_code, clientName: row.client_name, ip: row.ip, createdAt: row.created_at.toISOString(), expiresAt: row.expires_at.toISOString() };
}
