import type { RouteId } from "@granary/protocol";
import type { Ctx } from "../context/index.ts";
import { recordEvent } from "./record-event.ts";

/** One entry a minute for each principal and route; a script that hammers a forbidden address must not fill the log. */
const INTERVAL_MS = 60_000;
const MAX_REMEMBERED = 10_000;
const lastRecorded = new Map<string, number>();

/** Records that a signed-in caller was refused a route, in a transaction of its own. */
export async function recordDenied(ctx: Ctx, permission: string, routeId: RouteId): Promise<void> {
  const { principal, services, request } = ctx;
  const now = services.clock.now();
  const key = `${principal.apiKeyId ?? principal.userId} ${routeId}`;
  if (now.getTime() - (lastRecorded.get(key) ?? 0) < INTERVAL_MS) return;
  if (lastRecorded.size >= MAX_REMEMBERED) lastRecorded.clear();
  lastRecorded.set(key, now.getTime());
  await services.database.tx("system", (tx) =>
    recordEvent(tx, { principal, request, now }, { type: "access.denied", result: "denied", subject: { id: routeId, label: routeId }, data: { permission } }),
  );
}
