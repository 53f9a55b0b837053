import { type RouteId, routes } from "@granary/protocol";
import { actorOf, type Ctx, recordEvent } from "../context/index.ts";
import { logRefusedRequest } from "../access-log/index.ts";
import { hasRecentDenial } from "./store.ts";

/** One entry a minute for each principal and route; a script that hammers a forbidden address must not fill the log. */
const INTERVAL_MS = 60_000;
const MAX_REMEMBERED = 10_000;
/** Spares the database what this process knows; other processes are asked through the log itself. */
const lastRecorded = new Map<string, number>();

function isRemembered(key: string, now: Date): boolean {
  if (now.getTime() - (lastRecorded.get(key) ?? 0) < INTERVAL_MS) return true;
  if (lastRecorded.size >= MAX_REMEMBERED) lastRecorded.clear();
  lastRecorded.set(key, now.getTime());
  return false;
}

/** Records that a signed-in caller was refused a route for lack of a permission, in a transaction of its own. */
export async function recordDenied(ctx: Ctx, permission: string, routeId: RouteId): Promise<void> {
  const { principal, services, request } = ctx;
  const now = services.clock.now();
  const actor = actorOf(principal).id;
  if (actor === null || isRemembered(`${principal.workspaceId} ${actor} ${routeId}`, now)) return;
  const since = new Date(now.getTime() - INTERVAL_MS);
  await services.database.tx("system", async (tx) => {
    if (await hasRecentDenial(tx, { workspaceId: principal.workspaceId, actor, routeId, since })) return;
    const label = `${routes[routeId].method} ${routes[routeId].path}`;
    const origin = { principal, request, now };
    await recordEvent(tx, origin, { type: "access.denied", result: "denied", subject: { id: routeId, label }, data: { permission } });
    await logRefusedRequest(tx, origin, `${label} needs ${permission}`);
  });
}
