import type { Writer } from "@granary/db";
import { actorOf, type Ctx, type TxCtx } from "../context/index.ts";
import { type AccessOrigin, toAccessRow } from "./entry.ts";
import { insertEntries, insertIfDataset } from "./store.ts";

/** One entry a minute for each principal and name; a script that hammers at a door must not fill the log. */
const INTERVAL_MS = 60_000;
const MAX_REMEMBERED = 10_000;
const lastNoted = new Map<string, number>();

function isRemembered(key: string, nowMs: number): boolean {
  if (nowMs - (lastNoted.get(key) ?? 0) < INTERVAL_MS) return true;
  if (lastNoted.size >= MAX_REMEMBERED) lastNoted.clear();
  lastNoted.set(key, nowMs);
  return false;
}

/**
 * Notes that the caller was refused a dataset they named, if there is one of that id or name. The answer does not wait for it:
 * whether it takes long would tell what exists.
 */
export function noteRefusedDataset(ctx: Ctx | TxCtx, idOrName: string, policyIds: readonly string[] = []): void {
  const { principal, request, services, log } = ctx;
  const now = services.clock.now();
  const actor = actorOf(principal).id;
  if (actor === null || isRemembered(`${ctx.workspaceId} ${actor} ${idOrName}`, now.getTime())) return;
  const reason = policyIds.length === 0 ? "no access to the dataset" : "denied by a policy";
  const row = toAccessRow({ principal, request, now }, ctx.workspaceId, { action: "open", decision: "denied", policyIds, reason });
  services.database
    .append("system", insertIfDataset(row, idOrName))
    .catch((error: unknown) => log.warn({ err: error }, "a refused attempt could not be noted"));
}

/** Writes down that somebody was refused for lack of a permission, in the caller's transaction. Whoever is in no workspace has no log. */
export async function logRefusedRequest(db: Writer, origin: AccessOrigin, reason: string): Promise<void> {
  const { workspaceId } = origin.principal;
  if (workspaceId === null) return;
  await insertEntries([toAccessRow(origin, workspaceId, { action: "request", decision: "denied", reason })]).execute(db);
}
